package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Defects of the servers of controller-runtime's manager, each with what was broken here to see its test fail. */
@Timeout(60)
class ControllerRuntimeDefectsTest {

    private static final Duration BOUND = Duration.ofSeconds(20);

    /**
     * controller-runtime: listeners are opened when the manager is made, and stay open when it is never started. Seen red: an
     * endpoint that was bound when it was described.
     */
    @Test
    void aServerThatIsNeverStartedListens() throws Exception {
        int port = freePort();
        try (Manager manager = Manager.create()) {
            manager.add(MetricsServer.at(BindAddress.loopback(port)));
            assertNobodyListens(port);
        }
        assertNobodyListens(port);
    }

    /**
     * controller-runtime: a listener stays open when the start fails early. Seen red: a port that was not closed when what answers
     * could not be made.
     */
    @Test
    void aStartThatFailsLeavesItsListenerOpen(@TempDir Path folder) throws Exception {
        Path noDirectory = Files.writeString(folder.resolve("file"), "");
        int port = freePort();
        try (Manager manager = Manager.create()) {
            var server = manager.add(AdminServer.at(BindAddress.loopback(port), noDirectory));
            manager.start();
            await().atMost(BOUND).until(() -> server.state() == UnitState.FAILED);
            assertNobodyListens(port);
        }
    }

    /**
     * controller-runtime: the context of a request ends when the grace period of its server begins, so that what is waited for has
     * been cancelled. Seen red: a stop without patience for open requests.
     */
    @Test
    void aStopCancelsTheRequestsThatItWaitsFor() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (Manager manager = Manager.create(); Http http = new Http()) {
            var server = manager.add(MetricsServer.at(BindAddress.loopback(0)));
            GaugeWithCallback.builder().name("slow").help("Takes its time").callback(callback -> {
                asked.countDown();
                try {
                    callback.call(answer.await(20, TimeUnit.SECONDS) ? 7 : 0);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    callback.call(0);
                }
            }).register(manager.metrics());
            manager.start();
            server.ready().await(BOUND);
            var address = server.address().orElseThrow();
            CompletableFuture<HttpResponse<String>> response = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    response.complete(http.get(address, "/metrics"));
                } catch (IOException | InterruptedException e) {
                    response.completeExceptionally(e);
                }
            });
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            var stop = server.stop();
            await().atMost(BOUND).until(() -> server.state() == UnitState.DRAINING);
            answer.countDown();
            assertThat(response.get(20, TimeUnit.SECONDS).body()).contains("slow 7.0");
            StopReport report = stop.await(BOUND);
            assertThat(report.drained()).isEqualTo(1);
            assertThat(report.clean()).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void assertNobodyListens(int port) {
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
    }
}
