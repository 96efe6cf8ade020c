package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What fits runs, what does not waits or takes the place of others, and what hangs or fails is counted while it holds something. */
@Timeout(60)
class Rule19QuotaTest extends UnderQuota {

    // ---- admission

    @Test
    void whatFitsStartsAndWhatDoesNotIsPendingWithNumbers() throws Exception {
        limit(10);
        add("first", 7).ready().await(Trial.HANG);
        RunnableHandle second = add("second", 4);
        pending(second, "waits for quota: needs watches=4, free 3 of 10");
        RunnableHandle third = add("third", 2);
        pending(third, "waits for quota: needs watches=2, behind second (NORMAL)");
        RunnableHandle huge = add("huge", 11);
        pending(huge, "waits for quota: needs watches=11, free 3 of 10, more than it could ever get");
        manager.add("free", RunnableContext::awaitStop).ready().await(Trial.HANG);
        assertThat(used()).isEqualTo(7);
        limit(100);
        for (RunnableHandle unit : List.of(second, third, huge)) {
            unit.ready().await(Trial.HANG);
        }
        assertThat(used()).isEqualTo(24);
    }

    @Test
    void thoseWhoWaitAreServedByClassAndThenByAge() throws Exception {
        limit(1);
        RunnableHandle holder = add("holder", PriorityClass.SYSTEM, 1);
        holder.ready().await(Trial.HANG);
        add("batch", PriorityClass.BATCH, 1);
        add("old", 1);
        add("young", 1);
        add("critical", PriorityClass.CRITICAL, 1);
        for (String next : List.of("critical", "old", "young", "batch")) {
            RunnableHandle unit = manager.find(next).orElseThrow();
            assertThat(unit.state()).isEqualTo(UnitState.PENDING);
            holder.stop().await(Trial.HANG);
            unit.ready().await(Trial.HANG);
            holder = unit;
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void whoMayWaitNoLongerIsWithdrawn() throws Exception {
        limit(2);
        RunnableHandle holder = add("holder", 2);
        RunnableHandle first = add("first", 2);
        RunnableHandle second = add("second", PriorityClass.NORMAL, 2, "missing");
        RunnableHandle third = add("third", 2);
        assertThat(first.stop().await(Trial.HANG).outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(second.status().message()).isEqualTo("waits for missing, which does not exist");
        Operation<UnitStatus> ready = third.ready();
        holder.stop().await(Trial.HANG);
        ready.await(Trial.HANG);
        third.remove().await(Trial.HANG);
        assertThat(first.state()).isEqualTo(UnitState.STOPPED);
        first.start().await(Trial.HANG);
        pending(add("third", 1), "waits for quota: needs watches=1, free 0 of 2");
        manager.close();
        assertThat(manager.units()).allMatch(unit -> unit.state() == UnitState.STOPPED);
    }

    @Test
    void aThousandAddsAgainstAHundredFreeNeverExceedAHundred() throws Exception {
        limit(100);
        List<Thread> threads = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (int t = 0; t < 50; t++) {
            String prefix = "unit-" + t + "-";
            threads.add(Thread.ofPlatform().start(() -> {
                Trial.await(go);
                IntStream.range(0, 20).forEach(i -> add(prefix + i, 1));
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Trial.until(() -> running.get() == 100);
        Trial.until(() -> manager.units().stream().filter(unit -> unit.state() == UnitState.PENDING).count() == 900);
        List<RunnableHandle> units = manager.units();
        for (RunnableHandle unit : units) { // each that ends lets the next one in
            unit.remove().await(Trial.HANG);
        }
        assertThat(most).hasValue(100);
        Trial.until(() -> running.get() == 0 && used() == 0);
    }

    // ---- pushing aside

    @Test
    void victimsAreStoppedBeforeTheNewcomerStartsAndComeBackWhenItHasGone() throws Exception {
        limit(10);
        RunnableHandle old = add("old", PriorityClass.BATCH, 4);
        RunnableHandle young = add("young", PriorityClass.BATCH, 4);
        young.ready().await(Trial.HANG);
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        manager.subscribe(events::add);
        Trial.until(() -> events.size() == 2); // the current states
        RunnableHandle newcomer = add("newcomer", 5);
        newcomer.ready().await(Trial.HANG);
        assertThat(log).containsSubsequence("-young", "+newcomer").doesNotContain("-old");
        assertThat(most).hasValue(9);
        Trial.until(() -> events.stream().anyMatch(event -> event.unit().equals("newcomer")
                && event.to() == UnitState.READY));
        List<UnitEvent> both = events.stream().filter(event -> event.from() != null).toList();
        int stopped = indexOf(both, "young", UnitState.STOPPED);
        assertThat(both.get(stopped).reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(both.get(stopped).actor()).isEqualTo("quota");
        assertThat(stopped).isLessThan(indexOf(both, "newcomer", UnitState.STARTING));
        pending(young, "waits for quota: gave way and comes back at 2000-01-01T00:01:00Z at the earliest; "
                + "needs watches=4, free 1 of 10");
        assertThat(young.lastStop().orElseThrow().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(young.status().desiredRunning()).isTrue();
        newcomer.stop().await(Trial.HANG);
        time.advance(Duration.ofSeconds(59));
        assertThat(young.state()).isEqualTo(UnitState.PENDING);
        time.advance(Duration.ofSeconds(1));
        young.ready().await(Trial.HANG);
        assertThat(young.generation()).isEqualTo(2);
        assertThat(old.generation()).isEqualTo(1);
    }

    private static int indexOf(List<UnitEvent> events, String unit, UnitState to) {
        return IntStream.range(0, events.size())
                .filter(i -> events.get(i).unit().equals(unit) && events.get(i).to() == to).findFirst().orElseThrow();
    }

    @Test
    void aVictimThatSomebodyStopsMeanwhileStaysStopped() throws Exception {
        limit(1);
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle victim = manager.add(Task.of(RunnableSpec.builder("victim").priority(PriorityClass.BATCH)
                .drains(true).cost(Cost.of(WATCHES, 1)).build(), context -> {
                    context.awaitStop();
                    letGo.await();
                }));
        victim.ready().await(Trial.HANG);
        RunnableHandle newcomer = add("newcomer", 1);
        Trial.until(victim, UnitState.DRAINING);
        pending(newcomer, "waits for quota: needs watches=1, free 0 of 1; victim give way");
        Operation<StopReport> stop = victim.stop();
        letGo.countDown();
        assertThat(stop.await(Trial.HANG).outcome()).isEqualTo(StopOutcome.STOPPED);
        newcomer.ready().await(Trial.HANG);
        assertThat(victim.state()).isEqualTo(UnitState.STOPPED);
        assertThat(victim.status().desiredRunning()).isFalse();
    }

    @Test
    void dependentsGiveWayBeforeWhatTheyDependOnAndNoDependencyOfASurvivorGivesWay() throws Exception {
        limit(6);
        add("base", PriorityClass.BATCH, 3).ready().await(Trial.HANG);
        manager.add(Task.of(spec("middle").priority(PriorityClass.BATCH).dependsOn("base").build(),
                costing(0))).ready().await(Trial.HANG);
        add("top", PriorityClass.BATCH, 1, "middle").ready().await(Trial.HANG);
        RunnableHandle needed = add("needed", PriorityClass.BATCH, 1);
        manager.add(Task.of(spec("user").priority(PriorityClass.CRITICAL).dependsOn("needed").build(),
                costing(0))).ready().await(Trial.HANG);
        RunnableHandle newcomer = add("newcomer", 5);
        newcomer.ready().await(Trial.HANG);
        assertThat(log).containsSubsequence("-top", "-middle", "-base", "+newcomer").doesNotContain("-needed", "-user");
        assertThat(needed.generation()).isEqualTo(1);
        newcomer.remove().await(Trial.HANG);
        time.advance(Duration.ofSeconds(60));
        for (String name : List.of("base", "middle", "top")) {
            manager.find(name).orElseThrow().ready().await(Trial.HANG);
        }
    }

    @Test
    void aScopeIsWorthWhatIsInsideAndSystemUnitsInsideProtectIt() throws Exception {
        limit(6);
        RunnableHandle scope = manager.add(Task.of(spec("scope").priority(PriorityClass.BATCH)
                .cost(Cost.of(WATCHES, 2)).build(), context -> {
                    context.add(Task.of(spec("inner").priority(PriorityClass.BATCH)
                            .cost(Cost.of(WATCHES, 2)).build(), costing(2)));
                    costing(2).run(context);
                }));
        RunnableHandle safe = manager.add(Task.of(spec("safe").priority(PriorityClass.BATCH)
                .cost(Cost.of(WATCHES, 2)).build(), context -> {
                    context.add(Task.of(spec("heart").priority(PriorityClass.SYSTEM).build(),
                            costing(0)));
                    costing(2).run(context);
                }));
        for (String name : List.of("scope/inner", "safe/heart")) {
            Trial.until(() -> manager.find(name).map(RunnableHandle::state).orElse(null) == UnitState.READY);
        }
        RunnableHandle newcomer = add("newcomer", 3);
        newcomer.ready().await(Trial.HANG);
        Trial.until(scope, UnitState.PENDING);
        assertThat(safe.state()).isEqualTo(UnitState.READY);
        RunnableHandle more = add("more", 2);
        pending(more, "waits for quota: needs watches=2, free 1 of 6");
        more.remove().await(Trial.HANG);
        newcomer.remove().await(Trial.HANG);
        time.advance(Duration.ofSeconds(60));
        Trial.until(() -> manager.find("scope/inner").map(RunnableHandle::generation).orElse(0L) == 2);
    }

    // ---- what does not go as planned

    @Test
    void whatAHungUnitHoldsStaysCountedUntilItEndsAndTheDeadlineSaysSo() throws Exception {
        limit(10);
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle stuck = manager.add(Task.of(RunnableSpec.builder("stuck").priority(PriorityClass.BATCH)
                .cost(Cost.of(WATCHES, 4)).build(), hung));
        Trial.await(hung.entered);
        add("other", 6).ready().await(Trial.HANG);
        Operation<QuotaPlan> set = quotas.set(Limits.of(WATCHES, 6));
        for (int passed = 0; passed < 60 && !set.isDone(); passed++) {
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(Trial.failure(set)).isInstanceOf(DeadlineException.class).hasMessage(
                "the limits hold for all that starts, but after PT1M use is still watches 10 of 6; held by stuck");
        Trial.until(stuck, UnitState.PENDING); // it is wanted, and would be another generation
        assertThat(used()).isEqualTo(10);
        assertThat(quotas.limits()).isEqualTo(Limits.of(WATCHES, 6));
        hung.letGo.countDown();
        Trial.until(() -> used() == 6);
    }

    @Test
    void whatAHungUnitHoldsStaysCountedAlsoWhenTheScopeAroundItHasGone() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        AtomicReference<RunnableContext> outer = new AtomicReference<>();
        manager.add(Task.of(spec("outer").limits(Limits.of(WATCHES, 10)).build(), context -> {
            context.add(Task.of(spec("inner").limits(Limits.of(WATCHES, 5)).build(), inside -> {
                inside.add(Task.of(RunnableSpec.builder("hung").cost(Cost.of(WATCHES, 4)).build(), hung));
                inside.ready();
                inside.awaitStop();
            }));
            outer.set(context);
            context.ready();
            context.awaitStop();
        })).ready().await(Trial.HANG);
        Trial.await(hung.entered);
        try {
            end(manager.find("outer/inner").orElseThrow().remove(StopOptions.abort()));
            RunnableHandle next = Trial.present(outer).add(Task.of(RunnableSpec.builder("next")
                    .cost(Cost.of(WATCHES, 8)).build(), RunnableContext::awaitStop));
            pending(next, "waits for quota: needs watches=8, free 6 of 10 in outer, more than it could ever get");
            hung.letGo.countDown();
            next.ready().await(Trial.HANG);
        } finally {
            hung.letGo.countDown();
        }
    }

    @Test
    void aFailedUnitGivesBackWhatItHad() throws Exception {
        limit(4);
        CountDownLatch fail = new CountDownLatch(1);
        manager.add(Task.of(RunnableSpec.builder("failing").cost(Cost.of(WATCHES, 4))
                .onFailure(FailurePolicy.ISOLATE).build(), context -> {
                    Trial.await(fail);
                    throw new IllegalStateException("on purpose");
                }));
        RunnableHandle next = add("next", 4);
        pending(next, "waits for quota: needs watches=4, free 0 of 4");
        fail.countDown();
        next.ready().await(Trial.HANG);
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> quotas.coolDown(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cool-down").hasMessageContaining("PT-1S");
        assertThatThrownBy(() -> quotas.deadline(Duration.ofDays(400))).hasMessageContaining("deadline");
        manager.close();
        assertThatThrownBy(() -> quotas.set(Limits.of(WATCHES, 1)).await()).isInstanceOf(StoppingException.class);
    }
}
