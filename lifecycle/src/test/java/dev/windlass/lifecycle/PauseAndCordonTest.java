package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Units that are held back and let go on: a desire, kept apart from what is observed, and from the generation. */
@Timeout(60)
class PauseAndCordonTest {

    private final Manager manager = Manager.create();
    private final BlockingQueue<RunnableContext> contexts = new LinkedBlockingQueue<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void end() {
        letGo.countDown();
        Trial.end(manager);
    }

    /** Notes what is asked of it. */
    private Suspension noted(String what) {
        return new Suspension() {

            @Override
            public void begin() {
                calls.add(what + " on");
            }

            @Override
            public void end() {
                calls.add(what + " off");
            }
        };
    }

    private void work(RunnableContext context) throws InterruptedException {
        context.pausable(noted("pause"));
        context.cordonable(noted("cordon"));
        calls.add("works");
        contexts.add(context);
        context.ready();
        context.awaitStop();
    }

    private RunnableHandle add(ManagedRunnable code) {
        return manager.add(Task.of(RunnableSpec.builder("unit").signalsReadiness(true).onFailure(FailurePolicy.ISOLATE)
                .build(), code));
    }

    private RunnableHandle running() throws InterruptedException {
        manager.start();
        RunnableHandle unit = add(this::work);
        unit.ready().await();
        return unit;
    }

    @Test
    void aPauseAndItsEndAreAskedOfTheUnitAndAreEvents() throws Exception {
        RunnableHandle unit = running();
        List<String> events = new CopyOnWriteArrayList<>();
        Trial.transitions(manager,
                event -> events.add(event.to() + " " + event.reason() + " by " + event.actor()));
        UnitStatus paused = unit.pause().await();
        assertThat(paused.state()).isEqualTo(UnitState.PAUSED);
        assertThat(paused.reason()).isEqualTo(Reason.PAUSED);
        assertThat(paused.desiredPaused()).isTrue();
        assertThat(paused.desiredRunning()).isTrue();
        assertThat(unit.pause().await().state()).as("a second time").isEqualTo(UnitState.PAUSED);
        UnitStatus resumed = unit.resume().await();
        assertThat(resumed.state()).isEqualTo(UnitState.READY);
        assertThat(resumed.desiredPaused()).isFalse();
        assertThat(unit.resume().await().state()).as("a second time").isEqualTo(UnitState.READY);
        assertThat(calls).containsExactly("works", "pause on", "pause off");
        Trial.until(() -> events.size() == 2);
        assertThat(events).containsExactly("PAUSED PAUSED by user", "READY RESUMED by user");
    }

    @Test
    void itIsPausedWhilePauseOrCordonHolds() throws Exception {
        RunnableHandle unit = running();
        unit.pause().await();
        assertThat(unit.cordon().await().reason()).isEqualTo(Reason.PAUSED);
        UnitStatus status = unit.resume().await();
        assertThat(status.state()).isEqualTo(UnitState.PAUSED);
        assertThat(status.reason()).isEqualTo(Reason.CORDONED);
        assertThat(status.desiredCordoned()).isTrue();
        assertThat(unit.uncordon().await().state()).isEqualTo(UnitState.READY);
        assertThat(calls).containsExactly("works", "pause on", "cordon on", "pause off", "cordon off");
    }

    @Test
    void aPausedUnitThatIsRestartedComesBackPausedBeforeItWorks() throws Exception {
        RunnableHandle unit = running();
        unit.pause().await();
        assertThat(unit.restart().await().id()).isEqualTo("unit#2");
        Trial.until(unit, UnitState.PAUSED);
        assertThat(calls).containsExactly("works", "pause on", "pause on", "works");
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(unit.status().desiredPaused()).isTrue();
        assertThat(unit.resume().await().state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.start().await().state()).isEqualTo(UnitState.READY);
        assertThat(calls).endsWith("works");
    }

