package dev.windlass.lifecycle;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A unit's throwable ends that unit; what follows is declared. */
@Timeout(60)
class Rule11FailureIsolationTest {

    private static final ManagedRunnable BROKEN = context -> {
        throw new IllegalStateException("broken");
    };

    @Test
    void theFailureOfARootUnitStopsTheManagerAndRunThrowsIt() {
        Manager manager = Manager.create();
        manager.add("calm", RunnableContext::awaitStop);
        manager.add("broken", BROKEN);
        assertThatThrownBy(manager::run).isInstanceOf(UnitFailedException.class)
                .hasMessage("broken#1 failed: java.lang.IllegalStateException: broken")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(manager.find("calm").orElseThrow().state()).isEqualTo(UnitState.STOPPED);
        assertThat(manager.find("calm").orElseThrow().status().reason()).isEqualTo(Reason.MANAGER_STOPPING);
    }

    @Test
    void soDoesTheFailureOfOneThatWasAddedLater() throws Exception {
        Manager manager = Manager.create();
        manager.start();
        manager.add("calm", RunnableContext::awaitStop).ready().await();
        manager.add("broken", BROKEN);
        StopReport report = manager.ended().await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.FAILED);
        assertThat(report.reason()).isEqualTo(Reason.FAILED);
        assertThat(report.errors()).containsExactly("broken#1 failed: java.lang.IllegalStateException: broken");
        assertThat(manager.find("broken").orElseThrow().state()).isEqualTo(UnitState.FAILED);
    }

    @Test
    void aDeclaredPolicyCountsMoreThanThePlace() throws Exception {
        Manager manager = Manager.create();
        manager.start();
        RunnableHandle isolated = manager.add(Task.of(RunnableSpec.builder("isolated")
                .onFailure(FailurePolicy.ISOLATE).build(), BROKEN));
        Trial.until(isolated, UnitState.FAILED);
        assertThat(manager.stopping()).isFalse();
        manager.add("scope", context -> {
            context.add(Task.of(RunnableSpec.builder("vital").restart(RestartPolicy.never())
                    .onFailure(FailurePolicy.STOP_MANAGER).build(), BROKEN));
            context.awaitStop();
        });
        assertThat(manager.ended().await().errors()).hasSize(1).first().asString().startsWith("scope/vital#1 failed");
    }

    @Test
    void theFailureOfAChildLeavesItsScopeAndItsSiblingsAlone() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add("scope", context -> {
                context.add("calm", RunnableContext::awaitStop);
                context.add(Task.of(RunnableSpec.builder("broken").restart(RestartPolicy.never()).build(), inner -> {
                    fail.await();
                    throw new StackOverflowError("deep");
                }));
                context.awaitStop();
            });
            Trial.until(() -> scope.children().size() == 2);
            fail.countDown();
            Trial.until(manager.find("scope/broken").orElseThrow(), UnitState.FAILED);
            Trial.until(manager.find("scope/calm").orElseThrow(), UnitState.READY);
            assertThat(scope.state()).isEqualTo(UnitState.READY);
            RunnableHandle broken = manager.find("scope/broken").orElseThrow();
            assertThat(broken.status().lastError()).isEqualTo("java.lang.StackOverflowError: deep");
            assertThat(broken.status().message()).isEqualTo("java.lang.StackOverflowError: deep");
            broken.start();
            Trial.until(() -> broken.generation() == 2 && broken.state() == UnitState.FAILED);
        }
    }

    @Test
    void aFailedScopeTakesItsChildrenWithIt() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").onFailure(FailurePolicy.ISOLATE)
                    .build(), context -> {
                        context.add("child", RunnableContext::awaitStop);
                        fail.await();
                        throw new IllegalStateException("broken");
                    }));
            Trial.until(() -> manager.find("scope/child").map(RunnableHandle::state).orElse(null) == UnitState.READY);
            fail.countDown();
            Trial.until(scope, UnitState.FAILED);
            RunnableHandle child = manager.find("scope/child").orElseThrow();
            assertThat(child.state()).isEqualTo(UnitState.STOPPED);
            assertThat(child.status().reason()).isEqualTo(Reason.SCOPE_STOPPING);
        }
    }

    @Test
    void failuresThatComeTooLateToStopTheManagerAreInItsReport() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        CountDownLatch drained = new CountDownLatch(1);
        Manager manager = Manager.create();
        RunnableHandle late = manager.add(Task.of(RunnableSpec.builder("late").group(Group.CACHES).build(), context -> {
            fail.await();
            throw new IllegalStateException("disk full");
        }));
        RunnableHandle calm = manager.add(Task.of(RunnableSpec.builder("calm").drains(true).build(), context -> {
            context.awaitStop();
            drained.await();
        }));
        manager.start();
        calm.ready().await();
        Operation<StopReport> stop = manager.stop();
        Trial.until(calm, UnitState.DRAINING);
        fail.countDown();
        Trial.until(late, UnitState.FAILED);
        drained.countDown();
        StopReport report = stop.await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.errors()).containsExactly("late#1 failed: java.lang.IllegalStateException: disk full");
        manager.run(); // it was not a failure that ended it
    }

    private static NoClassDefFoundError unlinked() {
        return new NoClassDefFoundError("shop/Gone");
    }

    /** As the code of a module does whose jar was taken away under it. */
    @Test
    void whatIsAskedOfAUnitAndCannotBeLinkedKeepsNoOtherFromBeingShown() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle broken = manager.add(Task.of(RunnableSpec.builder("broken").signalsReadiness(true)
                    .cost(Cost.of(CostDimension.WATCHES, 2)).build(), context -> {
                        context.workload(new Workload() {
                            @Override
                            public long queued() {
                                throw unlinked();
                            }

                            @Override
                            public long inFlight() {
                                return 1;
                            }
                        });
                        context.detail("shelves", () -> {
                            throw unlinked();
                        });
                        context.detail("size", () -> "large");
                        context.measure(() -> {
                            throw unlinked();
                        });
                        context.ready(); // only now is there something to ask
                        context.awaitStop();
                    }));
            manager.add("calm", RunnableContext::awaitStop).ready().await();
            broken.ready().await();
            assertThat(manager.units()).extracting(RunnableHandle::status).extracting(UnitStatus::name)
                    .contains("broken", "calm");
            assertThat(broken.status().queued()).isNull();
            assertThat(broken.status().inFlight()).isEqualTo(1);
            assertThat(broken.details()).containsEntry("size", "large").hasEntrySatisfying("shelves",
                    shown -> assertThat(shown).contains("not available", "shop/Gone"));
            assertThat(Quotas.of(manager).status().units()).singleElement().satisfies(use -> {
                assertThat(use.declared().in(CostDimension.WATCHES)).isEqualTo(2);
                assertThat(use.measured()).isEqualTo(Cost.none());
            });
            assertThat(manager.metrics().scrape().stream()).isNotEmpty();
        }
    }
}
