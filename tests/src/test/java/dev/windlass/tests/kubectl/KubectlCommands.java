package dev.windlass.tests.kubectl;

import dev.windlass.testkit.Kubectl;
import dev.windlass.testkit.TestApiServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static dev.windlass.tests.kubectl.Texts.COLOURS;
import static dev.windlass.tests.kubectl.Texts.SHOP;
import static dev.windlass.tests.kubectl.Texts.SHOPS;
import static dev.windlass.tests.kubectl.Texts.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The same commands with the same answers on each kind of server: what kubectl prints with the real one is right. */
@Tag("real-apiserver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class KubectlCommands {

    private static final Duration HANG = Duration.ofSeconds(60);

    private final TestApiServer server;
    private Kubectl kubectl;

    @TempDir
    private Path folder;

    KubectlCommands(TestApiServer server) {
        this.server = server;
    }

    @BeforeEach
    void prepare() throws Exception {
        kubectl = new Kubectl(folder, "admin", server.kubeconfig());
    }

    @AfterEach
    void clean() throws Exception {
        server.clean();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String apply(String yaml) throws Exception {
        return kubectl.mustWith(yaml, "apply", "--server-side", "-f", "-").strip();
    }

    private void refused(String expected, String... arguments) throws Exception {
        refusedWith("", expected, arguments);
    }

    private void refusedWith(String input, String expected, String... arguments) throws Exception {
        Kubectl.Result result = kubectl.runWith(input, arguments);
        assertThat(result.output()).contains(expected);
        assertThat(result.code()).isEqualTo(1);
    }

    private String path(String resource, String path) throws Exception {
        return kubectl.must("get", resource, "-o", "jsonpath={" + path + "}");
    }

    /** An empty ConfigMap. */
    private void create(String name) throws Exception {
        kubectl.mustWith(COLOURS.replace("colours", name).replace("{sky: blue, grass: green}", "{}"), "create", "-f",
                "-");
    }

    private void installShops() throws Exception {
        assertThat(apply(SHOPS)).endsWith("shops.example.com serverside-applied");
        assertThat(kubectl.must("wait", "--for=condition=Established", "crd/shops.example.com", "--timeout=60s"))
                .contains("condition met");
        // Discovery and OpenAPI follow a moment later.
        await().atMost(HANG).until(() -> kubectl.run("explain", "shop").code() == 0);
    }

    @Test
    void everydayCommandsMakeAndChangeObjects() throws Exception {
        String list = """
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: listed, namespace: default}, data: {a: b}}
                - {apiVersion: v1, kind: Secret, metadata: {name: listed, namespace: default}, stringData: {a: b}}
                """;
        assertThat(kubectl.mustWith(list, "apply", "-f", "-")).contains("configmap/listed created",
                "secret/listed created");
        assertThat(kubectl.mustWith(list, "apply", "-f", "-")).contains("configmap/listed unchanged");
        assertThat(kubectl.mustWith(list.replace("a: b", "a: c"), "replace", "-f", "-"))
                .contains("configmap/listed replaced");
        assertThat(kubectl.mustWith(list, "delete", "-f", "-")).contains("\"listed\" deleted");
        assertThat(kubectl.mustWith(list, "create", "-f", "-")).contains("configmap/listed created");

        String written = kubectl.must("create", "deployment", "web", "--image=nginx:1", "--dry-run=client", "-o",
                "yaml");
        assertThat(kubectl.mustWith(written, "apply", "-f", "-")).contains("deployment.apps/web created");
        assertThat(kubectl.must("scale", "deployment", "web", "--replicas=3")).contains("scaled");
        assertThat(kubectl.must("set", "image", "deployment/web", "nginx=nginx:2")).contains("image updated");
        assertThat(kubectl.must("expose", "deployment", "web", "--port=80")).contains("service/web exposed");
        assertThat(path("service/web", ".spec.selector.app")).isEqualTo("web");
        assertThat(kubectl.must("annotate", "deployment", "web", "note=hello")).contains("annotated");
        assertThat(kubectl.must("patch", "deployment", "web", "--type=json", "-p",
                "[{\"op\":\"remove\",\"path\":\"/metadata/annotations/note\"}]")).contains("patched");
        assertThat(path("deployment/web", ".spec.replicas")).isEqualTo("3");
        assertThat(path("deployment/web", ".spec.template.spec.containers[0].image")).isEqualTo("nginx:2");
        assertThat(kubectl.must("rollout", "restart", "deployment/web")).contains("restarted");
        assertThat(kubectl.must("delete", "deployment/web", "service/web")).contains("\"web\" deleted");
    }

    @Test
    void discovery() throws Exception {
        assertThat(kubectl.must("version")).contains("Server Version: v1.37.2");
        assertThat(kubectl.must("api-versions").lines()).contains("v1", "apps/v1", "apiextensions.k8s.io/v1",
                "coordination.k8s.io/v1");
        assertThat(kubectl.must("api-resources")).containsPattern("configmaps +cm +v1 +true +ConfigMap")
                .containsPattern("namespaces +ns +v1 +false +Namespace")
                .containsPattern("deployments +deploy +apps/v1 +true +Deployment");
        assertThat(kubectl.must("api-resources", "--api-group=coordination.k8s.io", "-o", "name").strip())
                .contains("leases.coordination.k8s.io");
        assertThat(kubectl.must("get", "--raw", "/readyz")).isEqualTo("ok");
        assertThat(kubectl.must("get", "--raw", "/version")).contains("v1.37.2");
        installShops();
        assertThat(kubectl.must("api-resources", "--api-group=example.com"))
                .containsPattern("shops +sh +example.com/v1 +true +Shop");
        refused("the server doesn't have a resource type \"unicorns\"", "get", "unicorns");
    }

    @Test
    void objectsAreCreatedShownAndDeleted() throws Exception {
        assertThat(kubectl.mustWith(COLOURS, "create", "-f", "-")).isEqualTo("configmap/colours created\n");
        refusedWith(COLOURS, "Error from server (AlreadyExists): error when creating \"STDIN\": configmaps \"colours\" "
                + "already exists", "create", "-f", "-");
        assertThat(kubectl.must("get", "configmaps")).containsPattern("NAME +DATA +AGE\n")
                .containsPattern("colours +2 +\\d+s");
        assertThat(kubectl.must("get", "cm", "colours", "-o", "name")).isEqualTo("configmap/colours\n");
        assertThat(kubectl.must("get", "cm/colours", "-o", "yaml")).contains("apiVersion: v1\n", "  sky: blue\n",
                "kind: ConfigMap\n", "  namespace: default\n");
        assertThat(kubectl.must("get", "cm/colours", "-o", "json")).contains("\"sky\": \"blue\"");
        assertThat(path("cm/colours", ".data.grass")).isEqualTo("green");
        assertThat(kubectl.must("get", "cm", "-A", "-o", "custom-columns=N:.metadata.name,S:.data.sky"))
                .containsPattern("N +S\n").containsPattern("colours +blue");
        assertThat(kubectl.must("get", "cm", "--field-selector=metadata.name=colours", "--no-headers"))
                .matches("colours +2 +\\d+s\n");
        assertThat(kubectl.must("describe", "configmap", "colours")).containsPattern("Name: +colours")
                .containsPattern("Namespace: +default").contains("sky:\n----\nblue");
        assertThat(kubectl.must("delete", "configmap", "colours"))
                .contains("configmap \"colours\" deleted");
        refused("Error from server (NotFound): configmaps \"colours\" not found", "get", "cm", "colours");
        refused("Error from server (NotFound): configmaps \"colours\" not found", "delete", "cm", "colours");
        assertThat(kubectl.must("delete", "cm", "colours", "--ignore-not-found")).isEmpty();
    }

    @Test
    void labelsAreSetAndSelectBy() throws Exception {
        for (String name : new String[]{"a", "b", "c"}) {
            create(name);
        }
        assertThat(kubectl.must("label", "cm", "a", "b", "tier=web")).contains("configmap/a labeled")
                .contains("configmap/b labeled");
        refused("'tier' already has a value (web), and --overwrite is false", "label", "cm", "a", "tier=db");
        assertThat(kubectl.must("label", "cm", "a", "tier=db", "--overwrite")).contains("configmap/a labeled");
        assertThat(kubectl.must("get", "cm", "-l", "tier", "-o", "name").lines())
                .containsExactly("configmap/a", "configmap/b");
        assertThat(kubectl.must("get", "cm", "-l", "tier in (db,x)", "-o", "name").lines())
                .containsExactly("configmap/a");
        assertThat(kubectl.must("get", "cm", "-l", "tier=web", "--show-labels")).containsPattern("b .* tier=web");
        assertThat(kubectl.must("get", "cm", "a", "-L", "tier")).containsPattern("NAME +DATA +AGE +TIER")
                .containsPattern("a +0 +\\d+s +db");
        assertThat(kubectl.must("label", "cm", "a", "tier-")).contains("configmap/a unlabeled");
        assertThat(kubectl.must("annotate", "cm", "a", "note=x")).contains("configmap/a annotated");
        assertThat(path("cm/a", ".metadata.annotations.note")).isEqualTo("x");
        assertThat(kubectl.must("delete", "cm", "-l", "tier=web")).contains("configmap \"b\" deleted");
        assertThat(kubectl.must("get", "cm", "-o", "name").lines()).contains("configmap/a", "configmap/c")
                .doesNotContain("configmap/b");
        assertThat(kubectl.must("delete", "cm", "--all")).contains("\"a\" deleted").contains("\"c\" deleted");
    }

    @Test
    void serverSideApplyKnowsWhoOwnsWhat() throws Exception {
        assertThat(apply(COLOURS)).isEqualTo("configmap/colours serverside-applied");
        assertThat(kubectl.must("get", "cm", "colours", "-o", "yaml", "--show-managed-fields"))
                .contains("manager: kubectl\n", "operation: Apply\n", "f:sky: {}\n");
        refusedWith(COLOURS.replace("blue", "grey"), "conflict with \"kubectl\": .data.sky", "apply", "--server-side",
                "--field-manager=painter", "-f", "-");
        assertThat(path("cm/colours", ".data.sky")).isEqualTo("blue");
        kubectl.mustWith(COLOURS.replace("blue", "grey"), "apply", "--server-side", "--field-manager=painter",
                "--force-conflicts", "-f", "-");
        assertThat(path("cm/colours", ".data.sky")).isEqualTo("grey");
        // What an owner no longer applies goes, if nobody else owns it.
        apply(COLOURS.replace("sky: blue, ", ""));
        assertThat(path("cm/colours", ".data.sky")).isEqualTo("grey");
        kubectl.mustWith(COLOURS.replace("{sky: blue, grass: green}", "{}"), "apply", "--server-side",
                "--field-manager=painter", "-f", "-");
        assertThat(path("cm/colours", ".data")).isEqualTo("{\"grass\":\"green\"}");
        assertThat(kubectl.mustWith(COLOURS.replace("green", "brown"), "apply", "--server-side", "--dry-run=server",
                "-f", "-")).contains("serverside-applied (server dry run)");
        assertThat(path("cm/colours", ".data.grass")).isEqualTo("green");
    }

    @Test
    void applyFromTheClientSideMergesAndShowsWhatChanges() throws Exception {
        assertThat(kubectl.mustWith(WEB, "apply", "-f", "-")).isEqualTo("deployment.apps/web created\n");
        assertThat(kubectl.mustWith(WEB, "apply", "-f", "-")).isEqualTo("deployment.apps/web unchanged\n");
        String changed = WEB.replace("web:1", "web:2").replaceAll(" +- \\{name: side.*\n", "");
        Kubectl.Result difference = kubectl.runWith(changed, "diff", "-f", "-");
        assertThat(difference.output()).containsPattern("-  +- image: side:1|-  +image: side:1")
                .containsPattern("\\+ +(- )?image: web:2");
        assertThat(difference.code()).as("1 says that there is a difference").isEqualTo(1);
        assertThat(kubectl.mustWith(changed, "apply", "-f", "-")).isEqualTo("deployment.apps/web configured\n");
        assertThat(path("deployment/web", ".spec.template.spec.containers[*].image")).isEqualTo("web:2");
        assertThat(kubectl.runWith(changed, "diff", "-f", "-").code()).isZero();
        assertThat(kubectl.must("apply", "view-last-applied", "deployment/web")).contains("image: web:2");
        assertThat(kubectl.mustWith(changed.replace("web:2", "web:3"), "replace", "-f", "-"))
                .isEqualTo("deployment.apps/web replaced\n");
        assertThat(kubectl.mustWith(changed, "delete", "-f", "-")).contains("deployment.apps \"web\" deleted");
    }

    @Test
    void aFolderOfFilesIsAppliedAtOnce() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("1.yaml"), COLOURS + "---\n" + WEB);
        Files.writeString(files.resolve("2.json"), """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                 "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"k": "v"}}
                """);
        assertThat(kubectl.must("apply", "-f", files.toString()).lines()).containsExactly(
                "configmap/colours created", "deployment.apps/web created", "service/web created",
                "secret/key created");
        assertThat(path("secret/key", ".data.k")).isEqualTo("dg==");
        assertThat(kubectl.must("get", "deploy,svc,secret,cm", "-o", "name").lines()).contains("deployment.apps/web",
                "service/web", "secret/key", "configmap/colours");
        assertThat(kubectl.must("get", "-f", files.toString(), "--no-headers")).contains("deployment.apps/web");
        assertThat(kubectl.must("describe", "secret", "key")).containsPattern("Type: +Opaque")
                .containsPattern("k: +1 bytes");
        assertThat(kubectl.must("delete", "-f", files.toString())).contains("secret \"key\" deleted");
        assertThat(kubectl.must("get", "-f", files.toString(), "--ignore-not-found")).isEmpty();
    }

    @Test
    void aDeploymentAndItsService() throws Exception {
        apply(WEB);
        assertThat(kubectl.must("get", "deployments")).containsPattern("NAME +READY +UP-TO-DATE +AVAILABLE +AGE")
                .containsPattern("web +0/2 +0 +0 +\\d+s");
        assertThat(kubectl.must("get", "deploy", "web", "-o", "wide")).containsPattern("CONTAINERS +IMAGES +SELECTOR")
                .containsPattern("web,side +web:1,side:1 +app=web");
        assertThat(kubectl.must("describe", "deployment", "web"))
                .containsPattern("RollingUpdateStrategy: +25% max unavailable, 25% max surge")
                .containsPattern("Image: +side:1");
        assertThat(kubectl.must("scale", "deployment", "web", "--replicas=3"))
                .isEqualTo("deployment.apps/web scaled\n");
        assertThat(path("deployment/web", ".spec.replicas")).isEqualTo("3");
        assertThat(kubectl.must("set", "image", "deployment/web", "web=web:9"))
                .isEqualTo("deployment.apps/web image updated\n");
        assertThat(path("deployment/web", ".spec.template.spec.containers[*].image")).isEqualTo("web:9 side:1");
        assertThat(path("deployment/web", ".metadata.generation")).isEqualTo("3");
        assertThat(kubectl.must("expose", "deployment", "web", "--port=8080"))
                .isEqualTo("service/web exposed\n");
        assertThat(kubectl.must("get", "service", "web")).containsPattern("web +ClusterIP +[\\d.]+ +<none> +8080/TCP");
        assertThat(kubectl.must("rollout", "restart", "deployment/web"))
                .isEqualTo("deployment.apps/web restarted\n");
        assertThat(kubectl.must("delete", "deploy/web", "svc/web")).contains("deployment.apps \"web\" deleted")
                .contains("service \"web\" deleted");
    }

    @Test
    void patchesOfAllKinds() throws Exception {
        apply(WEB);
        assertThat(kubectl.must("patch", "deployment", "web", "-p", """
                {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:2"}]}}}}"""))
                .isEqualTo("deployment.apps/web patched\n");
        assertThat(path("deployment/web", ".spec.template.spec.containers[?(@.name=='side')].image"))
                .isEqualTo("side:2");
        assertThat(path("deployment/web", ".spec.template.spec.containers[?(@.name=='web')].image"))
                .as("a strategic merge leaves the other container").isEqualTo("web:1");
        kubectl.must("patch", "deployment", "web", "--type=merge", "-p",
                "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");
        assertThat(path("deployment/web", ".metadata.labels")).isEqualTo("{\"a\":\"b\",\"app\":\"web\"}");
        kubectl.must("patch", "deployment", "web", "--type=json", "-p",
                "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
        assertThat(path("deployment/web", ".spec.replicas")).isEqualTo("5");
        kubectl.must("patch", "deployment", "web", "--subresource=status", "--type=merge", "-p",
                "{\"spec\": {\"replicas\": 9}, \"status\": {\"readyReplicas\": 1, \"replicas\": 1}}");
        assertThat(path("deployment/web", ".status.readyReplicas")).isEqualTo("1");
        assertThat(path("deployment/web", ".spec.replicas")).as("not by the status").isEqualTo("5");
        assertThat(kubectl.must("patch", "deployment", "web", "--type=merge", "-p",
                "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}")).isEqualTo("deployment.apps/web patched (no change)\n");
    }

    @Test
    void customResources() throws Exception {
        installShops();
        assertThat(apply(SHOP)).isEqualTo("shop.example.com/corner serverside-applied");
        assertThat(kubectl.must("get", "shops")).containsPattern("NAME +TILLS +OPEN\n").containsPattern("corner +2");
        assertThat(path("sh/corner", ".spec.motto")).as("a default").isEqualTo("welcome");
        kubectl.must("patch", "shop", "corner", "--subresource=status", "--type=merge", "-p",
                "{\"status\": {\"open\": \"yes\"}}");
        assertThat(kubectl.must("get", "sh", "corner", "--no-headers")).matches("corner +2 +yes\\s+");
        assertThat(kubectl.must("wait", "shop/corner", "--for=jsonpath={.status.open}=yes", "--timeout=30s"))
                .isEqualTo("shop.example.com/corner condition met\n");
        assertThat(kubectl.must("describe", "shop", "corner")).containsPattern("Tills: +2")
                .containsPattern("Open: +yes");
        refusedWith(SHOP.replace("tills: 2", "tills: 0"),
                "The Shop \"corner\" is invalid: spec.tills: Invalid value: 0: spec.tills in body should be greater "
                        + "than or equal to 1",
                "apply", "-f", "-");
        refusedWith(SHOP.replace("tills: 2", "motto: hi").replace("corner", "other"), "spec.tills: Required value",
                "create", "-f", "-");
        refusedWith(SHOP.replace("tills: 2", "tills: 2, tilts: 1").replace("corner", "other"),
                "unknown field \"spec.tilts\"", "create", "-f", "-");
        assertThat(kubectl.must("delete", "crd", "shops.example.com")).contains("deleted");
        refused("the server could not find the requested resource", "get", "shops");
    }

    @Test
    void explanations() throws Exception {
        assertThat(kubectl.must("explain", "configmap.data")).containsPattern("KIND: +ConfigMap")
                .containsPattern("VERSION: +v1").containsPattern("FIELD: data <map\\[string\\]string>");
        installShops();
        assertThat(kubectl.must("explain", "pod.spec.restartPolicy"))
                .containsPattern("ENUM:\\s+Always\\s+Never\\s+OnFailure");
        assertThat(kubectl.must("explain", "shop")).containsPattern("GROUP: +example.com")
                .contains("A shop sells things.").containsPattern("spec\\s+<Object>");
        assertThat(kubectl.must("explain", "shop.spec.tills")).containsPattern("FIELD: tills <integer>")
                .contains("How many can pay at once.");
        assertThat(kubectl.must("explain", "shop", "--recursive")).containsPattern("motto\\s+<string>");
        refused("field \"price\" does not exist", "explain", "shop.spec.price");
    }

    @Test
    void waitingForWhatComesAndGoes() throws Exception {
        refused("timed out waiting for the condition", "wait", "--for=create", "cm/colours", "--timeout=1s");
        try (Output waiting = new Output(kubectl.start("wait", "--for=create", "cm/colours", "--timeout=60s"))) {
            apply(COLOURS);
            await().atMost(HANG).untilAsserted(() -> assertThat(waiting.lines()).contains(
                    "configmap/colours condition met"));
        }
        kubectl.must("patch", "cm", "colours", "--type=merge", "-p",
                "{\"metadata\": {\"finalizers\": [\"example.com/hold\"]}}");
        assertThat(kubectl.must("delete", "cm", "colours", "--wait=false")).contains("deleted");
        assertThat(path("cm/colours", ".metadata.deletionTimestamp")).isNotEmpty();
        try (Output waiting = new Output(kubectl.start("wait", "--for=delete", "cm/colours", "--timeout=60s"))) {
            await().atMost(HANG).until(() -> server.watches() == 1);
            kubectl.must("patch", "cm", "colours", "--type=json", "-p",
                    "[{\"op\": \"remove\", \"path\": \"/metadata/finalizers\"}]");
            await().atMost(HANG).untilAsserted(() -> assertThat(waiting.lines()).contains(
                    "configmap/colours condition met"));
        }
        refused("NotFound", "get", "cm", "colours");
    }

    @Test
    void aWatchPrintsWhatHappens() throws Exception {
        create("first");
        try (Output table = new Output(kubectl.start("get", "configmaps", "-w"));
                Output events = new Output(kubectl.start("get", "cm", "--watch-only", "--output-watch-events",
                        "-o", "jsonpath={.type} {.object.metadata.name}{\"\\n\"}"))) {
            await().atMost(HANG).until(() -> server.watches() == 2);
            kubectl.mustWith(COLOURS.replace("colours", "second"), "create", "-f", "-");
            kubectl.must("label", "cm", "second", "x=y");
            kubectl.must("delete", "cm", "first");
            await().atMost(HANG).untilAsserted(() -> {
                assertThat(table.lines()).anyMatch(line -> line.matches("NAME +DATA +AGE"))
                        .filteredOn(line -> line.startsWith("first")).hasSize(2);
                assertThat(table.lines()).filteredOn(line -> line.matches("second +2 +\\d+s")).hasSize(2);
                assertThat(events.lines()).containsExactly("ADDED second", "MODIFIED second", "DELETED first");
            });
        }
        await().atMost(HANG).until(() -> server.watches() == 0);
    }

    @Test
    void namespaces() throws Exception {
        assertThat(kubectl.mustWith("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", "create", "-f", "-"))
                .isEqualTo("namespace/shop created\n");
        assertThat(kubectl.must("get", "ns", "shop")).containsPattern("NAME +STATUS +AGE")
                .containsPattern("shop +Active +\\d+s");
        kubectl.mustWith(COLOURS.replace("colours", "inside"), "create", "-n", "shop", "-f", "-");
        assertThat(kubectl.must("get", "cm", "-A")).containsPattern("shop +inside +2");
        assertThat(kubectl.must("get", "cm", "-o", "name")).doesNotContain("inside");
        assertThat(kubectl.must("describe", "namespace", "shop")).containsPattern("Status: +Active");
        refusedWith(COLOURS, "namespaces \"nowhere\" not found", "create", "-n", "nowhere", "-f", "-");
    }

    @Test
    void manyObjectsArePaged() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            many.append(COLOURS.replace("colours", "many-" + i)).append("---\n");
        }
        kubectl.mustWith(many.toString(), "create", "-f", "-");
        assertThat(kubectl.must("get", "cm", "--chunk-size=4", "-o", "name").lines()
                .filter(line -> line.startsWith("configmap/many-"))).hasSize(25);
        assertThat(kubectl.must("get", "cm", "--chunk-size=4", "--sort-by=.metadata.name", "--no-headers").lines()
                .filter(line -> line.startsWith("many-")).findFirst().orElseThrow()).startsWith("many-0");
        assertThat(kubectl.must("get", "--raw", "/api/v1/namespaces/default/configmaps?limit=4"))
                .contains("\"continue\"", "\"remainingItemCount\"");
    }

    @Test
    void leasesAndEvents() throws Exception {
        apply("""
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata: {name: leader}
                spec: {holderIdentity: me, leaseDurationSeconds: 15, renewTime: "2026-11-26T10:00:00.000000Z"}
                """);
        assertThat(kubectl.must("get", "lease", "leader")).containsPattern("NAME +HOLDER +AGE")
                .containsPattern("leader +me +\\d+s");
        kubectl.mustWith("""
                apiVersion: v1
                kind: Event
                metadata: {name: colours.1, namespace: default}
                involvedObject: {apiVersion: v1, kind: ConfigMap, name: colours, namespace: default}
                type: Warning
                reason: Faded
                message: the sky is grey
                count: 1
                firstTimestamp: "2026-11-26T10:00:00Z"
                lastTimestamp: "2026-11-26T10:00:00Z"
                source: {component: painter}
                """, "create", "-f", "-");
        assertThat(kubectl.must("get", "events", "--field-selector=involvedObject.name=colours"))
                .containsPattern("Warning +Faded +configmap/colours +the sky is grey");
        assertThat(kubectl.must("events", "--types=Warning"))
                .containsPattern("Warning +Faded +ConfigMap/colours +the sky is grey");
    }

    /** What a command that goes on has printed so far; closing it ends the command. */
    private static final class Output implements AutoCloseable {

        private final Process process;
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Output(Process process) {
            this.process = process;
            Thread.ofVirtual().name("kubectl-output").start(() -> {
                try (BufferedReader output = process.inputReader()) {
                    output.lines().forEach(lines::add);
                } catch (IOException | UncheckedIOException e) {
                    lines.add("(its output broke off: " + e + ")");
                }
            });
        }

        Iterable<String> lines() {
            return lines;
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    @Test
    void aPodIsDebuggedAndResizedByWhoeverMay() throws Exception {
        kubectl.must("run", "p", "--image=a:1", "--overrides={\"spec\": {\"containers\": [{\"name\": \"p\","
                + " \"image\": \"a:1\", \"resources\": {\"requests\": {\"cpu\": \"1\"}}}]}}");

        kubectl.must("debug", "p", "--image=busybox:1", "-c", "see", "--attach=false");
        assertThat(kubectl.must("get", "pod", "p", "-o", "jsonpath={.spec.ephemeralContainers[*].name}"))
                .isEqualTo("see");
        refused("existing ephemeral containers \"see\" may not be changed", "debug", "p", "--image=other:1", "-c",
                "see",
                "--attach=false");
        kubectl.must("debug", "p", "--copy-to=q", "--image=busybox:1", "-c", "see", "--attach=false");
        assertThat(kubectl.must("get", "pod", "q", "-o", "jsonpath={.spec.containers[*].name}")).isEqualTo("p see");

        String more = "--patch={\"spec\": {\"containers\": [{\"name\": \"p\","
                + " \"resources\": {\"requests\": {\"cpu\": \"2\"}}}]}}";
        refused("pod updates may not change fields other than", "patch", "pod", "p", more);
        assertThat(kubectl.must("patch", "pod", "p", "--subresource=resize", more)).contains("pod/p patched");
        assertThat(kubectl.must("get", "pod", "p", "-o", "jsonpath={.spec.containers[0].resources.requests.cpu}"))
                .isEqualTo("2");

        String bot = "--as=bot";
        kubectl.must("create", "role", "pods", "--verb=get,patch,create", "--resource=pods");
        kubectl.must("create", "rolebinding", "pods", "--role=pods", "--user=bot");
        await().untilAsserted(() -> assertThat(kubectl.run("auth", "can-i", "patch", "pods", bot).output().strip())
                .isEqualTo("yes"));
        refused("cannot patch resource \"pods/ephemeralcontainers\" in API group \"\"", "debug", "p", "--image=b:1",
                "-c", "bots", "--attach=false", bot);
        refused("cannot get resource \"pods/resize\" in API group \"\"", "patch", "pod", "p", "--subresource=resize",
                more, bot);
    }

    @Test
    void whoSomebodyIsAndWhatTheyMayDoIsTold() throws Exception {
        assertThat(kubectl.must("auth", "whoami")).containsPattern("Username +admin\n")
                .containsPattern("Groups +\\[system:masters system:authenticated]");
        kubectl.must("create", "serviceaccount", "bot");
        String bot = "--as=system:serviceaccount:default:bot";
        assertThat(kubectl.run("auth", "can-i", "list", "configmaps", bot).output().strip()).isEqualTo("no");

        kubectl.must("create", "role", "see", "--verb=list", "--resource=configmaps");
        kubectl.must("create", "rolebinding", "see", "--role=see", "--serviceaccount=default:bot");
        await().untilAsserted(() -> assertThat(kubectl.run("auth", "can-i", "list", "configmaps", bot).output().strip())
                .isEqualTo("yes"));

        String token = kubectl.must("create", "token", "bot", "--duration=10m").strip();
        String kubeconfig = server.kubeconfig().replaceFirst("token: \"[^\"]*\"", "token: \"" + token + "\"");
        Kubectl other = new Kubectl(folder, "bot", kubeconfig);
        assertThat(other.must("auth", "whoami")).contains("system:serviceaccount:default:bot");
        assertThat(other.must("get", "configmaps", "-o", "name")).doesNotContain("rror");
        assertThat(other.run("get", "secrets").output()).contains("secrets is forbidden: User"
                + " \"system:serviceaccount:default:bot\" cannot list resource \"secrets\" in API group \"\" in the"
                + " namespace \"default\"");
        refused("may not specify a duration less than 10 minutes", "create", "token", "bot", "--duration=1m");
    }
}
