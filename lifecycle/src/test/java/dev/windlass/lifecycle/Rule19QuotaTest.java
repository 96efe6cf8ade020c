package dev.windlass.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class Rule19QuotaTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();
    private final Quotas quotas = Quotas.of(manager);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    Rule19QuotaTest() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    /** Costs watches while its code runs, and says when it begins and ends. */
    private ManagedRunnable costing(int watches) {
        return context -> {
            most.accumulateAndGet(running.addAndGet(watches), Math::max);
            log.add("+" + context.name());
            context.ready();
            try {
                context.awaitStop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                log.add("-" + context.name());
                running.addAndGet(-watches);
            }
        };
    }

    /** Of a unit that says itself when it is ready: after it has said that it begins. */
    private static RunnableSpec.Builder spec(String name) {
        return RunnableSpec.builder(name).signalsReadiness(true);
    }

    private RunnableHandle add(String name, PriorityClass priority, int watches, String... dependencies) {
        return manager.add(Task.of(spec(name).priority(priority).cost(Cost.of(WATCHES, watches))
                .dependsOn(dependencies).build(), costing(watches)));
    }

    private RunnableHandle add(String name, int watches) {
        return add(name, PriorityClass.NORMAL, watches);
    }

    private void limit(int watches) throws InterruptedException {
        quotas.set(Limits.of(WATCHES, watches)).await(Trial.HANG);
    }

    private static void pending(RunnableHandle unit, String message) {
        Trial.until(() -> unit.state() == UnitState.PENDING && unit.status().message().equals(message));
        assertThat(unit.status().reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }

    private long used() {
        return quotas.status().scopes().getFirst().used().in(WATCHES);
    }

    /** Awaits the end of something that hangs. */
    private StopReport end(Operation<StopReport> stop) throws InterruptedException {
        for (int passed = 0; passed < 60 && !stop.isDone(); passed++) {
            time.advance(Duration.ofSeconds(1));
        }
        return stop.await(Trial.HANG);
    }

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

    // ---- limits that change

    @Test
    void loweredLimitsTakeTheLowestClassAndTheYoungestFirstAndNeverSystem() throws Exception {
        limit(40);
        add("system", PriorityClass.SYSTEM, 10).ready().await(Trial.HANG);
        add("critical", PriorityClass.CRITICAL, 10).ready().await(Trial.HANG);
        add("old", 10).ready().await(Trial.HANG);
        add("young", 10).ready().await(Trial.HANG);
        QuotaPlan foreseen = quotas.whatIf(Limits.of(WATCHES, 25));
        assertThat(foreseen.stopped()).containsExactly("young", "old");
        assertThat(foreseen.toString()).isEqualTo("""
                limits watches=25:
                  young (NORMAL) FULL → STOPPED, gives back watches=10
                  old (NORMAL) FULL → STOPPED, gives back watches=10""");
        assertThat(quotas.limits()).isEqualTo(Limits.of(WATCHES, 40));
        assertThat(running).hasValue(40);
        assertThat(quotas.set(foreseen.limits()).await(Trial.HANG)).isEqualTo(foreseen);
        assertThat(running).hasValue(20);
        assertThat(used()).isEqualTo(20);
        QuotaPlan further = quotas.set(Limits.of(WATCHES, 10)).await(Trial.HANG);
        assertThat(further.stopped()).containsExactly("critical");
        assertThat(running).hasValue(10);
    }

    @Test
    void limitsBelowWhatSystemUnitsNeedAreRefusedAndTheOldOnesStay() throws Exception {
        limit(40);
        add("base", PriorityClass.BATCH, 4).ready().await(Trial.HANG);
        add("system", PriorityClass.SYSTEM, 10, "base").ready().await(Trial.HANG);
        assertThat(Trial.failure(quotas.set(Limits.of(WATCHES, 13)))).isInstanceOf(RefusedException.class)
                .hasMessage("limits watches=13 are refused, watches=40 stay: "
                        + "watches=13 is below the 14 that units of class SYSTEM need");
        assertThat(quotas.whatIf(Limits.of(WATCHES, 13)).problems())
                .containsExactly("watches=13 is below the 14 that units of class SYSTEM need");
        assertThat(quotas.limits()).isEqualTo(Limits.of(WATCHES, 40));
        assertThat(running).hasValue(14);
        limit(14);
        assertThat(running).hasValue(14);
        assertThat(Trial.failure(quotas.set("nobody", Limits.of(WATCHES, 1))))
                .isInstanceOf(UnknownUnitException.class).hasMessageContaining("\"nobody\"");
    }

    @Test
    void restoredLimitsBringUnitsBackByRankWithTheirWork() throws Exception {
        limit(100);
        List<RunnableHandle> units = new ArrayList<>();
        Map<String, Object> found = new ConcurrentHashMap<>();
        for (PriorityClass priority : List.of(PriorityClass.BATCH, PriorityClass.NORMAL, PriorityClass.CRITICAL)) {
            for (int i = 0; i < 3; i++) {
                String name = priority.name().toLowerCase(Locale.ROOT) + "-" + i;
                Rule08CarryOverTest.Keys keys = new Rule08CarryOverTest.Keys(name + "-key");
                units.add(manager.add(Task.of(spec(name).priority(priority)
                        .cost(Cost.of(WATCHES, 10)).build(), context -> {
                            context.carryOver().ifPresent(work -> found.put(name, work));
                            context.carryOver(keys);
                            costing(10).run(context);
                        })));
            }
        }
        for (RunnableHandle unit : units) {
            unit.ready().await(Trial.HANG);
        }
        limit(0);
        assertThat(running).hasValue(0);
        for (RunnableHandle unit : units) {
            Trial.until(unit, UnitState.PENDING);
            assertThat(unit.status().carriedOver()).isEqualTo(1);
        }
        time.advance(Duration.ofMinutes(2));
        log.clear();
        List<String> order = List.of("critical-0", "critical-1", "critical-2", "normal-0", "normal-1", "normal-2",
                "batch-0", "batch-1", "batch-2");
        for (int back = 1; back <= 9; back++) {
            limit(back * 10);
            manager.find(order.get(back - 1)).orElseThrow().ready().await(Trial.HANG);
            int sum = back * 10;
            Trial.until(() -> running.get() == sum);
        }
        assertThat(log).containsExactlyElementsOf(order.stream().map(name -> "+" + name).toList());
        assertThat(found).containsOnlyKeys(order);
        assertThat(most).hasValue(90);
    }

    @Test
    void aFlappingQuotaStopsAUnitOnceUntilItHasBeenQuietForTheCoolDown() throws Exception {
        limit(10);
        RunnableHandle unit = add("unit", 6);
        unit.ready().await(Trial.HANG);
        for (int i = 0; i < 30; i++) { // five minutes
            limit(5);
            time.advance(Duration.ofSeconds(5));
            limit(10);
            time.advance(Duration.ofSeconds(5));
        }
        assertThat(log).containsExactly("+unit", "-unit");
        Trial.until(unit, UnitState.PENDING);
        time.advance(Duration.ofSeconds(49));
        assertThat(unit.state()).isEqualTo(UnitState.PENDING);
        time.advance(Duration.ofSeconds(1)); // 60 s after the last time that it was lowered
        Trial.until(() -> List.copyOf(log).equals(List.of("+unit", "-unit", "+unit")));
    }

    @Test
    void aSlowFlappingQuotaStopsAUnitAtMostOncePerCoolDown() throws Exception {
        limit(10);
        RunnableHandle unit = add("unit", 6);
        unit.ready().await(Trial.HANG);
        for (int i = 0; i < 10; i++) { // ten times 90 s
            limit(5);
            time.advance(Duration.ofSeconds(20));
            limit(10);
            time.advance(Duration.ofSeconds(70));
            unit.ready().await(Trial.HANG);
        }
        assertThat(log.stream().filter("-unit"::equals)).hasSize(10);
    }

    @Test
    void anExplicitStartDoesNotCutACoolDownShort() throws Exception {
        limit(10);
        RunnableHandle unit = add("unit", 6);
        unit.ready().await(Trial.HANG);
        limit(5);
        limit(10);
        unit.stop().await(Trial.HANG);
        unit.start();
        Trial.until(() -> unit.status().message().contains("comes back at 2000-01-01T00:01:00Z"));
        quotas.coolDown(Duration.ZERO);
        unit.ready().await(Trial.HANG);
    }

    @Test
    void limitsOfAScopeHoldForAllThatIsInsideAndCanBeSetAtRunTime() throws Exception {
        limit(10);
        AtomicReference<RunnableContext> inside = new AtomicReference<>();
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").limits(Limits.of(WATCHES, 4))
                .cost(Cost.of(WATCHES, 1)).build(), context -> {
                    inside.set(context);
                    context.awaitStop();
                }));
        scope.ready().await(Trial.HANG);
        Trial.until(() -> inside.get() != null);
        RunnableContext context = Trial.present(inside);
        RunnableHandle one = context.add(Task.of(spec("one").cost(Cost.of(WATCHES, 3)).build(),
                costing(3)));
        one.ready().await(Trial.HANG);
        RunnableHandle two = context.add(Task.of(spec("two").cost(Cost.of(WATCHES, 1)).build(),
                costing(1)));
        pending(two, "waits for quota: needs watches=1, free 0 of 4 in scope");
        add("outside", 6).ready().await(Trial.HANG);
        quotas.set("scope", Limits.of(WATCHES, 9)).await(Trial.HANG);
        pending(two, "waits for quota: needs watches=1, free 0 of 10");
        assertThat(quotas.limits("scope")).isEqualTo(Limits.of(WATCHES, 9));
        limit(11);
        two.ready().await(Trial.HANG);
        assertThat(quotas.status().scopes()).containsExactlyInAnyOrder(
                new QuotaStatus.ScopeUse("", Limits.of(WATCHES, 11), Cost.of(WATCHES, 11)),
                new QuotaStatus.ScopeUse("scope", Limits.of(WATCHES, 9), Cost.of(WATCHES, 5)));
        assertThat(quotas.set("scope", Limits.of(WATCHES, 3)).await(Trial.HANG).stopped()).containsExactly("scope/one");
        Trial.until(one, UnitState.PENDING);
    }

    @Test
    void aScopeThatGetsLimitsLateCountsWhatIsInsideAlready() throws Exception {
        AtomicReference<RunnableContext> inside = new AtomicReference<>();
        manager.add("outer", context -> {
            context.add(Task.of(RunnableSpec.builder("inner").limits(Limits.of(WATCHES, 50)).build(), inner -> {
                inside.set(inner);
                inner.awaitStop();
            }));
            context.awaitStop();
        });
        Trial.until(() -> inside.get() != null);
        Trial.present(inside).add(Task.of(spec("unit").cost(Cost.of(WATCHES, 5)).build(), costing(5)))
                .ready().await(Trial.HANG);
        quotas.set("outer", Limits.of(WATCHES, 20)).await(Trial.HANG);
        assertThat(quotas.status().scopes()).contains(
                new QuotaStatus.ScopeUse("outer", Limits.of(WATCHES, 20), Cost.of(WATCHES, 5)),
                new QuotaStatus.ScopeUse("outer/inner", Limits.of(WATCHES, 50), Cost.of(WATCHES, 5)));
        assertThat(quotas.set("outer", Limits.of(WATCHES, 4)).await(Trial.HANG).stopped())
                .containsExactly("outer/inner/unit");
        assertThat(quotas.status().scopes()).allMatch(use -> use.used().isNone());
        manager.find("outer").orElseThrow().remove().await(Trial.HANG);
        assertThat(quotas.status().scopes()).hasSize(1);
    }

    @Test
    void limitsOfOneScopeHoldWhateverAnotherOneUses() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle stuck = manager
                .add(Task.of(RunnableSpec.builder("stuck").cost(Cost.of(WATCHES, 4)).build(), hung));
        Trial.await(hung.entered);
        RunnableHandle other = add("other", 4);
        other.ready().await(Trial.HANG);
        Operation<QuotaPlan> never = quotas.set("stuck", Limits.of(WATCHES, 3));
        assertThat(quotas.set("other", Limits.of(WATCHES, 3)).await(Trial.HANG).stopped()).containsExactly("other");
        Trial.until(other, UnitState.PENDING);
        assertThat(never.isDone()).isFalse();
        hung.letGo.countDown();
        assertThat(never.await(Trial.HANG).stopped()).containsExactly("stuck");
        Trial.until(stuck, UnitState.PENDING);
    }

    @Test
    void aDryRunLeavesNoTrace() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("declared").limits(Limits.of(WATCHES, 7)).build(),
                RunnableContext::awaitStop)).ready().await(Trial.HANG);
        add("unit", 5).ready().await(Trial.HANG);
        assertThat(quotas.whatIf("unit", Limits.of(WATCHES, 4)).stopped()).containsExactly("unit");
        assertThat(quotas.whatIf("unit", Limits.none()).changes()).isEmpty();
        assertThat(quotas.limits("declared")).isEqualTo(Limits.of(WATCHES, 7));
        assertThat(quotas.limits("unit")).isEqualTo(Limits.none());
        assertThat(quotas.status().scopes()).containsExactly(
                new QuotaStatus.ScopeUse("", Limits.none(), Cost.of(WATCHES, 5)));
        assertThat(running).hasValue(5);
    }

    @Test
    void whoAwaitsAUnitThatGivesWayWhileItStartsIsToldWhenItIsReadyAfterAll() throws Exception {
        limit(5);
        RunnableHandle slow = manager.add(Task.of(spec("slow").priority(PriorityClass.BATCH)
                .cost(Cost.of(WATCHES, 5)).build(), context -> {
                    if (context.generation() > 1) {
                        context.ready();
                    }
                    context.awaitStop();
                }));
        Operation<UnitStatus> ready = slow.ready();
        Trial.until(slow, UnitState.STARTING);
        RunnableHandle newcomer = add("newcomer", 5);
        newcomer.ready().await(Trial.HANG);
        Trial.until(slow, UnitState.PENDING);
        assertThat(ready.isDone()).isFalse();
        newcomer.remove().await(Trial.HANG);
        time.advance(Duration.ofSeconds(60));
        assertThat(ready.await(Trial.HANG).generation()).isEqualTo(2);
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

    // ---- rungs

    /** A unit that offers rungs; what it does is in the log. */
    private RunnableHandle climbing(String name, PriorityClass priority, RungChange change) {
        return manager.add(Task.of(spec(name).priority(priority)
                .cost(Cost.of(WATCHES, 10).and(CONCURRENCY, 4)).build(), context -> {
                    context.rungs(RUNGS, change);
                    context.measure(() -> Cost.of(WATCHES, 8));
                    context.ready();
                    costing(0).run(context);
                }));
    }

    private static final Map<Rung, Cost> RUNGS = Map.of(Rung.DEGRADED, Cost.of(WATCHES, 10).and(CONCURRENCY, 1),
            Rung.PAUSED, Cost.of(WATCHES, 10), Rung.PARKED, Cost.none());

    private RungChange logged(String name) {
        return rung -> log.add(name + " " + rung);
    }

    private Rung rung(String unit) {
        return quotas.status().units().stream().filter(use -> use.unit().equals(unit)).findFirst().orElseThrow().rung();
    }

    @Test
    void whoOffersRungsIsBroughtDownStepByStepAndNotStopped() throws Exception {
        quotas.set(Limits.of(WATCHES, 20).and(CONCURRENCY, 8)).await(Trial.HANG);
        RunnableHandle normal = climbing("normal", PriorityClass.NORMAL, logged("normal"));
        RunnableHandle batch = climbing("batch", PriorityClass.BATCH, logged("batch"));
        normal.ready().await(Trial.HANG);
        batch.ready().await(Trial.HANG);
        quotas.set(Limits.of(WATCHES, 20).and(CONCURRENCY, 5)).await(Trial.HANG);
        assertThat(rung("batch")).isEqualTo(Rung.DEGRADED);
        assertThat(batch.state()).isEqualTo(UnitState.READY);
        quotas.set(Limits.of(WATCHES, 20).and(CONCURRENCY, 1)).await(Trial.HANG);
        assertThat(rung("batch")).isEqualTo(Rung.PAUSED);
        assertThat(rung("normal")).isEqualTo(Rung.DEGRADED);
        Trial.until(batch, UnitState.PAUSED);
        assertThat(batch.status().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(batch.status().message()).isEqualTo("PAUSED by the quota");
        quotas.set(Limits.of(WATCHES, 15).and(CONCURRENCY, 1)).await(Trial.HANG);
        assertThat(rung("batch")).isEqualTo(Rung.PARKED);
        Trial.until(() -> batch.status().message().equals("PARKED by the quota"));
        assertThat(quotas.status().units()).filteredOn(use -> use.unit().equals("normal")).first()
                .isEqualTo(new QuotaStatus.UnitUse("normal", "normal", PriorityClass.NORMAL, UnitState.READY,
                        Rung.DEGRADED, Cost.of(WATCHES, 10).and(CONCURRENCY, 4),
                        Cost.of(WATCHES, 10).and(CONCURRENCY, 1), Cost.of(WATCHES, 8), ""));
        Trial.until(() -> log.size() == 6);
        assertThat(log).containsExactlyInAnyOrder("+normal", "+batch", "batch DEGRADED", "normal DEGRADED",
                "batch PAUSED", "batch PARKED");
        quotas.set(Limits.none()).await(Trial.HANG);
        time.advance(Duration.ofSeconds(60));
        Trial.until(() -> log.containsAll(List.of("batch FULL", "normal FULL")));
        Trial.until(batch, UnitState.READY);
        assertThat(batch.status().reason()).isEqualTo(Reason.QUOTA_RESTORED);
        assertThat(batch.generation()).isEqualTo(1);
        assertThat(rung("batch")).isEqualTo(Rung.FULL);
    }

    @Test
    void aNewcomerStartsOnlyWhenWhoGivesWayHasArrivedOnItsRung() throws Exception {
        quotas.set(Limits.of(WATCHES, 10)).await(Trial.HANG);
        CountDownLatch parking = new CountDownLatch(1);
        RunnableHandle batch = climbing("batch", PriorityClass.BATCH, rung -> {
            Trial.await(parking);
        });
        batch.ready().await(Trial.HANG);
        RunnableHandle newcomer = add("newcomer", 1);
        pending(newcomer, "waits for quota: needs watches=1, free 0 of 10; batch give way");
        assertThat(used()).isEqualTo(10);
        parking.countDown();
        newcomer.ready().await(Trial.HANG);
        assertThat(used()).isEqualTo(1);
        assertThat(batch.stop().await(Trial.HANG).outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    @Test
    void whoCannotGoToItsRungIsStopped() throws Exception {
        quotas.set(Limits.of(WATCHES, 20)).await(Trial.HANG);
        RunnableHandle broken = climbing("broken", PriorityClass.BATCH, rung -> {
            throw new IOException("on purpose");
        });
        CountDownLatch never = new CountDownLatch(1);
        RunnableHandle hanging = climbing("hanging", PriorityClass.BATCH, rung -> {
            never.await();
        });
        broken.ready().await(Trial.HANG);
        hanging.ready().await(Trial.HANG);
        Operation<QuotaPlan> set = quotas.set(Limits.of(WATCHES, 0));
        Trial.until(broken, UnitState.PENDING);
        assertThat(hanging.state()).isEqualTo(UnitState.READY);
        time.advance(Duration.ofSeconds(10));
        set.await(Trial.HANG);
        Trial.until(hanging, UnitState.PENDING);
        assertThat(broken.lastStop().orElseThrow().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(hanging.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    @Test
    void aHungUnitIsNotBroughtUpAgain() throws Exception {
        limit(10);
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add(Task.of(spec("unit").cost(Cost.of(WATCHES, 10)).build(), context -> {
            context.rungs(Map.of(Rung.PAUSED, Cost.of(WATCHES, 4)), logged("unit"));
            context.ready();
            hung.run(context);
        }));
        unit.ready().await(Trial.HANG);
        try {
            limit(4);
            assertThat(end(unit.stop(StopOptions.abort())).outcome()).isEqualTo(StopOutcome.QUARANTINED);
            limit(20);
            time.advance(Duration.ofMinutes(2));
            pending(add("huge", 30),
                    "waits for quota: needs watches=30, free 16 of 20, more than it could ever get"); // so it was planned
            assertThat(used()).isEqualTo(4);
        } finally {
            hung.letGo.countDown();
        }
        Trial.until(() -> used() == 0);
    }

    @Test
    void whoStopsIsNotBroughtUpAgain() throws Exception {
        limit(10);
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle unit = manager.add(Task.of(spec("unit").drains(true).cost(Cost.of(WATCHES, 10)).build(),
                context -> {
                    context.rungs(Map.of(Rung.PAUSED, Cost.of(WATCHES, 4)), logged("unit"));
                    context.ready();
                    context.awaitStop();
                    Trial.await(letGo);
                }));
        unit.ready().await(Trial.HANG);
        limit(4);
        Operation<StopReport> stop = unit.stop(StopOptions.drain(Duration.ofMinutes(10)));
        Trial.until(unit, UnitState.DRAINING);
        limit(20);
        time.advance(Duration.ofMinutes(2));
        letGo.countDown();
        stop.await(Trial.HANG);
        assertThat(log).containsExactly("unit PAUSED");
    }

    @Test
    void whoOffersFullOrStoppedIsRefused() throws Exception {
        AtomicReference<RunnableContext> inside = new AtomicReference<>();
        manager.add("unit", context -> {
            inside.set(context);
            context.awaitStop();
        }).ready().await(Trial.HANG);
        Trial.until(() -> inside.get() != null);
        Map<Rung, Cost> wrong = Map.of(Rung.STOPPED, Cost.none(), Rung.PAUSED, Cost.none());
        assertThatThrownBy(() -> Trial.present(inside).rungs(wrong, logged("unit")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "unit#1 offers the rungs [PAUSED, STOPPED]: FULL and STOPPED are there anyway, leave them out");
    }

    // ---- what is idle

    @Test
    void whatIsIdleIsCountedAndGoesBeforeAnybodyIsAsked() throws Exception {
        limit(10);
        AtomicReference<RunnableContext> inside = new AtomicReference<>();
        RunnableHandle cache = manager.add("cache", context -> {
            inside.set(context);
            context.awaitStop();
        });
        cache.ready().await(Trial.HANG);
        Trial.until(() -> inside.get() != null);
        add("batch", PriorityClass.BATCH, 4).ready().await(Trial.HANG);
        CountDownLatch closing = new CountDownLatch(1);
        AtomicReference<Registration> idle = new AtomicReference<>();
        idle.set(Trial.present(inside).keepIdle("informer of pods", Cost.of(WATCHES, 3), () -> {
            log.add("given back by " + Thread.currentThread().getName());
            Trial.await(closing);
            Trial.present(idle).close();
        }));
        Registration inUseAgain = Trial.present(inside).keepIdle("informer of nodes", Cost.of(WATCHES, 1), () -> {
            throw new AssertionError("nobody needs it");
        });
        assertThat(used()).isEqualTo(8);
        inUseAgain.close();
        assertThat(used()).isEqualTo(7);
        RunnableHandle newcomer = add("newcomer", 5);
        pending(newcomer, "waits for quota: needs watches=5, free 3 of 10; cache (informer of pods) give way");
        closing.countDown();
        newcomer.ready().await(Trial.HANG);
        assertThat(log).contains("given back by cache#1/give back").doesNotContain("-batch");
        Trial.present(inside).keepIdle("informer of jobs", Cost.of(WATCHES, 1), () -> {
        });
        assertThat(used()).isEqualTo(10);
        assertThat(cache.stop().await(Trial.HANG).clean()).isTrue();
        assertThat(used()).isEqualTo(9);
    }
}
