package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * Is told of objects as they come, change and go; one call at a time, on a thread of its own. Changes of one object that come
 * faster than the handler takes them arrive as one; a deletion is never left out. An object that was replaced by another of
 * the same name is deleted, then added.
 *
 * <p>What a method throws is logged and counted; the handler goes on.
 *
 * @param <T> the Java class of the objects
 */
public interface ResourceHandler<T extends HasMetadata> {

    /** An object that the handler did not know. */
    void added(Observed<T> now);

    /** A new version of an object. */
    void updated(Observed<T> old, Observed<T> now);

    /** The object is gone; its last known state. */
    void deleted(Observed<T> last);

    /** An object of the {@link KnownObjects} that the handler came with is gone, or was replaced, since it was known. */
    default void vanished(KnownObject known) {
    }
}
