package dev.windlass.cli.demo;

import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.Website;
import dev.windlass.examples.website.WebsiteSpec;
import dev.windlass.examples.website.WebsiteStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Websites and redirects as their user sees and changes them, past the manager. */
final class Sites {
    static final String NAMESPACE = "default";

    private Sites() {
    }

    static List<Website> of(EmbeddedCluster cluster) {
        return cluster.user().resources(Website.class).inNamespace(NAMESPACE).list().getItems();
    }

    static List<Redirect> redirects(EmbeddedCluster cluster) {
        return cluster.user().resources(Redirect.class).inNamespace(NAMESPACE).list().getItems();
    }

    static Website get(EmbeddedCluster cluster, String name) {
        return cluster.user().resources(Website.class).inNamespace(NAMESPACE).withName(name).get();
    }

    static boolean exists(EmbeddedCluster cluster, String name) {
        return get(cluster, name) != null;
    }

    static void create(EmbeddedCluster cluster, String name) {
        Website site = new Website();
        site.getMetadata().setName(name);
        site.getMetadata().setNamespace(NAMESPACE);
        site.setSpec(new WebsiteSpec("New in town: " + name, Map.of("index.html", "<h1>" + name + "</h1>\n"), 1, null));
        cluster.user().resource(site).create();
    }

    /** Changes the pages of a website, so that its children must change. */
    static void edit(EmbeddedCluster cluster, String name, String text) throws InterruptedException {
        Await.until("website " + name + " to take a change", () -> {
            Website site = get(cluster, name);
            WebsiteSpec spec = site.getSpec();
            site.setSpec(new WebsiteSpec(spec.title(), Map.of("index.html", text), spec.replicas(), spec.image()));
            // Somebody else may have written in between: then the server refuses, and it is read again.
            cluster.user().resource(site).update();
            return true;
        });
    }

    static void delete(EmbeddedCluster cluster, String name) {
        cluster.user().resources(Website.class).inNamespace(NAMESPACE).withName(name).delete();
    }

    static void deleteRedirect(EmbeddedCluster cluster, String name) {
        cluster.user().resources(Redirect.class).inNamespace(NAMESPACE).withName(name).delete();
    }

    static boolean hasChildren(EmbeddedCluster cluster, String name) {
        KubernetesClient user = cluster.user();
        return user.configMaps().inNamespace(NAMESPACE).withName(name).get() != null
                && user.apps().deployments().inNamespace(NAMESPACE).withName(name).get() != null
                && user.services().inNamespace(NAMESPACE).withName(name).get() != null;
    }

    /** The resource versions of a website and its three children. */
    static List<String> versions(EmbeddedCluster cluster, String name) {
        KubernetesClient user = cluster.user();
        return Stream.of(get(cluster, name), user.configMaps().inNamespace(NAMESPACE).withName(name).get(),
                user.apps().deployments().inNamespace(NAMESPACE).withName(name).get(),
                user.services().inNamespace(NAMESPACE).withName(name).get())
                .map(object -> object.getMetadata().getResourceVersion()).toList();
    }

    static boolean hasNoChildren(EmbeddedCluster cluster, String name) {
        KubernetesClient user = cluster.user();
        return user.configMaps().inNamespace(NAMESPACE).withName(name).get() == null
                && user.apps().deployments().inNamespace(NAMESPACE).withName(name).get() == null
                && user.services().inNamespace(NAMESPACE).withName(name).get() == null;
    }

    /** The lines of a ConfigMap; none when it does not exist. */
    static Map<String, String> table(EmbeddedCluster cluster, String name) {
        ConfigMap map = cluster.user().configMaps().inNamespace(NAMESPACE).withName(name).get();
        return map == null || map.getData() == null ? Map.of() : map.getData();
    }

    /** Whether the status says that the current spec is published. */
    static boolean isPublished(Website site) {
        WebsiteStatus status = site.getStatus();
        return status != null && Objects.equals(status.observedGeneration(), site.getMetadata().getGeneration())
                && status.conditions() != null && status.conditions().stream().anyMatch(
                        condition -> condition.getType().equals("Ready") && condition.getStatus().equals("True"));
    }

    static Set<String> names(List<? extends HasMetadata> objects) {
        return objects.stream().map(object -> object.getMetadata().getName()).collect(Collectors.toSet());
    }

    /** Returns when the index of each cluster lists the websites that it has. */
    static void awaitIndexes(List<EmbeddedCluster> clusters) throws InterruptedException {
        for (EmbeddedCluster cluster : clusters) {
            Await.until("the index of " + cluster.name(),
                    () -> table(cluster, "site-index").keySet().equals(names(of(cluster))));
        }
    }
}
