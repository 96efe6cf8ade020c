package dev.windlass.controller;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** Defects of Crossplane's controller engine, each with what was broken here to see its test fail. */
@Timeout(120)
class CrossplaneEngineDefectsTest extends OnClusters {

    CrossplaneEngineDefectsTest() {
        super("north");
    }

    private ControllerHandle<Widget> widgets() {
        return world.manager.add(Controller.builder(Widget.class).named("widgets").syncTimeout(Duration.ofMillis(300))
                .reconciler((request, context) -> Result.done()).build());
    }

    private List<String> watches() {
        return world.server("north").watches().stream().map(watch -> watch.resource()).toList();
    }

    /**
     * Crossplane 6884: a controller whose watches fail once runs for ever without them, and its status says that all is well. Seen red: a watch that was not tried again.
     */
    @Test
    void aControllerWhoseWatchFailsOnceRunsForEverWithoutIt() throws Exception {
        world.create("north", "a");
        world.connect("north");
        world.server("north").faults().add(FaultRule.on("*", "configmaps").answering(500).times(4));
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        eventually(() -> assertThat(handle.status().message()).contains("cluster/north/settings"));
        assertThat(handle.state()).isNotEqualTo(UnitState.READY);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(watches()).containsExactly("configmaps"));
    }

    /**
     * Crossplane 6396: a stop asks for the informer, and that of a kind which was deleted never syncs. Seen red: the end of a use that
     * waited until its informer watches.
     */
    @Test
    void aStopNeedsTheInformerOfAKindThatHasGone() throws Exception {
        Widget.install(world.client("north"));
        world.connect("north");
        ControllerHandle<Widget> handle = widgets();
        handle.ready().await(LIMIT);
        world.client("north").apiextensions().v1().customResourceDefinitions().withName("widgets.test.windlass.dev")
                .delete();
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        StopReport report = handle.remove().await(Duration.ofSeconds(10));
        assertThat(report.allLeftovers()).isEmpty();
        eventually(() -> assertThat(watches()).isEmpty());
    }

    /**
     * Crossplane: watches that wait for a kind which cannot sync hold the lock of the engine, and no other controller is started or
     * stopped meanwhile. Seen red: one sync at a time, whose place was not given on by one that is hindered.
     */
    @Test
    void aKindThatCannotSyncFreezesTheEngine() throws Exception {
        world.create("north", "a");
        world.connect("north");
        ControllerHandle<Widget> waits = widgets(); // never installed
        eventually(() -> assertThat(waits.status().message()).contains("widgets"));
        for (int i = 0; i < 5; i++) {
            ControllerHandle<ConfigMap> other = world.manager.add(builder().build());
            other.ready().await(LIMIT);
            other.remove().await(LIMIT);
        }
        assertThat(waits.remove().await(LIMIT).allLeftovers()).isEmpty();
    }

    /**
     * Crossplane 7730 and 7731: a watch is added to a controller that has been dropped, and stays for ever. Seen red: a watch of a
     * removed controller that was opened all the same.
     */
    @Test
    void aWatchIsAddedToAControllerThatWasDropped() throws Exception {
        Widget.install(world.client("north"));
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        Operation<StopReport> removal = handle.remove();
        WatchHandle during = handle.watch(Widget.class, (widget, context) -> List.of());
        removal.await(LIMIT);
        WatchHandle after = handle.watch(Widget.class, (widget, context) -> List.of());
        eventually(() -> assertThat(watches()).isEmpty());
        eventually(() -> assertThat(during.ready().isDone()).isTrue());
        assertThat(after.ready().isDone()).isTrue();
        world.manager.add(builder().build()).ready().await(LIMIT);
        eventually(() -> assertThat(watches()).contains("configmaps"));
        assertThat(watches()).as("a new controller of that name inherits nothing").containsExactly("configmaps");
    }
}
