package dev.windlass.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who gives way when units depend on each other through others that do not run: a plan must see the same dependents as the stop
 * that it leads to, which is refused otherwise, and planned again, for ever.
 */
@Timeout(60)
class Rule19QuotaDependenciesTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();
    private final Quotas quotas = Quotas.of(manager);

    Rule19QuotaDependenciesTest() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private RunnableHandle add(String name, PriorityClass priority, int watches, String... dependencies) {
        return manager.add(Task.of(RunnableSpec.builder(name).priority(priority).cost(Cost.of(WATCHES, watches))
                .dependsOn(dependencies).build(), RunnableContext::awaitStop));
    }

    private void addCompleted(String name, String... dependencies) throws InterruptedException {
        RunnableHandle completed = manager.add(Task.of(
                RunnableSpec.builder(name).priority(PriorityClass.BATCH).dependsOn(dependencies).build(), context -> {
                }));
        completed.ready().await(Trial.HANG);
        Trial.until(completed, UnitState.COMPLETED);
    }

    /** On a thread of its own: if nobody ever agrees, the one who asks is the one who goes round. */
    private void limit(int watches) throws InterruptedException {
        AtomicReference<Operation<QuotaPlan>> set = new AtomicReference<>();
        Thread.ofVirtual().start(() -> set.set(quotas.set(Limits.of(WATCHES, watches))));
        Trial.until(() -> set.get() != null);
        Trial.present(set).await(Trial.HANG);
    }

    @Test
    void whoRunsByVirtueOfAUnitThatHasCompletedGivesWayFirst() throws Exception {
        RunnableHandle database = add("database", PriorityClass.BATCH, 6);
        database.ready().await(Trial.HANG);
        addCompleted("migration", "database");
        RunnableHandle app = add("app", PriorityClass.BATCH, 1, "migration");
        app.ready().await(Trial.HANG);
        limit(5);
        Trial.until(() -> app.lastStop().isPresent() && database.lastStop().isPresent());
        assertThat(database.lastStop().orElseThrow().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(app.generation()).isEqualTo(1);
    }

    @Test
    void nobodyPushesAsideWhatItNeedsByVirtueOfAUnitThatHasCompleted() throws Exception {
        limit(10);
        RunnableHandle database = add("database", PriorityClass.BATCH, 6);
        database.ready().await(Trial.HANG);
        addCompleted("migration", "database");
        AtomicReference<RunnableHandle> app = new AtomicReference<>();
        Thread.ofVirtual().start(() -> app.set(add("app", PriorityClass.CRITICAL, 6, "migration")));
        Trial.until(() -> app.get() != null && Trial.present(app).state() == UnitState.PENDING);
        assertThat(Trial.present(app).status().message()).contains("needs watches=6, free 4 of 10");
        assertThat(database.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void whoRunsThoughWhatItDependsOnWaitsForQuotaGivesWayFirst() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        limit(4);
        RunnableHandle base = add("base", PriorityClass.BATCH, 3);
        RunnableHandle middle = manager.add(Task.of(RunnableSpec.builder("middle").priority(PriorityClass.BATCH)
                .cost(Cost.of(WATCHES, 1)).dependsOn("base").restart(RestartPolicy.onFailure()).build(), context -> {
                    Trial.await(fail);
                    throw new IllegalStateException("on purpose");
                }));
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").priority(PriorityClass.BATCH)
                .dependsOn("middle").build(), RunnableContext::awaitStop));
        top.ready().await(Trial.HANG);
        fail.countDown();
        Trial.until(middle, UnitState.BACKOFF);
        add("filler", PriorityClass.SYSTEM, 1).ready().await(Trial.HANG);
        time.advance(Duration.ofSeconds(2));
        Trial.until(() -> middle.status().reason() == Reason.QUOTA_EXCEEDED);
        Trial.until(top, UnitState.DEGRADED);
        limit(1);
        Trial.until(() -> base.lastStop().isPresent());
        assertThat(top.lastStop().map(StopReport::reason)).contains(Reason.QUOTA_RECLAIMED);
    }

    @Test
    void whoDependsOnSomethingInsideOfADependentGivesWayFirst() throws Exception {
        RunnableHandle store = add("store", PriorityClass.BATCH, 6);
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").priority(PriorityClass.BATCH)
                .dependsOn("store").build(), context -> {
                    context.add("inner", RunnableContext::awaitStop);
                    context.awaitStop();
                }));
        RunnableHandle outside = manager.add(Task.of(RunnableSpec.builder("outside").priority(PriorityClass.BATCH)
                .dependsOn("scope/inner").build(), RunnableContext::awaitStop));
        outside.ready().await(Trial.HANG);
        limit(5);
        Trial.until(() -> store.lastStop().isPresent());
        assertThat(scope.lastStop()).isPresent();
        assertThat(outside.lastStop().map(StopReport::reason)).contains(Reason.QUOTA_RECLAIMED);
    }

    @Test
    void whoCannotGoUpAgainIsStoppedAlsoWhenOthersDependOnIt() throws Exception {
        RunnableHandle base = manager.add(Task.of(RunnableSpec.builder("base").cost(Cost.of(WATCHES, 6))
                .signalsReadiness(true).build(), context -> {
                    context.rungs(Map.of(Rung.PAUSED, Cost.none()), rung -> {
                        if (rung == Rung.FULL) {
                            throw new IOException("on purpose");
                        }
                    });
                    context.ready();
                    context.awaitStop();
                }));
        RunnableHandle user = manager.add(Task.of(RunnableSpec.builder("user").dependsOn("base").build(),
                RunnableContext::awaitStop));
        user.ready().await(Trial.HANG);
        limit(5);
        Trial.until(base, UnitState.PAUSED);
        limit(6);
        time.advance(Duration.ofSeconds(60));
        Trial.until(() -> user.lastStop().isPresent() && base.lastStop().isPresent());
        Trial.until(() -> again(user.state() == UnitState.READY));
        assertThat(List.of(base.generation(), user.generation())).containsExactly(2L, 2L);
    }

    /** A unit of class SYSTEM is never stopped, so that what it depends on cannot be either, and would never get going again. */
    @Test
    void whoCannotGoUpAgainAndCannotBeStoppedIsAskedAgain() throws Exception {
        CountDownLatch mended = new CountDownLatch(1);
        AtomicInteger refused = new AtomicInteger();
        RunnableHandle base = manager.add(Task.of(RunnableSpec.builder("base").cost(Cost.of(WATCHES, 6))
                .signalsReadiness(true).build(), context -> {
                    context.rungs(Map.of(Rung.PAUSED, Cost.none()), rung -> {
                        if (rung == Rung.FULL && mended.getCount() > 0) {
                            refused.incrementAndGet();
                            throw new IOException("on purpose");
                        }
                    });
                    context.ready();
                    context.awaitStop();
                }));
        RunnableHandle user = manager.add(Task.of(RunnableSpec.builder("user").priority(PriorityClass.SYSTEM)
                .dependsOn("base").build(), RunnableContext::awaitStop));
        user.ready().await(Trial.HANG);
        limit(5);
        Trial.until(base, UnitState.PAUSED);
        limit(6);
        Trial.until(() -> again(refused.get() >= 2));
        assertThat(base.state()).isEqualTo(UnitState.PAUSED);
        mended.countDown();
        Trial.until(() -> again(base.state() == UnitState.READY));
        assertThat(List.of(base.generation(), user.generation())).containsExactly(1L, 1L);
    }

    /** Lets a cool-down pass if it has not come to that yet: nobody tells when one begins. */
    private boolean again(boolean reached) {
        if (!reached) {
            time.advance(Duration.ofSeconds(60));
        }
        return reached;
    }
}
