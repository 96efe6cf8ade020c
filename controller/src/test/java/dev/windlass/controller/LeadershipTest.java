package dev.windlass.controller;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.InMemoryElection;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.LeadershipLoss;
import dev.windlass.lifecycle.LeaseTimes;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** The same controllers in two managers, of which one leads, over the wire. */
@Timeout(120)
class LeadershipTest extends OnClusters {

    private final InMemoryElection election = InMemoryElection.named("settings", new LeaseTimes(Duration.ofSeconds(3),
            Duration.ofSeconds(1), Duration.ofMillis(50), Duration.ofSeconds(1)));
    private final List<Manager> managers = new ArrayList<>();

    LeadershipTest() {
        super("north");
    }

    @AfterEach
    void closeManagers() {
        managers.forEach(Manager::close);
    }

    private Manager manager(String name) {
        Manager manager = Manager.builder().name(name).elector(election.elector(name))
                .onLeadershipLost(OnLeadershipLost.STEP_DOWN).build();
        managers.add(manager);
        manager.add(
                Cluster.builder("north").kubeconfig(world.server("north").kubeconfig()).linger(Duration.ZERO).build());
        return manager;
    }

    private static Controller<ConfigMap> settings(Recorder asked) {
        return Controller.builder(ConfigMap.class).named("settings").reconciler(asked).build();
    }

    @Test
    void aControllerWorksWhereItsManagerLeadsAndWhatWasLeftThereIsDoneInTheEnd() {
        Recorder other = new Recorder();
        Manager a = manager("a");
        ControllerHandle<ConfigMap> first = a.add(settings(recorder));
        a.start();
        eventually(() -> assertThat(first.engagements()).hasSize(1)
                .allMatch(engagement -> engagement.state() == UnitState.READY));
        Manager b = manager("b");
        ControllerHandle<ConfigMap> second = b.add(settings(other));
        RunnableHandle everywhere = b.add(Controller.builder(ConfigMap.class).named("everywhere")
                .leadership(Leadership.ALWAYS).reconciler(new Recorder()).build());
        b.start();
        eventually(() -> assertThat(second.status().message()).startsWith("waits for leadership: held by a since"));
        eventually(() -> assertThat(everywhere.state()).isEqualTo(UnitState.READY));
        RunnableHandle engagement = first.engagements().getFirst();
        recorder.closeGate();
        world.create("north", "x", "y", "z");
        eventually(() -> assertThat(recorder.requests).hasSize(1));
        eventually(() -> assertThat(engagement.status().queued()).isEqualTo(2));

        election.cutOff("a");

        eventually(() -> assertThat(other.lastSeen).containsKeys("north/x", "north/y", "north/z"));
        eventually(() -> assertThat(first.state()).isEqualTo(UnitState.PENDING));
        StopReport report = engagement.lastStop().orElseThrow();
        assertThat(report.carriedOver()).isEqualTo(3);
        assertThat(report.clean()).isTrue();
        assertThat(first.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        LeadershipLoss loss = Objects.requireNonNull(a.leadership().orElseThrow().lastLoss());
        assertThat(loss.dispatches()).containsExactly("cluster/north/settings#1 default/"
                + recorder.requests.getFirst().name());
        assertThat(loss.writes()).isEmpty();
        assertThat(recorder.requests).as("nothing was dispatched after the loss").hasSize(1);
        recorder.openGate();
        election.reconnect("a");
        b.close();
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/x", "north/y", "north/z"));
        eventually(() -> assertThat(first.state()).isEqualTo(UnitState.READY));
    }
}
