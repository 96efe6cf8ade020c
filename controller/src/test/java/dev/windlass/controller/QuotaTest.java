package dev.windlass.controller;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.QuotaStatus;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.Rung;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.CONNECTIONS;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/** Rule 19 where watches are real: what clusters and engagements declare, and what they do to cost less. */
@Timeout(120)
class QuotaTest extends OnClusters {

    private final Quotas quotas = Quotas.of(world.manager);

    QuotaTest() {
        super("north");
    }

    private Controller.Builder<ConfigMap> maps() {
        return builder().named("maps");
    }

    private QuotaStatus.UnitUse use(String unit) {
        return quotas.status().units().stream().filter(one -> one.name().equals(unit)).findFirst().orElseThrow();
    }

    private RunnableHandle unit(String name) {
        return world.manager.find(name).orElseThrow();
    }

    @Test
    void aClusterDeclaresItsConnectionsAndAnEngagementItsWatchesAndWorkers() throws Exception {
        world.connect("north");
        world.create("north", "a");
        world.manager
                .add(maps().owns(Secret.class).watches(WatchSpec.of(Secret.class), (secret, context) -> List.of(),
                        Predicate.all()).workers(3).priority(PriorityClass.CRITICAL).build())
                .ready().await(LIMIT);
        assertThat(use("cluster/north").declared()).isEqualTo(Cost.of(CONNECTIONS, 64));
        assertThat(use("cluster/north/maps").declared())
                .isEqualTo(Cost.of(WATCHES, 2).and(CONNECTIONS, 2).and(CONCURRENCY, 3)); // secrets are watched once
        assertThat(use("cluster/north/maps").priority()).isEqualTo(PriorityClass.CRITICAL);
        recorder.closeGate();
        world.change("north", "a", "again");
        eventually(() -> assertThat(use("cluster/north/maps").measured())
                .isEqualTo(Cost.of(WATCHES, 2).and(CONNECTIONS, 2).and(CONCURRENCY, 1)));
    }

    @Test
    void whoFindsNoRoomIsPendingWithNumbersAndSoIsItsController() throws Exception {
        quotas.set(Limits.of(WATCHES, 1)).await(LIMIT);
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(maps().owns(Secret.class).build());
        eventually(() -> assertThat(handle.status().message())
                .contains("cluster/north/maps is PENDING: waits for quota: needs watches=2, free 1 of 1"));
        assertThat(handle.state()).isEqualTo(UnitState.STARTING);
        assertThat(world.server("north").watches()).isEmpty();
        quotas.set(Limits.of(WATCHES, 2)).await(LIMIT);
        handle.ready().await(LIMIT);
    }