    @Test
    void whatFailsAndIsRestartedComesBackPausedToo() throws Exception {
        manager.start();
        CountDownLatch fail = new CountDownLatch(1);
        RestartPolicy soon = RestartPolicy.onFailure().withDelays(Duration.ofMillis(1), Duration.ofMillis(1));
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").signalsReadiness(true).restart(soon)
                .build(), context -> {
                    context.pausable(noted("pause"));
                    context.ready();
                    if (context.generation() == 1) {
                        fail.await();
                        throw new IllegalStateException("broken");
                    }
                    context.awaitStop();
                }));
        unit.ready().await();
        unit.pause().await();
        fail.countDown();
        Trial.until(() -> unit.generation() == 2 && unit.state() == UnitState.PAUSED);
        assertThat(calls).containsExactly("pause on", "pause on");
    }

    @Test
    void whatDoesNotRunIsPausedWhenItStarts() throws Exception {
        RunnableHandle unit = add(this::work);
        assertThat(unit.pause().await().state()).isEqualTo(UnitState.NEW);
        manager.start();
        Trial.until(unit, UnitState.PAUSED);
        assertThat(calls).containsExactly("pause on", "works");
    }

    @Test
    void whatCannotBePausedSaysSo() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        assertThat(Trial.failure(unit.pause())).isInstanceOf(RefusedException.class)
                .hasMessageContaining("unit#1 cannot be paused");
        assertThat(Trial.failure(unit.cordon())).hasMessageContaining("cannot be cordoned");
        assertThat(unit.status().desiredPaused()).isFalse();
        assertThat(unit.resume().await().state()).isEqualTo(UnitState.READY);
    }

    @Test
    void whatCanBeHeldBackInTheOtherWayOnlySaysThat() throws Exception {
        manager.start();
        RunnableHandle pausable = add(context -> {
            context.pausable(noted("pause"));
            context.ready();
            context.awaitStop();
        });
        pausable.ready().await();
        assertThat(Trial.failure(pausable.cordon())).isInstanceOf(RefusedException.class)
                .hasMessage("unit#1 cannot be cordoned: it has not said how; pause it instead");
        RunnableHandle plain = manager.add("plain", RunnableContext::awaitStop);
        plain.ready().await();
        assertThat(Trial.failure(plain.cordon()))
                .hasMessage("plain#1 cannot be cordoned: it has not said how; stop it instead");
    }

    /** Asked for before it was ready: refused it cannot be, since it may say how until then, and after that too. */
    @Test
    void whatIsToBePausedAndHasNotSaidHowTellsSo() throws Exception {
        manager.start();
        RunnableHandle unit = add(context -> {
            contexts.add(context);
            letGo.await();
            context.ready();
            context.awaitStop();
        });
        RunnableContext context = contexts.take();
        assertThat(unit.pause().await().state()).isEqualTo(UnitState.STARTING);
        unit.cordon().await();
        letGo.countDown();
        unit.ready().await();
        Trial.until(() -> unit.status().message().equals("is to be paused and cordoned, and has not said how"));
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.uncordon().await().message()).isEqualTo("is to be paused, and has not said how");
        context.pausable(noted("pause"));
        Trial.until(unit, UnitState.PAUSED);
        assertThat(unit.status().message()).isEmpty();
        assertThat(unit.resume().await().state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().message()).isEmpty();
        assertThat(calls).containsExactly("pause on", "pause off");
    }

    @Test
    void aPauseThatFailsFailsTheOperationAndNotTheUnit() throws Exception {
        manager.start();
        RunnableHandle unit = add(context -> {
            context.pausable(new Suspension() {

                @Override
                public void begin() {
                    throw new IllegalStateException("no brakes");
                }

                @Override
                public void end() {
                }
            });
            context.ready();
            context.awaitStop();
        });
        unit.ready().await();
        assertThat(Trial.failure(unit.pause())).isInstanceOf(RefusedException.class)
                .hasMessageContaining("unit#1").hasMessageContaining("no brakes");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().desiredPaused()).isFalse();
    }

    /** Takes until it is let go to hold back. */
    private Suspension slow(CountDownLatch entered) {
        return new Suspension() {

            @Override
            public void begin() throws InterruptedException {
                entered.countDown();
                letGo.await();
                calls.add("on");
            }

            @Override
            public void end() {
                calls.add("off");
            }
        };
    }

    @Test
    void aLaterResumeOvertakesAPauseThatIsUnderWayAndTheUnitConverges() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        manager.start();
        RunnableHandle unit = add(context -> {
            context.pausable(slow(entered));
            context.ready();
            context.awaitStop();
        });
        unit.ready().await();
        Operation<UnitStatus> pause = unit.pause();
        Trial.await(entered);
        Operation<UnitStatus> resume = unit.resume();
        assertThat(Trial.failure(pause)).isInstanceOf(PreemptedException.class).hasMessageContaining("resume");
        assertThat(resume.isDone()).isFalse();
        letGo.countDown();
        assertThat(resume.await().state()).isEqualTo(UnitState.READY);
        assertThat(calls).containsExactly("on", "off");
    }

    @Test
    void anEndCompletesWhatWaitsForAPause() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        manager.start();
        RunnableHandle unit = add(context -> {
            context.pausable(slow(entered));
            context.ready();
            context.awaitStop();
        });
        unit.ready().await();
        Operation<UnitStatus> pause = unit.pause();
        Trial.await(entered);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(pause.await().desiredPaused()).isTrue();
    }

    @Test
    void aPauseWhileItDrainsIsForTheNextGeneration() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").drains(true).signalsReadiness(true)
                .build(), context -> {
                    context.pausable(noted("pause"));
                    calls.add("works");
                    context.ready();
                    context.awaitStop();
                    letGo.await();
                }));
        unit.ready().await();
        Operation<StopReport> stop = unit.stop();
        Trial.until(unit, UnitState.DRAINING);
        assertThat(unit.pause().await().state()).isEqualTo(UnitState.DRAINING);
        assertThat(calls).containsExactly("works");
        letGo.countDown();
        stop.await();
        unit.start().await();
        Trial.until(unit, UnitState.PAUSED);
        assertThat(calls).containsExactly("works", "pause on", "works");
    }

    @Test
    void troubleOfAPausedUnitShowsWhenItGoesOnAndAUnitInTroubleIsPausedWhenThatIsOver() throws Exception {
        RunnableHandle unit = running();
        RunnableContext context = contexts.take();
        unit.pause().await();
        context.degraded("half of it");
        Trial.until(() -> unit.status().message().contains("half of it"));
        assertThat(unit.state()).isEqualTo(UnitState.PAUSED);
        UnitStatus resumed = unit.resume().await();
        assertThat(resumed.state()).isEqualTo(UnitState.DEGRADED);
        assertThat(resumed.message()).isEqualTo("half of it");
        assertThat(unit.pause().await().state()).isEqualTo(UnitState.DEGRADED);
        context.ready();
        Trial.until(unit, UnitState.PAUSED);
        context.ready(); // of no effect on what somebody asked for
        assertThat(unit.resume().await().state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aUnitMaySayThatItDoesNothingForNow() throws Exception {
        RunnableHandle unit = running();
        RunnableContext context = contexts.take();
        context.paused("its scope is paused");
        Trial.until(unit, UnitState.PAUSED);
        assertThat(unit.status().reason()).isEqualTo(Reason.BECAME_PAUSED);
        assertThat(unit.status().message()).isEqualTo("its scope is paused");
        assertThat(unit.status().desiredPaused()).isFalse();
        assertThat(unit.resume().await().state()).as("not what it waits for").isEqualTo(UnitState.PAUSED);
        unit.pause().await();
        context.ready();
        Trial.until(() -> unit.status().message().isEmpty());
        assertThat(unit.state()).as("two things had held it back").isEqualTo(UnitState.PAUSED);
        unit.resume().await();
        assertThat(unit.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void whatDependsOnAPausedUnitGoesOn() throws Exception {
        RunnableHandle unit = running();
        RunnableHandle dependent = manager.add(
                Task.of(RunnableSpec.builder("dependent").dependsOn("unit").build(), RunnableContext::awaitStop));
        dependent.ready().await();
        unit.pause().await();
        assertThat(dependent.state()).isEqualTo(UnitState.READY);
        assertThat(dependent.restart().await().state()).isEqualTo(UnitState.READY);
    }

    /** Rule 3: none of the four is an error in any state, and none stays open. */
    @ParameterizedTest
    @EnumSource(value = UnitState.class, names = {"NEW", "PENDING", "STARTING", "BACKOFF", "STOPPED", "FAILED",
            "COMPLETED"})
    void allAreLegalInEveryStateThatDoesNotRun(UnitState state) throws Exception {
        if (state != UnitState.NEW) {
            manager.start();
        }
        RunnableSpec.Builder spec = RunnableSpec.builder("unit").onFailure(FailurePolicy.ISOLATE);
        RunnableHandle unit = manager.add(switch (state) {
            case PENDING -> Task.of(spec.dependsOn("missing").build(), RunnableContext::awaitStop);
            case STARTING -> Task.of(spec.signalsReadiness(true).build(), RunnableContext::awaitStop);
            case BACKOFF -> Task.of(spec.signalsReadiness(true).build(), context -> {
                context.backoff("refused", Duration.ofHours(1));
                context.awaitStop();
            });
            case FAILED -> Task.of(spec.build(), context -> {
                throw new IllegalStateException("broken");
            });
            case COMPLETED -> Task.of(spec.build(), context -> {
            });
            default -> Task.of(spec.build(), RunnableContext::awaitStop);
        });
        if (state == UnitState.STOPPED) {
            unit.stop().await();
        }
        Trial.until(unit, state);
        assertThat(unit.pause().await().state()).isEqualTo(state);
        assertThat(unit.cordon().await().desiredPaused()).isTrue();
        assertThat(unit.status().desiredCordoned()).isTrue();
        assertThat(unit.uncordon().await().state()).isEqualTo(state);
        assertThat(unit.resume().await().desiredPaused()).isFalse();
        unit.remove().await();
        assertThat(Trial.failure(unit.pause())).isInstanceOf(UnknownUnitException.class);
    }
}
