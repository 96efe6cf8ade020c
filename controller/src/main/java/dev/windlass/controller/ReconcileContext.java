package dev.windlass.controller;

import dev.windlass.kubernetes.Client;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;

/**
 * What a reconciler is given beside its request. Valid during the call. Thread-safe.
 *
 * <p>It is bound to the calling thread as a scoped value: {@link #current()} finds it anywhere below the reconciler. Threads
 * of {@link #executor()} have it too, those of other executors do not.
 */
public interface ReconcileContext {

    /** The name of the controller. */
    String controller();

    /** The name of the cluster. */
    String cluster();

    /** Identity of this call, for logs. */
    UUID reconcileId();

    /** Reads what the controller watches on this cluster. */
    CacheReader cache();

    /** Writes to this cluster, and reads from it directly. Revoked when the engagement ends. */
    Client client();

    /** The logger of the controller; lines logged during the call carry MDC keys for controller, cluster, object and call. */
    Logger logger();

    /** When the call is interrupted, if the controller has a reconcile timeout. */
    Optional<Instant> deadline();

    /** Whether the call was told to end: its engagement ends, or its deadline has passed. Its thread is interrupted then. */
    boolean cancelled();

    /** Runs each task on a virtual thread of the engagement, with this context bound. What a task throws is logged. */
    Executor executor();

    /** The context of the reconciliation that the current thread works for. */
    static Optional<ReconcileContext> current() {
        return Dispatch.current();
    }
}
