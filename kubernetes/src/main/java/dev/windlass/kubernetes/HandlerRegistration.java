package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Registration;
import java.time.Duration;

/** A handler on an informer. Thread-safe. */
public interface HandlerRegistration extends Registration {

    /** Whether the first complete list, or the state that a late handler found, has been delivered to this handler. */
    boolean synced();

    /** Blocks until it is synced, closed or the limit has passed; returns whether it is synced. */
    boolean awaitSynced(Duration limit) throws InterruptedException;

    /** Runs an action on a virtual thread when it is synced, at once if it is; never, when it is closed before. */
    void onSynced(Runnable action);

    /** How many changes wait for delivery. At most one for each object. */
    int backlog();

    /** How often the handler threw. */
    long failures();

    /** What the handler threw last, as text; empty if it never did. */
    String lastError();

    /** Removes the handler. Returns when no callback is running and none will; from within a callback, at once. */
    @Override
    void close();

    /**
     * Removes the handler and says what it had been told by then, in one step: what happened after this is news for a
     * successor that is added with it.
     */
    KnownObjects detach();
}
