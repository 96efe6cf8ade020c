package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** No operation stays pending for ever. */
@Timeout(60)
class OperationsTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).operationDeadline(Duration.ofMinutes(3)).build();

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private static Task waiting(String name) {
        return Task.of(RunnableSpec.builder(name).dependsOn("missing").build(), RunnableContext::awaitStop);
    }

    @Test
    void readyAndStartGiveUpAtTheDeadlineAndSayWhatTheyWaitedFor() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(waiting("unit"));
        Operation<UnitStatus> ready = unit.ready();
        Operation<UnitStatus> start = unit.start();
        time.advance(Duration.ofMinutes(3).minusMillis(1));
        assertThat(ready.isDone()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(Trial.failure(ready)).isInstanceOf(DeadlineException.class).hasMessage("the readiness of unit has"
                + " not completed within PT3M: unit is PENDING: waits for missing, which does not exist");
        assertThat(Trial.failure(start)).isInstanceOf(DeadlineException.class);
        manager.add("missing", RunnableContext::awaitStop);
        unit.ready().await(); // the unit itself went on waiting
        Trial.until(() -> time.timers() == 0);
    }

    @Test
    void aStartThatIsOvertakenByAStopFails() throws Exception {
        manager.start();
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle unit = manager.add(Trial.draining("unit", letGo));
        unit.ready().await();
        Operation<StopReport> stop = unit.stop();
        Operation<UnitStatus> start = unit.start();
        Operation<UnitStatus> ready = unit.ready();
        Operation<StopReport> again = unit.stop();
        assertThat(Trial.failure(start)).isInstanceOf(PreemptedException.class).hasMessageContaining("overtaken");
        assertThat(Trial.failure(ready)).isInstanceOf(PreemptedException.class);
        letGo.countDown();
        assertThat(stop.await()).isEqualTo(again.await());
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
    }

    @Test
    void aStartThatFollowsAStopIsDoneAfterIt() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        for (int i = 1; i < 100; i++) {
            Operation<StopReport> stop = unit.stop();
            Operation<UnitStatus> start = unit.start();
            assertThat(stop.await().generation()).isEqualTo(i);
            assertThat(start.await().generation()).isEqualTo(i + 1);
        }
    }

    @Test
    void startOfWhatRunsIsDoneAtOnce() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        assertThat(unit.start().await(Trial.HANG).generation()).isEqualTo(1);
    }

    @Test
    void readyOfWhatCompletedIsDoneAndOfWhatFailedTellsTheError() throws Exception {
        manager.start();
        RunnableHandle completed = manager.add("completed", context -> {
        });
        RunnableHandle failed = manager.add(Task.of(RunnableSpec.builder("failed").onFailure(FailurePolicy.ISOLATE)
                .build(), context -> {
                    throw new IllegalStateException("broken");
                }));
        Trial.until(completed, UnitState.COMPLETED);
        Trial.until(failed, UnitState.FAILED);
        assertThat(completed.ready().await().state()).isEqualTo(UnitState.COMPLETED);
        LifecycleException failure = Trial.failure(failed.ready());
        assertThat(failure).isInstanceOf(UnitFailedException.class).hasMessageContaining("broken");
    }

    @Test
    void aFailureAwaitedManyTimesDoesNotGrow() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(waiting("unit"));
        Operation<UnitStatus> ready = unit.ready();
        unit.stop().await();
        for (int i = 0; i < 10; i++) {
            assertThat(Trial.failure(ready).getSuppressed()).hasSize(1);
        }
    }

    @Test
    void aStopDuringACascadeAwaitsTheSameEndAndAStartAfterItFollows() throws Exception {
        manager.start();
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        Operation<StopReport> cascade = base.stop(StopOptions.defaults().withCascade());
        Operation<UnitStatus> preempted = base.start();
        Operation<StopReport> again = base.stop();
        Operation<UnitStatus> start = base.start();
        assertThat(base.state()).isEqualTo(UnitState.READY);
        assertThat(again.isDone()).isFalse();
        letGo.countDown();
        assertThat(again.await()).isEqualTo(cascade.await());
        assertThat(Trial.failure(preempted)).isInstanceOf(PreemptedException.class);
        assertThat(start.await().generation()).isEqualTo(2);
        assertThat(top.ready().await().generation()).isEqualTo(2); // it was stopped only because of its dependency
    }

    @Test
    void anAbortDuringACascadeReachesTheDependents() throws Exception {
        manager.start();
        AtomicReference<RunnableContext> seen = new AtomicReference<>();
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        manager.add(Task.of(RunnableSpec.builder("top").dependsOn("base").drains(true).build(), context -> {
            seen.set(context);
            context.cancelled().await();
        })).ready().await();
        Trial.until(() -> seen.get() != null);
        Operation<StopReport> cascade = base.stop(StopOptions.defaults().withCascade());
        assertThat(Trial.present(seen).cancelled().isSet()).isFalse();
        base.stop(StopOptions.abort());
        assertThat(cascade.await().outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    @Test
    void anAbortDuringTheStopOfTheManagerReachesTheUnits() throws Exception {
        manager.start();
        AtomicReference<RunnableContext> seen = new AtomicReference<>();
        manager.add(Task.of(RunnableSpec.builder("unit").drains(true).build(), context -> {
            seen.set(context);
            context.cancelled().await();
        }));
        Trial.until(() -> seen.get() != null);
        Operation<StopReport> stop = manager.stop();
        assertThat(Trial.present(seen).cancelled().isSet()).isFalse();
        assertThat(manager.stop(StopOptions.abort())).isSameAs(stop);
        assertThat(stop.await().clean()).isTrue();
    }

    @Test
    void awaitIsInterruptibleAndLimitedAndLeavesTheOperationAlone() throws Exception {
        Manager real = Manager.create();
        real.start();
        RunnableHandle unit = real.add(waiting("unit"));
        Operation<UnitStatus> ready = unit.ready();
        assertThatThrownBy(() -> ready.await(Duration.ofMillis(5))).isInstanceOf(DeadlineException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(ready::await).isInstanceOf(InterruptedException.class);
        assertThat(ready.isDone()).isFalse();
        CompletableFuture<UnitStatus> future = ready.toFuture();
        CountDownLatch called = new CountDownLatch(1);
        ready.whenDone(outcome -> {
            called.countDown();
            throw new AssertionError("a callback's own problem");
        });
        real.close();
        Trial.await(called);
        assertThatThrownBy(future::join).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnitFailedException.class);
    }

    @Test
    void whatEndsByItselfDuringACascadeTellsThoseWhoAskedAndCanBeStartedAndRemoved() throws Exception {
        manager.start();
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        RunnableHandle base = manager.add("base", context -> {
            if (context.generation() == 1) {
                end.await();
            } else {
                context.awaitStop();
            }
        });
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        Operation<StopReport> cascade = base.stop(StopOptions.defaults().withCascade());
        end.countDown();
        assertThat(cascade.await(Trial.HANG).outcome()).isEqualTo(StopOutcome.COMPLETED);
        assertThat(base.stop().await(Trial.HANG).outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(base.start().await(Trial.HANG).generation()).isEqualTo(2);
        Trial.until(top, UnitState.DRAINING);
        Operation<UnitStatus> back = top.ready(); // what it depends on is there again
        letGo.countDown();
        assertThat(back.await(Trial.HANG).generation()).isEqualTo(2);
        assertThat(base.remove(StopOptions.defaults().withCascade()).await(Trial.HANG).outcome())
                .isEqualTo(StopOutcome.STOPPED);
        assertThat(manager.find("base")).isEmpty();
    }
}
