package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of units that a cascade reaches, or should not reach, while something else happens to them. */
@Timeout(60)
class Rule13CascadesTest {

    private final Manager manager = Manager.create();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch fail = new CountDownLatch(1);

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        letGo.countDown();
        fail.countDown();
        Trial.end(manager);
    }

    private static StopOptions cascade() {
        return StopOptions.defaults().withCascade();
    }

    @Test
    void aRestartThatACascadeOvertakesComesBackWithTheDependency() throws Exception {
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        Operation<UnitStatus> restart = top.restart();
        Trial.until(top, UnitState.DRAINING);
        Operation<StopReport> stop = base.stop(cascade());
        assertThat(Trial.failure(restart)).isInstanceOf(PreemptedException.class);
        letGo.countDown();
        stop.await();
        assertThat(top.state()).isEqualTo(UnitState.STOPPED);
        assertThat(top.status().reason()).isEqualTo(Reason.DEPENDENCY_STOPPED);
        base.start().await();
        Trial.until(() -> top.state() == UnitState.READY && top.generation() == 2);
    }

    /** What stops with its scope is still ready when those that depend on it lose it: they say that it is stopping. */
    @Test
    void whatGoesWithItsScopeIsNotSaidToBeReady() throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").signalsReadiness(true).build(),
                context -> {
                    context.add("base", RunnableContext::awaitStop);
                    context.add(Trial.draining("top", letGo, "scope/base")).ready().await();
                    context.ready();
                    ready.countDown();
                    context.awaitStop();
                }));
        Trial.await(ready);
        RunnableHandle top = manager.find("scope/top").orElseThrow();
        List<String> lost = new CopyOnWriteArrayList<>();
        Trial.transitions(manager, event -> {
            if (event.reason() == Reason.DEPENDENCY_LOST) {
                lost.add(event.message());
            }
        });
        Operation<StopReport> stop = scope.stop();
        Trial.until(top, UnitState.DRAINING);
        letGo.countDown();
        stop.await();
        Trial.until(() -> !lost.isEmpty());
        assertThat(lost).containsExactly("depends on scope/base, which is stopping");
    }

    @Test
    void aFailureThatACascadeOvertakesComesBackWithTheDependency() throws Exception {
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").dependsOn("base").restart(
                RestartPolicy.onFailure()).build(), context -> {
                    context.own("port", "slow", letGo::await);
                    fail.await();
                    throw new IllegalStateException("broken");
                }));
        top.ready().await();
        fail.countDown();
        Trial.until(top, UnitState.STOPPING);
        Operation<StopReport> stop = base.stop(cascade());
        Trial.until(() -> !top.cell().restartIsPlanned());
        letGo.countDown();
        stop.await();
        assertThat(top.state()).isEqualTo(UnitState.STOPPED);
        assertThat(top.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.FAILED);
        base.start().await();
        Trial.until(() -> top.generation() == 2);
    }

    @Test
    void aCascadeGoesNoFurtherWhenTheUnitIsBackAlready() throws Exception {
        RunnableHandle base = manager.add(Task.of(RunnableSpec.builder("base").onFailure(FailurePolicy.ISOLATE).build(),
                context -> {
                    if (context.generation() == 1) {
                        fail.await();
                        throw new IllegalStateException("broken");
                    }
                    context.awaitStop();
                }));
        // Ready is who has said that it can go on: one whose dependency fails before that is restarted.
        RunnableHandle middle = manager.add(Task.of(
                RunnableSpec.builder("middle").dependsOn("base").signalsReadiness(true).build(), context -> {
                    context.onRebind(back -> {
                    });
                    context.ready();
                    context.awaitStop();
                }));
        middle.ready().await();
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base", "middle"));
        top.ready().await();
        Operation<UnitStatus> restart = base.restart(cascade());
        Trial.until(top, UnitState.DRAINING);
        fail.countDown();
        restart.await();
        assertThat(base.generation()).isEqualTo(2);
        letGo.countDown();
        Trial.until(() -> top.generation() == 2 && top.state() == UnitState.READY);
        middle.ready().await();
        assertThat(middle.generation()).isEqualTo(1);
    }

    @Test
    void aUnitThatFailsDuringItsCascadeEndsInTheTimeThatTheStopHad() throws Exception {
        VirtualTime time = new VirtualTime();
        Manager virtual = Manager.builder().time(time).build();
        virtual.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle base = virtual.add(Task.of(RunnableSpec.builder("base").onFailure(FailurePolicy.ISOLATE).build(),
                context -> {
                    context.fork("hung", () -> hung.run(context));
                    fail.await();
                    throw new IllegalStateException("broken");
                }));
        RunnableHandle top = virtual.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        Operation<StopReport> stop = base.stop(StopOptions.drain(Duration.ofSeconds(3)).withCascade());
        Trial.until(top, UnitState.DRAINING);
        fail.countDown();
        Trial.until(base, UnitState.STOPPING);
        Trial.settled(base);
        time.advance(Duration.ofMillis(3_200)); // its own budget is 10 s
        assertThat(stop.await(Trial.HANG).outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
        letGo.countDown();
        Trial.end(virtual);
    }

    @Test
    void aScopeThatEndsDuringTheCascadeOfAUnitInsideGivesItNoMoreTime() throws Exception {
        VirtualTime time = new VirtualTime();
        Manager virtual = Manager.builder().time(time).build();
        virtual.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle scope = virtual.add(Task.of(RunnableSpec.builder("scope").onFailure(FailurePolicy.ISOLATE)
                .build(), context -> {
                    context.add(Task.of(RunnableSpec.builder("base").drains(true).build(), hung));
                    fail.await();
                    throw new IllegalStateException("broken");
                }));
        RunnableHandle top = virtual.add(Trial.draining("top", letGo, "scope/base"));
        top.ready().await();
        RunnableHandle base = virtual.find("scope/base").orElseThrow();
        Operation<StopReport> stop = base.stop(StopOptions.drain(Duration.ofSeconds(3)).withCascade());
        Trial.until(top, UnitState.DRAINING);
        time.advance(Duration.ofMillis(1_200));
        fail.countDown();
        Trial.until(() -> base.state().isEnding());
        Trial.settled(base);
        time.advance(Duration.ofSeconds(2));
        Trial.until(stop::isDone);
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
        letGo.countDown();
        Trial.until(scope, UnitState.FAILED);
        Trial.end(virtual);
    }

    @Test
    void whoNeedsWhatCompletedInAScopeIsToldThatTheScopeHasStopped() throws Exception {
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").drains(true).build(), context -> {
            context.add("job", inside -> {
            });
            context.awaitStop();
            letGo.await();
        }));
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").dependsOn("scope/job").build(),
                RunnableContext::awaitStop));
        top.ready().await();
        top.stop().await();
        Operation<StopReport> stop = scope.stop();
        Trial.until(scope, UnitState.DRAINING);
        Operation<UnitStatus> start = top.start();
        Trial.until(top, UnitState.PENDING);
        letGo.countDown();
        stop.await();
        start.await();
    }
}
