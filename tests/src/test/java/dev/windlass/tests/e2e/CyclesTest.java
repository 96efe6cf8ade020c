package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.testkit.LeakCheck;
import dev.windlass.testkit.Witness;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** What controller-runtime's users cannot do: take a controller away, again and again, and keep nothing of it. */
class CyclesTest {

    private static final int CYCLES = 1_000;
    private static final int WARM_UP = 20;
    /** Of what libraries keep for themselves: well below one for each cycle. */
    private static final int FEW = 20;

    private final AtomicInteger calls = new AtomicInteger();

    @Test
    @ExtendWith(TwoServers.class)
    @Timeout(300)
    void aThousandControllersComeAndGoAndLeaveNothing(World world) throws Exception {
        world.outside(NORTH).note("note", "here");
        world.manager.add(World.describe(NORTH, world.server(NORTH).kubeconfig()).linger(Duration.ZERO)
                .probe(Duration.ofHours(1), Duration.ofSeconds(5), 3).build())
                .ready().await(LIMIT);
        world.outside(NORTH).close();
        world.outside(SOUTH).close();
        cycles(world, WARM_UP);
        eventually(() -> assertThat(world.server(NORTH).openWatches()).isEmpty());
        calls.set(0);
        LeakCheck check = LeakCheck.builder().servers(world.server(NORTH)).witness(new Meters(world))
                .instancesOf("dev.windlass.")
                .instancesOf("io.vertx.", FEW).instancesOf("io.fabric8.", FEW).instancesOf("io.netty.", CYCLES / 10)
                .instancesOf("io.prometheus.", FEW).instancesOf("java.util.concurrent.Scheduled", FEW)
                .ignoring(TwoServers.EMBEDDED)
                .within(Duration.ofSeconds(100)) // a client keeps an unused connection for a minute
                .baseline();
        cycles(world, CYCLES);
        assertThat(calls).as("each of them worked").hasValueGreaterThanOrEqualTo(CYCLES);
        check.assertNothingLeft();
    }

    /** The series of the manager that goes on. */
    private record Meters(World world) implements Witness {

        @Override
        public String name() {
            return "meters";
        }

        @Override
        public Map<String, Sighting> look() {
            return world.series().stream().collect(Collectors.toMap(Function.identity(), series -> Sighting.of(1)));
        }
    }

    private void cycles(World world, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            ControllerHandle<ConfigMap> handle = world.ready(Controller
                    .builder(WatchSpec.of(ConfigMap.class).withLabels(Reconcilers.NOTE_LABEL)).named("visitor")
                    .owns(Secret.class).reconciler((request, context) -> {
                        assertThat(Reconcilers.note(request, context)).isEqualTo("here");
                        calls.incrementAndGet();
                        return Result.done();
                    }).build());
            StopReport stopped = handle.stop().await(LIMIT);
            assertThat(stopped.clean()).as(stopped.toString()).isTrue();
            StopReport removed = handle.remove().await(LIMIT);
            assertThat(removed.clean()).as(removed.toString()).isTrue();
        }
    }
}
