package dev.windlass.apiserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;

/** A server for each test, and webhooks that it may ask: by address, or as the service {@code kubernetes} at port 8443. */
abstract class AskingServer {
    final WebhookServer hooks = new WebhookServer();
    final ApiServer server = ApiServer.builder()
            .services((_, name, port) -> name.equals("kubernetes") && port == 8443
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), hooks.port())
                    : null)
            .start();
    final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        try (hooks; server; wire) {
            // closes all, whatever one does
        }
    }
}
