package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Everything is acquired through the context, and given back: in reverse, errors collected, each step bounded. */
@Timeout(60)
class Rule06LedgerTest {

    private final List<String> log = new CopyOnWriteArrayList<>();

    private AutoCloseable logged(String name) {
        return () -> log.add(name);
    }

    @Test
    void releasesInReverseAndCollectsErrors() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.own("thing", "a", logged("a"));
                context.own("thing", "b", () -> {
                    log.add("b");
                    throw new java.io.IOException("b is stuck");
                });
                context.own("thing", "c", () -> {
                    log.add("c");
                    throw new StackOverflowError("c goes deep");
                });
                context.own("thing", "d", logged("d"));
                context.awaitStop();
                log.add("end");
            });
            unit.ready().await();
            StopReport report = unit.stop().await();
            assertThat(log).containsExactly("end", "d", "c", "b", "a");
            assertThat(report.errors()).containsExactly(
                    "release of thing c: java.lang.StackOverflowError: c goes deep",
                    "release of thing b: java.io.IOException: b is stuck");
            assertThat(report.leftovers()).isEmpty();
            assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        }
    }

    @Test
    void everythingIsReleasedAlsoWhenTheUnitReturnsOrFails() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle completed = manager.add("completed", context -> {
                context.own("thing", "a", logged("a"));
                context.fork("worker", context::awaitStop);
            });
            Trial.until(completed, UnitState.COMPLETED);
            RunnableHandle failed = manager.add(Task.of(RunnableSpec.builder("failed").onFailure(FailurePolicy.ISOLATE)
                    .build(), context -> {
                        context.own("thing", "b", logged("b"));
                        context.fork("worker", context::awaitStop);
                        throw new IllegalStateException("broken");
                    }));
            Trial.until(failed, UnitState.FAILED);
            assertThat(log).containsExactly("a", "b");
            Trial.until(() -> Trial.threadsNamed("completed#").isEmpty());
            Trial.until(() -> Trial.threadsNamed("failed#").isEmpty());
        }
    }

    @Test
    void aStepThatBlocksForEverIsALeftoverByNameAndTheOthersAreReleasedInOrder() throws Exception {
        VirtualTime time = new VirtualTime();
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        Manager manager = Manager.builder().time(time).build();
        try {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.own("thing", "a", logged("a"));
                context.own("thing", "b", logged("b"));
                context.own("socket", "stuck", () -> {
                    blocked.countDown();
                    Trial.await(letGo);
                });
                context.own("thing", "c", logged("c"));
                context.awaitStop();
            });
            unit.ready().await();
            Operation<StopReport> stop = unit.stop();
            Trial.await(blocked);
            assertThat(log).containsExactly("c");
            time.awaitTimers(1);
            time.advance(Duration.ofSeconds(2)); // the release share: the step is overtaken
            Trial.until(() -> log.size() == 3);
            time.awaitTimers(1); // the thread that overtook the step may not have armed the next one yet
            assertThat(log).containsExactly("c", "b", "a");
            assertThat(stop.isDone()).isFalse();
            time.advance(Duration.ofSeconds(8)); // the deadline of a unit that does not drain: 8 + 2
            assertThat(stop.isDone()).isFalse();
            time.awaitTimers(1);
            time.advance(Duration.ofSeconds(2)); // the grace
            StopReport report = stop.await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
            assertThat(report.leftovers()).extracting(Leftover::toString).containsExactly("socket stuck");
            assertThat(report.leftovers().getFirst().detail()).contains("has not ended").contains("at ")
                    .contains("Rule06LedgerTest");
            assertThat(report).hasToString("unit#1 quarantined in 12.0 s, left: socket stuck");
            assertThat(unit.state()).isEqualTo(UnitState.QUARANTINED);
            letGo.countDown();
            Trial.until(unit, UnitState.STOPPED);
            assertThat(unit.status().reason()).isEqualTo(Reason.ENDED_LATE);
        } finally {
            Trial.end(manager);
        }
    }

    @Test
    void whatIsReleasedOrWithdrawnInTimeIsNotReleasedAgain() throws Exception {
        AtomicInteger twice = new AtomicInteger();
        AutoCloseable shared = twice::incrementAndGet;
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                AutoCloseable early = context.own("thing", "early", logged("early"));
                context.release(early);
                context.release(early);
                context.own("thing", "shared", shared);
                context.own("thing", "shared again", shared);
                context.release(shared);
                context.schedule(Duration.ofDays(1), () -> log.add("timer")).cancel();
                context.awaitStop();
            });
            unit.ready().await();
            unit.stop().await();
            assertThat(log).containsExactly("early");
            assertThat(twice).hasValue(2);
        }
    }

    @Test
    void healthChecksGoWithTheUnitAndReadinessFailsAsSoonAsItStops() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").drains(true).build(), context -> {
                context.health("live", HealthKind.LIVENESS, () -> {
                });
                context.health("ready", HealthKind.READINESS, () -> {
                });
                context.awaitStop();
                letGo.await();
            }));
            Trial.until(() -> manager.health().checks(HealthKind.READINESS).size() == 1);
            manager.health().checks(HealthKind.READINESS).getFirst().check().check();
            Operation<StopReport> stop = unit.stop();
            assertThat(catchThrowable(
                    () -> manager.health().checks(HealthKind.READINESS).getFirst().check().check()))
                    .hasMessage("unit#1 is stopping");
            manager.health().checks(HealthKind.LIVENESS).getFirst().check().check();
            letGo.countDown();
            stop.await();
            assertThat(manager.health().checks(HealthKind.READINESS)).isEmpty();
            assertThat(manager.health().checks(HealthKind.LIVENESS)).isEmpty();
        }
    }

    @Test
    void threadsOfEveryKindAreAwaitedAndBelongToNobodyElse() throws Exception {
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        inherited.set("of the caller");
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            Forked look = () -> seen.add(Thread.currentThread().getName() + " " + inherited.get() + " "
                    + loader.equals(Thread.currentThread().getContextClassLoader()) + " "
                    + Thread.currentThread().isDaemon());
            RunnableHandle unit = manager.add("unit", context -> {
                look.run();
                context.fork("virtual", look);
                context.forkPlatform("platform", look);
                context.schedule(Duration.ZERO, look);
                context.awaitStop();
            });
            Trial.until(() -> seen.size() == 4);
            unit.stop().await();
            assertThat(seen).containsExactlyInAnyOrder("unit#1 null true true", "unit#1/virtual null true true",
                    "unit#1/platform null true true", "unit#1/timer null true true");
        }
    }
}
