package dev.windlass.tests.e2e;

import dev.windlass.cli.operator.Preparation;
import dev.windlass.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

import static dev.windlass.tests.e2e.Reconcilers.NOTE_LABEL;
import static dev.windlass.tests.e2e.Reconcilers.TEXT;

/** What others do to a cluster, over connections of their own that {@link #close()} ends; used again, there are new ones. */
final class Outside implements AutoCloseable {

    static final String NAMESPACE = "default";

    private static final int AT_ONCE = 4;
    /** A real server deletes a thousand objects one by one; on a busy machine that takes longer than the ten seconds that are usual. */
    private static final int REQUEST_MILLIS = 60_000;

    private final TestApiServer server;
    private @Nullable KubernetesClient client;

    Outside(TestApiServer server) {
        this.server = server;
    }

    synchronized KubernetesClient client() {
        KubernetesClient now = client;
        if (now == null) {
            Config config = Config.fromKubeconfig(server.kubeconfig());
            config.setRequestTimeout(REQUEST_MILLIS);
            now = new KubernetesClientBuilder().withConfig(config).build();
            client = now;
        }
        return now;
    }

    void install() {
        define(Website.DEFINITION);
    }

    /** Creates a custom resource definition, and returns when it is established. At first its status has no conditions at all. */
    void define(String yaml) {
        Resource<CustomResourceDefinition> created = client()
                .resource(Serialization.unmarshal(yaml, CustomResourceDefinition.class));
        created.create();
        created.waitUntilCondition(definition -> definition != null && Preparation.isEstablished(definition),
                60, TimeUnit.SECONDS);
    }

    /** Removes what a test may have made. */
    void wipe() {
        var websites = client().resources(Website.class).inNamespace(NAMESPACE);
        websites.list().getItems().stream().filter(site -> !site.getMetadata().getFinalizers().isEmpty())
                .forEach(site -> websites.withName(site.getMetadata().getName()).patch(
                        PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}"));
        websites.delete();
        client().configMaps().inNamespace(NAMESPACE).delete();
        client().secrets().inNamespace(NAMESPACE).delete();
    }

    /** {@code count} names that begin alike. */
    static List<String> names(String prefix, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(prefix + "-" + i);
        }
        return names;
    }

    // ---- websites

    void publish(String name, int pages, String text) {
        Website site = new Website();
        site.getMetadata().setNamespace(NAMESPACE);
        site.getMetadata().setName(name);
        site.setSpec(new Website.Pages(pages, text));
        client().resource(site).create();
    }

    void rewrite(String name, String text) {
        website(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"text\":\"" + text + "\"}}");
    }

    /** With a finalizer on it, it goes when that is gone. */
    void unpublish(String name) {
        website(name).delete();
    }

    Resource<Website> website(String name) {
        return client().resources(Website.class).inNamespace(NAMESPACE).withName(name);
    }

    // ---- notes

    void note(String name, String text) {
        client().resource(new ConfigMapBuilder().withNewMetadata().withNamespace(NAMESPACE).withName(name)
                .addToLabels(NOTE_LABEL, "true").endMetadata().addToData(TEXT, text).build()).create();
    }

    void overwrite(String name, String text) {
        configMap(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"text\":\"" + text + "\"}}");
    }

    void discard(String name) {
        configMap(name).delete();
    }

    Resource<ConfigMap> configMap(String name) {
        return client().configMaps().inNamespace(NAMESPACE).withName(name);
    }

    /** Does something for each name, some at a time. */
    void each(List<String> names, Consumer<String> action) throws InterruptedException {
        client();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            names.forEach(name -> calls.add(() -> {
                action.accept(name);
                return true;
            }));
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                call.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("what was to be done to " + server.name() + " from outside failed", e.getCause());
        }
    }

    @Override
    public synchronized void close() {
        KubernetesClient now = client;
        client = null;
        if (now != null) {
            now.close();
        }
    }
}
