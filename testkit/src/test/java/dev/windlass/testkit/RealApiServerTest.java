package dev.windlass.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Tag("real-apiserver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealApiServerTest {

    private static final String WIDGETS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: widgets, singular: widget, kind: Widget}
              versions:
              - name: v1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    private RealApiServer north;
    private RealApiServer south;
    private Kubectl kubectl;

    @TempDir
    private Path folder;

    @BeforeAll
    void startBothAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<RealApiServer> start = () -> RealApiServer.builder("north").user("alice", "developers").start();
            Future<RealApiServer> first = threads.submit(start);
            south = RealApiServer.start("south");
            north = first.get();
        }
    }

    @BeforeEach
    void connect() throws Exception {
        kubectl = new Kubectl(folder, "north", north.kubeconfig());
    }

    @AfterEach
    void clean() throws Exception {
        north.clean();
    }

    @AfterAll
    void stopBoth() {
        north.close();
        south.close();
        south.close(); // idempotent
    }

    @Test
    void twoServersAreTwoClusters() throws Exception {
        Kubectl other = new Kubectl(folder, "south", south.kubeconfig());
        kubectl.must("create", "configmap", "here");

        assertThat(kubectl.must("get", "configmaps", "-o", "name")).contains("configmap/here");
        assertThat(other.must("get", "configmaps", "-o", "name")).doesNotContain("configmap/here");
        assertThat(other.must("config", "current-context").strip()).isEqualTo("south");
    }

    @Test
    void kubectlIsOfTheServersVersion() throws Exception {
        assertThat(kubectl.must("version")).contains("Client Version: v1.37.2", "Server Version: v1.37.2");
    }

    @Test
    void aUserMayDoWhatRbacAllowsAndNoMore() throws Exception {
        Kubectl alice = new Kubectl(folder, "alice", north.kubeconfig("alice"));

        assertThat(alice.run("get", "configmaps").output())
                .contains("configmaps is forbidden: User \"alice\" cannot list resource \"configmaps\"");

        kubectl.must("create", "role", "see", "--verb=list", "--resource=configmaps");
        kubectl.must("create", "rolebinding", "see", "--role=see", "--group=developers");
        await().untilAsserted(() -> assertThat(alice.run("get", "configmaps").code()).isZero());
        assertThat(alice.run("create", "configmap", "mine").output()).contains("cannot create resource");
    }

    @Test
    void aUserWhomTheServerDoesNotKnowIsNamed() {
        assertThatThrownBy(() -> north.kubeconfig("mallory")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mallory").hasMessageContaining("alice");
    }

    @Test
    void watchesAreCountedAsTheServerSeesThem() throws Exception {
        assertThat(north.watches()).isZero();
        Process watching = kubectl.start("get", "configmaps", "-A", "--watch");
        try {
            await().until(() -> north.watches() == 1);
            assertThat(north.openWatches()).singleElement().satisfies(watch -> {
                assertThat(watch.userAgent()).startsWith("kubectl/");
                assertThat(watch.resource()).isEqualTo("configmaps");
                assertThat(watch.version()).isEqualTo("v1");
            });
            assertThat(south.watches()).isZero();
        } finally {
            watching.destroyForcibly();
        }
        await().until(() -> north.watches() == 0);
    }

    @Test
    void cleaningTakesAwayObjectsDefinitionsAndNamespaces() throws Exception {
        String before = everything();
        kubectl.mustWith(WIDGETS, "apply", "-f", "-");
        kubectl.must("wait", "--for=condition=Established", "crd/widgets.example.com");
        kubectl.must("create", "namespace", "shop");
        for (String namespace : new String[]{"shop", "default"}) {
            kubectl.mustWith("""
                    {"apiVersion": "example.com/v1", "kind": "Widget",
                     "metadata": {"name": "held", "namespace": "%s", "finalizers": ["example.com/never"]}}
                    """.formatted(namespace), "apply", "-f", "-");
        }
        for (int i = 0; i < 5; i++) {
            kubectl.must("create", "configmap", "c" + i, "--namespace=shop");
        }
        kubectl.must("create", "clusterrole", "reader", "--verb=get", "--resource=pods");
        kubectl.must("create", "service", "clusterip", "web", "--tcp=80:80");
        kubectl.must("delete", "widget", "held", "--wait=false");
        kubectl.must("delete", "namespace", "shop", "--wait=false");

        north.clean();

        assertThat(everything()).isEqualTo(before);
    }

    private String everything() throws Exception {
        String kinds = kubectl.must("api-resources", "--verbs=list,delete", "-o", "name").lines()
                .filter(kind -> !kind.startsWith("events")).collect(Collectors.joining(","));
        return kubectl.must("get", kinds, "-A", "-o", "name");
    }

    @Test
    void aClosedServerLeavesNoProcessAndNoData() throws Exception {
        Set<ProcessHandle> before = children();
        RealApiServer third = RealApiServer.start("third");
        assertThat(children()).hasSizeGreaterThan(before.size());
        third.close();
        assertThat(children()).isEqualTo(before);
        assertThat(dataOf("third")).isEmpty();
    }

    @Test
    void theProgramsOfTheAssetsFolderAreAServerToo() throws Exception {
        Set<ProcessHandle> before = children();
        RunningServer server = TwoProcesses.start("assets", Map.of("alice", List.of()), RealApiServer.programs());
        try (Api api = new Api(server.url(), server.authority(), token(server, "admin"));
                Api alice = new Api(server.url(), server.authority(), token(server, "alice"))) {
            assertThat(api.get("/api/v1/namespaces").ok()).isTrue();
            assertThat(alice.get("/api/v1/namespaces").status()).isEqualTo(403);
        } finally {
            server.end();
        }
        assertThat(children()).isEqualTo(before);
        assertThat(dataOf("assets")).isEmpty();
    }

    @Test
    void aServerEndsWithTheJvmThatStartedIt() throws Exception {
        Process jvm = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), StartsAndWaits.class.getName()).redirectErrorStream(true)
                .start();
        await().atMost(Duration.ofMinutes(2)).until(() -> jvm.descendants().findAny().isPresent()
                && jvm.inputReader().lines().anyMatch("started"::equals));
        Set<ProcessHandle> servers = jvm.descendants().collect(Collectors.toSet());
        assertThat(servers).isNotEmpty();

        jvm.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(30)).until(() -> servers.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static String token(RunningServer server, String user) {
        return Objects.requireNonNull(server.tokens().get(user));
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().descendants().collect(Collectors.toSet());
    }

    private static String[] dataOf(String name) {
        return Path.of(System.getProperty("java.io.tmpdir")).toFile()
                .list((parent, file) -> file.startsWith("windlass-" + name + "-"));
    }
}
