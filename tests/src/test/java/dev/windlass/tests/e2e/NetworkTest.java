package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import static dev.windlass.tests.e2e.Outside.NAMESPACE;
import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.Reconcilers.NOTES;
import static dev.windlass.tests.e2e.Reconcilers.WEBSITES;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** The network to one cluster fails. */
class NetworkTest {

    private static final int WRITERS = 5;
    private static final String COPIES = "copies";
    private static final Duration BUDGET = Duration.ofSeconds(8);
    private static final Duration SLACK = Duration.ofSeconds(5);

    @Scenario
    void aClusterThatBecomesABlackHoleWithCallsInFlightHoldsNobodyUp(World world) throws Exception {
        FaultProxy proxy = world.opened(FaultProxy.before(world.server(SOUTH)));
        Outside outside = world.outside(SOUTH);
        outside.each(names("note", WRITERS), name -> outside.note(name, "here"));
        world.connect(NORTH);
        ClusterHandle south = world.manager.add(World.describe(SOUTH, proxy.kubeconfig())
                .probe(Duration.ofSeconds(20), Duration.ofSeconds(20), 3).build());
        south.ready().await(LIMIT);
        AtomicBoolean restless = new AtomicBoolean(true);
        world.ready(Controller.builder(WatchSpec.of(ConfigMap.class).withLabels(Reconcilers.NOTE_LABEL)).named(COPIES)
                .workers(WRITERS).reconciler(world.journal.noting((request, context) -> {
                    int round = 0;
                    do { // on south it writes without a pause, so that the black hole finds all of them writing
                        context.client().apply(new ConfigMapBuilder().withNewMetadata().withNamespace(NAMESPACE)
                                .withName("copy-of-" + request.name()).endMetadata()
                                .addToData("round", Integer.toString(round++)).build(), FieldOwner.of(COPIES));
                    } while (restless.get() && request.cluster().equals(SOUTH));
                    return "copied";
                })).build());
        world.notes();
        for (String name : names("note", WRITERS)) {
            eventually(() -> assertThat(outside.configMap("copy-of-" + name).get()).isNotNull()
                    .satisfies(copy -> assertThat(copy.getData()).doesNotContainEntry("round", "0")));
        }

        proxy.blackHole();
        goesOn(world, "before");
        Operation<StopReport> stop = south.stop(StopOptions.drain(BUDGET));
        goesOn(world, "during");
        assertThat(stop.isDone()).as("north went on while south could not end").isFalse();
        StopReport report = stop.await(LIMIT);

        assertThat(report.outcome()).as(report.toString()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.duration()).as("the budget, and what a busy machine adds").isLessThan(BUDGET.plus(SLACK));
        assertThat(report.allLeftovers()).isEmpty();
        List<String> unknown = new ArrayList<>();
        collectUnknown(report, unknown);
        assertThat(unknown).as("%s %s", report, report.children()).hasSize(WRITERS)
                .allMatch(request -> request.contains("copy-of-note-"));
        eventually(() -> assertThat(proxy.connections()).isZero());
        assertThat(world.meters(SOUTH)).isEmpty();
        goesOn(world, "after");

        restless.set(false);
        proxy.heal();
        names("note", WRITERS).forEach(name -> outside.discard("copy-of-" + name));
        south.start().await(LIMIT);
        eventually(() -> assertThat(names("note", WRITERS))
                .allMatch(name -> outside.configMap("copy-of-" + name).get() != null));
    }

    private static void collectUnknown(StopReport report, List<String> into) {
        into.addAll(report.unknownOutcomes());
        report.children().forEach(child -> collectUnknown(child, into));
    }

    private static void goesOn(World world, String prefix) {
        for (String name : names(prefix, 5)) {
            world.outside(NORTH).note(name, "north");
            eventually(() -> assertThat(world.seen(NOTES, NORTH, name)).isEqualTo("north"));
            eventually(() -> assertThat(world.outside(NORTH).configMap("copy-of-" + name).get()).isNotNull());
        }
        assertThat(world.cluster(NORTH).state()).isEqualTo(UnitState.READY);
    }

    @Scenario
    void aClusterThatRefusesConnectionsAtStartIsInBackOffAndJoinsWhenItCan(World world) throws Exception {
        FaultProxy proxy = world.opened(FaultProxy.before(world.server(SOUTH)));
        proxy.refuse();
        joinsWhenItCan(world, proxy);
    }

    @Scenario
    void aClusterThatIsABlackHoleAtStartIsInBackOffAndJoinsWhenItCan(World world) throws Exception {
        FaultProxy proxy = world.opened(FaultProxy.before(world.server(SOUTH)));
        proxy.blackHole();
        joinsWhenItCan(world, proxy);
    }

    private static void joinsWhenItCan(World world, FaultProxy proxy) throws Exception {
        ClusterHandle south = world.manager.add(World.describe(SOUTH, proxy.kubeconfig()).build());
        world.outside(NORTH).publish("shop", 1, "north");
        world.outside(SOUTH).publish("shop", 1, "south");
        world.connect(NORTH);
        var websites = world.websites(); // ready without south
        assertThat(websites.engagements()).extracting(RunnableHandle::name)
                .containsExactly("cluster/north/websites");
        eventually(() -> assertThat(world.seen(WEBSITES, NORTH, "shop")).isEqualTo("north"));
        eventually(() -> assertThat(south.state()).isEqualTo(UnitState.BACKOFF));
        assertThat(south.status().message()).contains("cannot be reached", Integer.toString(proxy.port()));
        assertThat(south.connection()).isEmpty();

        proxy.heal();
        south.ready().await(LIMIT);
        assertThat(south.generation()).isEqualTo(1);
        eventually(() -> assertThat(world.seen(WEBSITES, SOUTH, "shop")).isEqualTo("south"));
    }

    @Scenario
    void aClusterThatIsLostAndFoundKeepsItsGenerationAndLosesNoChange(World world) throws Exception {
        FaultProxy proxy = world.opened(FaultProxy.before(world.server(SOUTH)));
        Outside outside = world.outside(SOUTH);
        outside.each(names("note", 20), name -> outside.note(name, "old"));
        world.connect(NORTH);
        ClusterHandle south = world.manager.add(World.describe(SOUTH, proxy.kubeconfig()).build());
        south.ready().await(LIMIT);
        world.notes();
        eventually(() -> assertThat(world.journal.asked(NOTES, SOUTH, 1)).hasSize(20));
        proxy.refuse();
        proxy.cut();
        eventually(() -> assertThat(south.state()).isEqualTo(UnitState.DEGRADED));
        outside.each(names("note", 10), name -> outside.overwrite(name, "new"));
        outside.each(names("note", 20).subList(10, 20), outside::discard);
        proxy.heal();
        south.ready().await(LIMIT);
        assertThat(south.generation()).isEqualTo(1);
        eventually(() -> assertThat(names("note", 10)).allMatch(
                name -> world.seen(NOTES, SOUTH, name).equals("new")));
        eventually(() -> assertThat(names("note", 20).subList(10, 20)).allMatch(
                name -> world.seen(NOTES, SOUTH, name).equals(Journal.GONE)));
        assertThat(world.cluster(NORTH).state()).isEqualTo(UnitState.READY);
    }
}
