package dev.windlass.controller;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** Defects of multicluster-runtime, each with what was broken here to see its test fail. */
@Timeout(120)
class MulticlusterRuntimeDefectsTest extends OnClusters {

    MulticlusterRuntimeDefectsTest() {
        super("north", "south");
    }

    /**
     * multicluster-runtime: a controller that is added at run time is never engaged with the clusters that are there. Seen red: a
     * controller that looked for no connected cluster when it began.
     */
    @Test
    void aControllerThatComesLateIsNotEngagedWithTheClustersThatAreThere() throws Exception {
        world.create("north", "a");
        world.connect("north");
        world.manager.add(builder().named("first").build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.countOf("a")).isEqualTo(1));
        ControllerHandle<ConfigMap> late = world.manager.add(builder().named("late").build());
        late.ready().await(LIMIT);
        assertThat(late.engagements()).extracting(RunnableHandle::name).containsExactly("cluster/north/late");
        eventually(() -> assertThat(recorder.countOf("a")).isEqualTo(2));
    }

    /**
     * multicluster-runtime: there is no way to take a controller off the list of those that are told of clusters. Seen red: a
     * controller that stayed among those when it was removed.
     */
    @Test
    void aControllerThatWasRemovedIsToldOfClustersThatComeLater() throws Exception {
        world.create("south", "late");
        world.connect("north");
        Recorder others = new Recorder();
        world.manager.add(Controller.builder(ConfigMap.class).named("stays").reconciler(others).build());
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        handle.remove().await(LIMIT);
        world.connect("south");
        eventually(() -> assertThat(others.lastSeen).containsKey("south/late"));
        assertThat(world.manager.find("cluster/south/settings")).isEmpty();
        assertThat(recorder.lastSeen).doesNotContainKey("south/late");
        assertThat(world.server("south").watches()).hasSize(1);
    }

    /**
     * multicluster-runtime: an engagement holds the locks of its controller while its informer syncs, without a limit. Seen red: one
     * sync at a time over all clusters.
     */
    @Test
    void anEngagementThatDoesNotSyncHoldsUpTheOtherClusters() throws Exception {
        world.create("north", "a");
        world.connect("south");
        world.server("south").faults().blackHole();
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        eventually(() -> assertThat(handle.engagements()).hasSize(1));
        world.connect("north");
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        assertThat(world.manager.find("cluster/north/settings").orElseThrow().state()).isEqualTo(UnitState.READY);
        world.server("south").faults().heal();
    }

    /**
     * multicluster-runtime: reconciliations in flight are neither cancelled nor awaited when their cluster is disengaged. Seen red: a
     * teardown that waited for no thread.
     */
    @Test
    void reconciliationsGoOnAfterTheirClusterIsDisengaged() throws Exception {
        world.create("south", "a");
        recorder.closeGate();
        ClusterHandle south = world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.requests).hasSize(1));
        var stop = south.stop();
        eventually(() -> assertThat(handle.engagements().getFirst().state()).isEqualTo(UnitState.DRAINING));
        assertThat(stop.isDone()).isFalse();
        recorder.openGate();
        assertThat(stop.await(LIMIT).children()).anySatisfy(child -> {
            assertThat(child.unit()).isEqualTo("cluster/south/settings");
            assertThat(child.drained()).isEqualTo(1);
        });
        assertThat(recorder.lastSeen).containsEntry("south/a", "new");
        assertThat(handle.engagements().getFirst().threads()).isEmpty();
    }

    /**
     * multicluster-runtime: the queue keeps the requests of a cluster that has gone, and they run against the next one of its name.
     * Seen red: work that was kept by name beyond a removal.
     */
    @Test
    void requestsOfAClusterThatHasGoneRunAgainstTheNextOneOfItsName() throws Exception {
        world.create("north", World.names("old-", 10).toArray(String[]::new));
        world.create("south", "new");
        recorder.closeGate();
        ClusterHandle first = world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.requests).hasSize(1));
        first.remove(StopOptions.abort()).await(LIMIT);
        recorder.openGate();
        recorder.requests.clear();
        world.manager.add(Cluster.builder("north").kubeconfig(world.server("south").kubeconfig())
                .linger(Duration.ZERO).build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/new", "new"));
        assertThat(recorder.requests).extracting(Request::name).containsOnly("new");
        assertThat(recorder.requests).extracting(Request::clusterGeneration).containsOnly(2L);
    }

    /**
     * multicluster-runtime: a watch for all clusters that fails on one leaves the others watching, and is not recorded. Seen
     * red: the end of a watch that nobody looked again after, which left the controller DEGRADED.
     */
    @Test
    void aWatchThatFailsOnOneClusterCannotBeRemovedFromTheOthers() throws Exception {
        Widget.install(world.client("north"));
        world.connect("north");
        world.connect("south"); // has no widgets
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        WatchHandle watch = handle.watch(Widget.class, (widget, context) -> List.of());
        eventually(() -> assertThat(watches("north")).contains("widgets"));
        eventually(() -> assertThat(handle.status().message()).contains("widgets"));
        watch.close();
        eventually(() -> assertThat(watches("north")).doesNotContain("widgets"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    private List<String> watches(String cluster) {
        return world.server(cluster).watches().stream().map(watch -> watch.resource()).toList();
    }
}
