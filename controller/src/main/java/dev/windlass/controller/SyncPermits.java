package dev.windlass.controller;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How many engagements of one cluster may sync at once; first come, first served. Engagements of other clusters have permits of
 * their own, so that a cluster which does not answer holds up nobody else. Thread-safe; the monitor guards all fields, and a
 * ticket's owner is told outside of it.
 */
final class SyncPermits {

    /** So many syncs keep a server busy: each makes a list or a few. */
    static final int MOST = 16;

    private final Deque<Ticket> line = new ArrayDeque<>();
    private int free = MOST;

    /** A place in the line, then a permit, until it is closed. */
    final class Ticket implements AutoCloseable {

        private final Runnable onGranted;
        private boolean granted;
        private boolean closed;

        private Ticket(Runnable onGranted) {
            this.onGranted = onGranted;
        }

        boolean granted() {
            synchronized (SyncPermits.this) {
                return granted;
            }
        }

        /** Gives up the permit, or the place in the line. Idempotent. */
        @Override
        public void close() {
            @Nullable
            Ticket next = null;
            synchronized (SyncPermits.this) {
                if (closed) {
                    return;
                }
                closed = true;
                line.remove(this);
                if (granted) {
                    free++;
                    next = grantNext();
                }
            }
            tell(next);
        }
    }

    /**
     * Asks for a permit.
     *
     * @param onGranted called once it is granted, on the thread that made it free; must not block
     */
    Ticket ask(Runnable onGranted) {
        Ticket ticket = new Ticket(onGranted);
        @Nullable
        Ticket next;
        synchronized (this) {
            line.add(ticket);
            next = grantNext();
        }
        tell(next);
        return ticket;
    }

    private @Nullable Ticket grantNext() {
        @Nullable
        Ticket next = free > 0 ? line.poll() : null;
        if (next != null) {
            free--;
            next.granted = true;
        }
        return next;
    }

    private static void tell(@Nullable Ticket granted) {
        if (granted != null) {
            granted.onGranted.run();
        }
    }
}
