package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** What snapshots keep, what bringing one back does, and what clients are told of it. */
@Timeout(120)
class SnapshotTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Widget, plural: widgets}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}}
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec: {type: object, properties: {size: {type: integer}}}
                      status: {type: object, properties: {ready: {type: boolean}}}
            """;
    private static final String WIDGET = """
            apiVersion: example.com/v1
            kind: Widget
            metadata: {name: w, namespace: default}
            spec: {size: 1}
            status: {ready: true}
            """;

    private final ApiServer server = ApiServer.builder().name("kept").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private static long version(JsonNode object) {
        return Long.parseLong(Json.textOrEmpty(object, "metadata", "resourceVersion"));
    }

    @Test
    void whatWasMadeChangedAndDeletedSinceIsBroughtBackAtNewVersionsAndWatchesAreTold() {
        for (String name : List.of("stays", "changes", "goes")) {
            wire.post(MAPS, Wire.configMap(name, "colour", "blue"));
        }
        JsonNode stayed = wire.get(MAPS + "/stays").body();
        JsonNode gone = wire.get(MAPS + "/goes").body();
        Snapshot snapshot = server.snapshot();
        wire.merge(MAPS + "/changes", "{\"data\":{\"colour\":\"red\"}}");
        wire.delete(MAPS + "/goes");
        wire.post(MAPS, "{\"metadata\":{\"name\":\"comes\",\"finalizers\":[\"example.com/never\"]}}");
        JsonNode last = wire.get(MAPS).body();

        try (Wire.Watching watching = wire.watch(MAPS + "?resourceVersion=" + version(last))) {
            server.restore(snapshot);
            assertThat(watching.next(3)).containsExactlyInAnyOrder("DELETED comes", "MODIFIED changes", "ADDED goes");
        }

        JsonNode now = wire.get(MAPS).body();
        assertThat(Wire.names(now)).containsExactly("changes", "goes", "stays");
        assertThat(version(now)).isGreaterThan(version(last));
        assertThat(wire.get(MAPS + "/changes").text("data", "colour")).isEqualTo("blue");
        assertThat(wire.get(MAPS + "/stays").body()).isEqualTo(stayed);
        Wire.Answer back = wire.get(MAPS + "/goes");
        assertThat(version(back.body())).isGreaterThan(version(last));
        assertThat(back.text("metadata", "uid")).isEqualTo(Json.textOrEmpty(gone, "metadata", "uid"));
    }

    @Test
    void anObjectThatWasDeletedAndMadeAgainIsTheFormerOneAfterwards() {
        wire.post(MAPS, Wire.configMap("a"));
        String uid = wire.get(MAPS + "/a").text("metadata", "uid");
        Snapshot snapshot = server.snapshot();
        wire.delete(MAPS + "/a");
        wire.post(MAPS, Wire.configMap("a"));
        try (Wire.Watching watching = wire.watch(MAPS)) {
            assertThat(watching.nextLine()).isEqualTo("ADDED a");
            server.restore(snapshot);
            assertThat(watching.next(2)).containsExactly("DELETED a", "ADDED a");
        }
        assertThat(wire.get(MAPS + "/a").text("metadata", "uid")).isEqualTo(uid);
    }

    @Test
    void definitionsAndTheirObjectsComeBackAndGo() {
        server.load(DEFINITION + "---\n" + WIDGET);
        Snapshot with = server.snapshot();
        wire.delete(DEFINITIONS + "/widgets.example.com");
        assertThat(wire.get(WIDGETS).code()).isEqualTo(404);

        server.restore(with);
        assertThat(wire.get(WIDGETS + "/w").body().path("status").path("ready").asBoolean()).isTrue();
        assertThat(wire
                .post(WIDGETS, "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"x\"}}")
                .code()).isEqualTo(201);

        try (Wire.Watching watching = wire.watch(WIDGETS)) {
            watching.next(2);
            server.reset();
            assertThat(watching.next(3)).containsExactly("DELETED w", "DELETED x", "END");
        }
        assertThat(wire.get(WIDGETS).code()).isEqualTo(404);
        assertThat(wire.get(DEFINITIONS).body().path("items")).isEmpty();
    }

    @Test
    void aNamespaceThatIsBeingEmptiedComesBackWithWhatWasInIt() {
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"shop\"}}");
        for (int i = 0; i < 20; i++) {
            wire.post("/api/v1/namespaces/shop/configmaps", Wire.configMap("c" + i));
        }
        Snapshot snapshot = server.snapshot();
        wire.delete("/api/v1/namespaces/shop");

        server.restore(snapshot);

        // What had begun to empty it sees that it is no longer to be emptied.
        wire.post("/api/v1/namespaces/shop/configmaps", Wire.configMap("later"));
        assertThat(wire.get("/api/v1/namespaces/shop").text("status", "phase")).isEqualTo("Active");
        assertThat(wire.get("/api/v1/namespaces/shop/configmaps").body().path("items")).hasSize(21);
    }

    @Test
    void aResetLeavesNothingButWhatTheServerBeganWith() {
        JsonNode began = wire.get("/api/v1/namespaces").body().path("items");
        JsonNode services = wire.get("/api/v1/services").body().path("items");
        int size = server.snapshot().size();
        server.load(DEFINITION + "---\n" + WIDGET);
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"shop\"}}");
        wire.merge("/api/v1/namespaces/default", "{\"metadata\":{\"labels\":{\"colour\":\"blue\"}}}");
        wire.post("/api/v1/namespaces/shop/services",
                "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
        Fault fault = server.faults().add(FaultRule.on("*", "*").answering(500));
        assertThat(wire.get(MAPS).code()).isEqualTo(500);

        server.reset();

        assertThat(fault.hits()).isOne();
        assertThat(server.requests()).isEmpty();
        JsonNode now = wire.get("/api/v1/namespaces").body().path("items");
        assertThat(now).hasSameSizeAs(began);
        assertThat(wire.get("/api/v1/namespaces/default").body().path("metadata").path("labels").has("colour"))
                .isFalse();
        assertThat(wire.get("/api/v1/services").body().path("items")).isEqualTo(services);
        assertThat(server.snapshot().size()).isEqualTo(size);
    }

    @Test
    void anInformerThatFollowsIsUpToDateAfterwards() {
        Config config = Config.fromKubeconfig(server.kubeconfig());
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
                SharedIndexInformer<ConfigMap> informer = client.configMaps().inNamespace("default").inform()) {
            for (int i = 0; i < 50; i++) {
                wire.post(MAPS, Wire.configMap("c" + i, "round", "0"));
            }
            Snapshot snapshot = server.snapshot();
            for (int i = 0; i < 50; i += 2) {
                wire.delete(MAPS + "/c" + i);
                wire.post(MAPS, Wire.configMap("d" + i));
                wire.merge(MAPS + "/c" + (i + 1), "{\"data\":{\"round\":\"1\"}}");
            }
            server.restore(snapshot);
            await().atMost(LIMIT).untilAsserted(() -> assertThat(versions(informer.getStore().list()))
                    .isEqualTo(versions(client.configMaps().inNamespace("default").list().getItems())).hasSize(50));
        }
    }

    private static Map<String, String> versions(List<ConfigMap> maps) {
        return maps.stream().collect(Collectors.toMap(map -> map.getMetadata().getName(),
                map -> map.getMetadata().getResourceVersion() + " " + map.getData()));
    }

    @Test
    void aSnapshotOfAnotherServerIsRefusedButItsFileCanBeLoaded(@TempDir Path folder) throws Exception {
        server.load(DEFINITION + "---\n" + WIDGET);
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"shop\"}}");
        wire.post("/api/v1/namespaces/shop/configmaps", Wire.configMap("a", "colour", "blue"));
        Snapshot snapshot = server.snapshot();
        int ofTheServer = 6;
        Path file = folder.resolve("all.yaml");
        snapshot.writeTo(file);
        try (ApiServer other = ApiServer.builder().name("other").start(); Wire there = new Wire(other)) {
            assertThatIllegalArgumentException().isThrownBy(() -> other.restore(snapshot))
                    .withMessageContaining("kept").withMessageContaining("other");
            assertThat(other.load(java.nio.file.Files.readString(file))).isEqualTo(snapshot.size() - ofTheServer);
            assertThat(there.get("/api/v1/namespaces/shop/configmaps/a").text("data", "colour")).isEqualTo("blue");
            assertThat(there.get(WIDGETS + "/w").body().path("status").path("ready").asBoolean()).isTrue();
        }
    }

    @Test
    void whatCannotBeLoadedIsNamedWithWhatIsWrong() {
        assertThatIllegalArgumentException().isThrownBy(() -> server.load("{"))
                .withMessageContaining("neither YAML nor JSON");
        assertThatIllegalArgumentException().isThrownBy(() -> server.load("just text"))
                .withMessageContaining("just text");
        assertThatIllegalArgumentException().isThrownBy(() -> server.load(WIDGET))
                .withMessage("Widget \"w\" cannot be loaded: the server serves no Widget of \"example.com/v1\";"
                        + " load its custom resource definition too");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.load("{apiVersion: v1, kind: ConfigMap, metadata: {}}"))
                .withMessageContaining("metadata.name is missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.load(
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: nowhere}}"))
                .withMessageContaining("ConfigMap \"a\"").withMessageContaining("namespaces \"nowhere\" not found");
        assertThat(server.load("---\n---\n")).isZero();
    }
}
