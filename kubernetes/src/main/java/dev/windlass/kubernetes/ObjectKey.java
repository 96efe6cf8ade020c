package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Objects;

/**
 * Names an object of one kind in one cluster.
 *
 * @param namespace the namespace, empty for cluster-scoped objects
 * @param name the name
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

    /** Refuses an empty name. */
    public ObjectKey {
        Objects.requireNonNull(namespace, "namespace: use \"\" for cluster-scoped objects");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("object key in namespace \"" + namespace + "\" has an empty name");
        }
    }

    /** The key of an object; the name must be set. */
    public static ObjectKey of(HasMetadata object) {
        ObjectMeta meta = object.getMetadata();
        if (meta == null || meta.getName() == null) {
            throw new IllegalArgumentException(object.getKind() + " without metadata.name has no key: set the name");
        }
        return of(meta.getNamespace(), meta.getName());
    }

    /** A key; a null namespace means cluster-scoped. */
    public static ObjectKey of(@org.jspecify.annotations.Nullable String namespace, String name) {
        return new ObjectKey(namespace == null ? "" : namespace, name);
    }

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code namespace/name}, or the name alone. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
