package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replaces under load, many of which go wrong: every key that a generation has taken in is worked on, by that one or a later one,
 * and never by two at once. The seed is printed; {@code -Dwindlass.seed=…} replays the decisions, if not their timing.
 */
@Timeout(120)
class Rule16StressTest {

    private static final long SEED = Long.getLong("windlass.seed", System.nanoTime());
    private static final int REPLACES = 250;

    /** What is wrong with a generation, if anything. */
    private enum Fault {
        NONE, NEVER_WARM, FAILS_WARMING, FAILS, RETURNS, DEGRADED, FREEZE_THROWS, THAW_THROWS, COLD
    }

    private final Manager manager = Manager.create();
    private final List<Keys> intakes = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> atWork = new ConcurrentHashMap<>();
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final List<String> twice = new CopyOnWriteArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @AfterEach
    void end() {
        over.set(true);
        Trial.end(manager);
    }

    private void work(String key) {
        AtomicInteger workers = atWork.computeIfAbsent(key, any -> new AtomicInteger());
        if (workers.incrementAndGet() > 1) {
            twice.add(key);
        }
        LockSupport.parkNanos(20_000);
        workers.decrementAndGet();
        done.add(key);
    }

    private Task task(Fault fault) {
        RestartPolicy soon = RestartPolicy.onFailure().withDelays(Duration.ofMillis(1), Duration.ofMillis(1));
        RunnableSpec spec = RunnableSpec.builder("unit").signalsReadiness(true).warmsUp(fault != Fault.COLD)
                .restart(soon).onFailure(FailurePolicy.ISOLATE).build();
        return Task.of(spec, context -> run(context, fault));
    }

    private void run(RunnableContext context, Fault fault) throws Exception {
        Keys keys = new Keys(context, this::work);
        context.handsOver(faulty(keys, fault));
        switch (fault) {
            case NEVER_WARM -> context.awaitStop();
            case FAILS_WARMING -> throw new IllegalStateException("cannot get warm");
            default -> {
                // goes on
            }
        }
        keys.take(context.takeOver());
        intakes.add(keys);
        Thread worker = null;
        try {
            context.ready();
            worker = context.fork("worker", keys::run);
            context.sleep(Duration.ofMillis(2));
            switch (fault) {
                case FAILS -> throw new IllegalStateException("broken");
                case RETURNS -> {
                    return;
                }
                case DEGRADED -> context.degraded("half of it");
                default -> worker.join();
            }
            worker.join();
        } finally {
            intakes.remove(keys);
            if (worker == null) {
                keys.end();
            }
        }
    }

    private static Handover faulty(Keys keys, Fault fault) {
        return new Handover() {

            @Override
            public @Nullable CarryOver freeze() throws Exception {
                if (fault == Fault.FREEZE_THROWS) {
                    throw new IllegalStateException("cannot freeze");
                }
                return keys.freeze();
            }

            @Override
            public void thaw(@Nullable CarryOver back) throws Exception {
                if (fault == Fault.THAW_THROWS) {
                    throw new IllegalStateException("cannot thaw");
                }
                keys.thaw(back);
            }
        };
    }

    /** Gives keys to whichever generation takes them. */
    private void feed(List<String> fed) {
        for (int i = 0; !over.get(); i++) {
            String key = "key-" + i;
            while (!over.get() && intakes.stream().noneMatch(keys -> keys.offer(key))) {
                Thread.onSpinWait();
                LockSupport.parkNanos(10_000);
            }
            if (!over.get()) {
                fed.add(key);
            }
            do { // so that some wait, and not so many that they take the time of the test
                LockSupport.parkNanos(30_000);
            } while (!over.get() && fed.size() - done.size() > 200);
        }
    }

    @Test
    void noKeyIsLostAndNoneIsWorkedOnTwiceAtOnce() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        manager.start();
        RunnableHandle unit = manager.add(task(Fault.NONE));
        List<String> fed = new CopyOnWriteArrayList<>();
        Thread feeder = Thread.ofPlatform().name("feeder").start(() -> feed(fed));
        Map<ReplaceOutcome, Integer> outcomes = new EnumMap<>(ReplaceOutcome.class);
        Map<ReplaceMethod, Integer> methods = new EnumMap<>(ReplaceMethod.class);
        int preempted = 0;
        for (int i = 0; i < REPLACES; i++) {
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            ReplaceOptions options = ReplaceOptions.defaults().withWarmUp(Duration.ofMillis(50))
                    .withProbation(Duration.ofMillis(random.nextInt(6)));
            Operation<ReplaceReport> replace = unit.replace(task(fault), options);
            int disturbance = random.nextInt(12);
            LockSupport.parkNanos(random.nextInt(3_000_000));
            switch (disturbance) {
                case 0 -> unit.restart(StopOptions.handoff());
                case 1 -> unit.stop(StopOptions.handoff());
                case 2 -> unit.stop(StopOptions.abort());
                case 3 -> unit.pause();
                default -> {
                    // nothing comes in between
                }
            }
            Optional<ReplaceReport> report = report(replace);
            report.ifPresent(some -> {
                outcomes.merge(some.outcome(), 1, Integer::sum);
                methods.merge(some.method(), 1, Integer::sum);
            });
            preempted += report.isPresent() ? 0 : 1;
            unit.resume();
            unit.start();
        }
        over.set(true);
        feeder.join();
        Operation<StopReport> last = unit.stop(StopOptions.handoff());
        last.await();
        unit.replace(task(Fault.NONE)).await();
        unit.start().await();
        Set<String> missing = new TreeSet<>(fed);
        Trial.until(() -> {
            missing.removeAll(done);
            return missing.isEmpty() || (!intakes.isEmpty() && intakes.stream().allMatch(Keys::isIdle));
        });
        missing.removeAll(done);
        assertThat(missing).as("seed %d", SEED).isEmpty();
        assertThat(twice).as("seed %d", SEED).isEmpty();
        assertThat(outcomes).as("seed %d", SEED).containsOnlyKeys(ReplaceOutcome.values());
        assertThat(methods).as("seed %d", SEED).containsOnlyKeys(ReplaceMethod.values());
        assertThat(preempted).as("seed %d", SEED).isPositive();
        assertThat(fed).as("seed %d", SEED).hasSizeGreaterThan(100);
        assertThat(manager.stop().await().allLeftovers()).as("seed %d", SEED).isEmpty();
        Trial.until(() -> Trial.threadsNamed("unit#").isEmpty()); // what has told its end may have a step to go
    }

    private static Optional<ReplaceReport> report(Operation<ReplaceReport> replace) throws InterruptedException {
        try {
            return Optional.of(replace.await());
        } catch (PreemptedException | RefusedException e) {
            return Optional.empty();
        }
    }
}
