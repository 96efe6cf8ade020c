package dev.windlass.tests.e2e;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;

import static dev.windlass.tests.e2e.Reconcilers.NOTES;
import static dev.windlass.tests.e2e.Reconcilers.TEXT;
import static dev.windlass.tests.e2e.Reconcilers.WEBSITES;
import static dev.windlass.tests.e2e.Reconcilers.page;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** What controllers are for. */
class ReconcileTest {

    private static final List<String> BOTH = List.of(NORTH, SOUTH);

    @Scenario
    void aControllerEngagesEachClusterAndReconcilesWhatIsThere(World world) throws Exception {
        for (String cluster : BOTH) {
            world.outside(cluster).publish("early", 2, "here before, on " + cluster);
            world.outside(cluster).note("reminder", "of " + cluster);
        }
        world.connect(NORTH);
        var websites = world.websites();
        world.notes();
        world.connect(SOUTH); // a controller engages clusters that come later too
        eventually(() -> assertThat(websites.engagements()).extracting(RunnableHandle::name, RunnableHandle::state)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("cluster/north/websites", UnitState.READY),
                        org.assertj.core.groups.Tuple.tuple("cluster/south/websites", UnitState.READY)));
        for (String cluster : BOTH) {
            String text = "here before, on " + cluster;
            eventually(() -> assertThat(textOf(world, cluster, page("early", 1))).isEqualTo(text));
            eventually(() -> assertThat(world.outside(cluster).website("early").get().getStatus())
                    .isEqualTo(new Website.Published(text, 1L)));
            eventually(() -> assertThat(world.seen(NOTES, cluster, "reminder")).isEqualTo("of " + cluster));
        }
    }

    @Scenario
    void anUpdateReachesTheChildrenOnItsOwnClusterOnly(World world) throws Exception {
        world.engageAll();
        for (String cluster : BOTH) {
            world.outside(cluster).publish("shop", 2, "first");
            eventually(() -> assertThat(world.outside(cluster).website("shop").get().getStatus())
                    .isEqualTo(new Website.Published("first", 1L)));
        }
        world.outside(SOUTH).rewrite("shop", "second");
        eventually(() -> assertThat(world.outside(SOUTH).website("shop").get().getStatus())
                .isEqualTo(new Website.Published("second", 2L)));
        assertThat(textOf(world, SOUTH, page("shop", 0))).isEqualTo("second");
        assertThat(textOf(world, SOUTH, page("shop", 1))).isEqualTo("second");
        assertThat(textOf(world, NORTH, page("shop", 0))).isEqualTo("first");
    }

    @Scenario
    void aChildThatDriftsIsRepaired(World world) throws Exception {
        world.engageAll();
        Outside north = world.outside(NORTH);
        north.publish("shop", 2, "right");
        eventually(() -> assertThat(world.seen(WEBSITES, NORTH, "shop")).isEqualTo("right"));
        north.overwrite(page("shop", 0), "wrong");
        eventually(() -> assertThat(textOf(world, NORTH, page("shop", 0))).isEqualTo("right"));
        north.discard(page("shop", 1));
        eventually(() -> assertThat(textOf(world, NORTH, page("shop", 1))).isEqualTo("right"));
    }

    @Scenario
    void aDeletedObjectGoesWhenItsFinalizerHasTakenItsChildrenAway(World world) throws Exception {
        world.engageAll();
        Outside north = world.outside(NORTH);
        north.publish("shop", 2, "here");
        north.note("reminder", "here");
        eventually(() -> assertThat(world.seen(WEBSITES, NORTH, "shop")).isEqualTo("here"));
        eventually(() -> assertThat(world.seen(NOTES, NORTH, "reminder")).isEqualTo("here"));
        north.unpublish("shop");
        north.discard("reminder");
        eventually(() -> assertThat(north.website("shop").get()).isNull());
        assertThat(north.configMap(page("shop", 0)).get()).isNull();
        assertThat(north.configMap(page("shop", 1)).get()).isNull();
        eventually(() -> assertThat(world.seen(WEBSITES, NORTH, "shop")).isEqualTo(Journal.GONE));
        eventually(() -> assertThat(world.seen(NOTES, NORTH, "reminder")).isEqualTo(Journal.GONE));
    }

    private static String textOf(World world, String cluster, String configMap) {
        ConfigMap found = world.outside(cluster).configMap(configMap).get();
        return found == null ? Journal.GONE : found.getData().getOrDefault(TEXT, "");
    }
}
