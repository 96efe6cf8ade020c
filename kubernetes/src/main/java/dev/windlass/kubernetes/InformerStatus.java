package dev.windlass.kubernetes;

import java.time.Instant;

/**
 * The state of an informer.
 *
 * @param cluster the cluster
 * @param resource {@code plural.group}
 * @param namespace the namespace, empty for all
 * @param selector label and field selectors, empty for all
 * @param state what it is doing
 * @param synced whether a list has been complete since it started
 * @param objects how many objects it keeps
 * @param bytes the JSON that it keeps
 * @param users how many leases use it; none: it lingers
 * @param handlers how many handlers it has
 * @param resourceVersion the last version it knows
 * @param message why it is in this state; empty when all is well
 * @param since when it entered the state
 * @param lists how many lists it has begun
 * @param watches how many watches it has begun
 * @param events how many events it has received
 */
public record InformerStatus(String cluster, String resource, String namespace, String selector, State state,
        boolean synced,
        int objects, long bytes, int users, int handlers, String resourceVersion, String message, Instant since,
        long lists,
        long watches, long events) {

    /** What an informer is doing. */
    public enum State {
        /** Reading the first list, or a new one. */
        LISTING,
        /** Up to date, a watch is open. */
        WATCHING,
        /** The connection was lost or the server is busy; tries again, see the message. */
        BACKOFF,
        /** The server refuses: the kind is not installed, or the user may not watch it. Tries again. */
        DEGRADED,
        /** Ended. */
        STOPPED
    }
}
