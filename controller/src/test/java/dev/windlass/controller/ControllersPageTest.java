package dev.windlass.controller;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Owners;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** What {@code docs/controllers.md} shows compiles, runs, does what the page says, and is what stands here. */
@Timeout(120)
class ControllersPageTest {

    private final World world = new World("north", "south");
    private final Manager manager = world.manager;

    @AfterEach
    void close() {
        world.close();
    }

    // code: reconciler
    static final class WidgetReconciler implements Reconciler<Widget> { // one for all workers and clusters: thread-safe

        @Override
        public Result reconcile(Request<Widget> request, ReconcileContext context) {
            Optional<Widget> widget = context.cache().get(request);
            if (widget.isEmpty()) {
                return Result.done();
            }
            context.client().apply(settingsOf(widget.get()), FieldOwner.of("widgets"));
            return Result.requeueAfter(Duration.ofMinutes(5));
        }
    }
    // end

    private static ConfigMap settingsOf(Widget widget) {
        ConfigMap settings = new ConfigMapBuilder().withNewMetadata().withName(widget.getMetadata().getName())
                .withNamespace(widget.getMetadata().getNamespace()).endMetadata().addToData("kept", "yes").build();
        Owners.setController(widget, settings);
        return settings;
    }

    private static List<ObjectKey> widgetsUsing(Secret secret, MapContext context) {
        return context.cache().list(Widget.class, secret.getMetadata().getNamespace()).stream().map(ObjectKey::of)
                .toList();
    }

    private static Widget widget(String name) {
        Widget widget = new Widget();
        widget.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
        return widget;
    }

    @Test
    void thePageShowsWhatIsRunHere() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("docs"))) {
            root = Objects.requireNonNull(root.getParent());
        }
        List<String> page = Files.readAllLines(root.resolve("docs/controllers.md"));
        List<String> source = Files.readAllLines(
                root.resolve("controller/src/test/java/dev/windlass/controller/ControllersPageTest.java"));
        Map<String, String> shown = snippets(page, "<!-- code: ", "```");
        assertThat(shown).isNotEmpty().isEqualTo(snippets(source, "// code: ", "// end"));
        assertThat(page.stream().filter(line -> line.equals("```java"))).hasSize(shown.size());
    }

    private static Map<String, String> snippets(List<String> lines, String mark, String end) {
        Map<String, String> found = new LinkedHashMap<>();
        List<String> code = new ArrayList<>();
        String name = "";
        for (String line : lines) {
            String text = line.strip();
            if (text.startsWith(mark)) {
                name = text.substring(mark.length()).replace(" -->", "");
                code.clear();
            } else if (text.equals(end) && !name.isEmpty()) {
                found.put(name, String.join("\n", code).stripIndent());
                name = "";
            } else if (!text.equals("```java")) {
                code.add(line);
            }
        }
        return found;
    }

    @Test
    void aControllerOnTwoClusters() throws Exception {
        for (String name : List.of("north", "south")) {
            Widget.install(world.client(name));
            world.client(name).resource(widget("w")).create();
        }
        String north = world.server("north").kubeconfig();
        String south = world.server("south").kubeconfig();
        // code: controller
        Controller<Widget> widgets = Controller.builder(Widget.class)
                .named("widgets")
                .owns(ConfigMap.class)
                .watches(Secret.class, (secret, context) -> widgetsUsing(secret, context))
                .workers(4) // on each cluster
                .reconciler(new WidgetReconciler())
                .build();

        manager.add(Cluster.fromKubeconfig("north", north));
        manager.add(Cluster.fromKubeconfig("south", south));
        ControllerHandle<Widget> handle = manager.add(widgets); // on every cluster that is ready, now and later
        handle.ready().await();
        // end
        eventually(() -> assertThat(settings("north")).isEqualTo("yes"));
        eventually(() -> assertThat(settings("south")).isEqualTo("yes"));
        // code: offline
        Clusters clusters = Clusters.of(manager);
        StopReport report = clusters.get("south").stop(StopOptions.drain(Duration.ofSeconds(20))).await();
        clusters.get("south").start().await(); // catches up, deletions too
        // end
        assertThat(report.leftovers()).isEmpty();
        // code: watch
        WatchHandle owned = handle.watch(Secret.class, Mapper.owners(Widget.class));
        owned.ready().await();
        owned.close(); // no callback of it runs after this
        // end
        // code: replace
        ReplaceReport replaced = handle.replace(widgets.toBuilder().workers(8).build(),
                ReplaceOptions.defaults().withProbation(Duration.ofSeconds(2))).await();
        System.out.println(replaced); // controller/widgets#1 → #2 replaced (warm)
        // end
        assertThat(replaced.toString()).startsWith("controller/widgets#1 → #2 replaced (warm)");
        assertThat(handle.controller().workers()).isEqualTo(8);
        world.change("south", "w", "drifted");
        world.client("south").configMaps().inNamespace("default").withName("w").delete();
        eventually(() -> assertThat(settings("south")).isEqualTo("yes"));
    }

    private String settings(String cluster) {
        ConfigMap found = world.client(cluster).configMaps().inNamespace("default").withName("w").get();
        return found == null ? "none" : found.getData().getOrDefault("kept", "no");
    }

    @Test
    void aKindWithoutAClass() throws Exception {
        world.client("north").resource(new SecretBuilder().withNewMetadata().withName("s").withNamespace("default")
                .endMetadata().build()).create();
        world.create("north", "a");
        world.connect("north");
        CompletableFuture<Integer> seen = new CompletableFuture<>();
        // code: generic
        ResourceType<GenericKubernetesResource> secrets = ResourceType.generic(new ResourceDefinitionContext.Builder()
                .withVersion("v1").withKind("Secret").withPlural("secrets").withNamespaced(true).build());
        manager.add(Controller.builder(ConfigMap.class)
                .watches(WatchSpec.of(secrets), (secret, context) -> List.of(), Predicate.all())
                .reconciler((request, context) -> {
                    List<GenericKubernetesResource> all = context.cache().reader(secrets).list();
                    seen.complete(all.size());
                    return Result.done();
                })
                .build());
        // end
        assertThat(seen.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
    }
}
