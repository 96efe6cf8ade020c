package dev.windlass.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * Makes the world as an object asks for. One instance serves all workers and all clusters at once: it must be thread-safe. It
 * is never asked about one object of one cluster twice at the same time.
 *
 * @param <T> the Java class of the objects
 */
@FunctionalInterface
public interface Reconciler<T extends HasMetadata> {

    /**
     * Looks at one object and does what is needed. Called on a virtual thread: it may block. When its engagement is told to end
     * at once, the thread is interrupted and the object is looked at again by the next generation.
     *
     * @param request names the object; it may be gone
     * @param context cache, client, logger and deadline of this call
     * @return what follows
     * @throws TerminalError when trying again would not help
     * @throws Exception when it failed: it is tried again, after a back-off
     */
    Result reconcile(Request<T> request, ReconcileContext context) throws Exception;
}
