package dev.windlass.docs;

import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.QuotaStatus;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Rung;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What {@code docs/quota.md} shows compiles, runs, does what the page says, and is what stands here. */
@Timeout(60)
class QuotaPageTest extends RunPage {

    QuotaPageTest() {
        super("quota.md");
    }

    @Test
    void thePageHasEveryDimension() {
        assertThat(page.table("Dimension").stream().map(row -> row.get(0).replace("`", "")))
                .containsExactlyElementsOf(Arrays.stream(CostDimension.values()).map(CostDimension::key).toList());
    }

    @Test
    void costsLimitsAndDryRuns() throws Exception {
        // code: cost
        RunnableSpec spec = RunnableSpec.builder("reports")
                .priority(PriorityClass.BATCH) // NORMAL by default
                .cost(Cost.of(WATCHES, 12).and(CONCURRENCY, 4)) // what it needs at most, without the units inside it
                .build();
        RunnableHandle reports = manager.add(Task.of(spec, RunnableContext::awaitStop));

        Quotas quotas = Quotas.of(manager);
        quotas.set(Limits.parse("watches=40, concurrency=16")).await(); // all that runs together
        // end
        reports.ready().await();
        manager.add(Task.of(RunnableSpec.builder("web").cost(Cost.of(WATCHES, 20)).build(),
                RunnableContext::awaitStop)).ready().await();
        // code: what-if
        QuotaPlan plan = quotas.whatIf(Limits.of(WATCHES, 20));
        print(plan);
        // limits watches=20:
        //   reports (BATCH) FULL → STOPPED, gives back watches=12, concurrency=4
        print(plan.stopped()); // [reports]
        print(quotas.limits()); // watches=40, concurrency=16: nothing has changed
        // end
        assertThat(log).containsExactly("""
                limits watches=20:
                  reports (BATCH) FULL → STOPPED, gives back watches=12, concurrency=4""", "[reports]",
                "watches=40, concurrency=16");
        log.clear();
        // code: status
        for (QuotaStatus.ScopeUse scope : quotas.status().scopes()) {
            print(scope.name() + " uses " + scope.used() + " of " + scope.limits());
        }
        for (QuotaStatus.UnitUse unit : quotas.status().units()) {
            print(unit.name() + " " + unit.rung() + " " + unit.counted() + " " + unit.waitsFor());
        }
        // end
        assertThat(log).containsExactly(" uses watches=32, concurrency=4 of watches=40, concurrency=16",
                "reports FULL watches=12, concurrency=4 ", "web FULL watches=20 ");
    }

    @Test
    void rungs() throws Exception {
        RunnableSpec spec = RunnableSpec.builder("feed").signalsReadiness(true)
                .cost(Cost.of(WATCHES, 2).and(CONCURRENCY, 4)).build();
        // code: rungs
        RunnableHandle feed = manager.add(Task.of(spec, context -> {
            Semaphore permits = new Semaphore(4);
            context.rungs(Map.of(
                    Rung.DEGRADED, Cost.of(WATCHES, 2).and(CONCURRENCY, 1), // all of its work, more slowly
                    Rung.PAUSED, Cost.of(WATCHES, 2)), // no work; what changes is queued
                    rung -> {
                        permits.drainPermits();
                        permits.release(rung == Rung.FULL ? 4 : rung == Rung.DEGRADED ? 1 : 0);
                    });
            context.measure(() -> Cost.of(WATCHES, 2).and(CONCURRENCY, 4 - permits.availablePermits()));
            context.ready();
            context.awaitStop();
        }));
        // end
        feed.ready().await();
        Quotas quotas = Quotas.of(manager);
        quotas.coolDown(Duration.ZERO);
        assertThat(quotas.set(Limits.of(CONCURRENCY, 2)).await().stopped()).isEmpty();
        assertThat(quotas.status().units().getFirst().rung()).isEqualTo(Rung.DEGRADED);
        assertThat(quotas.status().units().getFirst().measured().in(CONCURRENCY)).isEqualTo(3);
        quotas.set(Limits.of(CONCURRENCY, 0)).await();
        until(feed, UnitState.PAUSED);
        quotas.set(Limits.none()).await();
        until(feed, UnitState.READY);
        assertThat(feed.generation()).isEqualTo(1);
    }

    private static void until(RunnableHandle unit, UnitState state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> unit.state() == state);
    }

    @Test
    void scopes() throws Exception {
        manager.add("cluster/north", RunnableContext::awaitStop).ready().await();
        Quotas quotas = Quotas.of(manager);
        // code: scope
        quotas.set("cluster/north", Limits.of(WATCHES, 10)).await();
        // end
        assertThat(quotas.limits("cluster/north")).isEqualTo(Limits.of(WATCHES, 10));
    }

    @Test
    void typos() {
        assertThatThrownBy(() -> {
            // code: refused
            Limits.parse("watchs=40"); // unknown dimension "watchs": did you mean watches?
            // end
        }).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown dimension \"watchs\": did you mean watches?");
    }
}
