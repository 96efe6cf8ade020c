package dev.windlass.kubernetes;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The cap on requests in flight of one cluster. First come, first served; nobody blocks: who waits is called back. The lock
 * is never held while calling back. Thread-safe.
 */
final class RequestPermits {

    private final int max;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int used;

    RequestPermits(int max) {
        this.max = max;
    }

    /** Calls back when a permit is held: now, or on the thread that gives one back. */
    void acquire(Runnable granted) {
        synchronized (this) {
            if (used >= max) {
                waiting.add(granted);
                return;
            }
            used++;
        }
        granted.run();
    }

    /** Takes back a request that has not been granted; false when it has been. */
    synchronized boolean withdraw(Runnable granted) {
        return waiting.remove(granted);
    }

    void release() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                used--;
            }
        }
        run(next);
    }

    private static void run(@Nullable Runnable next) {
        if (next != null) {
            next.run();
        }
    }

    synchronized int used() {
        return used;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
