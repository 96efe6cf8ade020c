package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random operations on some dozens of names from several threads, and then: no thread is left, every start has one end, the
 * registry is consistent, and every operation is done. The seed is printed; {@code -Dwindlass.seed=…} replays the operations, if
 * not their timing.
 */
@Timeout(120)
class StressTest {

    private static final long SEED = Long.getLong("windlass.seed", System.nanoTime());
    private static final int THREADS = 6;
    private static final int STEPS = 3_000;
    private static final int NAMES = 30;

    private final Manager manager = Manager.builder().name("stress").build();
    private final AtomicInteger starts = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> generations = new ConcurrentHashMap<>();
    private final Queue<Operation<?>> operations = new ConcurrentLinkedQueue<>();

    @Test
    void randomOperationsFromManyThreadsKeepTheInvariants() throws Exception {
        System.out.println("seed " + SEED);
        manager.start();
        AtomicInteger breaks = new AtomicInteger();
        Map<String, UnitState> last = new ConcurrentHashMap<>();
        Subscription subscription = manager.subscribe(event -> {
            UnitState before = event.to() == UnitState.REMOVED
                    ? last.remove(event.unit())
                    : last.put(event.unit(), event.to());
            if (event.from() != null && before != null && before != event.from()) {
                breaks.incrementAndGet();
            }
        });
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(SEED + i);
            threads.add(Thread.ofPlatform().name("stress-" + i).start(() -> {
                try {
                    for (int step = 0; step < STEPS; step++) {
                        step(random);
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).as("seed %d", SEED).isEmpty();
        StopReport report = manager.stop().await();
        assertThat(report.allLeftovers()).as("seed %d", SEED).isEmpty();
        check(subscription.dropped() == 0 ? breaks : new AtomicInteger());
    }

    private void check(AtomicInteger breaks) {
        assertThat(operations).as("seed %d", SEED).allMatch(Operation::isDone);
        assertThat(starts.get()).as("seed %d", SEED).isEqualTo(ends.get()).isGreaterThan(THREADS * STEPS / 30);
        assertThat(overlaps).as("seed %d: two generations at once", SEED).hasValue(0);
        assertThat(breaks).as("seed %d: events that do not join", SEED).hasValue(0);
        assertThat(refusals).as("seed %d", SEED).hasPositiveValue();
        for (RunnableHandle unit : manager.units()) {
            assertThat(unit.state().isTerminal()).as("seed %d: %s", SEED, unit).isTrue();
            assertThat(manager.find(unit.name())).hasValueSatisfying(
                    found -> assertThat(found.cell()).isSameAs(unit.cell()));
            String parent = unit.status().parent();
            if (parent != null) {
                assertThat(manager.find(parent).orElseThrow().children()).as("seed %d: %s", SEED, unit)
                        .extracting(RunnableHandle::name).contains(unit.name());
            }
            assertThat(unit.children()).allMatch(child -> manager.find(child.name()).isPresent());
        }
        Trial.until(() -> Trial.threadsNamed("unit-").isEmpty());
    }

    private void step(Random random) throws InterruptedException {
        String name = "unit-" + random.nextInt(NAMES);
        RunnableHandle unit = manager.find(name).orElse(null);
        try {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> manager.add(unit(name, random));
                case 4 -> keep(present(unit).start());
                case 5 -> keep(present(unit).ready());
                case 6 -> keep(present(unit).stop(options(random)));
                case 7 -> keep(present(unit).remove(options(random)));
                case 8 -> {
                    List<RunnableHandle> all = manager.units();
                    RunnableHandle any = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
                    if (any != null && random.nextBoolean()) {
                        keep(any.stop(options(random)));
                    } else if (any != null) {
                        keep(any.start());
                    }
                }
                default -> {
                    assertThat(present(unit).status().name()).isEqualTo(name);
                    assertThat(present(unit).details()).isEmpty();
                    keep(present(unit).stop(options(random))).await();
                }
            }
        } catch (NameTakenException | RefusedException | UnknownUnitException | PreemptedException e) {
            refusals.incrementAndGet();
        }
    }

    private <T> Operation<T> keep(Operation<T> operation) {
        operations.add(operation);
        return operation;
    }

    private static RunnableHandle present(@Nullable RunnableHandle unit) {
        if (unit == null) {
            throw new UnknownUnitException("not now");
        }
        return unit;
    }

    private static StopOptions options(Random random) {
        StopOptions options = StopOptions.defaults().withMode(StopMode.values()[random.nextInt(3)]);
        return random.nextInt(3) > 0 ? options.withCascade() : options;
    }

    private Task unit(String name, Random random) {
        RunnableSpec.Builder spec = RunnableSpec.builder(name).onFailure(FailurePolicy.ISOLATE)
                .group(Group.values()[random.nextInt(Group.values().length)])
                .drains(random.nextBoolean()).signalsReadiness(random.nextBoolean());
        if (random.nextInt(3) == 0) {
            spec.dependsOn("unit-" + random.nextInt(NAMES));
        }
        long seed = random.nextLong();
        return Task.of(spec.build(), context -> run(context, new Random(seed + context.generation())));
    }

    private void run(RunnableContext context, Random random) throws Exception {
        starts.incrementAndGet();
        AtomicInteger here = running.computeIfAbsent(context.name(), any -> new AtomicInteger());
        if (here.incrementAndGet() != 1) {
            overlaps.incrementAndGet();
        }
        AtomicLong highest = generations.computeIfAbsent(context.name(), any -> new AtomicLong());
        if (highest.getAndSet(context.generation()) >= context.generation()) {
            overlaps.incrementAndGet();
        }
        context.own("mark", "end", () -> {
            here.decrementAndGet();
            ends.incrementAndGet();
        });
        for (int i = random.nextInt(3); i > 0; i--) {
            context.fork("fork-" + i, context::awaitStop);
            context.schedule(Duration.ofNanos(random.nextInt(1_000_000)), () -> context.degraded("for a while"));
        }
        if (random.nextInt(4) == 0) {
            for (int i = random.nextInt(4); i > 0; i--) {
                context.add(Task.of(RunnableSpec.builder("child-" + i).drains(random.nextBoolean())
                        .dependsOn(i > 1 && random.nextBoolean()
                                ? new String[]{context.name() + "/child-1"}
                                : new String[0])
                        .build(), inner -> run(inner, new Random(random.nextInt()))));
            }
        }
        context.ready();
        switch (random.nextInt(8)) {
            case 0 -> throw new IllegalStateException("a failure of the stress test");
            case 1 -> context.sleep(Duration.ofNanos(random.nextInt(2_000_000)));
            case 2 -> context.handle().stop();
            default -> context.awaitStop();
        }
    }
}
