package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/** Limits that change take units down by rank and bring them back, not more often than they are to. */
@Timeout(60)
class Rule19LimitsTest extends UnderQuota {

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
}
