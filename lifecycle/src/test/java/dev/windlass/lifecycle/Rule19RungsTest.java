package dev.windlass.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Who offers rungs is brought down step by step, and what is idle goes before anybody is asked. */
@Timeout(60)
class Rule19RungsTest extends UnderQuota {

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
