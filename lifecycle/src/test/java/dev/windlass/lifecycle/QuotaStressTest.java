package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rule 19 under everything at once: units of all classes come, go, stop, start, fail and depend on each other while limits change,
 * from several threads. What runs never costs more than the limits that were the highest while it did; what SYSTEM units have is
 * never touched; and when all is quiet, the books agree with what runs, and nothing that would fit waits.
 */
@Timeout(120)
class QuotaStressTest {

    private static final int HIGHEST = 40;
    private static final int NAMES = 24;

    private final Manager manager = Manager.create();
    private final Quotas quotas = Quotas.of(manager);
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicReference<String> violation = new AtomicReference<>();
    private final Map<String, String> runs = new ConcurrentHashMap<>();

    private Task unit(int number, RandomGenerator random) {
        String name = "unit-" + number;
        int cost = random.nextInt(9);
        PriorityClass[] classes = PriorityClass.values();
        PriorityClass priority = classes[random.nextInt(1, classes.length)];
        RunnableSpec.Builder spec = RunnableSpec.builder(name).priority(priority).onFailure(FailurePolicy.ISOLATE)
                .signalsReadiness(true).cost(Cost.of(WATCHES, cost));
        if (number > 0 && random.nextInt(3) == 0) {
            spec.dependsOn("unit-" + random.nextInt(number));
        }
        boolean climbs = random.nextInt(3) == 0;
        boolean fails = random.nextInt(8) == 0;
        return Task.of(spec.build(), context -> {
            AtomicInteger mine = new AtomicInteger();
            take(mine, cost, context.id());
            if (runs.put(name, context.id()) != null) {
                violation.compareAndSet(null, name + " runs twice");
            }
            try {
                if (climbs) {
                    context.rungs(Map.of(Rung.PARKED, Cost.none()), rung -> go(rung, mine, cost, context.id()));
                }
                context.ready();
                if (fails && !context.stopping().await(Duration.ofMillis(2))) {
                    throw new IllegalStateException("on purpose");
                }
                context.awaitStop();
            } finally {
                runs.remove(name, context.id());
                take(mine, 0, context.id());
            }
        });
    }

    private void take(AtomicInteger mine, int cost, String who) {
        synchronized (mine) {
            int sum = used.addAndGet(cost - mine.getAndSet(cost));
            if (sum > HIGHEST) {
                violation.compareAndSet(null, sum + " are used when " + who + " starts");
            }
        }
    }

    private void go(Rung to, AtomicInteger mine, int cost, String who) {
        synchronized (mine) {
            if (runs.containsValue(who)) { // not after its end
                take(mine, to == Rung.PARKED ? 0 : cost, who);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theBooksAgreeWithWhatRuns(long seed) throws Exception {
        manager.start();
        quotas.coolDown(Duration.ofMillis(seed % 2 == 0 ? 0 : 20));
        quotas.set(Limits.of(WATCHES, HIGHEST)).await(Trial.HANG);
        RunnableHandle system = manager.add(Task.of(RunnableSpec.builder("system").priority(PriorityClass.SYSTEM)
                .cost(Cost.of(WATCHES, 5)).build(), RunnableContext::awaitStop));
        used.addAndGet(5);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 31 + t);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 400; i++) {
                    step(random);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(violation.get()).isNull();
        settle();
        assertThat(system.generation()).isEqualTo(1);
        assertThat(system.state()).isEqualTo(UnitState.READY);
        quotas.set(Limits.none()).await(Trial.HANG); // room for all
        Trial.until(() -> manager.units().stream().noneMatch(
                unit -> unit.status().reason() == Reason.QUOTA_EXCEEDED || unit.state() == UnitState.PAUSED));
        for (RunnableHandle unit : manager.units()) {
            remove(unit);
        }
        assertThat(quotas.status().units()).isEmpty();
        assertThat(quotas.status().scopes()).allMatch(scope -> scope.used().isNone());
        manager.close();
    }

    private static void remove(RunnableHandle unit) throws InterruptedException {
        try {
            unit.remove(StopOptions.defaults().withCascade()).await(Trial.HANG);
        } catch (UnknownUnitException e) {
            assertThat(unit.state()).isEqualTo(UnitState.REMOVED); // by a removal that one of the steps asked for
        }
    }

    private void step(RandomGenerator random) {
        RunnableHandle unit = manager.find("unit-" + random.nextInt(NAMES)).orElse(null);
        try {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> manager.add(unit(random.nextInt(NAMES), random));
                case 3 -> {
                    if (unit != null) {
                        unit.stop(StopOptions.defaults().withCascade());
                    }
                }
                case 4, 5 -> {
                    if (unit != null) {
                        unit.start();
                    }
                }
                case 6 -> {
                    if (unit != null) {
                        unit.remove();
                    }
                }
                default -> quotas.set(Limits.of(WATCHES, random.nextInt(5, HIGHEST + 1)));
            }
        } catch (NameTakenException | RefusedException e) {
            Thread.onSpinWait(); // as may happen
        }
    }

    /** Until nothing moves, and what is counted is what runs, on its rung. */
    private void settle() {
        try {
            Trial.until(this::settled);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("%d run: %s%n%s".formatted(used.get(), quotas.status(),
                    manager.units().stream().map(RunnableHandle::status).toList()), e);
        }
    }

    private boolean settled() {
        QuotaStatus status = quotas.status();
        long counted = status.scopes().getFirst().used().in(WATCHES);
        boolean quiet = manager.units().stream().allMatch(unit -> unit.state() == UnitState.READY
                || unit.state() == UnitState.DEGRADED
                || unit.state() == UnitState.PAUSED || unit.state() == UnitState.PENDING
                || unit.state().isTerminal());
        long limit = status.scopes().getFirst().limits().limit(WATCHES).orElseThrow();
        return quiet && counted == used.get() && counted <= limit && nobodyWaitsInVain(status, limit - counted);
    }

    /** Who is first in turn and can ever get in does not fit. */
    private static boolean nobodyWaitsInVain(QuotaStatus status, long free) {
        return status.units().stream().filter(use -> !use.waitsFor().isEmpty())
                .filter(use -> !use.waitsFor().contains("ever get"))
                .min(Comparator.comparing(QuotaStatus.UnitUse::priority))
                .map(first -> !first.waitsFor().contains("behind") || first.declared().in(WATCHES) > free
                        || status.units().stream().anyMatch(use -> use.rung() == Rung.PARKED))
                .orElse(true);
    }
}
