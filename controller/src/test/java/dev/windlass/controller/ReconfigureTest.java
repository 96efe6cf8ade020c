package dev.windlass.controller;

import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.workqueue.RateLimiter;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What changes about a controller without a new generation. */
@Timeout(120)
class ReconfigureTest extends OnClusters {

    ReconfigureTest() {
        super("north");
    }

    private ControllerHandle<ConfigMap> ready(Controller<ConfigMap> controller) throws InterruptedException {
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(controller);
        handle.ready().await(LIMIT);
        return handle;
    }

    private double workers() {
        return world.manager.metrics().scrape().stream()
                .filter(snapshot -> snapshot.getMetadata().getName()
                        .equals("controller_runtime_max_concurrent_reconciles"))
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .mapToDouble(
                        point -> ((io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot) point)
                                .getValue())
                .sum();
    }

    @Test
    void workersComeAndGoWithoutAnEndOfWhatIsInFlight() throws Exception {
        ControllerHandle<ConfigMap> handle = ready(builder().build());
        recorder.closeGate();
        world.create("north", World.names("k", 8).toArray(String[]::new));
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(7));
        assertThat(handle.status().inFlight()).isEqualTo(1);
        handle.reconfigure(handle.controller().toBuilder().workers(4).build()).await(LIMIT);
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(4));
        handle.reconfigure(handle.controller().toBuilder().workers(2).build()).await(LIMIT);
        assertThat(handle.controller().workers()).isEqualTo(2);
        assertThat(handle.status().inFlight()).as("who is busy is not disturbed").isEqualTo(4);
        recorder.gate.release(2); // two finish, and go
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(2));
        eventually(() -> assertThat(workers()).isEqualTo(2));
        recorder.gate.release(2); // two finish, and go on with the next
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(2));
        assertThat(handle.status().inFlight()).isEqualTo(2);
        recorder.openGate();
        eventually(() -> assertThat(recorder.lastSeen).hasSize(8));
        assertThat(recorder.requests).as("no run was cut short").hasSize(8);
        RunnableHandle engagement = handle.engagements().getFirst();
        assertThat(engagement.generation()).isEqualTo(1);

        handle.restart().await(LIMIT);
        eventually(() -> assertThat(workers()).as("it is the description from then on").isEqualTo(2));
        assertThat(engagement.details()).containsEntry("workers", "2");
    }

    @Test
    void whatFailsFromThenOnWaitsAsItIsSaidThen() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ControllerHandle<ConfigMap> handle = ready(builder()
                .rateLimiter(RateLimiter.exponential(Duration.ofHours(1), Duration.ofHours(2)))
                .reconciler((request, context) -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("fails as it is meant to");
                }).build());
        world.create("north", "a");
        eventually(() -> assertThat(runs).hasValue(1));
        handle.reconfigure(handle.controller().toBuilder()
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1), Duration.ofMillis(1))).build()).await(LIMIT);
        world.change("north", "a", "again");
        eventually(() -> assertThat(runs).hasValueGreaterThan(10));
    }

    @Test
    void whatNeedsANewGenerationIsRefused() throws Exception {
        ControllerHandle<ConfigMap> handle = ready(builder().build());
        assertThatThrownBy(() -> handle.reconfigure(handle.controller().toBuilder().workers(3)
                .syncTimeout(Duration.ofSeconds(7)).reconciler((request, context) -> Result.done()).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another reconciler, sync timeout: use replace");
        assertThat(handle.controller().workers()).isEqualTo(1);
    }

    @Test
    void moreWorkersThanAQuotaHasAdmittedAreRefused() throws Exception {
        ControllerHandle<ConfigMap> handle = ready(builder().workers(2).build());
        Quotas.of(world.manager).set(Limits.of(CONCURRENCY, 2)).await(LIMIT);
        assertThatThrownBy(() -> handle.reconfigure(handle.controller().toBuilder().workers(3).build()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("cannot have 3 workers: a quota has admitted 2");
        handle.reconfigure(handle.controller().toBuilder().workers(1).build()).await(LIMIT);
        assertThat(handle.controller().workers()).isEqualTo(1);
    }

    @Test
    void settingsByNameAreTheControllersAndItsEngagements() throws Exception {
        ControllerHandle<ConfigMap> handle = ready(builder().build());
        RunnableHandle engagement = handle.engagements().getFirst();
        UnitStatus status = handle.reconfigure(Map.of("workers", "3", "rate-limit", "1s..2m+10/s:100", "priority",
                "critical", "label.team", "shop")).await(LIMIT);
        assertThat(status.revision()).isEqualTo(2);
        assertThat(status.labels()).containsEntry("team", "shop");
        assertThat(handle.controller().workers()).isEqualTo(3);
        assertThat(handle.controller().toBuilder().build().rateLimiter()).isEqualTo(RateLimiter.maxOf(
                RateLimiter.exponential(Duration.ofSeconds(1), Duration.ofMinutes(2)),
                RateLimiter.tokenBucket(10, 100)));
        assertThat(handle.spec().priority()).isEqualTo(PriorityClass.CRITICAL);
        eventually(() -> assertThat(workers()).isEqualTo(3));
        eventually(() -> {
            assertThat(engagement.spec().priority()).isEqualTo(PriorityClass.CRITICAL);
            assertThat(engagement.status().labels()).containsEntry("team", "shop").containsEntry("cluster", "north");
        });
        assertThat(engagement.generation()).isEqualTo(1);

        handle.reconfigure(Map.of("label.team", "")).await(LIMIT);
        assertThat(handle.status().labels()).doesNotContainKey("team");
        eventually(() -> assertThat(engagement.status().labels()).doesNotContainKey("team"));
        handle.restart().await(LIMIT);
        eventually(() -> assertThat(workers()).as("through a restart").isEqualTo(3));
        assertThat(handle.controller().workers()).isEqualTo(3);
        assertThat(handle.status().revision()).isEqualTo(3);
        handle.stop().await(LIMIT);
        handle.reconfigure(Map.of("workers", "2")).await(LIMIT);
        handle.start().await(LIMIT);
        eventually(() -> assertThat(workers()).as("also while it does not run").isEqualTo(2));
    }

    @Test
    void settingsThatThereAreNotAreRefusedAndNothingChanges() throws Exception {
        ControllerHandle<ConfigMap> handle = ready(builder().build());
        assertThatThrownBy(() -> handle.reconfigure(Map.of("worker", "3", "priority", "batch")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"worker\"", "workers, rate-limit, priority, required, label.NAME");
        assertThatThrownBy(() -> handle.reconfigure(Map.of("workers", "many")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("workers \"many\"");
        assertThatThrownBy(() -> handle.reconfigure(Map.of("workers", "0")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("use at least 1");
        assertThatThrownBy(() -> handle.reconfigure(Map.of("rate-limit", "soon")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("\"soon\"");
        assertThatThrownBy(() -> handle.reconfigure(Map.of("priority", "first")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("best-effort");
        assertThat(handle.status().revision()).isEqualTo(1);
        assertThat(handle.spec().priority()).isEqualTo(PriorityClass.NORMAL);
    }
}
