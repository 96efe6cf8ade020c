package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Registration;
import java.time.Duration;

/** A handler on an informer. Thread-safe. */
public interface HandlerRegistration extends Registration {

    /**
     * Whether the first complete list, or the state that a late handler found, has been delivered to this handler. What the
     * handler threw at counts: it is told again later.
     */
    boolean synced();

    /** Blocks until it is synced, closed or the limit has passed; returns whether it is synced. */
    boolean awaitSynced(Duration limit) throws InterruptedException;

    /**
     * Returns when the handler has been told of all that waits for delivery now, or has thrown at it; what comes later is not
     * awaited. At once when it is closed, its owner cancelled, or {@linkplain #heldBack() held back}. Not to be called from the handler.
     */
    void awaitDelivered() throws InterruptedException;

    /** Runs an action on a virtual thread when it is synced, at once if it is; never, when it is closed before. */
    void onSynced(Runnable action);

    /** How many changes wait for delivery. At most one for each object. */
    int backlog();

    /** How often the handler threw. */
    long failures();

    /** What the handler threw last and at which object, as text; empty if it never did. */
    String lastError();

    /** Removes the handler. Returns when no callback is running and none will; from within a callback, at once. */
    @Override
    void close();

    /**
     * What the handler threw at and has not taken since, for people: names an object and what was thrown. Empty when there is
     * nothing like that.
     */
    String trouble();

    /** Whether the handler is told of nothing now because the cluster is cordoned: its changes wait, one for each object. */
    boolean heldBack();

    /**
     * Removes the handler and says what it had been told by then, in one step: what happened after this is news for a
     * successor that is added with it. So is what the handler threw at, and what it was being told when its owner was cancelled.
     * Whatever ended the informer or the owner before, it is as of that moment. Of no use after {@link #close()}.
     */
    KnownObjects detach();
}
