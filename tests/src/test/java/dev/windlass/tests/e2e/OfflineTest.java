package dev.windlass.tests.e2e;

import dev.windlass.apiserver.OpenWatch;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import java.util.ArrayList;
import java.util.List;

import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.Reconcilers.NOTES;
import static dev.windlass.tests.e2e.Reconcilers.WEBSITES;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** A cluster is taken offline with work queued, while the other one goes on, and comes back. */
class OfflineTest {

    private static final int MANY = 500;

    @Scenario
    void aStoppedClusterDrainsItsQueueWhileTheOtherOneGoesOn(World world) throws Exception {
        ClusterHandle south = queueMany(world);
        List<OpenWatch> northWatches = world.server(NORTH).openWatches();
        Operation<StopReport> stop = south.stop(StopOptions.drain(LIMIT));
        northGoesOn(world, south);
        world.journal.release(SOUTH);
        StopReport report = stop.await(LIMIT);

        StopReport notes = of(report, "cluster/south/notes");
        assertThat(notes.drained()).isEqualTo(MANY);
        assertThat(notes.carriedOver()).isZero();
        for (String name : names("note", MANY)) {
            assertThat(world.seen(NOTES, SOUTH, name)).isEqualTo("queued");
        }
        nothingIsLeftOfSouth(world, report);
        goesOn(world, "after");
        assertThat(world.server(NORTH).openWatches()).containsExactlyInAnyOrderElementsOf(northWatches);
    }

    @Scenario
    void aClusterStoppedWithoutADrainCarriesItsQueueOver(World world) throws Exception {
        ClusterHandle south = queueMany(world);
        RunnableHandle engagement = world.engagement(SOUTH, NOTES);
        Operation<StopReport> stop = south.stop(StopOptions.handoff());
        northGoesOn(world, south);
        world.journal.release(SOUTH);
        StopReport report = stop.await(LIMIT);

        StopReport notes = of(report, "cluster/south/notes");
        assertThat(notes.drained()).as("those in flight").isEqualTo(4);
        assertThat(notes.carriedOver()).isEqualTo(MANY - 4);
        assertThat(engagement.status().carriedOver()).isEqualTo(MANY - 4);
        nothingIsLeftOfSouth(world, report);

        south.start().await(LIMIT);
        eventually(() -> assertThat(world.journal.asked(NOTES, SOUTH, 2)).containsAll(names("note", MANY)));
        eventually(() -> assertThat(engagement.status().queued()).isZero());
        assertThat(engagement.status().carriedOver()).isZero();
    }

    /** South has {@link #MANY} notes to reconcile, all of which wait; north has none. */
    private static ClusterHandle queueMany(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        outside.each(names("note", MANY), name -> outside.note(name, "queued"));
        world.journal.hold(SOUTH);
        world.connect(NORTH);
        ClusterHandle south = world.connect(SOUTH);
        world.websites();
        world.notes();
        RunnableHandle engagement = world.engagement(SOUTH, NOTES);
        eventually(() -> assertThat(engagement.status().inFlight()).isEqualTo(4));
        assertThat(engagement.status().queued()).isEqualTo(MANY - 4);
        assertThat(world.meters(SOUTH)).isNotEmpty();
        outside.close(); // from here on the server's connections are those of the manager
        return south;
    }

    private static void northGoesOn(World world, ClusterHandle south) {
        eventually(() -> assertThat(world.engagement(SOUTH, NOTES).state()).isEqualTo(UnitState.DRAINING));
        goesOn(world, "meanwhile");
        assertThat(south.state()).as("south is not done while its reconcilers wait")
                .isIn(UnitState.DRAINING, UnitState.STOPPING);
    }

    private static void goesOn(World world, String prefix) {
        Outside north = world.outside(NORTH);
        for (String name : names(prefix, 10)) {
            north.note(name, "first");
            eventually(() -> assertThat(world.seen(NOTES, NORTH, name)).isEqualTo("first"));
            north.overwrite(name, "second");
            eventually(() -> assertThat(world.seen(NOTES, NORTH, name)).isEqualTo("second"));
        }
        assertThat(world.cluster(NORTH).state()).isEqualTo(UnitState.READY);
        assertThat(world.cluster(NORTH).generation()).isEqualTo(1);
        assertThat(world.engagement(NORTH, NOTES).generation()).isEqualTo(1);
    }

