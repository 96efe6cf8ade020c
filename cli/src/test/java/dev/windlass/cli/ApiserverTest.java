package dev.windlass.cli;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The API server as a process of its own, as somebody has it who wants one to try something on. */
@Timeout(240)
class ApiserverTest {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Pattern KUBECONFIG = Pattern.compile("kubectl --kubeconfig (\\S+) get namespaces");
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Widget, plural: widgets}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
            """;
    private static final String OBJECTS = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {colour: blue}
            ---
            apiVersion: example.com/v1
            kind: Widget
            metadata: {name: w, namespace: shop}
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandProcess run(String... arguments) throws Exception {
        return CommandProcess.run(folder, arguments);
    }

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void saysHowToReachItLoadsServesAndSavesOnSigterm() throws Exception {
        Path definition = file("crd.yaml", DEFINITION);
        Path objects = file("objects.yaml", OBJECTS);
        Path saved = folder.resolve("saved.yaml");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = CommandProcess.start(folder, out, err, "apiserver", "--name", "north", "--crd",
                definition.toString(), "--load", objects.toString(), "--save", saved.toString());
        try {
            await().atMost(BOUND)
                    .until(() -> CommandProcess.text(out).contains("Ctrl-C ends it") || !process.isAlive());
            String screen = CommandProcess.text(out);
            assertThat(screen).as(CommandProcess.text(err)).contains("loaded: 1 object from " + definition)
                    .contains("loaded: 3 objects from " + objects)
                    .containsPattern("API server north is ready at https://127\\.0\\.0\\.1:\\d+ after \\d+ ms");
            Matcher kubeconfig = KUBECONFIG.matcher(screen);
            assertThat(kubeconfig.find()).isTrue();
            assertThat(screen).contains("saves all that it holds to " + saved).doesNotContain("is gone");
            Path file = Path.of(kubeconfig.group(1));
            assertThat(kubeconfig.group(1)).containsPattern("/apiserver-[^/]*/[^/]*$");
            Config config = Config.fromKubeconfig(Files.readString(file));
            try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
                assertThat(client.configMaps().inNamespace("default").withName("settings").get().getData())
                        .containsEntry("colour", "blue");
                assertThat(client.genericKubernetesResources("example.com/v1", "Widget").inNamespace("shop")
                        .withName("w").get()).isNotNull();
            }
            assertThat(screen).doesNotContain("DEBUG").doesNotContain("INFO");
            process.destroy();
            assertThat(process.waitFor()).as(CommandProcess.text(out) + CommandProcess.text(err)).isZero();
            assertThat(file.getParent()).doesNotExist();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertRefused(1, run("apiserver", "--load", objects.toString(), "--save", saved.toString()), saved.toString(),
                "not overwritten", "add --load " + saved);
        CommandProcess again = run("apiserver", "--check", "--load", saved.toString());
        assertThat(again.code()).as(again.toString()).isZero();
        assertThat(again.out()).containsPattern("loaded: \\d+ objects from " + Pattern.quote(saved.toString()));
    }

    @Test
    void doesWhatControllersAndRolesDoInAClusterWhenAskedTo() throws Exception {
        Path kubeconfig = folder.resolve("kubeconfig");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = CommandProcess.start(folder, out, err, "apiserver", "--rbac", "--garbage-collection",
                "--resource-quotas", "--kubeconfig", kubeconfig.toString());
        try {
            await().atMost(BOUND)
                    .until(() -> CommandProcess.text(out).contains("Ctrl-C ends it") || !process.isAlive());
            Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
            Config stranger = new ConfigBuilder(Config.fromKubeconfig(Files.readString(kubeconfig)))
                    .withImpersonateUsername("jane").build();
            try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
                    KubernetesClient jane = new KubernetesClientBuilder().withConfig(stranger).build()) {
                var quotas = client.resourceQuotas().inNamespace("default");
                quotas.resource(new ResourceQuotaBuilder().withNewMetadata().withName("few").endMetadata()
                        .withNewSpec().addToHard("secrets", new Quantity("5")).endSpec().build()).create();
                var maps = client.configMaps().inNamespace("default");
                maps.resource(new ConfigMapBuilder().withNewMetadata().withName("orphaned").endMetadata().build())
                        .create();
                maps.withName("orphaned").withPropagationPolicy(DeletionPropagation.ORPHAN).delete();

                await().atMost(BOUND).until(() -> maps.withName("orphaned").get() == null);
                await().atMost(BOUND).until(() -> quotas.withName("few").get().getStatus().getUsed() != null
                        && quotas.withName("few").get().getStatus().getUsed().containsKey("secrets"));
                assertThatThrownBy(() -> jane.configMaps().inNamespace("default").list())
                        .hasMessageContaining("User \"jane\" cannot list resource \"configmaps\"");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatMakesNoSenseIsSaidInOneLine() throws Exception {
        assertRefused(2, run("apiserver", "--port", "70000"), "--port 70000", "0 takes a free one");
        assertRefused(2, run("apiserver", "--port", "many"), "many", "--port");
        assertRefused(2, run("apiserver", "--name", "Not,Good"), "Not,Good", "small letters");
        assertRefused(2, run("apiserver", "--check", "--save", "x"), "--check ends at once");
        Path missing = folder.resolve("missing.yaml");
        assertRefused(1, run("apiserver", "--check", "--load", missing.toString()), missing.toString(),
                "there is no such file");
        Path bad = file("bad.yaml", "kind: [");
        assertRefused(1, run("apiserver", "--check", "--load", bad.toString()), bad.toString(),
                "neither YAML nor JSON");
        Path binary = Files.write(folder.resolve("binary"), new byte[]{(byte) 0xff, (byte) 0xfe, 0});
        assertRefused(1, run("apiserver", "--check", "--load", binary.toString()), binary.toString(),
                "not text in UTF-8");
        Path unknown = file("unknown.yaml", "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}");
        assertRefused(1, run("apiserver", "--check", "--load", unknown.toString()), unknown.toString(),
                "custom resource definition");
        Path mine = file("mine", "keep");
        assertRefused(1, run("apiserver", "--kubeconfig", mine.toString()), mine.toString(), "not overwritten");
        assertThat(Files.readString(mine)).isEqualTo("keep");
    }

    private static void assertRefused(int code, CommandProcess done, String... parts) {
        assertThat(done.code()).as(done.toString()).isEqualTo(code);
        assertThat(done.err()).contains(parts).startsWith("windlass: ").doesNotContain("\tat ");
    }

    @Test
    void theCommandsOnItsPageAreUnderstood() throws Exception {
        List<String> commands = Files.readString(Path.of("../docs/apiserver.md")).lines()
                .filter(line -> line.startsWith("./windlass apiserver")).toList();
        assertThat(commands).hasSizeGreaterThan(1);
        for (String command : commands) {
            CommandProcess done = run(command.replaceFirst("\\s+#.*", "").replace("./windlass ", "").concat(" --help")
                    .split(" +"));
            assertThat(done.code()).as(command + done).isZero();
        }
    }
}
