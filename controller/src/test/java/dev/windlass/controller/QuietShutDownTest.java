package dev.windlass.controller;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.windlass.apiserver.ApiServer;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.StopReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static dev.windlass.controller.World.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

/** A manager that is closed while its watches are open, or being opened, has nothing to complain of. */
@Timeout(120)
class QuietShutDownTest {

    /** Keeps warnings and errors. */
    private static final class Complaints extends AppenderBase<ILoggingEvent> {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                lines.add(event.getLoggerName() + ": " + event.getFormattedMessage());
            }
        }
    }

    @RepeatedTest(20)
    void aManagerThatIsClosedWithOpenWatchesLogsNoWarning() throws InterruptedException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Complaints complaints = new Complaints();
        complaints.start();
        root.addAppender(complaints);
        try (ApiServer server = ApiServer.builder().name("north").bookmarkInterval(Duration.ofMillis(200)).start()) {
            try (Manager manager = Manager.create()) {
                manager.add(Cluster.builder("north").kubeconfig(server.kubeconfig()).build());
                var controller = manager.add(Controller.builder(ConfigMap.class).named("settings").owns(Secret.class)
                        .owns(Service.class).owns(Deployment.class)
                        .reconciler((request, context) -> Result.done()).build());
                manager.start();
                controller.ready().await(LIMIT);
                manager.find("cluster/north").orElseThrow().ready().await(LIMIT);
                // This one is cut off while its connection is being made.
                manager.add(
                        Controller.builder(Namespace.class).reconciler((request, context) -> Result.done()).build());
                StopReport report = manager.stop().await(LIMIT);
                assertThat(report.leftovers()).isEmpty();
            }
        } finally {
            root.detachAppender(complaints);
            complaints.stop();
        }
        assertThat(complaints.lines).isEmpty();
    }
}
