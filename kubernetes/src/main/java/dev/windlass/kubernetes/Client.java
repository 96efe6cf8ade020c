package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/**
 * Reads from and writes to one cluster, on behalf of one owner. Every call asks the server; blocked callers can be
 * interrupted, which does not recall what was sent. Failures are {@link ApiException}s; after the owner has been cancelled
 * every call throws {@link dev.windlass.lifecycle.RevokedException}, and every write of an owner whose leadership has ended {@link
 * dev.windlass.lifecycle.FencedException}. Requests are in the owner's ledger. Thread-safe.
 */
public interface Client {

    /** The name of the cluster. */
    String cluster();

    /** One object; empty when there is no such object. */
    <T extends HasMetadata> Optional<T> get(Class<T> type, ObjectKey key);

    /** All objects of a kind. */
    default <T extends HasMetadata> List<T> list(Class<T> type) {
        return list(WatchSpec.of(type));
    }

    /** All objects of a kind in a namespace. */
    default <T extends HasMetadata> List<T> list(Class<T> type, String namespace) {
        return list(WatchSpec.of(type).inNamespace(namespace));
    }

    /** All objects that a watch of this specification would show. */
    <T extends HasMetadata> List<T> list(WatchSpec<T> spec);

    /** Creates an object; returns it as the server has it. */
    <T extends HasMetadata> T create(T object);

    /** Replaces an object; with a resource version, only if it is still the current one. */
    <T extends HasMetadata> T update(T object);

    /** Server-side apply: states the fields that the owner wants, creating the object when there is none. */
    <T extends HasMetadata> T apply(T object, FieldOwner owner);

    /** Changes an object; of the one given only kind and key count. */
    <T extends HasMetadata> T patch(T object, Patch patch);

    /** Deletes an object, only the very one if it has a uid. Returns false when there was none. */
    boolean delete(HasMetadata object);

    /** Deletes an object. Returns false when there was none. */
    boolean delete(Class<? extends HasMetadata> type, ObjectKey key);

    /** Writes to the status sub-resource. */
    Status status();

    /**
     * The fabric8 client, for all that is not here: over the same connections, in the same ledger, under the same cap, revoked
     * at the same moment. Needs no closing.
     */
    KubernetesClient fabric8();

    /** Writes to the status sub-resource: of the objects given only kind, key, resource version and status count. */
    interface Status {

        /** Replaces the status. */
        <T extends HasMetadata> T update(T object);

        /** Server-side apply of the status. */
        <T extends HasMetadata> T apply(T object, FieldOwner owner);

        /** Changes the status. */
        <T extends HasMetadata> T patch(T object, Patch patch);
    }
}
