package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class Rule03StopIsLegalInEveryStateTest {

    private final Manager manager = Manager.create();
    private final AtomicInteger runs = new AtomicInteger();
    private final ManagedRunnable counted = context -> {
        runs.incrementAndGet();
        context.awaitStop();
    };

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    @Test
    void newUnitIsStoppedAndTheStartOfTheManagerDoesNotRunIt() throws Exception {
        RunnableHandle unit = manager.add("unit", counted);
        assertThat(unit.state()).isEqualTo(UnitState.NEW);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        manager.start();
        manager.add("other", RunnableContext::awaitStop).ready().await();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.status().desiredRunning()).isFalse();
        assertThat(runs).hasValue(0);
        unit.start().await();
        Trial.until(() -> runs.get() == 1);
    }

    @Test
    void unitThatWaitsForADependencyNeverRuns() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").dependsOn("missing").build(), counted));
        Operation<UnitStatus> ready = unit.ready();
        assertThat(unit.state()).isEqualTo(UnitState.PENDING);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(Trial.failure(ready)).hasMessageContaining("unit is STOPPED");
        manager.add("missing", RunnableContext::awaitStop).ready().await();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(runs).hasValue(0);
    }

    @Test
    void unitThatWaitsForItsGroupNeverRuns() throws Exception {
        AtomicReference<RunnableContext> gate = new AtomicReference<>();
        manager.add(Task.of(RunnableSpec.builder("gate").group(Group.CACHES).required(true).signalsReadiness(true)
                .build(), context -> {
                    gate.set(context);
                    context.awaitStop();
                }));
        RunnableHandle unit = manager.add("unit", counted);
        manager.start();
        Trial.until(() -> gate.get() != null);
        assertThat(unit.state()).isEqualTo(UnitState.PENDING);
        unit.stop().await();
        Trial.present(gate).ready();
        manager.add("other", RunnableContext::awaitStop).ready().await();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(runs).hasValue(0);
    }

    @Test
    void stopWhileTheInstanceIsMadeNeverRunsIt() throws Exception {
        manager.start();
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch made = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        RunnableHandle unit = manager.add(Task.each(RunnableSpec.named("unit"), () -> {
            making.countDown();
            try {
                made.await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            return counted;
        }));
        Trial.await(making);
        assertThat(unit.state()).isEqualTo(UnitState.STARTING);
        StopReport report = unit.stop().await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.clean()).isTrue();
        assertThat(interrupted).isTrue();
        assertThat(runs).hasValue(0);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
    }

    @Test
    void stopRightAfterAddEitherNeverRunsTheCodeOrEndsIt() throws Exception {
        manager.start();
        AtomicInteger ends = new AtomicInteger();
        for (int i = 0; i < 500; i++) {
            RunnableHandle unit = manager.add("unit-" + i, context -> {
                runs.incrementAndGet();
                try {
                    context.awaitStop();
                } finally {
                    ends.incrementAndGet();
                }
            });
            unit.stop().await();
            assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        }
        assertThat(runs.get()).isEqualTo(ends.get());
    }

    @Test
    void unitThatHasNotSaidItIsReadyIsStopped() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").signalsReadiness(true).build(),
                counted));
        Operation<UnitStatus> ready = unit.ready();
        Trial.until(() -> runs.get() == 1);
        assertThat(unit.state()).isEqualTo(UnitState.STARTING);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(Trial.failure(ready)).isInstanceOf(PreemptedException.class).hasMessageContaining("unit#1");
    }

    @Test
    void unitThatIsReadyDegradedOrInBackOffIsStopped() throws Exception {
        manager.start();
        RunnableHandle degraded = manager.add("degraded", context -> {
            context.degraded("half of it");
            context.awaitStop();
        });
        RunnableHandle backOff = manager.add(Task.of(RunnableSpec.builder("backoff").signalsReadiness(true).build(),
                context -> {
                    context.backoff("refused", Duration.ofSeconds(3));
                    context.awaitStop();
                }));
        Trial.until(degraded, UnitState.DEGRADED);
        Trial.until(backOff, UnitState.BACKOFF);
        assertThat(backOff.status().message()).startsWith("refused; tries again at ");
        assertThat(degraded.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(backOff.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    @Test
    void aSecondStopWhileDrainingAwaitsTheSameEnd() throws Exception {
        manager.start();
        CountDownLatch drained = new CountDownLatch(1);
        RunnableHandle unit = manager.add(Trial.draining("unit", drained));
        unit.ready().await();
        Operation<StopReport> first = unit.stop();
        Trial.until(unit, UnitState.DRAINING);
        Operation<StopReport> second = unit.stop();
        assertThat(first.isDone()).isFalse();
        drained.countDown();
        assertThat(second.await()).isEqualTo(first.await());
    }

    @Test
    void stopOfWhatHasEndedByItselfChangesNothing() throws Exception {
        manager.start();
        RunnableHandle completed = manager.add("completed", context -> {
        });
        RunnableHandle failed = manager.add(Task.of(RunnableSpec.builder("failed").onFailure(FailurePolicy.ISOLATE)
                .build(), context -> {
                    throw new IllegalStateException("broken");
                }));
        Trial.until(completed, UnitState.COMPLETED);
        Trial.until(failed, UnitState.FAILED);
        assertThat(completed.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(failed.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(completed.state()).isEqualTo(UnitState.COMPLETED);
        assertThat(failed.state()).isEqualTo(UnitState.FAILED);
        assertThat(failed.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        failed.remove().await();
        assertThat(Trial.failure(failed.stop())).isInstanceOf(UnknownUnitException.class);
    }

    @Test
    void aUnitAsksForItsOwnStopAndIsNotAllowedToAwaitIt() throws Exception {
        manager.start();
        AtomicReference<Operation<StopReport>> asked = new AtomicReference<>();
        AtomicReference<Throwable> refused = new AtomicReference<>();
        RunnableHandle unit = manager.add("unit", context -> {
            Operation<StopReport> stop = context.handle().stop();
            try {
                stop.await();
            } catch (IllegalStateException e) {
                refused.set(e);
            }
            asked.set(stop);
        });
        Trial.until(() -> asked.get() != null);
        assertThat(Trial.present(asked).await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(refused.get()).hasMessageContaining("would wait for its own end");
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
    }

    @Test
    void noThreadThatAStopAwaitsMayAwaitThatStop() throws Exception {
        manager.start();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch childRuns = new CountDownLatch(1);
        RunnableSpec spec = RunnableSpec.builder("scope").signalsReadiness(true).build();
        RunnableHandle unit = manager.add(Task.of(spec, context -> {
            Forked awaiting = () -> {
                assertThatThrownBy(() -> context.handle().stop().await()).isInstanceOf(IllegalStateException.class);
                refused.incrementAndGet();
            };
            context.add("child", inner -> {
                childRuns.countDown();
                inner.awaitStop();
                awaiting.run();
            });
            childRuns.await();
            context.own("thing", "it", awaiting::run);
            context.stopping().onSet(() -> {
                try {
                    awaiting.run();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            context.fork("fork", () -> {
                context.awaitStop();
                awaiting.run();
            });
            context.ready();
            context.awaitStop();
            awaiting.run();
        }));
        Trial.await(childRuns);
        unit.ready().await();
        StopReport report = unit.stop().await();
        assertThat(report.errors()).isEmpty();
        assertThat(refused).hasValue(5);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    @Test
    void aUnitMayStopItsManagerButNotAwaitItsEnd() throws Exception {
        manager.start();
        AtomicBoolean refused = new AtomicBoolean();
        manager.add("unit", context -> {
            try {
                manager.close();
            } catch (IllegalStateException e) {
                refused.set(true);
            }
        });
        manager.ended().await();
        assertThat(refused).isTrue();
    }

    @Test
    void aThreadOfADependentMayNotAwaitTheStopThatWouldEndIt() throws Exception {
        manager.start();
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        AtomicReference<Throwable> refused = new AtomicReference<>();
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").dependsOn("base").drains(true).build(),
                context -> {
                    try {
                        base.stop(StopOptions.defaults().withCascade()).await();
                    } catch (IllegalStateException e) {
                        refused.set(e);
                    }
                    context.awaitStop();
                }));
        Trial.until(base, UnitState.STOPPED);
        assertThat(refused.get()).hasMessageContaining("would wait for its own end");
        assertThat(top.state()).isEqualTo(UnitState.STOPPED);
    }

    /** Brings a unit into a state and keeps it there until the latch opens. */
    private RunnableHandle in(UnitState state, String name, CountDownLatch letGo) throws InterruptedException {
        RunnableSpec.Builder spec = RunnableSpec.builder(name).onFailure(FailurePolicy.ISOLATE);
        RunnableHandle unit = manager.add(switch (state) {
            case NEW, READY, STOPPED, REMOVED -> Task.of(spec.build(), RunnableContext::awaitStop);
            case PAUSED -> Task.of(spec.build(), context -> {
                context.paused("nothing to do");
                context.awaitStop();
            });
            case PENDING -> Task.of(spec.dependsOn("missing").build(), RunnableContext::awaitStop);
            case STARTING -> Task.of(spec.signalsReadiness(true).build(), RunnableContext::awaitStop);
            case DEGRADED -> Task.of(spec.build(), context -> {
                context.degraded("half of it");
                context.awaitStop();
            });
            case BACKOFF -> Task.of(spec.signalsReadiness(true).build(), context -> {
                context.backoff("refused", Duration.ofHours(1));
                context.awaitStop();
            });
            case DRAINING -> Task.of(spec.drains(true).build(), context -> {
                context.awaitStop();
                letGo.await();
            });
            case STOPPING, QUARANTINED -> Task.of(spec.build(), context -> {
                while (letGo.getCount() > 0) {
                    try {
                        letGo.await();
                    } catch (InterruptedException e) {
                        // It does not listen.
                    }
                }
            });
            case COMPLETED -> Task.of(spec.build(), context -> {
            });
            case FAILED -> Task.of(spec.build(), context -> {
                throw new IllegalStateException("broken");
            });
        });
        switch (state) {
            case STOPPED, DRAINING, STOPPING -> {
                unit.ready().await();
                unit.stop();
            }
            case REMOVED -> unit.remove();
            case QUARANTINED -> {
                unit.ready().await();
                unit.stop(StopOptions.drain(Duration.ofMillis(15)));
            }
            default -> {
                // It gets there by itself.
            }
        }
        Trial.until(unit, state);
        return unit;
    }

    @ParameterizedTest
    @EnumSource(UnitState.class)
    void stopAndRemoveAreLegalTwiceInEveryState(UnitState state) throws Exception {
        if (state != UnitState.NEW) {
            manager.start();
        }
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle unit = in(state, "unit", letGo);
        if (state == UnitState.REMOVED) {
            assertThat(Trial.failure(unit.stop())).isInstanceOf(UnknownUnitException.class);
            return;
        }
        Operation<StopReport> first = unit.stop();
        Operation<StopReport> second = unit.stop();
        if (state != UnitState.QUARANTINED) {
            letGo.countDown();
        }
        StopOutcome expected = switch (state) {
            case NEW, PENDING, STOPPED, COMPLETED, FAILED, QUARANTINED -> StopOutcome.NOT_RUNNING;
            default -> StopOutcome.STOPPED;
        };
        assertThat(first.await(Trial.HANG).outcome()).isEqualTo(expected);
        second.await(Trial.HANG);
        assertThat(unit.state().isTerminal()).isTrue();
        Operation<StopReport> removal = unit.remove();
        removal.await(Trial.HANG);
        assertThat(unit.state()).isEqualTo(UnitState.REMOVED);
        assertThat(manager.find("unit")).isEmpty();
        letGo.countDown();
    }

    @ParameterizedTest
    @EnumSource(value = UnitState.class, mode = EnumSource.Mode.EXCLUDE, names = "REMOVED")
    void removeIsLegalInEveryState(UnitState state) throws Exception {
        if (state != UnitState.NEW) {
            manager.start();
        }
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle unit = in(state, "unit", letGo);
        Operation<StopReport> removal = unit.remove();
        if (state != UnitState.QUARANTINED) {
            letGo.countDown();
        }
        removal.await(Trial.HANG);
        assertThat(unit.state()).isEqualTo(UnitState.REMOVED);
        assertThat(manager.find("unit")).isEmpty();
        letGo.countDown();
    }
}
