package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Defects of multicluster-runtime that need no cluster to be shown, each with what was broken here to see its test fail.
 */
@Timeout(60)
class MulticlusterRuntimeDefectsTest {

    private static final StopOptions SHORT = StopOptions.drain(Duration.ofMillis(30));

    private final Manager manager = Manager.create();
    private final List<Trial.Hung> hung = new ArrayList<>();

    @AfterEach
    void end() {
        hung.forEach(each -> each.letGo.countDown());
        Trial.end(manager);
    }

    /**
     * multicluster-runtime: the end of an old cluster removes the new one of its name, and cancels it. Seen red: an end that let go
     * of whatever generation there was.
     */
    @Test
    void theEndOfTheOldOneRemovesTheNewOne() throws Exception {
        manager.start();
        for (int i = 0; i < 4; i++) {
            hung.add(new Trial.Hung());
        }
        RunnableHandle unit = manager.add("north", context -> {
            if (context.generation() <= hung.size()) {
                hung.get((int) context.generation() - 1).run(context);
            }
            context.awaitStop();
        });
        for (Trial.Hung old : hung) {
            Trial.await(old.entered);
            assertThat(unit.stop(SHORT).await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
            unit.start().await();
        }
        hung.forEach(old -> old.letGo.countDown());
        Trial.until(() -> manager.quarantined().isEmpty());
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.threads()).hasSize(1);
        assertThat(unit.stop().await().outcome()).as("it can still be stopped").isEqualTo(StopOutcome.STOPPED);
    }

    /**
     * multicluster-runtime: the same with a name that was removed and added again: what the old one does goes by name. Seen red: a
     * removal that took whoever has the name.
     */
    @Test
    void theEndOfTheOldOneRemovesWhoeverHasItsName() throws Exception {
        manager.start();
        Trial.Hung old = new Trial.Hung();
        hung.add(old);
        RunnableHandle first = manager.add("north", old);
        Trial.await(old.entered);
        first.remove(SHORT).await();
        RunnableHandle second = manager.add("north", RunnableContext::awaitStop);
        second.ready().await();
        old.letGo.countDown();
        Trial.until(() -> manager.quarantined().isEmpty());
        assertThat(manager.find("north")).hasValueSatisfying(found -> assertThat(found.cell()).isSameAs(second.cell()));
        assertThat(second.state()).isEqualTo(UnitState.READY);
    }

    /**
     * multicluster-runtime: the lifetime of a cluster comes from the reconciliation that added it, and ends with that. Seen red: an
     * add that made what is added a part of the unit which asked.
     */
    @Test
    void aClusterEndsWithTheReconciliationThatAddedIt() throws Exception {
        manager.start();
        AtomicReference<RunnableHandle> added = new AtomicReference<>();
        RunnableHandle adder = manager.add("provider", context -> {
            RunnableHandle cluster = context.manager().add("north", RunnableContext::awaitStop);
            cluster.ready().await();
            added.set(cluster);
        });
        Trial.until(adder, UnitState.COMPLETED);
        adder.remove().await();
        RunnableHandle cluster = Trial.present(added);
        assertThat(cluster.state()).isEqualTo(UnitState.READY);
        assertThat(cluster.status().parent()).isNull();
        assertThat(cluster.threads()).hasSize(1);
    }

    /**
     * multicluster-runtime: each engagement leaves a goroutine per source, parked until the controller ends: 30 000 after 10 000
     * cycles. Seen red: forked threads that nobody kept account of.
     */
    @Test
    void eachCycleLeavesAParkedThreadPerSource() throws Exception {
        manager.start();
        AtomicReference<RunnableContext> cluster = new AtomicReference<>();
        manager.add("cluster", context -> {
            cluster.set(context);
            context.awaitStop();
        }).ready().await();
        Trial.until(() -> cluster.get() != null);
        for (int i = 0; i < 300; i++) {
            RunnableHandle engagement = Trial.present(cluster).add("engagement", context -> {
                for (int source = 0; source < 3; source++) {
                    context.fork("source-" + source, () -> new CountDownLatch(1).await());
                }
                context.ready();
                context.awaitStop();
            });
            engagement.ready().await();
            engagement.remove().await();
        }
        Trial.until(() -> Trial.threadsNamed("cluster/engagement").isEmpty()); // what has told its end may have a step to go
    }

    /**
     * multicluster-runtime: a cluster that comes and goes before the start of the controller leaves a dead source behind, which makes
     * that start fail and the manager exit. Seen red: a start of the manager that asked nobody what was wanted.
     */
    @Test
    void whatCameAndWentBeforeTheStartMakesTheStartFail() throws Exception {
        RunnableHandle cluster = manager.add("cluster", RunnableContext::awaitStop);
        RunnableHandle controller = manager.add("controller", RunnableContext::awaitStop);
        RunnableHandle stopped = manager.add("stopped", context -> {
            throw new IllegalStateException("it was not wanted any more");
        });
        cluster.remove().await();
        stopped.stop().await();
        manager.start();
        controller.ready().await();
        assertThat(manager.find("cluster")).isEmpty();
        assertThat(manager.stop().await().errors()).isEmpty();
    }

    /**
     * multicluster-runtime: there are no events, no status and no meters per cluster. Seen red: an event hub that told the first
     * state only.
     */
    @Test
    void nobodyCanSeeWhatBecameOfACluster() throws Exception {
        manager.start();
        List<UnitState> told = new CopyOnWriteArrayList<>();
        manager.add("before", RunnableContext::awaitStop);
        Trial.transitions(manager, event -> {
            if (event.unit().equals("cluster")) {
                told.add(event.to());
            }
        });
        RunnableHandle cluster = manager.add(Task.of(RunnableSpec.builder("cluster").kind("Cluster").build(),
                RunnableContext::awaitStop));
        cluster.ready().await();
        cluster.remove().await();
        Trial.until(() -> told.contains(UnitState.REMOVED));
        assertThat(told).containsSubsequence(UnitState.PENDING, UnitState.STARTING, UnitState.READY,
                UnitState.STOPPING, UnitState.STOPPED, UnitState.REMOVED);
    }
}
