package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.FaultRule;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever wants one server says no name, and finds it between tests as it was in the beginning. */
@ApiServers
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class OneServerTest {
    private static final String DEFAULT = "/api/v1/namespaces/default";

    @Test
    @Order(1)
    void aParameterGetsItWhateverItIsCalled(TestApiServer anything) throws InterruptedException {
        try (Api api = Clients.api(anything.kubeconfig())) {
            api.send("PATCH", DEFAULT, "{\"metadata\":{\"labels\":{\"colour\":\"blue\"}}}",
                    "application/merge-patch+json").orThrow();
            api.send("POST", DEFAULT + "/configmaps", """
                    {"apiVersion": "v1", "kind": "ConfigMap",
                     "metadata": {"name": "left", "finalizers": ["example.com/never"]}}""", "application/json")
                    .orThrow();
        }
        if (anything instanceof EmbeddedApiServer embedded) {
            embedded.server().faults().add(FaultRule.on("*", "*").answering(401));
        }
    }

    @Test
    @Order(2)
    void itIsCleanForTheNextTest(TestApiServer server) throws InterruptedException {
        try (Api api = Clients.api(server.kubeconfig())) {
            assertThat(api.get(DEFAULT + "/configmaps").orThrow().body()).doesNotContain("\"left\"");
            if (server instanceof EmbeddedApiServer) {
                assertThat(api.get(DEFAULT).orThrow().body()).doesNotContain("blue");
            }
        }
    }

    @Test
    void theEmbeddedOneComesAsItself(TestApiServer server) {
        if (server instanceof EmbeddedApiServer embedded) {
            ApiServer itself = embedded.server();
            assertThat(itself.url()).isEqualTo(server.url().toString());
        }
        assertThat(server.name()).isEqualTo("apiserver");
    }
}
