package dev.windlass.apiserver;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What kubectl does. It is taken from WINDLASS_KUBECTL, KUBEBUILDER_ASSETS or the PATH; where there is none, the same requests are sent without it.
 */
@Timeout(180)
class KubectlTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: web, image: "web:1"}
                  - {name: side, image: "side:1"}
            """;

    private final Optional<Path> kubectl = find();
    private final ApiServer server = ApiServer.builder().name("kubectl").start();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeKubeconfig() throws IOException {
        Files.writeString(folder.resolve("config"), server.kubeconfig());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static Optional<Path> find() {
        List<Path> candidates = new ArrayList<>();
        Optional.ofNullable(System.getenv("WINDLASS_KUBECTL")).map(Path::of).ifPresent(candidates::add);
        Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS")).map(assets -> Path.of(assets, "kubectl"))
                .ifPresent(candidates::add);
        Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(each -> Path.of(each, "kubectl"))
                .forEach(candidates::add);
        return candidates.stream().filter(Files::isExecutable).findFirst();
    }

    private String run(Path command, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(
                List.of(command.toString(), "--kubeconfig", folder.resolve("config").toString(), "--cache-dir",
                        folder.resolve("cache").toString()));
        line.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "out", ".txt");
        Process process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kubectl %s ended", List.of(arguments)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private String write(String content) throws IOException {
        Path file = Files.createTempFile(folder, "in", ".yaml");
        Files.writeString(file, content);
        return file.toString();
    }

    @Test
    void objectsAreAppliedShownAndDeleted() throws Exception {
        if (kubectl.isEmpty()) {
            try (Wire wire = new Wire(server)) {
                String path = "/apis/apps/v1/namespaces/default/deployments/web";
                assertThat(wire.apply(path, "kubectl", DEPLOYMENT).code()).isEqualTo(201);
                assertThat(wire.get(path).text("metadata", "name")).isEqualTo("web");
                assertThat(wire.delete(path).text("status")).isEqualTo("Success");
            }
            return;
        }
        Path command = kubectl.get();
        assertThat(run(command, "apply", "--server-side", "-f", write(DEPLOYMENT)))
                .contains("deployment.apps/web serverside-applied");
        assertThat(run(command, "get", "deployments")).containsPattern("NAME +READY +UP-TO-DATE +AVAILABLE +AGE")
                .containsPattern("web +0/1 +0 +0");
        assertThat(run(command, "describe", "deployment", "web"))
                .contains("RollingUpdateStrategy:  25% max unavailable, 25% max surge");
        assertThat(run(command, "scale", "deployment", "web", "--replicas=3")).contains("scaled");
        assertThat(run(command, "label", "deployment", "web", "a=b")).contains("labeled");
        assertThat(run(command, "delete", "deployment", "web")).contains("deleted");
    }

    @Test
    void aPlainApplyMergesListsByTheirKeys() throws Exception {
        String changed = DEPLOYMENT.replace("web:1", "web:2").replaceAll(" +- \\{name: side.*\n", "");
        if (kubectl.isEmpty()) {
            try (Wire wire = new Wire(server)) {
                String path = "/apis/apps/v1/namespaces/default/deployments/web";
                wire.apply(path, "kubectl", DEPLOYMENT);
                Wire.Answer patched = wire.patch(path, "application/strategic-merge-patch+json",
                        """
                                {"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"},{"name":"side","$patch":"delete"}]}}}}""");
                assertThat(patched.body().findValues("image").stream().map(each -> each.stringValue("")))
                        .containsExactly("web:2");
            }
            return;
        }
        Path command = kubectl.get();
        assertThat(run(command, "apply", "-f", write(DEPLOYMENT))).contains("deployment.apps/web created");
        assertThat(run(command, "apply", "-f", write(changed))).contains("deployment.apps/web configured");
        assertThat(run(command, "get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[*].image}"))
                .isEqualTo("web:2");
    }

    @Test
    void discoveryTellsWhatIsServed() throws Exception {
        if (kubectl.isEmpty()) {
            try (Wire wire = new Wire(server)) {
                assertThat(
                        wire.get("/apis/apps/v1").body().findValues("kind").stream().map(each -> each.stringValue("")))
                        .contains("Deployment");
            }
            return;
        }
        assertThat(run(kubectl.get(), "api-resources"))
                .containsPattern("deployments +deploy +apps/v1 +true +Deployment");
        assertThat(run(kubectl.get(), "version")).contains("v1.37");
    }

    @Test
    void aWatchPrintsWhatHappens() throws Exception {
        try (Wire wire = new Wire(server)) {
            wire.post(MAPS, Wire.configMap("first", "a", "1"));
            if (kubectl.isEmpty()) {
                try (Wire.Watching watching = wire.watch(MAPS)) {
                    assertThat(watching.nextLine()).isEqualTo("ADDED first");
                }
                return;
            }
            Path output = folder.resolve("watch.txt");
            Process process = new ProcessBuilder(kubectl.get().toString(), "--kubeconfig",
                    folder.resolve("config").toString(), "get", "configmaps", "-w")
                    .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            try {
                org.awaitility.Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> !server.watches().isEmpty());
                wire.post(MAPS, Wire.configMap("second", "a", "1", "b", "2"));
                org.awaitility.Awaitility.await().atMost(60, TimeUnit.SECONDS)
                        .untilAsserted(() -> assertThat(Files.readString(output))
                                .containsPattern("NAME +DATA +AGE").containsPattern("first +1 ")
                                .containsPattern("second +2 "));
            } finally {
                process.destroy();
            }
        }
    }
}
