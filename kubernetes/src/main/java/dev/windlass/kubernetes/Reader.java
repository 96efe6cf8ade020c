package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RevokedException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/**
 * Reads from the store of an informer. Never blocks, takes no lock, never asks the server. Every object returned is a copy of
 * the caller's own. Before the first list is complete it shows what has arrived. Thread-safe.
 *
 * <p>After its lease has ended every method throws {@link RevokedException}: a store that is no longer kept would answer
 * "not there".
 *
 * @param <T> the Java class of the objects
 */
public interface Reader<T extends HasMetadata> {

    /** One object. */
    Optional<T> get(ObjectKey key);

    /** All objects, in no particular order. */
    List<T> list();

    /** All objects of a namespace. */
    List<T> list(String namespace);

    /** All objects that a label selector matches; syntax of kubectl's {@code -l}. */
    List<T> select(String labelSelector);

    /** All objects of a namespace that a label selector matches. */
    List<T> select(String namespace, String labelSelector);

    /**
     * All objects that an index of this lease has under a value.
     *
     * @throws IllegalArgumentException when there is no such index; names those that there are
     */
    List<T> byIndex(String index, String value);

    /** The keys of all objects. */
    List<ObjectKey> keys();

    /** Whether there is such an object. */
    boolean contains(ObjectKey key);

    /** How many objects there are. */
    int size();
}
