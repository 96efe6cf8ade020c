package dev.windlass.controller;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.DeadlineException;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An operator that cannot work says why: in its log, in the status of the controller, and to whoever awaits it. */
@Timeout(120)
class TroubleTest {

    private final World world = new World("north");
    private final Warnings warnings = new Warnings();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    /** Keeps warnings and errors. */
    private static final class Warnings extends AppenderBase<ILoggingEvent> {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                lines.add(event.getKeyValuePairs() + " " + event.getFormattedMessage());
            }
        }

        List<String> of(String unit) {
            return lines.stream().filter(line -> line.contains("\"" + unit + "#1\"")).toList();
        }
    }

    @BeforeEach
    void listen() {
        warnings.start();
        root.addAppender(warnings);
    }

    @AfterEach
    void end() {
        root.detachAppender(warnings);
        world.close();
    }

    @Test
    void aControllerWhoseKindIsNotInstalledSaysSoWhileItStarts() throws Exception {
        world.connect("north");
        ControllerHandle<Widget> handle = world.manager.add(Controller.builder(Widget.class).named("nocrd")
                .syncTimeout(Duration.ofHours(1)).reconciler((request, context) -> Result.done()).build());
        eventually(() -> assertThat(handle.status().message()).contains("cluster/north/nocrd is STARTING: ",
                "widgets.test.windlass.dev DEGRADED: ", "not installed"));
        assertThat(handle.state()).isEqualTo(UnitState.STARTING);
        Operation<UnitStatus> ready = handle.ready();
        assertThatThrownBy(() -> ready.await(Duration.ZERO)).isInstanceOf(DeadlineException.class)
                .hasMessageContaining("controller/nocrd is STARTING: ").hasMessageContaining("not installed");
        eventually(() -> assertThat(warnings.of("cluster/north/nocrd")).singleElement().asString()
                .contains("STARTING: waits for widgets.test.windlass.dev DEGRADED: ", "not installed"));
    }

    @Test
    void aClusterThatCannotBeReachedSaysSoOnce() throws Exception {
        world.manager.add(Cluster.builder("nowhere").kubeconfig(unreachable())
                .backoff(Duration.ofMillis(10), Duration.ofMillis(10)).build());
        eventually(
                () -> assertThat(world.manager.find("cluster/nowhere").orElseThrow().details().get("failures in a row"))
                        .satisfies(failures -> assertThat(Integer.parseInt(failures)).isGreaterThan(5)));
        assertThat(warnings.of("cluster/nowhere")).singleElement().asString().contains("BACKOFF: ",
                "; tries again at ");
    }

    /** Where nobody listens any more. */
    private static String unreachable() {
        try (World gone = new World("gone")) {
            return gone.server("gone").kubeconfig();
        }
    }
}
