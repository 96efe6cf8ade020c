package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A unit that does not end is quarantined with its stacks; its name is free at once; it is stopped when it ends after all. */
@Timeout(60)
class Rule10QuarantineTest {

    private static final StopOptions SHORT = StopOptions.drain(Duration.ofMillis(60));

    @Test
    void theReportShowsWhereTheThreadsHang() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.fork("worker", hung::hang);
                hung.run(context);
            });
            Trial.await(hung.entered);
            StopReport report = unit.stop(SHORT).await();
            assertThat(report.leftovers()).extracting(Leftover::toString)
                    .containsExactlyInAnyOrder("thread unit#1", "thread unit#1/worker");
            assertThat(report.leftovers()).allMatch(leftover -> leftover.detail().contains("Trial$Hung.hang"));
            assertThat(report.clean()).isFalse();
            assertThat(report.toString()).contains("quarantined").contains("left: thread unit#1");
            assertThat(unit.status().reason()).isEqualTo(Reason.DEADLINE_EXCEEDED);
            assertThat(hung.interrupts).hasValueGreaterThan(1);
            hung.letGo.countDown();
            Trial.until(unit, UnitState.STOPPED);
            assertThat(unit.status().reason()).isEqualTo(Reason.ENDED_LATE);
            assertThat(unit.lastStop()).contains(report);
        }
    }

    @Test
    void resourcesAreReleasedAlthoughThreadsHang() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        VirtualTime time = new VirtualTime();
        Manager manager = Manager.builder().time(time).build();
        try {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.own("socket", "s", hung.letGo::countDown); // what a thread blocks on may be what is closed
                hung.run(context);
            });
            Trial.await(hung.entered);
            Operation<StopReport> stop = unit.stop();
            time.awaitTimers(1);
            time.advance(Duration.ofSeconds(10)); // the deadline of a unit that does not drain
            StopReport report = stop.await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
            assertThat(report.clean()).isTrue();
        } finally {
            Trial.end(manager);
        }
    }

    @Test
    void aQuarantinedUnitCanBeStartedAgainAndItsNameIsFree() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        try (Manager manager = Manager.create()) {
            manager.start();
            ManagedRunnable code = context -> {
                if (context.generation() == 1) {
                    hung.run(context);
                } else {
                    context.awaitStop();
                }
            };
            RunnableHandle unit = manager.add("unit", code);
            Trial.await(hung.entered);
            unit.stop(SHORT).await();
            assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
            assertThat(unit.state()).isEqualTo(UnitState.QUARANTINED);
            assertThat(unit.start().await().id()).isEqualTo("unit#2");
            unit.remove().await();
            assertThat(manager.add("unit", code).ready().await().id()).isEqualTo("unit#3");
            hung.letGo.countDown();
        }
    }

    @Test
    void aQuarantinedUnitIsVisibleInHealthAndMetrics() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        try (Manager manager = Manager.create()) {
            manager.start();
            Health.Check check = manager.health().checks(HealthKind.DIAGNOSTIC).stream()
                    .filter(any -> any.name().equals("quarantine")).findFirst().orElseThrow();
            RunnableHandle unit = manager.add("unit", hung);
            Trial.await(hung.entered);
            check.check().check();
            unit.stop(SHORT).await();
            assertThatThrownBy(() -> check.check().check()).hasMessageContaining("quarantined: unit#1");
            assertThat(Rule20NoGlobalStateTest.units(manager.metrics())).containsEntry("Task quarantined", 1.0);
            hung.letGo.countDown();
            Trial.until(unit, UnitState.STOPPED);
            check.check().check();
        }
    }

    @Test
    void whatAQuarantinedUnitHoldsIsRevoked() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        AtomicReference<RunnableContext> seen = new AtomicReference<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                seen.set(context);
                hung.run(context);
            });
            Trial.await(hung.entered);
            unit.stop(SHORT).await();
            RunnableContext context = Trial.present(seen);
            assertThatThrownBy(() -> context.fork("more", () -> {
            })).isInstanceOf(RevokedException.class).hasMessageContaining("unit#1");
            assertThatThrownBy(() -> context.own("thing", "more", () -> {
            })).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> context.inFlight("request", "PUT", true)).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> context.schedule(Duration.ZERO, () -> {
            })).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> context.add("child", RunnableContext::awaitStop))
                    .isInstanceOf(StoppingException.class);
            hung.letGo.countDown();
        }
    }

    @Test
    void aStartThatNeverEndsIsStoppedLikeAnythingElse() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.each(RunnableSpec.named("unit"), () -> {
                hung.entered.countDown();
                hung.hang();
                return context -> {
                    throw new IllegalStateException("never to be entered");
                };
            }));
            Trial.await(hung.entered);
            assertThat(unit.state()).isEqualTo(UnitState.STARTING);
            StopReport report = unit.stop(SHORT).await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
            hung.letGo.countDown();
            Trial.until(unit, UnitState.STOPPED);
            assertThat(unit.status().lastError()).isNull();
            assertThat(manager.stopping()).isFalse();
        }
    }
}
