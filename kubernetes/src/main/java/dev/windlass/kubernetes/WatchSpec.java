package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Set;

/**
 * Which objects are watched, and what is kept of them. Watches whose specifications differ only in the Java class share one
 * list, one watch and one store.
 *
 * @param resource the kind
 * @param namespace the namespace, empty for all
 * @param labelSelector selects by label on the server, empty for all; syntax of kubectl's {@code -l}
 * @param fieldSelector selects by field on the server, empty for all
 * @param omit fields that are dropped before an object is stored, as dotted paths: {@code metadata.managedFields}, {@code data}
 * @param <T> the Java class that objects are read as
 */
public record WatchSpec<T extends HasMetadata>(
        ResourceType<T> resource, String namespace, String labelSelector, String fieldSelector, Set<String> omit) {

    /** Refuses a namespace for a cluster-scoped kind, a malformed selector and fields that identify the object. */
    public WatchSpec {
        omit = Set.copyOf(omit);
        if (!resource.namespaced() && !namespace.isEmpty()) {
            throw new IllegalArgumentException(
                    resource.resource() + " are cluster-scoped: a watch in namespace \"" + namespace
                            + "\" is impossible; leave the namespace out");
        }
        LabelSelector.parse(labelSelector);
        for (String path : omit) {
            if (path.isEmpty() || Set.of("metadata", "metadata.name", "metadata.namespace", "metadata.uid",
                    "metadata.resourceVersion").contains(path)) {
                throw new IllegalArgumentException("field \"" + path + "\" of " + resource.resource()
                        + " cannot be omitted: it identifies the object");
            }
        }
    }

    /** All objects of a kind. */
    public static <T extends HasMetadata> WatchSpec<T> of(Class<T> type) {
        return of(ResourceType.of(type));
    }

    /** All objects of a kind. */
    public static <T extends HasMetadata> WatchSpec<T> of(ResourceType<T> resource) {
        return new WatchSpec<>(resource, "", "", "", Set.of());
    }

    /** All objects of a kind that has no Java class. */
    public static WatchSpec<GenericKubernetesResource> generic(ResourceDefinitionContext definition) {
        return of(ResourceType.generic(definition));
    }

    /** The metadata of all objects of a kind; the rest is neither sent nor kept. */
    public static WatchSpec<PartialObjectMetadata> metadataOnly(Class<? extends HasMetadata> type) {
        return of(ResourceType.metadataOnly(type));
    }

    /** The metadata of all objects of a kind; the rest is neither sent nor kept. */
    public static WatchSpec<PartialObjectMetadata> metadataOnly(ResourceDefinitionContext definition) {
        return of(ResourceType.metadataOnly(definition));
    }

    /** The same in one namespace. */
    public WatchSpec<T> inNamespace(String name) {
        return new WatchSpec<>(resource, name, labelSelector, fieldSelector, omit);
    }

    /** The same for objects with certain labels. */
    public WatchSpec<T> withLabels(String selector) {
        return new WatchSpec<>(resource, namespace, selector, fieldSelector, omit);
    }

    /** The same for objects with certain fields. */
    public WatchSpec<T> withFields(String selector) {
        return new WatchSpec<>(resource, namespace, labelSelector, selector, omit);
    }

    /** The same with certain fields, and no others, dropped before storing. */
    public WatchSpec<T> omitting(String... paths) {
        return new WatchSpec<>(resource, namespace, labelSelector, fieldSelector, Set.of(paths));
    }

    /**
     * The same without a model class: for what outlives that, since its class loader may go before. Objects would be read as generic
     * resources; of a kind of which only the metadata is kept that stays so.
     */
    public WatchSpec<? extends HasMetadata> withoutClass() {
        return new WatchSpec<>(resource.withoutClass(), namespace, labelSelector, fieldSelector, omit);
    }

    /** What decides whether two watches are the same. */
    SharingKey sharingKey() {
        return new SharingKey(resource.group(), resource.version(), resource.plural(), resource.metadataOnly(),
                namespace,
                labelSelector, fieldSelector, omit);
    }

    /** A resource with its selectors, for messages: {@code configmaps in web with a=b}. */
    String describe() {
        return resource.resource() + (namespace.isEmpty() ? "" : " in " + namespace)
                + (labelSelector.isEmpty() ? "" : " with " + labelSelector)
                + (fieldSelector.isEmpty() ? "" : " where " + fieldSelector)
                + (resource.metadataOnly() ? " (metadata)" : "");
    }

    record SharingKey(String group, String version, String plural, boolean metadataOnly, String namespace,
            String labels,
            String fields, Set<String> omit) {
    }
}
