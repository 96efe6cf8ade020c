package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import org.jspecify.annotations.Nullable;

/**
 * A kind of the API and the Java class that its objects are read as.
 *
 * @param type the Java class; {@link PartialObjectMetadata} asks the server for the metadata only
 * @param group the API group, empty for the core group
 * @param version the API version
 * @param plural the name in URLs
 * @param kind the kind
 * @param namespaced whether its objects live in namespaces
 * @param <T> the Java class
 */
public record ResourceType<T extends HasMetadata>(
        Class<T> type, String group, String version, String plural, String kind, boolean namespaced) {

    /** From the annotations of a model class. */
    public static <T extends HasMetadata> ResourceType<T> of(Class<T> type) {
        if (type == GenericKubernetesResource.class || type == PartialObjectMetadata.class) {
            throw new IllegalArgumentException(type.getSimpleName()
                    + " does not say which kind is meant: use ResourceType.generic or metadataOnly with a ResourceDefinitionContext");
        }
        String group = HasMetadata.getGroup(type);
        String version = HasMetadata.getVersion(type);
        if (group == null || version == null) {
            throw new IllegalArgumentException(
                    type.getName() + " has no API group and version: annotate it with @Group and @Version");
        }
        return new ResourceType<>(type, group, version, HasMetadata.getPlural(type), HasMetadata.getKind(type),
                Namespaced.class.isAssignableFrom(type));
    }

    /** Any kind, read as a generic resource. */
    public static ResourceType<GenericKubernetesResource> generic(ResourceDefinitionContext definition) {
        return of(definition, GenericKubernetesResource.class);
    }

    /** Any kind, of which only the metadata is asked for and kept. */
    public static ResourceType<PartialObjectMetadata> metadataOnly(ResourceDefinitionContext definition) {
        return of(definition, PartialObjectMetadata.class);
    }

    /** The kind of a model class, of which only the metadata is asked for and kept. */
    public static ResourceType<PartialObjectMetadata> metadataOnly(Class<? extends HasMetadata> type) {
        ResourceType<?> full = of(type);
        return new ResourceType<>(PartialObjectMetadata.class, full.group, full.version, full.plural, full.kind,
                full.namespaced);
    }

    private static <T extends HasMetadata> ResourceType<T> of(ResourceDefinitionContext definition, Class<T> type) {
        String group = definition.getGroup();
        return new ResourceType<>(type, group == null ? "" : group, definition.getVersion(), definition.getPlural(),
                definition.getKind(), definition.isNamespaceScoped());
    }

    /** The kind that an object says it is of. */
    @SuppressWarnings("unchecked")
    static <T extends HasMetadata> ResourceType<T> of(T object) {
        Class<T> type = (Class<T>) object.getClass();
        if (type == GenericKubernetesResource.class || type == PartialObjectMetadata.class) {
            throw new IllegalArgumentException("a " + type.getSimpleName() + " of kind " + object.getKind()
                    + " does not say its plural: use the fabric8 client for generic resources");
        }
        return of(type);
    }

    /** Group and version as {@code apiVersion} has them. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code plural.group}, as kubectl has it. */
    public String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    ResourceType<? extends HasMetadata> withoutClass() {
        return metadataOnly()
                ? this
                : new ResourceType<>(GenericKubernetesResource.class, group, version, plural, kind, namespaced);
    }

    boolean metadataOnly() {
        return type == (Class<?>) PartialObjectMetadata.class;
    }

    /** The path below the server's address. */
    String path(@Nullable String namespace, @Nullable String name) {
        StringBuilder path = new StringBuilder(64);
        path.append(group.isEmpty() ? "/api/" : "/apis/" + group + "/").append(version);
        if (namespaced && namespace != null && !namespace.isEmpty()) {
            path.append("/namespaces/").append(Urls.encode(namespace));
        }
        path.append('/').append(plural);
        if (name != null) {
            path.append('/').append(Urls.encode(name));
        }
        return path.toString();
    }
}
