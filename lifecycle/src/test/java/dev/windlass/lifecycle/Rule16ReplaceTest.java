package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One generation takes the place of another: beside it where that can be, and never at the price of its work. */
@Timeout(60)
class Rule16ReplaceTest extends Replacing {

    @Test
    void theNextGenerationGetsWarmBesideTheOneThatRunsAndTakesItsWorkOver() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(task(spec().label("version", "2").build()), SOON);
        Generation second = next();
        assertThat(second.context.id()).isEqualTo("unit#2");
        assertThat(unit.generation()).isEqualTo(1);
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().replacing()).startsWith("#2 warms up beside #1 since ");
        assertThat(unit.status().labels()).isEmpty();
        first.keys.add("while it warms up");
        Trial.until(() -> done.size() == 1);
        second.warm.countDown();
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).isEqualTo(ReplaceMethod.WARM);
        assertThat(report.from()).isEqualTo(1);
        assertThat(report.to()).isEqualTo(2);
        StopReport retired = Objects.requireNonNull(report.retired());
        assertThat(retired.generation()).isEqualTo(1);
        assertThat(retired.clean()).isTrue();
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().replacing()).isNull();
        assertThat(unit.status().labels()).containsEntry("version", "2");
        second.keys.add("after it");
        Trial.until(() -> done.size() == 2);
        assertThat(done).containsExactly("while it warms up by #1", "after it by #2");
    }

    @Test
    void whatFailsOnProbationHandsItsWorkBackAndTheOneBeforeGoesOn() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(task(spec().label("version", "2").build()));
        Generation second = succeeded();
        assertThat(unit.status().replacing()).startsWith("#2 took over from #1 and is on probation since ")
                .endsWith(", for PT30S");
        assertThat(unit.status().labels()).containsEntry("version", "2");
        second.keys.freeze();
        second.keys.add("left");
        second.ends.add(Optional.of(new IllegalStateException("broken")));
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(Objects.requireNonNull(report.retired()).generation()).isEqualTo(2);
        assertThat(unit.status().id()).isEqualTo("unit#1");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().labels()).isEmpty();
        Trial.until(() -> done.contains("left by #1"));
        assertThat(unit.status().carriedOver()).isZero();
        assertThat(manager.stopping()).as("a failure that was rolled back stops no manager").isFalse();
        first.keys.add("goes on");
        Trial.until(() -> done.contains("goes on by #1"));
        Operation<UnitStatus> restart = unit.restart();
        next().warm.countDown();
        assertThat(restart.await().id()).as("no number is given twice").isEqualTo("unit#3");
    }

    /** What comes in after the hand-over comes in at the successor too. */
    @Test
    void whatASucceededGenerationLeavesIsNotReportedAsLost() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        unit.replace(task(spec().build()));
        succeeded();
        first.keys.add("seen by both of them");
        assertThat(unit.stop().await().clean()).isTrue();
        assertThat(RecordedLog.lines("seen by both of them")).isEmpty();
    }

    @Test
    void whatFailsWhileItWarmsUpDisturbsNothing() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(Task.of(spec().build(), context -> {
            throw new IllegalStateException("broken");
        }));
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(unit.status().id()).isEqualTo("unit#1");
        first.keys.add("goes on");
        Trial.until(() -> done.contains("goes on by #1"));
    }

    @Test
    void whatCannotGetWarmIsStartedAfterTheStop() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        ReplaceReport report = unit.replace(Task.of("unit", RunnableContext::awaitStop), SOON).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).isEqualTo(ReplaceMethod.COLD);
        assertThat(report.whyCold()).isEqualTo("the next one does not warm up");
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(Objects.requireNonNull(report.retired()).reason()).isEqualTo(Reason.REPLACED);
    }

    @Test
    void oneThatMustStopUnderOthersIsReplacedWithCascadeOnlyAndTheyComeBackWithIt() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        RunnableHandle top = manager.add(
                Task.of(RunnableSpec.builder("top").dependsOn("unit").build(), RunnableContext::awaitStop));
        top.ready().await();
        assertThatThrownBy(() -> unit.replace(SOON).await()).isInstanceOf(RefusedException.class)
                .hasMessageContainingAll("unit cannot be stopped", "top depends on it", "cascade");
        assertThat(top.status().id()).isEqualTo("top#1");
        assertThat(unit.status().id()).isEqualTo("unit#1");

        assertThat(unit.replace(SOON.withCascade()).await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(unit.status().id()).isEqualTo("unit#2");
        top.ready().await();
        assertThat(top.status().id()).isEqualTo("top#2");
        assertThat(top.lastStop().orElseThrow().reason()).isEqualTo(Reason.DEPENDENCY_STOPPED);
    }

    @Test
    void whatIsStartedAfterTheStopAndFailsIsTakenBackToo() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        ReplaceReport report = unit.replace(Task.of("unit", context -> {
            throw new IllegalStateException("broken");
        })).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(unit.ready().await().id()).isEqualTo("unit#3");
        assertThat(manager.stopping()).isFalse();
    }

    // ---- what comes in the middle

    private Operation<ReplaceReport> replacing(RunnableHandle unit) {
        return unit.replace(task(spec().label("version", "2").build()));
    }

    /** A replace whose next generation is on probation. */
    private Operation<ReplaceReport> onProbation(RunnableHandle unit) throws InterruptedException {
        Operation<ReplaceReport> replace = replacing(unit);
        succeeded();
        return replace;
    }

    @Test
    void aStopDuringTheWarmUpEndsBothGenerationsAndKeepsTheDescription() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = replacing(unit);
        Generation second = next();
        first.keys.freeze();
        first.keys.add("kept");
        StopReport report = unit.stop(StopOptions.handoff()).await();
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class)
                .hasMessageContaining("STOP_REQUESTED");
        assertThat(report.generation()).isEqualTo(1);
        assertThat(report.children()).extracting(StopReport::generation).containsExactly(2L);
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(second.tookOver.getCount()).isOne();
        assertThat(unit.status().labels()).isEmpty();
        assertThat(unit.status().replacing()).isNull();
        Operation<UnitStatus> start = unit.start();
        Generation third = next();
        third.warm.countDown();
        assertThat(start.await().id()).isEqualTo("unit#3");
        Trial.until(() -> done.contains("kept by #3"));
    }

    @Test
    void aStopDuringTheProbationEndsBothAndKeepsTheNewDescription() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = onProbation(unit);
        StopReport report = unit.stop().await();
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class);
        assertThat(report.generation()).isEqualTo(2);
        assertThat(report.children()).extracting(StopReport::generation).containsExactly(1L);
        assertThat(report.clean()).isTrue();
        assertThat(unit.status().labels()).containsEntry("version", "2");
        assertThat(unit.threads()).isEmpty();
    }

    @Test
    void aRemovalFreesTheNameWhenBothHaveEnded() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = onProbation(unit);
        unit.remove().await();
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class);
        assertThat(manager.find("unit")).isEmpty();
        RunnableHandle again = manager.add(task(spec().build()));
        assertThat(next().context.generation()).as("continues the count").isGreaterThan(2);
        assertThat(again.name()).isEqualTo("unit");
    }

    @Test
    void theManagerStopsBoth() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = replacing(unit);
        next();
        StopReport report = manager.stop().await();
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class);
        assertThat(report.clean()).isTrue();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        Trial.until(() -> Trial.threadsNamed("unit#").isEmpty()); // what has told its end may have a step to go
    }

    @Test
    void aRestartDuringTheProbationStartsTheNewDescriptionAgain() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = onProbation(unit);
        Operation<UnitStatus> restart = unit.restart();
        next().warm.countDown();
        assertThat(restart.await().id()).isEqualTo("unit#3");
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class);
        assertThat(unit.status().labels()).containsEntry("version", "2");
    }

    @Test
    void aStartInTheMiddleFindsThatItRuns() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = replacing(unit);
        Generation second = next();
        assertThat(unit.start().await().id()).isEqualTo("unit#1");
        second.warm.countDown();
        Trial.await(second.tookOver);
        assertThat(unit.start().await().id()).isEqualTo("unit#2");
        assertThat(replace.isDone()).isFalse();
    }

    @Test
    void aSecondReplaceIsRefusedUntilTheFirstIsOver() throws Exception {
        RunnableHandle unit = running();
        next();
        replacing(unit);
        next();
        assertThat(Trial.failure(unit.replace())).isInstanceOf(RefusedException.class)
                .hasMessageContaining("unit is being replaced already: #2 warms up beside #1");
    }

    @Test
    void aFailureOfTheOneBeforeDuringTheWarmUpIsHandledLikeAnyOther() throws Exception {
        manager.start();
        RestartPolicy soon = RestartPolicy.onFailure().withDelays(Duration.ofMillis(1), Duration.ofMillis(1));
        RunnableHandle unit = manager.add(task(spec().restart(soon).build()));
        unit.ready().await();
        Generation first = next();
        Operation<ReplaceReport> replace = replacing(unit);
        next();
        first.ends.add(Optional.of(new IllegalStateException("broken")));
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).isEqualTo("#1 failed meanwhile");
        succeeded();
        assertThat(unit.generation()).isEqualTo(3);
        assertThat(unit.status().labels()).isEmpty();
    }

    @Test
    void aDegradedGenerationIsTakenBack() throws Exception {
        RunnableHandle unit = running();
        next();
        Operation<ReplaceReport> replace = replacing(unit);
        Generation second = succeeded();
        second.context.degraded("no disk");
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).isEqualTo("unit#2 is degraded: no disk");
        assertThat(unit.status().id()).isEqualTo("unit#1");
    }

    @Test
    void aGenerationThatReturnsIsTakenBack() throws Exception {
        RunnableHandle unit = running();
        next();
        ReplaceReport report = unit.replace(Task.of(spec().build(), RunnableContext::takeOver)).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).isEqualTo("unit#2 returned");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aReadinessCheckThatFailsOnProbationTakesItBackAndThatOfTheOneBeforeCountsAgain() throws Exception {
        manager.start();
        RunnableSpec spec = spec().build();
        ManagedRunnable good = context -> {
            context.health("unit", HealthKind.READINESS, () -> {
            });
            context.handsOver(new Keys(context, key -> {
            }));
            context.takeOver();
            context.ready();
            context.awaitStop();
        };
        RunnableHandle unit = manager.add(Task.of(spec, good));
        unit.ready().await();
        ReplaceReport report = unit.replace(Task.of(spec, context -> {
            context.health("unit", HealthKind.READINESS, () -> {
                throw new IllegalStateException("no answer");
            });
            context.takeOver();
            context.awaitStop();
        }), SOON.withProbation(Duration.ofSeconds(2))).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).isEqualTo("unit#2 is not ready: java.lang.IllegalStateException: no answer");
        manager.health().checks(HealthKind.READINESS).getFirst().check().check();
        assertThat(unit.replace(Task.of(spec, good), SOON).await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        manager.health().checks(HealthKind.READINESS).getFirst().check().check();
        unit.stop().await();
        assertThat(manager.health().checks(HealthKind.READINESS)).isEmpty();
    }

    @Test
    void whatDoesNotGetWarmInTimeIsGivenUp() throws Exception {
        RunnableHandle unit = running();
        next();
        ReplaceReport report = unit.replace(task(spec().build()), SOON.withWarmUp(Duration.ofMillis(5))).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).isEqualTo("unit#2 was not warm within PT0.005S");
        assertThat(unit.status().id()).isEqualTo("unit#1");
    }

    // ---- hand-overs that go wrong

    /** A unit of one generation that hands over so; all later ones wait for a stop. */
    private RunnableHandle handingOver(Handover how, StopOptions stop) throws InterruptedException {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(spec().stop(stop).build(), context -> {
            if (context.generation() == 1) {
                context.handsOver(how);
            } else {
                context.takeOver().ifPresent(left -> done.addAll(left.sample(10)));
            }
            context.ready();
            try {
                context.awaitStop();
            } finally {
                context.carryOver(null); // nothing is left here, which must not touch what was handed over
            }
        }));
        unit.ready().await();
        return unit;
    }

    private abstract static class Noted implements Handover {

        final List<String> calls = new CopyOnWriteArrayList<>();

        @Override
        public CarryOver freeze() throws Exception {
            calls.add("freeze");
            return new Keys.Left(List.of("a", "b"));
        }

        @Override
        public void thaw(@Nullable CarryOver back) throws Exception {
            calls.add("thaw " + (back == null ? "nothing" : back.sample(10)));
        }
    }

    @Test
    void aFreezeThatThrowsIsThawedAndChangesNothing() throws Exception {
        Noted how = new Noted() {
            @Override
            public CarryOver freeze() throws Exception {
                super.freeze();
                throw new IllegalStateException("cannot");
            }
        };
        RunnableHandle unit = handingOver(how, StopOptions.defaults());
        ReplaceReport report = unit.replace(SOON).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).isEqualTo("unit#1 cannot hand over: java.lang.IllegalStateException: cannot");
        assertThat(how.calls).containsExactly("freeze", "thaw nothing");
        assertThat(unit.status().id()).isEqualTo("unit#1");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aFreezeThatHangsIsInterruptedAndThenItsGenerationIsRestarted() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        Noted how = new Noted() {
            @Override
            public CarryOver freeze() {
                hung.hang();
                return new Keys.Left(List.of("late"));
            }
        };
        RunnableHandle unit = handingOver(how, StopOptions.drain(Duration.ofMillis(30)));
        ReplaceReport report = unit.replace(SOON).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("unit#1 did not hand over in time", "is restarted");
        assertThat(hung.interrupts.get()).isPositive();
        Trial.until(() -> unit.generation() == 3 && unit.state() == UnitState.READY);
        assertThat(unit.quarantined()).extracting(QuarantinedGeneration::id).containsExactly("unit#1");
    }

    @Test
    void aThawThatThrowsRestartsTheGenerationWithTheWork() throws Exception {
        Noted how = new Noted() {
            @Override
            public void thaw(@Nullable CarryOver back) throws Exception {
                super.thaw(back);
                throw new IllegalStateException("cannot");
            }
        };
        RunnableHandle unit = handingOver(how, StopOptions.defaults());
        ReplaceReport report = unit.replace(Task.of(spec().build(), context -> {
            context.takeOver();
            throw new IllegalStateException("broken");
        })).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("broken", "unit#1 cannot go on", "is restarted");
        assertThat(report.handedOver()).isEqualTo(2);
        assertThat(how.calls).containsExactly("freeze", "thaw [a, b]");
        Trial.until(() -> unit.generation() == 3 && unit.state() == UnitState.READY);
        assertThat(done).containsExactly("a", "b");
    }

    @Test
    void aStopDuringTheFreezeWaitsForTheWorkToComeBack() throws Exception {
        CountDownLatch entered = latch();
        Noted how = new Noted() {
            @Override
            public CarryOver freeze() throws Exception {
                entered.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    calls.add("interrupted");
                }
                return super.freeze();
            }
        };
        RunnableHandle unit = handingOver(how, StopOptions.defaults());
        Operation<ReplaceReport> replace = unit.replace(SOON);
        Trial.await(entered);
        StopReport report = unit.stop().await();
        assertThat(how.calls).containsExactly("interrupted", "freeze", "thaw [a, b]");
        assertThat(report.generation()).isEqualTo(1);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class);
    }

    // ---- pause

    @Test
    void theNextGenerationOfAPausedUnitTakesOverPaused() throws Exception {
        manager.start();
        RunnableSpec spec = spec().build();
        List<String> calls = new CopyOnWriteArrayList<>();
        ManagedRunnable code = context -> {
            context.pausable(new Suspension() {
                @Override
                public void begin() {
                    calls.add(context.id() + " pauses");
                }

                @Override
                public void end() {
                    calls.add(context.id() + " resumes");
                }
            });
            context.handsOver(new Keys(context, key -> {
            }));
            context.takeOver();
            context.ready();
            context.awaitStop();
        };
        RunnableHandle unit = manager.add(Task.of(spec, code));
        unit.ready().await();
        unit.pause().await();
        Operation<ReplaceReport> replace = unit.replace();
        Trial.until(() -> unit.generation() == 2 && unit.state() == UnitState.PAUSED);
        assertThat(calls).containsExactly("unit#1 pauses", "unit#2 pauses");
        assertThat(unit.resume().await().state()).isEqualTo(UnitState.READY);
        assertThat(calls).endsWith("unit#2 resumes");
        assertThat(replace.isDone()).isFalse();
    }

    // ---- quota

    @Test
    void whenAQuotaDoesNotAllowBothItIsStoppedFirst() throws Exception {
        manager.start();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 5)).await();
        RunnableHandle unit = manager.add(task(spec().cost(Cost.of(CostDimension.WATCHES, 3)).build()));
        unit.ready().await();
        next();
        Operation<ReplaceReport> replace = unit.replace(
                task(spec().cost(Cost.of(CostDimension.WATCHES, 4)).build()), SOON);
        Generation second = next();
        second.warm.countDown();
        ReplaceReport report = replace.await();
        assertThat(report.method()).isEqualTo(ReplaceMethod.COLD);
        assertThat(report.whyCold()).isEqualTo("a quota does not allow both: needs watches=4, free 2 of 5");
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(unit.status().id()).isEqualTo("unit#2");
    }

    @Test
    void whatAQuotaAllowsIsCountedForBothAndGivenBack() throws Exception {
        manager.start();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 10)).await();
        RunnableHandle unit = manager.add(task(spec().cost(Cost.of(CostDimension.WATCHES, 3)).build()));
        unit.ready().await();
        next();
        Operation<ReplaceReport> replace = unit.replace(
                task(spec().cost(Cost.of(CostDimension.WATCHES, 4)).build()), SOON);
        Generation second = next();
        assertThat(used()).isEqualTo(7);
        second.warm.countDown();
        assertThat(replace.await().method()).isEqualTo(ReplaceMethod.WARM);
        Trial.until(() -> used() == 4);
        unit.stop().await();
        Trial.until(() -> used() == 0);
    }

    @Test
    void aQuotaThatIsLoweredTakesBackTheGenerationThatWarmsUp() throws Exception {
        manager.start();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 10)).await();
        RunnableHandle unit = manager.add(task(spec().cost(Cost.of(CostDimension.WATCHES, 3)).build()));
        unit.ready().await();
        next();
        Operation<ReplaceReport> replace = unit.replace(SOON);
        next();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 5)).await();
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).isEqualTo("a quota needs what unit#2 has");
        assertThat(unit.status().id()).isEqualTo("unit#1");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
    }

    private long used() {
        return Quotas.of(manager).status().scopes().getFirst().used().in(CostDimension.WATCHES);
    }

    // ---- dependencies

    @Test
    void dependentsGoOnWithTheNextGenerationOrAreRestarted() throws Exception {
        RunnableHandle unit = running();
        next();
        List<String> rebound = new CopyOnWriteArrayList<>();
        // One that is replaced for before it has said that it can go on is restarted: ready is who has said so.
        RunnableSpec goesOn = RunnableSpec.builder("can").dependsOn("unit").signalsReadiness(true).build();
        RunnableHandle can = manager.add(Task.of(goesOn, context -> {
            context.onRebind(handle -> rebound.add(handle.toString()));
            context.ready();
            context.awaitStop();
        }));
        RunnableHandle cannot = manager.add(Task.of(RunnableSpec.builder("cannot").dependsOn("unit").build(),
                RunnableContext::awaitStop));
        can.ready().await();
        cannot.ready().await();
        Operation<ReplaceReport> replace = unit.replace(task(spec().build()), SOON);
        next().warm.countDown();
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        Trial.until(() -> cannot.generation() == 2 && cannot.state() == UnitState.READY);
        Trial.until(() -> !rebound.isEmpty());
        assertThat(can.generation()).isEqualTo(1);
        assertThat(rebound).containsExactly("unit#2 READY");
    }

    @Test
    void whatTheNextOneDependsOnMustBeThere() throws Exception {
        RunnableHandle unit = running();
        next();
        assertThat(Trial.failure(unit.replace(task(spec().dependsOn("nothing").build()))))
                .isInstanceOf(RefusedException.class).hasMessageContaining("nothing, which does not exist");
        assertThat(unit.status().dependsOn()).isEmpty();
    }

    // ---- what is refused, and what does not run

    @Test
    void theNameAndTheKindStay() throws Exception {
        RunnableHandle unit = running();
        next();
        assertThatThrownBy(() -> unit.replace(Task.of("other", RunnableContext::awaitStop)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot be replaced by Task other");
        assertThatThrownBy(() -> unit.replace(task(spec().kind("Server").build())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SOON.withWarmUp(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofWhatIsStoppedOnlyTheDescriptionChanges() throws Exception {
        RunnableHandle unit = running();
        next();
        unit.stop().await();
        ReplaceReport report = unit.replace(task(spec().label("version", "2").build())).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.to()).isEqualTo(1);
        assertThat(report.message()).isEqualTo("it does not run; its next start is by the new description");
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.status().labels()).containsEntry("version", "2");
    }

    @Test
    void ofWhatCannotStartOnlyTheDescriptionChangesToo() throws Exception {
        manager.start();
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.named("scope"), context -> {
            context.add("child", RunnableContext::awaitStop);
            context.awaitStop();
        }));
        Trial.until(() -> manager.find("scope/child").isPresent());
        RunnableHandle child = manager.find("scope/child").orElseThrow();
        child.ready().await();
        scope.stop().await();
        ReplaceReport report = child.replace(Task.of("child", RunnableContext::awaitStop)).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.message())
                .isEqualTo("it cannot start: scope is not running; its next start is by the new description");
    }
}
