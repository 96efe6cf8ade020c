package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Registration;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.function.Function;

/**
 * The use of an informer by one owner. The informer runs as long as somebody uses it, and some time longer. Thread-safe.
 *
 * @param <T> the Java class of the objects
 */
public interface InformerLease<T extends HasMetadata> extends AutoCloseable {

    /** What is watched. */
    WatchSpec<T> spec();

    /** Adds a handler: it gets the current state first, then each change, on a thread that belongs to the lease's owner. */
    default HandlerRegistration addHandler(ResourceHandler<T> handler) {
        return addHandler(handler, KnownObjects.none());
    }

    /** Adds a handler that continues where another was detached: it is also told what vanished and what is unchanged. */
    HandlerRegistration addHandler(ResourceHandler<T> handler, KnownObjects known);

    /** Reads from the store. */
    Reader<T> reader();

    /**
     * Adds an index, private to this lease, at any time; covers all objects when this returns.
     *
     * @param name what {@link Reader#byIndex} calls it
     * @param values the values of an object; must not modify it, called on any thread
     */
    Registration addIndex(String name, Function<? super T, ? extends Collection<String>> values);

    /**
     * Runs an action whenever the {@linkplain #status() state or message} of the informer has changed, or the {@linkplain
     * HandlerRegistration#trouble() trouble} of a handler on it, or whether handlers are {@linkplain HandlerRegistration#heldBack()
     * held back}, on the thread that changed it: the action must not block. What it throws is logged. It ends with the lease.
     */
    void onStatusChange(Runnable action);

    /** The state of the informer. */
    InformerStatus status();

    /** Ends the use: removes its handlers and indexes. Readers are revoked. */
    @Override
    void close();
}
