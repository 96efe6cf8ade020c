package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * Is told of objects as they come, change and go; one call at a time, on a thread of its own. Changes of one object that come
 * faster than the handler takes them arrive as one; the deletion of an object that it was told of is never left out, and an object
 * that came and went before it could be told is not mentioned. An object that was replaced by another of the same name is
 * deleted, then added.
 *
 * <p>What a method throws is logged, counted and shown as {@link HandlerRegistration#trouble()}. The handler goes on with other
 * objects and is told again of that one: after 500 ms, then ever later up to 1 min, and at once when the object changes. An
 * interrupt that a method leaves behind on its thread is cleared.
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
