package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Restarts: visible, at known times, given up after five failures in a row, never so many that others suffer. */
@Timeout(60)
class Rule12RestartTest {

    private static final RestartPolicy STEADY = RestartPolicy.onFailure().withJitter(0);

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).random(new Random(1)).build();
    private final AtomicInteger runs = new AtomicInteger();

    private final ManagedRunnable broken = context -> {
        runs.incrementAndGet();
        throw new IllegalStateException("broken");
    };

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private static RunnableSpec.Builder spec(String name, RestartPolicy policy) {
        return RunnableSpec.builder(name).restart(policy).onFailure(FailurePolicy.ISOLATE);
    }

    private RunnableHandle add(String name, RestartPolicy policy, ManagedRunnable code) {
        return manager.add(Task.of(spec(name, policy).build(), code));
    }

    private void advance(long millis) {
        time.advance(Duration.ofMillis(millis));
    }

    @Test
    void aFailedUnitIsInBackOffWithItsDueTimeAndStartsThen() {
        RunnableHandle unit = add("unit", STEADY, broken);
        for (int failure = 1; failure <= 4; failure++) {
            int expected = failure;
            Trial.until(() -> unit.state() == UnitState.BACKOFF && unit.generation() == expected);
            UnitStatus status = unit.status();
            long delay = 1_000L << (failure - 1);
            assertThat(status.retryAt()).isEqualTo(time.now().plusMillis(delay));
            assertThat(status.reason()).isEqualTo(Reason.RESTART_SCHEDULED);
            assertThat(status.message()).isEqualTo("java.lang.IllegalStateException: broken; failure " + failure
                    + " of 5 in a row; tries again at " + status.retryAt());
            assertThat(status.restarts()).isEqualTo(failure - 1);
            assertThat(status.desiredRunning()).isTrue();
            advance(delay - 1);
            assertThat(unit.state()).isEqualTo(UnitState.BACKOFF);
            assertThat(runs).hasValue(failure);
            advance(1);
        }
        Trial.until(unit, UnitState.FAILED);
        assertThat(unit.status().reason()).isEqualTo(Reason.CRASH_LOOP);
        assertThat(unit.status().retryAt()).isNull();
        assertThat(unit.generation()).isEqualTo(5);
        advance(Duration.ofDays(1).toMillis());
        assertThat(runs).hasValue(5);
        assertThat(time.timers()).isZero();
    }

    @Test
    void delaysGrowToThirtySecondsAndVaryByTheJitter() {
        RestartPolicy policy = RestartPolicy.onFailure();
        assertThat(policy.delay(1)).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(policy.delay(5)).isEqualTo(Duration.ofSeconds(16).toNanos());
        assertThat(policy.delay(6)).isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(policy.delay(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30).toNanos());
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            RunnableHandle unit = add("unit-" + i, policy, broken);
            Trial.until(unit, UnitState.BACKOFF);
            Instant due = unit.status().retryAt();
            assertThat(due).isNotNull();
            delays.add(Duration.between(time.now(), due).toMillis());
        }
        assertThat(delays).allMatch(delay -> delay >= 800 && delay <= 1_200);
        assertThat(Collections.min(delays)).isLessThan(830);
        assertThat(Collections.max(delays)).isGreaterThan(1_170);
    }

    @Test
    void tenMinutesInReadyBeginAnewAlsoWhenItWasDegradedBetweenThemAndTheFailure() throws Exception {
        for (boolean degraded : new boolean[]{false, true}) {
            List<CountDownLatch> fail = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                fail.add(new CountDownLatch(1));
            }
            RunnableHandle unit = add("unit-" + degraded, STEADY, context -> {
                int run = (int) context.generation() - 1;
                fail.get(run).await();
                if (run == 3 && degraded) {
                    context.degraded("half of it");
                }
                throw new IllegalStateException("broken");
            });
            for (int run = 0; run < 6; run++) {
                int generation = run + 1;
                Trial.until(() -> unit.state() == UnitState.READY && unit.generation() == generation);
                if (run == 3) {
                    advance(Duration.ofMinutes(10).toMillis());
                } else {
                    advance(Duration.ofMinutes(9).toMillis());
                }
                fail.get(run).countDown();
                Trial.until(unit, UnitState.BACKOFF);
                int inARow = run < 3 ? run + 1 : run - 2;
                assertThat(unit.status().message()).contains("failure " + inARow + " of 5 in a row");
                if (run < 5) {
                    advance(30_000);
                }
            }
            unit.remove().await();
        }
    }

    @Test
    void aStartByHandIsAtOnceAndForgetsTheFailures() throws Exception {
        CountDownLatch healed = new CountDownLatch(1);
        RunnableHandle unit = add("unit", STEADY.withAttempts(2), context -> {
            if (healed.getCount() > 0) {
                broken.run(context);
            }
            context.awaitStop();
        });
        Trial.until(unit, UnitState.BACKOFF);
        unit.start();
        Trial.until(() -> unit.generation() == 2 && unit.state() == UnitState.BACKOFF);
        assertThat(unit.status().message()).contains("failure 1 of 2 in a row");
        advance(1_000);
        Trial.until(unit, UnitState.FAILED);
        assertThat(unit.status().reason()).isEqualTo(Reason.CRASH_LOOP);
        healed.countDown();
        assertThat(unit.start().await().generation()).isEqualTo(4);
        assertThat(time.timers()).isZero();
    }

    @Test
    void readyAwaitsTheRestartAndFailsWhenItIsGivenUp() throws Exception {
        RunnableHandle healing = manager.add(Task.of(spec("healing", STEADY).signalsReadiness(true).build(),
                context -> {
                    if (context.generation() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    context.ready();
                    context.awaitStop();
                }));
        Operation<UnitStatus> ready = healing.ready();
        Trial.until(() -> healing.state() == UnitState.BACKOFF && healing.generation() == 1);
        advance(1_000);
        Trial.until(() -> healing.state() == UnitState.BACKOFF && healing.generation() == 2);
        assertThat(ready.isDone()).isFalse();
        advance(2_000);
        assertThat(ready.await().restarts()).isEqualTo(2);
        RunnableHandle hopeless = manager.add(Task.of(spec("hopeless", STEADY.withAttempts(1)).signalsReadiness(true)
                .build(), broken));
        assertThat(Trial.failure(hopeless.ready())).isInstanceOf(UnitFailedException.class)
                .hasMessageContaining("broken");
    }

    @Test
    void aStopInBackOffOrDuringTheEndOfTheFailureEndsTheRestarts() throws Exception {
        RunnableHandle unit = add("unit", STEADY, broken);
        Trial.until(unit, UnitState.BACKOFF);
        Operation<UnitStatus> ready = unit.ready();
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(Trial.failure(ready)).isInstanceOf(LifecycleException.class);
        advance(60_000);
        assertThat(runs).hasValue(1);
        CountDownLatch releasing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        RunnableHandle slow = add("slow", STEADY, context -> {
            context.own("thing", "slow", () -> {
                releasing.countDown();
                release.await();
            });
            throw new IllegalStateException("broken");
        });
        Trial.await(releasing);
        Trial.until(() -> Trial.threadsNamed("slow#1\"").isEmpty()); // it takes the note of its own end
        Operation<UnitStatus> start = slow.ready();
        Operation<StopReport> stop = slow.stop();
        release.countDown();
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.FAILED);
        assertThat(slow.state()).isEqualTo(UnitState.FAILED);
        assertThat(Trial.failure(start)).isInstanceOf(PreemptedException.class);
    }

    @Test
    void alwaysRunsAgainAfterAReturnWhichIsNoFailure() throws Exception {
        RunnableHandle unit = add("unit", RestartPolicy.always().withJitter(0).withAttempts(2),
                context -> runs.incrementAndGet());
        for (int run = 1; run <= 6; run++) {
            int expected = run;
            Trial.until(() -> unit.state() == UnitState.BACKOFF && unit.generation() == expected);
            assertThat(unit.status().message()).startsWith("returned; runs again at ");
            assertThat(unit.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.COMPLETED);
            advance(1_000);
        }
        unit.stop().await();
        assertThat(unit.state().isTerminal()).isTrue();
    }

    @Test
    void onFailureDoesNotRunAgainAfterAReturnAndNeverNotAfterAFailure() {
        RunnableHandle returns = add("returns", STEADY, context -> {
        });
        RunnableHandle fails = add("fails", RestartPolicy.never(), broken);
        Trial.until(returns, UnitState.COMPLETED);
        Trial.until(fails, UnitState.FAILED);
        assertThat(fails.status().reason()).isEqualTo(Reason.FAILED);
        assertThat(time.timers()).isZero();
    }

    @Test
    void defaultsAreThoseOfThePlace() throws Exception {
        RunnableHandle scope = manager.add("scope", context -> {
            context.add("child", broken);
            context.awaitStop();
        });
        Trial.until(() -> manager.find("scope/child").map(RunnableHandle::state).orElse(null) == UnitState.BACKOFF);
        assertThat(scope.state()).isEqualTo(UnitState.READY);
        assertThat(manager.stopping()).isFalse();
        scope.stop().await();
        assertThat(manager.find("scope/child").orElseThrow().state()).isEqualTo(UnitState.STOPPED);
        manager.add("root", broken);
        assertThat(manager.ended().await().errors()).hasSize(1).first().asString().startsWith("root#1 failed");
    }

    @Test
    void whenRestartsAreGivenUpTheFailurePolicyFollows() throws Exception {
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").restart(STEADY.withAttempts(2)).build(),
                broken));
        Trial.until(unit, UnitState.BACKOFF);
        assertThat(manager.stopping()).isFalse();
        advance(1_000);
        assertThat(manager.ended().await().errors())
                .containsExactly("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(unit.state()).isEqualTo(UnitState.FAILED);
        assertThat(unit.status().reason()).isEqualTo(Reason.CRASH_LOOP);
    }

    @Test
    void noMoreThanTenUnitsASecondAreRestarted() {
        List<RunnableHandle> units = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            units.add(add("unit-" + i, STEADY.withAttempts(2), broken));
        }
        units.forEach(unit -> Trial.until(unit, UnitState.BACKOFF));
        advance(999);
        assertThat(runs).hasValue(100);
        advance(1);
        for (int second = 0; second <= 8; second++) {
            int expected = 100 + 10 + second * 10;
            Trial.until(() -> runs.get() == expected);
            advance(1_000);
            Trial.until(() -> runs.get() >= expected + 10);
            assertThat(runs).hasValue(expected + 10);
        }
    }

    @Test
    void aUnitThatHangsAfterItsFailureIsRestartedOnlyWhenItHasEnded() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add(Task.of(spec("unit", STEADY).stop(StopOptions.drain(Duration.ofSeconds(3)))
                .build(), context -> {
                    if (context.generation() == 1) {
                        context.fork("worker", hung::hang);
                        throw new IllegalStateException("broken");
                    }
                    context.awaitStop();
                }));
        Trial.until(unit, UnitState.STOPPING);
        time.awaitTimers(1);
        advance(4_000);
        Trial.until(unit, UnitState.QUARANTINED);
        advance(60_000);
        assertThat(unit.generation()).isEqualTo(1);
        hung.letGo.countDown();
        Trial.until(unit, UnitState.BACKOFF);
        advance(1_000);
        Trial.until(() -> unit.state() == UnitState.READY && unit.generation() == 2);
    }

    @Test
    void restartStopsAndStarts() throws Exception {
        RunnableHandle unit = add("unit", RestartPolicy.never(), RunnableContext::awaitStop);
        unit.ready().await();
        assertThat(unit.restart().await().generation()).isEqualTo(2);
        assertThat(unit.lastStop().orElseThrow().generation()).isEqualTo(1);
        unit.stop().await();
        assertThat(unit.restart().await().generation()).isEqualTo(3);
        manager.add(Task.of(RunnableSpec.builder("top").dependsOn("unit").build(), RunnableContext::awaitStop)).ready()
                .await();
        assertThat(Trial.failure(unit.restart())).isInstanceOf(RefusedException.class).hasMessageContaining("top");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.generation()).isEqualTo(3);
        unit.remove(StopOptions.defaults().withCascade()).await();
        assertThat(Trial.failure(unit.restart())).isInstanceOf(UnknownUnitException.class);
    }

    @Test
    void policiesThatMakeNoSenseAreRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> STEADY.withJitter(1.1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the jitter is 1.1: it must be between 0 and 1");
        assertThatThrownBy(() -> STEADY.withJitter(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> STEADY.withAttempts(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 failures");
        assertThatThrownBy(() -> STEADY.withDelays(second, second.dividedBy(2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("shorter than the first");
        assertThatThrownBy(() -> STEADY.withResetAfter(second.negated())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resetAfter is PT-1S");
        assertThatThrownBy(() -> Manager.builder().restartsPerSecond(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
