package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Two signals, one budget. All in virtual time. */
@Timeout(60)
class Rule09BudgetsTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void aUnitThatDrainsIsToldToStopFirstAndCancelledAtTheInFlightDeadline() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        AtomicReference<RunnableContext> seen = new AtomicReference<>();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").drains(true).build(), context -> {
            seen.set(context);
            hung.run(context);
        }));
        Trial.await(hung.entered);
        RunnableContext context = Trial.present(seen);
        Operation<StopReport> stop = unit.stop();
        StopRequest request = context.stopRequest().orElseThrow();
        assertThat(request.drainDeadline()).isEqualTo(seconds(20).toNanos());
        assertThat(request.inFlightDeadline()).isEqualTo(seconds(28).toNanos());
        assertThat(request.deadline()).isEqualTo(seconds(30).toNanos());
        assertThat(unit.state()).isEqualTo(UnitState.DRAINING);
        assertThat(context.stopping().isSet()).isTrue();
        time.advance(Duration.ofMillis(27_999));
        assertThat(context.cancelled().isSet()).isFalse();
        assertThat(hung.interrupts).hasValue(0);
        time.advance(Duration.ofMillis(1));
        assertThat(context.cancelled().isSet()).isTrue();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPING);
        Trial.until(() -> hung.interrupts.get() == 1);
        time.advance(Duration.ofMillis(3_999));
        assertThat(stop.isDone()).isFalse();
        time.advance(Duration.ofMillis(1));
        StopReport report = stop.await();
        assertThat(report.duration()).isEqualTo(seconds(32));
        assertThat(unit.state()).isEqualTo(UnitState.QUARANTINED);
        hung.letGo.countDown();
        Trial.until(unit, UnitState.STOPPED);
        manager.close();
    }

    @Test
    void aShorterStopShortensTheLastGraceToo() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add("unit", hung);
        Trial.await(hung.entered);
        Operation<StopReport> stop = unit.stop();
        time.advance(seconds(10));
        assertThat(stop.isDone()).isFalse(); // for 2 s more
        unit.stop(new StopOptions(StopMode.ABORT, seconds(0), Duration.ofMillis(90), Duration.ofMillis(10), false));
        time.advance(Duration.ofMillis(110));
        assertThat(stop.await(Trial.HANG).outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
        Trial.until(unit, UnitState.STOPPED);
        manager.close();
    }

    @Test
    void aUnitWithNothingToDrainIsCancelledAtOnceAndInterruptedEveryFiveSeconds() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit")
                .stop(new StopOptions(StopMode.DRAIN, seconds(0), seconds(28), seconds(2), false)).build(), hung));
        Trial.await(hung.entered);
        Operation<StopReport> stop = unit.stop();
        for (int interrupts = 1; interrupts <= 6; interrupts++) {
            int expected = interrupts;
            Trial.until(() -> hung.interrupts.get() == expected);
            time.advance(Duration.ofMillis(4_999));
            assertThat(hung.interrupts).hasValue(expected);
            time.advance(Duration.ofMillis(1));
        }
        assertThat(stop.isDone()).isFalse();
        hung.letGo.countDown();
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.STOPPED);
        manager.close();
    }

    @Test
    void handoffDrainsNothingAndAwaitsWhatIsInFlightAndAbortCancelsAtOnce() throws Exception {
        manager.start();
        for (StopMode mode : List.of(StopMode.HANDOFF, StopMode.ABORT)) {
            AtomicReference<RunnableContext> seen = new AtomicReference<>();
            Trial.Hung hung = new Trial.Hung();
            RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit-" + mode).drains(true).build(),
                    context -> {
                        seen.set(context);
                        hung.run(context);
                    }));
            Trial.await(hung.entered);
            long now = time.nanos();
            Operation<StopReport> stop = unit.stop(StopOptions.defaults().withMode(mode));
            assertThat(Trial.present(seen).stopRequest().orElseThrow().mode()).isEqualTo(mode);
            assertThat(Trial.present(seen).stopRequest().orElseThrow().drainDeadline()).isEqualTo(now);
            assertThat(Trial.present(seen).stopRequest().orElseThrow().inFlightDeadline() - now)
                    .isEqualTo(seconds(8).toNanos());
            assertThat(Trial.present(seen).cancelled().isSet()).isEqualTo(mode == StopMode.ABORT);
            hung.letGo.countDown();
            stop.await();
        }
        manager.close();
    }

    @Test
    void requestsInFlightAreAwaitedAndUnansweredWritesAreOfUnknownOutcome() throws Exception {
        manager.start();
        CountDownLatch sent = new CountDownLatch(1);
        List<InFlight> requests = new ArrayList<>();
        RunnableHandle unit = manager.add("unit", context -> {
            requests.add(context.inFlight("request", "PUT answered", true));
            requests.add(context.inFlight("request", "PUT given-up", true));
            requests.add(context.inFlight("request", "PUT silent", true));
            requests.add(context.inFlight("request", "GET silent", false));
            requests.add(context.inFlight("request", "GET given-up", false));
            sent.countDown();
            context.awaitStop();
        });
        Trial.await(sent);
        Operation<StopReport> stop = unit.stop();
        Trial.until(() -> Trial.threadsNamed("unit#1").isEmpty());
        requests.get(0).close();
        requests.get(0).unanswered();
        requests.get(1).unanswered();
        requests.get(4).unanswered();
        time.advance(Duration.ofMillis(7_999));
        assertThat(stop.isDone()).isFalse();
        time.advance(Duration.ofMillis(1));
        StopReport report = stop.await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.unknownOutcomes()).containsExactly("PUT given-up", "PUT silent");
        assertThat(report.leftovers()).extracting(Leftover::toString).containsExactly("request GET silent");
        assertThat(report.clean()).isFalse();
        manager.close();
    }

    @Test
    void aStopIsOverAsSoonAsTheLastRequestIsAnswered() throws Exception {
        manager.start();
        AtomicReference<InFlight> request = new AtomicReference<>();
        RunnableHandle unit = manager.add("unit", context -> {
            request.set(context.inFlight("request", "PUT", true));
            context.awaitStop();
        });
        Trial.until(() -> request.get() != null);
        Operation<StopReport> stop = unit.stop();
        Trial.until(() -> Trial.threadsNamed("unit#1").isEmpty());
        assertThat(stop.isDone()).isFalse();
        Trial.present(request).close();
        assertThat(stop.await().clean()).isTrue();
        manager.close();
    }

    @Test
    void aHarderOrShorterStopCountsAlsoForTheUnitsInside() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        AtomicReference<RunnableContext> child = new AtomicReference<>();
        RunnableHandle scope = manager.add("scope", context -> {
            context.add(Task.of(RunnableSpec.builder("child").drains(true).build(), inner -> {
                child.set(inner);
                hung.run(inner);
            }));
            context.awaitStop();
        });
        Trial.await(hung.entered);
        Operation<StopReport> stop = scope.stop();
        // From here on nobody else is at work on the mailbox of the scope: each further stop takes effect where it is asked for.
        Trial.until(() -> Trial.threadsNamed("scope#1").isEmpty());
        assertThat(Trial.present(child).cancelled().isSet()).isFalse();
        scope.stop(StopOptions.abort());
        assertThat(Trial.present(child).cancelled().isSet()).isTrue();
        scope.stop(StopOptions.drain(Duration.ofMillis(1_500)));
        time.advance(Duration.ofMillis(1_600));
        assertThat(stop.isDone()).isTrue();
        assertThat(stop.await().children().getFirst().outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
        manager.close();
    }

    @Test
    void oneStuckUnitKeepsNobodyFromBeingStoppedAndAwaited() throws Exception {
        List<Trial.Hung> hung = new ArrayList<>();
        List<RunnableHandle> calm = new ArrayList<>();
        for (Group group : Group.values()) {
            Trial.Hung stuck = new Trial.Hung();
            hung.add(stuck);
            manager.add(Task.of(RunnableSpec.builder("hung-" + group.ordinal()).group(group).build(), stuck));
            calm.add(manager.add(Task.of(RunnableSpec.builder("calm-" + group.ordinal()).group(group).drains(true)
                    .build(), RunnableContext::awaitStop)));
        }
        manager.start();
        hung.forEach(stuck -> Trial.await(stuck.entered));
        for (RunnableHandle unit : calm) {
            unit.ready().await();
        }
        assertThat(manager.worstCaseStop()).isLessThan(seconds(30));
        Operation<StopReport> stop = manager.stop();
        for (long passed = 0; passed < manager.worstCaseStop().toMillis() && !stop.isDone(); passed += 10) {
            // Those that can end do so in real time, in which the clock of the deadlines stands still.
            Trial.until(() -> calm.stream().noneMatch(unit -> unit.state().isEnding()));
            time.advance(Duration.ofMillis(10));
        }
        StopReport report = stop.await();
        assertThat(report.duration()).isLessThanOrEqualTo(manager.worstCaseStop());
        assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
        assertThat(report.children()).hasSize(2 * Group.values().length);
        assertThat(calm).allMatch(unit -> unit.lastStop().orElseThrow().outcome() == StopOutcome.STOPPED);
        assertThat(report.allLeftovers()).hasSize(Group.values().length)
                .allMatch(leftover -> leftover.detail().contains("Trial$Hung.hang"));
        hung.forEach(stuck -> stuck.letGo.countDown());
    }

    @Test
    void theManagersWorstCaseHoldsForScopesInScopesWithOddBudgets() throws Exception {
        List<Trial.Hung> hung = new ArrayList<>();
        RunnableSpec odd = RunnableSpec.builder("odd")
                .stop(new StopOptions(StopMode.DRAIN, seconds(0), seconds(0), seconds(20), false)).build();
        for (int i = 0; i < 3; i++) {
            Trial.Hung stuck = new Trial.Hung();
            Trial.Hung outer = new Trial.Hung();
            hung.add(stuck);
            hung.add(outer);
            manager.add(Task.of(RunnableSpec.builder("scope-" + i).group(Group.values()[i + 1]).build(), context -> {
                context.add(Task.of(odd, inner -> {
                    inner.add(Task.of(RunnableSpec.builder("leaf").drains(true).build(), stuck));
                    outer.run(inner);
                }));
                outer.run(context);
            }));
        }
        manager.start();
        hung.forEach(stuck -> Trial.await(stuck.entered));
        Operation<StopReport> stop = manager.stop();
        Duration bound = manager.worstCaseStop();
        for (long passed = 0; passed < bound.toMillis() && !stop.isDone(); passed += 10) {
            time.advance(Duration.ofMillis(10));
        }
        assertThat(stop.isDone()).isTrue();
        assertThat(stop.await().allLeftovers()).hasSize(9);
        hung.forEach(stuck -> stuck.letGo.countDown());
    }
}