    @Test
    void fewerWorkersThenNoneWhileTheWatchesStayAndNothingIsLost() throws Exception {
        quotas.coolDown(Duration.ZERO);
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(maps().workers(4).build());
        handle.ready().await(LIMIT);
        RunnableHandle engagement = unit("cluster/north/maps");
        quotas.set(Limits.of(CONCURRENCY, 2)).await(LIMIT);
        assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.DEGRADED);
        recorder.closeGate();
        List<String> names = World.names("k", 10);
        world.create("north", names.toArray(String[]::new));
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(9)); // one worker has one
        assertThat(engagement.status().inFlight()).isEqualTo(1);
        recorder.openGate();
        eventually(() -> assertThat(recorder.lastSeen).hasSize(10));
        quotas.set(Limits.of(CONCURRENCY, 0)).await(LIMIT);
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.PAUSED));
        assertThat(engagement.status().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        names.forEach(name -> world.change("north", name, "while paused"));
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(10));
        assertThat(recorder.lastSeen).doesNotContainValue("while paused");
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(handle.status().message()).contains("cluster/north/maps is PAUSED");
        quotas.set(Limits.none()).await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(10).allSatisfy(
                (key, value) -> assertThat(value).isEqualTo("while paused")));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
        assertThat(engagement.generation()).isEqualTo(1);
    }

    @Test
    void aPausedEngagementThatIsStoppedCarriesItsKeysOver() throws Exception {
        quotas.coolDown(Duration.ZERO);
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(maps().build());
        handle.ready().await(LIMIT);
        quotas.set(Limits.of(CONCURRENCY, 0)).await(LIMIT);
        world.create("north", "a", "b");
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(2));
        handle.stop().await(LIMIT);
        assertThat(unit("cluster/north/maps").status().carriedOver()).isGreaterThanOrEqualTo(2);
        quotas.set(Limits.none()).await(LIMIT);
        handle.start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "new").containsEntry("north/b", "new"));
    }

    @Test
    void whoIsPausedGoesUpWithoutWaitingForWhatHasBegun() throws Exception {
        quotas.coolDown(Duration.ZERO);
        world.connect("north");
        world.manager.add(maps().workers(4).build()).ready().await(LIMIT);
        RunnableHandle engagement = unit("cluster/north/maps");
        quotas.set(Limits.of(CONCURRENCY, 2)).await(LIMIT);
        recorder.closeGate();
        world.create("north", "a");
        eventually(() -> assertThat(engagement.status().inFlight()).isEqualTo(1));
        engagement.pause().await(LIMIT);
        quotas.set(Limits.none()).await(LIMIT);
        eventually(() -> {
            assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.FULL);
            assertThat(engagement.threads()).noneMatch(thread -> thread.name().endsWith("/quota"));
        });
        assertThat(engagement.state()).isEqualTo(UnitState.PAUSED);
        assertThat(engagement.lastStop()).isEmpty();
    }

    @Test
    void aPauseOutlivesTheRungOfAQuotaThatCameAfterIt() throws Exception {
        quotas.coolDown(Duration.ZERO);
        world.connect("north");
        world.manager.add(maps().workers(4).build()).ready().await(LIMIT);
        RunnableHandle engagement = unit("cluster/north/maps");
        engagement.pause().await(LIMIT);
        quotas.set(Limits.of(CONCURRENCY, 0)).await(LIMIT);
        assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.PAUSED);
        assertThat(engagement.state()).isEqualTo(UnitState.PAUSED);
        world.create("north", "a");
        eventually(() -> assertThat(engagement.status().queued()).isEqualTo(1));
        quotas.set(Limits.none()).await(LIMIT);
        eventually(() -> assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.FULL));
        assertThat(engagement.state()).isEqualTo(UnitState.PAUSED);
        assertThat(engagement.status().reason()).isEqualTo(Reason.PAUSED);
        assertThat(recorder.requests).isEmpty();
        engagement.resume().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.READY));
        assertThat(engagement.generation()).isEqualTo(1);
    }

    @Test
    void aQuotasRungOutlivesAPauseThatEndsBeforeIt() throws Exception {
        quotas.coolDown(Duration.ZERO);
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(maps().workers(4).build());
        handle.ready().await(LIMIT);
        RunnableHandle engagement = unit("cluster/north/maps");
        quotas.set(Limits.of(CONCURRENCY, 0)).await(LIMIT);
        eventually(() -> assertThat(engagement.status().reason()).isEqualTo(Reason.QUOTA_RECLAIMED));
        engagement.pause().await(LIMIT);
        world.create("north", "a");
        eventually(() -> assertThat(engagement.status().queued()).isEqualTo(1));
        engagement.resume().await(LIMIT);
        assertThat(engagement.state()).isEqualTo(UnitState.PAUSED);
        assertThat(engagement.status().reason()).isEqualTo(Reason.QUOTA_RECLAIMED);
        assertThat(engagement.status().message()).contains("by the quota");
        assertThat(recorder.requests).isEmpty();
        quotas.set(Limits.of(CONCURRENCY, 1)).await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.DEGRADED));
        handle.pause().await(LIMIT); // by its controller, on a rung
        quotas.set(Limits.none()).await(LIMIT);
        eventually(() -> assertThat(use("cluster/north/maps").rung()).isEqualTo(Rung.FULL));
        world.create("north", "b");
        eventually(() -> assertThat(engagement.status().queued()).isEqualTo(1));
        assertThat(recorder.lastSeen).doesNotContainKey("north/b");
        handle.resume().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/b"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    @Test
    void watchesThatLingerAreCountedAndGoBeforeAnybodyIsAsked() throws Exception {
        ClusterHandle north = world.manager.add(Cluster.builder("north").kubeconfig(world.server("north").kubeconfig())
                .linger(Duration.ofMinutes(10)).build());
        north.ready().await(LIMIT);
        world.manager.add(maps().build()).ready().await(LIMIT);
        ControllerHandle<Secret> gone = world.manager.add(Controller.builder(Secret.class).named("secrets")
                .reconciler((request, context) -> Result.done()).build());
        gone.ready().await(LIMIT);
        gone.stop().await(LIMIT);
        String idle = "cluster/north/informers (lingering watch of secrets)";
        eventually(() -> assertThat(use(idle).counted()).isEqualTo(Cost.of(WATCHES, 1).and(CONNECTIONS, 1)));
        gone.start().await(LIMIT);
        eventually(() -> assertThat(quotas.status().units()).noneMatch(one -> one.name().equals(idle)));
        gone.stop().await(LIMIT);
        eventually(() -> assertThat(use(idle).counted().in(WATCHES)).isEqualTo(1));
        assertThat(quotas.set(Limits.of(WATCHES, 1)).await(LIMIT).stopped()).containsExactly(idle);
        eventually(() -> assertThat(world.server("north").watches()).hasSize(1));
        assertThat(unit("cluster/north/maps").state()).isEqualTo(UnitState.READY);
    }
}
