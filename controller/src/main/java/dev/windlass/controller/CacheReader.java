package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Reader;
import dev.windlass.kubernetes.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/**
 * Reads what the controller watches on one cluster, from memory: never blocks, never asks the server. What it returns is the
 * caller's own copy. Thread-safe.
 */
public interface CacheReader {

    /** The object that a request names. */
    <T extends HasMetadata> Optional<T> get(Request<T> request);

    /**
     * One object of a kind that the controller watches.
     *
     * @throws IllegalArgumentException when it does not watch the kind; names those it does
     */
    default <T extends HasMetadata> Optional<T> get(Class<T> type, ObjectKey key) {
        return reader(type).get(key);
    }

    /** All objects of a kind that the controller watches. */
    default <T extends HasMetadata> List<T> list(Class<T> type) {
        return reader(type).list();
    }

    /** All objects in a namespace of a kind that the controller watches. */
    default <T extends HasMetadata> List<T> list(Class<T> type, String namespace) {
        return reader(type).list(namespace);
    }

    /**
     * Everything else that can be read of a kind that the controller watches. A kind that is watched with several selectors is
     * read by the first.
     *
     * @throws IllegalArgumentException when it does not watch the kind, and names those it does; or when it watches several kinds
     *     as this class, such as {@code GenericKubernetesResource}: name one with {@link #reader(ResourceType)}
     */
    <T extends HasMetadata> Reader<T> reader(Class<T> type);

    /**
     * The same of a kind that has no class of its own: {@code reader(ResourceType.generic(definition))}.
     *
     * @throws IllegalArgumentException when it does not watch the kind as that class; names those it does
     */
    <T extends HasMetadata> Reader<T> reader(ResourceType<T> kind);
}
