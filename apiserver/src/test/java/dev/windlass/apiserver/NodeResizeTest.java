package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What a node means for the pods that are resized on it. */
@Timeout(120)
class NodeResizeTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String FORBIDDEN = "pods \"p\" is forbidden: ";

    private final ApiServer server = ApiServer.builder().name("node-resize").start();
    private final Wire wire = new Wire(server);

    @BeforeEach
    void createPod() {
        wire.post(PODS, """
                {"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i","resources":{
                "requests":{"cpu":"1"}}}],"initContainers":[{"name":"first","image":"i","resources":{
                "requests":{"cpu":"1"}}}]}}""");
    }

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    @Test
    void aPodIsNotResizedOnANodeThatIsNotThere() {
        assertThat(resize("containers", "c", "2").message()).isEqualTo(FORBIDDEN + "node \"n\" not found");
        assertThat(resize("containers", "c", "1000m").code()).as("no change").isEqualTo(200);
    }

    @Test
    void aPodIsNotResizedBeyondItsNode() {
        createNode("linux");
        assertThat(resize("containers", "c", "4").code()).isEqualTo(200);
        Wire.Answer refused = resize("containers", "c", "4001m");
        assertThat(refused.message()).isEqualTo(FORBIDDEN
                + "node didn't have enough allocatable resources: cpu, requested: 4001, allocatable: 4000");
        assertThat(refused.body().path("details").path("causes")).hasToString("[{\"reason\":\"NodeCapacity\"}]");
    }

    @Test
    void aPodIsNotResizedOnAnotherSystem() {
        createNode("windows");
        Wire.Answer refused = resize("containers", "c", "2");
        assertThat(refused.message()).isEqualTo(
                FORBIDDEN + "pod resize is only supported on linux nodes, node \"n\" is \"windows\"");
        assertThat(refused.body().path("details").path("causes")).hasToString("[{\"reason\":\"UnsupportedPlatform\"}]");
    }

    @Test
    void aPodIsResizedOnlyAsItsNodeDeclares() {
        createNode("linux");
        assertThat(resize("initContainers", "first", "2").message()).isEqualTo(FORBIDDEN
                + "pod update requires features InPlacePodVerticalScalingInitContainers which are not available"
                + " on node \"n\"");
        wire.merge("/api/v1/nodes/n/status",
                "{\"status\":{\"declaredFeatures\":[\"InPlacePodVerticalScalingInitContainers\"]}}");
        assertThat(resize("initContainers", "first", "2").code()).isEqualTo(200);
    }

    private void createNode(String system) {
        assertThat(wire.post("/api/v1/nodes", """
                {"metadata":{"name":"n","labels":{"kubernetes.io/os":"%s"}},"status":{
                "allocatable":{"cpu":"4","memory":"1Gi"}}}""".formatted(system))
                .code()).isEqualTo(201);
    }

    private Wire.Answer resize(String list, String container, String cpu) {
        return wire.patch(PODS + "/p/resize", "application/strategic-merge-patch+json",
                "{\"spec\":{\"%s\":[{\"name\":\"%s\",\"resources\":{\"requests\":{\"cpu\":\"%s\"}}}]}}"
                        .formatted(list, container, cpu));
    }
}