    private static StopReport of(StopReport report, String unit) {
        return report.children().stream().filter(child -> child.unit().equals(unit)).findFirst()
                .orElseThrow(() -> new AssertionError(unit + " is not in " + report.children()));
    }

    private static void nothingIsLeftOfSouth(World world, StopReport report) {
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(world.cluster(SOUTH).state()).isEqualTo(UnitState.STOPPED);
        eventually(() -> assertThat(world.server(SOUTH).openWatches()).isEmpty());
        eventually(() -> assertThat(world.server(SOUTH).connections().orElse(0)).isZero());
        assertThat(world.meters(SOUTH)).isEmpty();
        assertThat(world.meters(NORTH)).isNotEmpty();
        assertThat(world.server(NORTH).openWatches()).isNotEmpty();
    }

    @Scenario
    void aClusterThatComesBackLearnsOfEachChangeAndDeletionBehindItsBack(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        List<String> sites = names("site", 60);
        List<String> notes = names("note", 140);
        outside.each(sites, name -> outside.publish(name, 0, "old"));
        outside.each(notes, name -> outside.note(name, "old"));
        world.engageAll();
        eventually(() -> assertThat(world.journal.asked(NOTES, SOUTH, 1)).containsAll(notes));
        eventually(() -> assertThat(sites).allMatch(name -> "old".equals(world.seen(WEBSITES, SOUTH, name))));

        world.cluster(SOUTH).stop().await(LIMIT);
        outside.each(sites.subList(0, 40), name -> outside.rewrite(name, "new"));
        outside.each(sites.subList(40, 45), outside::unpublish);
        outside.each(notes.subList(0, 60), name -> outside.overwrite(name, "new"));
        outside.each(notes.subList(60, 75), outside::discard);
        outside.each(List.of("born"), name -> outside.note(name, "new"));
        assertThat(world.journal.asked(NOTES, SOUTH, 2)).isEmpty();

        world.cluster(SOUTH).start().await(LIMIT);
        List<String> expectedSites = sites.subList(0, 45);
        List<String> expectedNotes = new ArrayList<>(notes.subList(0, 75));
        expectedNotes.add("born");
        eventually(() -> assertThat(world.journal.asked(WEBSITES, SOUTH, 2)).containsAll(expectedSites));
        eventually(() -> assertThat(world.journal.asked(NOTES, SOUTH, 2)).containsAll(expectedNotes));
        eventually(() -> assertThat(sites.subList(0, 40)).allMatch(
                name -> world.seen(WEBSITES, SOUTH, name).equals("new")));
        eventually(() -> assertThat(sites.subList(40, 45)).allMatch(
                name -> outside.website(name).get() == null && world.seen(WEBSITES, SOUTH, name).equals(Journal.GONE)));
        eventually(() -> assertThat(notes.subList(0, 60)).allMatch(
                name -> world.seen(NOTES, SOUTH, name).equals("new")));
        eventually(() -> assertThat(notes.subList(60, 75)).allMatch(
                name -> world.seen(NOTES, SOUTH, name).equals(Journal.GONE)));
    }

    @Scenario
    void aStoppedControllerComesBackWithWhatHappenedOnEachCluster(World world) throws Exception {
        world.connect(NORTH);
        world.connect(SOUTH);
        var notes = world.notes();
        for (String cluster : List.of(NORTH, SOUTH)) {
            world.outside(cluster).note("changed", "old");
            world.outside(cluster).note("deleted", "old");
            eventually(() -> assertThat(world.seen(NOTES, cluster, "deleted")).isEqualTo("old"));
        }
        assertThat(notes.stop().await(LIMIT).clean()).isTrue();
        for (String cluster : List.of(NORTH, SOUTH)) {
            world.outside(cluster).overwrite("changed", "new");
            world.outside(cluster).discard("deleted");
            assertThat(world.cluster(cluster).state()).isEqualTo(UnitState.READY);
            assertThat(world.engagement(cluster, NOTES).state()).isEqualTo(UnitState.STOPPED);
        }
        notes.start().await(LIMIT);
        for (String cluster : List.of(NORTH, SOUTH)) {
            eventually(() -> assertThat(world.seen(NOTES, cluster, "changed")).isEqualTo("new"));
            eventually(() -> assertThat(world.seen(NOTES, cluster, "deleted")).isEqualTo(Journal.GONE));
        }
    }
}
