package dev.windlass.controller;

import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** Controllers and engagements that are paused, over the wire: nothing is dispatched, the watches stay, nothing is lost. */
@Timeout(120)
class PauseTest extends OnClusters {

    PauseTest() {
        super("north", "south");
    }

    private ControllerHandle<ConfigMap> ready(String... clusters) throws InterruptedException {
        for (String cluster : clusters) {
            world.connect(cluster);
        }
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().workers(2).build());
        handle.ready().await(LIMIT);
        return handle;
    }

    private static @Nullable Long queued(RunnableHandle unit) {
        return unit.status().queued();
    }

    @Test
    void aPausedControllerQueuesWhatChangesAndLosesNothing() throws Exception {
        world.create("north", "a");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "new"));
        UnitStatus paused = handle.pause().await(LIMIT);
        assertThat(paused.state()).isEqualTo(UnitState.PAUSED);
        eventually(() -> assertThat(handle.engagements())
                .allMatch(engagement -> engagement.status().reason() == Reason.BECAME_PAUSED));
        world.change("north", "a", "changed");
        world.create("south", "b", "c");
        eventually(() -> assertThat(queued(handle)).isEqualTo(3));
        assertThat(world.server("north").watches()).as("they stay").isNotEmpty();
        assertThat(recorder.lastSeen).containsEntry("north/a", "new").doesNotContainKeys("south/b", "south/c");
        assertThat(handle.state()).isEqualTo(UnitState.PAUSED);

        assertThat(handle.resume().await(LIMIT).desiredPaused()).isFalse();
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed")
                .containsKeys("south/b", "south/c"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
        eventually(() -> assertThat(handle.engagements())
                .allMatch(engagement -> engagement.state() == UnitState.READY));
    }

    @Test
    void aClusterThatComesWhileTheControllerIsPausedIsWatchedAndWaits() throws Exception {
        world.create("south", "b");
        ControllerHandle<ConfigMap> handle = ready("north");
        handle.pause().await(LIMIT);
        world.connect("south");
        eventually(() -> assertThat(queued(handle)).isEqualTo(1));
        eventually(() -> assertThat(handle.engagements()).hasSize(2)
                .allMatch(engagement -> engagement.state() == UnitState.PAUSED));
        assertThat(recorder.lastSeen).isEmpty();
        handle.resume().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("south/b"));
    }

    @Test
    void oneEngagementIsPausedAndTheOthersGoOn() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        RunnableHandle north = world.manager.find("cluster/north/settings").orElseThrow();
        assertThat(north.pause().await(LIMIT).reason()).isEqualTo(Reason.PAUSED);
        world.create("north", "a");
        world.create("south", "b");
        eventually(() -> assertThat(recorder.lastSeen).containsKey("south/b"));
        eventually(() -> assertThat(queued(north)).isEqualTo(1));
        eventually(() -> assertThat(handle.status().message()).contains("cluster/north/settings is PAUSED"));
        handle.pause().await(LIMIT);
        handle.resume().await(LIMIT);
        eventually(() -> assertThat(world.manager.find("cluster/south/settings").orElseThrow().state())
                .isEqualTo(UnitState.READY));
        assertThat(north.state()).as("is not resumed with the controller").isEqualTo(UnitState.PAUSED);
        assertThat(recorder.lastSeen).doesNotContainKey("north/a");
        north.resume().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    @Test
    void aStopOfAPausedControllerKeepsWhatIsQueuedAndTheNextGenerationComesBackPaused() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        RunnableHandle engagement = handle.engagements().getFirst();
        handle.pause().await(LIMIT);
        world.create("north", "a", "b");
        eventually(() -> assertThat(queued(handle)).isEqualTo(2));
        handle.stop(StopOptions.drain(LIMIT)).await(LIMIT);
        StopReport report = engagement.lastStop().orElseThrow();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.drained()).isZero();
        assertThat(report.carriedOver()).isEqualTo(2);
        assertThat(report.clean()).isTrue();
        handle.start().await(LIMIT);
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.PAUSED));
        eventually(() -> assertThat(queued(handle)).isEqualTo(2));
        assertThat(recorder.lastSeen).isEmpty();
        handle.resume().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "north/b"));
    }

    @Test
    void aPauseWhileAnEngagementDrainsLetsItDrain() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        RunnableHandle engagement = handle.engagements().getFirst();
        recorder.closeGate();
        world.create("north", "a", "b", "c");
        eventually(() -> assertThat(engagement.status().inFlight()).isEqualTo(2));
        eventually(() -> assertThat(queued(engagement)).isEqualTo(1));
        var stop = engagement.stop(StopOptions.drain(Duration.ofMinutes(1)));
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.DRAINING));
        assertThat(engagement.pause().await(LIMIT).desiredPaused()).isTrue();
        recorder.openGate();
        StopReport report = stop.await(LIMIT);
        assertThat(report.drained()).isEqualTo(3);
        assertThat(report.carriedOver()).isZero();
        assertThat(recorder.lastSeen).containsKeys("north/a", "north/b", "north/c");
        engagement.start();
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.PAUSED));
    }

    @Test
    void aCordonedClusterTakesNothingInAndLosesNothing() throws Exception {
        world.create("north", "a");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "new"));
        RunnableHandle north = world.cluster("north");
        assertThat(north.cordon().await(LIMIT).reason()).isEqualTo(Reason.CORDONED);
        world.change("north", "a", "between");
        world.change("north", "a", "changed");
        world.create("north", "b");
        world.create("south", "c");
        RunnableHandle engagement = world.manager.find("cluster/north/settings").orElseThrow();
        eventually(() -> assertThat(engagement.details().toString()).contains("backlog 2"));
        eventually(() -> assertThat(recorder.lastSeen).containsKey("south/c"));
        assertThat(recorder.lastSeen).containsEntry("north/a", "new").doesNotContainKey("north/b");
        assertThat(engagement.state()).as("it works off what it has").isEqualTo(UnitState.READY);
        assertThat(world.cluster("north").connection()).as("it stays").isPresent();

        north.restart(StopOptions.drain(LIMIT)).await(LIMIT);
        eventually(() -> assertThat(north.state()).isEqualTo(UnitState.PAUSED));
        assertThat(recorder.lastSeen).containsEntry("north/a", "new").doesNotContainKey("north/b");
        assertThat(north.uncordon().await(LIMIT).state()).isEqualTo(UnitState.READY);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed").containsKey("north/b"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    /** It would be DEGRADED after its sync timeout, and its controller with it, though nothing is wrong. */
    @Test
    void anEngagementThatBeginsOnACordonedClusterWaitsAndNamesTheCordon() throws Exception {
        world.create("north", "a");
        world.connect("north");
        world.cluster("north").cordon().await(LIMIT);
        ControllerHandle<ConfigMap> handle = world.manager
                .add(builder().syncTimeout(Duration.ofMillis(1)).build());
        String told = "waits for cluster/north, which is cordoned: nothing comes in until it is uncordoned";
        eventually(() -> assertThat(handle.engagements()).singleElement()
                .satisfies(engagement -> assertThat(engagement.status().message()).isEqualTo(told)));
        RunnableHandle engagement = handle.engagements().getFirst();
        List<UnitState> states = new CopyOnWriteArrayList<>();
        try (Registration _ = world.manager.subscribe(event -> {
            if (event.kind().equals("Engagement")) {
                states.add(event.to());
            }
        })) {
            world.create("north", "b"); // news, later than the sync timeout
            eventually(() -> assertThat(engagement.details().toString()).contains("backlog 3"));
            assertThat(engagement.state()).isEqualTo(UnitState.STARTING);
            world.cluster("north").uncordon().await(LIMIT);
            handle.ready().await(LIMIT);
            eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "north/b"));
            eventually(() -> assertThat(states).contains(UnitState.READY));
            assertThat(states.getFirst()).isEqualTo(UnitState.STARTING);
        }
    }

    @Test
    void whatIsInFlightWhenItIsPausedIsFinished() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        recorder.closeGate();
        world.create("north", "a");
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(1));
        handle.pause().await(LIMIT);
        recorder.openGate();
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
    }
}
