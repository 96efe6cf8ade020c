package dev.windlass.tests.e2e;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** The whole manager stops while everything changes. */
class ManagerUnderLoadTest {

    private static final int NOTES = 200;
    private static final int SITES = 40;
    private static final int QUEUED = 30;
    private static final List<String> BOTH = List.of(NORTH, SOUTH);

    @Scenario
    void aManagerThatStopsUnderLoadLosesNothingInSilenceAndLeavesNothing(World world) throws Exception {
        List<String> notes = names("note", NOTES);
        List<String> sites = names("site", SITES);
        for (String cluster : BOTH) {
            Outside outside = world.outside(cluster);
            outside.each(notes, name -> outside.note(name, "0"));
            outside.each(sites, name -> outside.publish(name, 2, "0"));
        }
        world.engageAll();
        AtomicBoolean end = new AtomicBoolean();
        List<Thread> writers = new ArrayList<>();
        for (String cluster : BOTH) {
            writers.add(Thread.ofVirtual().name("writer-" + cluster).start(() -> write(world.outside(cluster), end)));
        }
        long north = world.journal.calls(NORTH);
        eventually(() -> assertThat(world.journal.calls(NORTH)).isGreaterThan(north + 20));

        // Both queues fill, so that there is work to drain when the stop comes.
        BOTH.forEach(world.journal::hold);
        for (String cluster : BOTH) {
            RunnableHandle engagement = world.engagement(cluster, Reconcilers.NOTES);
            eventually(() -> assertThat(engagement.status().queued()).isGreaterThanOrEqualTo(QUEUED));
        }
        Operation<StopReport> stop = world.manager.stop();
        for (String cluster : BOTH) {
            RunnableHandle engagement = world.engagement(cluster, Reconcilers.NOTES);
            eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.DRAINING));
        }
        world.journal.releaseAll();
        StopReport report = stop.await(LIMIT);
        end.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.clean()).as("nothing left, nothing given up, nothing of unknown outcome: %s", report)
                .isTrue();
        assertThat(report.drained()).as("what was queued is done: %s", report).isGreaterThanOrEqualTo(2 * QUEUED);
        List<StopReport> engagements = all(report).filter(part -> part.unit().matches("cluster/.*/(notes|websites)"))
                .toList();
        assertThat(engagements).as("each engagement is told once, whoever stopped it first")
                .extracting(StopReport::unit)
                .containsExactlyInAnyOrder("cluster/north/notes", "cluster/north/websites", "cluster/south/notes",
                        "cluster/south/websites");
        assertThat(report.drained()).isEqualTo(engagements.stream().mapToLong(StopReport::drained).sum());
        assertThat(world.manager.units()).allMatch(unit -> unit.state() == UnitState.STOPPED
                || unit.state() == UnitState.REMOVED);
        assertThat(world.journal.running()).isZero();
        long calls = world.journal.calls(NORTH) + world.journal.calls(SOUTH);
        for (String cluster : BOTH) {
            world.outside(cluster).close();
            eventually(() -> assertThat(world.server(cluster).openWatches()).isEmpty());
            eventually(() -> assertThat(world.server(cluster).connections().orElse(0)).isZero());
            assertThat(world.meters(cluster)).isEmpty();
        }
        assertThat(world.journal.calls(NORTH) + world.journal.calls(SOUTH)).isEqualTo(calls);
        assertThat(world.journal.overlaps()).isEmpty();
    }

    private static Stream<StopReport> all(StopReport report) {
        return Stream.concat(Stream.of(report), report.children().stream().flatMap(ManagerUnderLoadTest::all));
    }

    private static void write(Outside outside, AtomicBoolean end) {
        for (int round = 1; !end.get(); round++) {
            for (int i = 0; i < SITES && !end.get(); i++) {
                try {
                    outside.rewrite("site-" + i, Integer.toString(round));
                    outside.overwrite("note-" + i, Integer.toString(round));
                    outside.overwrite("note-" + (NOTES - 1 - i), Integer.toString(round));
                } catch (KubernetesClientException e) {
                    throw new AssertionError("the load broke", e);
                }
            }
        }
    }
}
