package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What pods get from their nodes. */
@Timeout(120)
class TopologyLabelsTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String POD = "{\"metadata\":{\"name\":\"p\",\"labels\":{\"topology.kubernetes.io/zone\":\"mine\"}},"
            + "\"spec\":{%s\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";

    private final ApiServer server = ApiServer.builder().name("topology").start();
    private final Wire wire = new Wire(server);

    @BeforeEach
    void createNode() {
        wire.post("/api/v1/nodes", """
                {"metadata":{"name":"n","labels":{"topology.kubernetes.io/zone":"z",
                "topology.kubernetes.io/region":"r","topology.kubernetes.io/rack":"k"}}}""");
    }

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    @Test
    void aPodThatIsBoundGetsTheLabelsOfItsZoneAndRegion() {
        wire.post(PODS, POD.formatted(""));
        bind("n");
        assertThat(labels())
                .isEqualTo("{\"topology.kubernetes.io/zone\":\"z\",\"topology.kubernetes.io/region\":\"r\"}");
    }

    @Test
    void aPodThatIsMadeOnANodeGetsThemToo() {
        wire.post(PODS, POD.formatted("\"nodeName\":\"n\","));
        assertThat(labels())
                .isEqualTo("{\"topology.kubernetes.io/zone\":\"z\",\"topology.kubernetes.io/region\":\"r\"}");
    }

    @Test
    void aNodeThatIsNotThereGivesNone() {
        wire.post(PODS, POD.formatted(""));
        bind("other");
        assertThat(labels()).isEqualTo("{\"topology.kubernetes.io/zone\":\"mine\"}");
    }

    private void bind(String node) {
        assertThat(wire.post(PODS + "/p/binding",
                "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"%s\"}}"
                        .formatted(node))
                .code()).isEqualTo(201);
    }

    private String labels() {
        return wire.get(PODS + "/p").body().path("metadata").path("labels").toString();
    }
}
