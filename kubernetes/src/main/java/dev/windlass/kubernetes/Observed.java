package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/**
 * An object at one moment, as it is told to one handler. Decodes only when asked to; what it returns belongs to that handler
 * alone. For the thread that calls the handler, and threads that it hands it to.
 *
 * @param <T> the Java class of the object
 */
public interface Observed<T extends HasMetadata> {

    /** Namespace and name. */
    ObjectKey key();

    /** The uid. */
    String uid();

    /** The resource version. */
    String resourceVersion();

    /** The object; decoded by the first call, some ten microseconds. */
    T object();

    /** The metadata; without decoding the rest. */
    ObjectMeta metadata();

    /** Whether it is part of the state that the handler found: the first list, or the replay for a late handler. */
    boolean initial();

    /** Whether it is the same version as in the {@link KnownObjects} that the handler came with. */
    boolean unchanged();

    /** Whether its deletion was concluded from its absence in a list, so that later versions of it may have existed. */
    boolean finalStateUnknown();
}
