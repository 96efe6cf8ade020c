package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** One server for all tests of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class SharedServer {
    final ApiServer server;
    final Wire wire;

    SharedServer(String name) {
        server = ApiServer.builder().name(name).start();
        wire = new Wire(server);
    }

    @AfterAll
    void close() {
        try (server; wire) {
            // closes both, whatever one does
        }
    }
}
