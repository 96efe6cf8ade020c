package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Defects of Crossplane's controller engine that need no cluster to be shown, each with what was broken here to see its test fail.
 */
@Timeout(60)
class CrossplaneEngineDefectsTest {

    private static final StopOptions SHORT = StopOptions.drain(Duration.ofMillis(30));

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Manager manager = Manager.builder().metrics(registry).build();
    private final Trial.Hung hung = new Trial.Hung();

    @AfterEach
    void end() {
        hung.letGo.countDown();
        Trial.end(manager);
    }

    /**
     * Crossplane 7727: a controller that fails stops its replacement, since its clean-up goes by name. Seen red: operations that
     * asked nobody whether it has ended.
     */
    @Test
    void theCleanUpOfAFailedControllerStopsItsReplacement() throws Exception {
        AtomicReference<RuntimeException> refused = new AtomicReference<>();
        manager.start();
        RunnableHandle unit = manager.add("unit", context -> {
            if (context.generation() == 1) {
                hung.run(context);
                try {
                    context.handle().stop();
                } catch (RevokedException e) {
                    refused.set(e);
                    throw e;
                }
            }
            context.awaitStop();
        });
        Trial.await(hung.entered);
        assertThat(unit.stop(SHORT).await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
        unit.start().await();
        hung.letGo.countDown();
        Trial.until(() -> manager.quarantined().isEmpty());
        assertThat(refused.get()).hasMessageContaining("unit#1 cannot stop unit");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.generation()).isEqualTo(2);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.STOPPED);
    }

    /**
     * Crossplane 7728: to stop a source before its controller has started does nothing, and the source registers its handler later.
     * Seen red: a start of the manager that asked nobody what was wanted.
     */
    @Test
    void aStopBeforeTheStartIsForgotten() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        RunnableHandle unit = manager.add("unit", context -> ran.set(true));
        unit.stop().await();
        manager.start();
        RunnableHandle witness = manager.add("witness", RunnableContext::awaitStop);
        witness.ready().await();
        assertThat(manager.stop().await().allLeftovers()).isEmpty();
        assertThat(ran).isFalse();
        assertThat(unit.generation()).isZero();
    }

    /**
     * Crossplane 7730 and 7731: watches are added to a controller that was dropped a moment ago, and can never be removed. Seen
     * red: a scope that took units also while it stopped.
     */
    @Test
    void somethingIsAddedToWhatWasDroppedAMomentAgo() throws Exception {
        manager.start();
        AtomicReference<RunnableContext> late = new AtomicReference<>();
        CountDownLatch added = new CountDownLatch(1);
        RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").drains(true).build(), context -> {
            late.set(context);
            context.awaitStop();
            assertThatThrownBy(() -> context.add("watch", RunnableContext::awaitStop))
                    .isInstanceOf(StoppingException.class);
            added.countDown();
        }));
        scope.ready().await();
        StopReport report = scope.stop().await();
        Trial.await(added);
        assertThat(report.errors()).isEmpty();
        assertThatThrownBy(() -> Trial.present(late).add("watch", RunnableContext::awaitStop))
                .isInstanceOf(StoppingException.class);
        assertThat(manager.find("scope/watch")).isEmpty();
        assertThat(scope.children()).isEmpty();
    }

    /**
     * Crossplane: a stop returns before the workers have ended. Seen red: a teardown that waited for no thread.
     */
    @Test
    void aStopReturnsBeforeTheWorkersHaveEnded() throws Exception {
        manager.start();
        AtomicBoolean ended = new AtomicBoolean();
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").drains(true).build(), context -> {
            context.fork("worker", () -> {
                hung.run(context);
                ended.set(true);
            });
            context.awaitStop();
        }));
        Trial.await(hung.entered);
        Operation<StopReport> stop = unit.stop();
        Trial.until(() -> unit.threads().size() == 1);
        assertThat(stop.isDone()).isFalse();
        hung.letGo.countDown();
        assertThat(stop.await().clean()).isTrue();
        assertThat(ended).isTrue();
    }

    /**
     * Crossplane: the counts of what was started and stopped do not balance after an error. Here one gauge is read from what there
     * is. Seen red: a registry that kept what was removed.
     */
    @Test
    void countsOfStartsAndStopsDoNotBalance() throws Exception {
        manager.start();
        RunnableHandle failed = manager.add(Task.of(RunnableSpec.builder("failed").onFailure(FailurePolicy.ISOLATE)
                .build(), context -> {
                    throw new IllegalStateException("broken");
                }));
        RunnableHandle calm = manager.add("calm", RunnableContext::awaitStop);
        Trial.until(failed, UnitState.FAILED);
        calm.ready().await();
        assertThat(units()).isEqualTo(2);
        failed.remove().await();
        calm.remove().await();
        assertThat(units()).isZero();
    }

    private double units() {
        return registry.scrape("windlass_units"::equals).stream().flatMap(metric -> metric.getDataPoints().stream())
                .mapToDouble(point -> ((GaugeSnapshot.GaugeDataPointSnapshot) point).getValue()).sum();
    }

    /**
     * Crossplane: a stop and a start of watches that waits for one which cannot sync take the same lock, and freeze the engine. Seen
     * red: an add that awaited the start of what it added.
     */
    @Test
    void oneThatCannotStartFreezesAllOthers() throws Exception {
        manager.start();
        RunnableHandle stuck = manager.add(Task.of(RunnableSpec.builder("stuck").signalsReadiness(true).build(), hung));
        RunnableHandle waits = manager.add(Task.of(RunnableSpec.builder("waits").dependsOn("stuck").build(),
                RunnableContext::awaitStop));
        Trial.await(hung.entered);
        for (int i = 0; i < 100; i++) {
            RunnableHandle other = manager.add("other", RunnableContext::awaitStop);
            other.ready().await(Trial.HANG);
            other.remove().await(Trial.HANG);
        }
        assertThat(stuck.state()).isEqualTo(UnitState.STARTING);
        assertThat(waits.remove().await(Trial.HANG).outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
    }
}
