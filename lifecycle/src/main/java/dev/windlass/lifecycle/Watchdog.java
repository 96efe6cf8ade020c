package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Wakes what has a deadline. One timer for all of them, armed for the earliest: most deadlines are never reached, and a stop
 * that ends in microseconds must not pay for a timer of its own.
 *
 * <p>The monitor guards the timer; the clock is called under it, what is watched is not. A watch that needs no earlier timer goes
 * without the monitor: it enters the set and then looks at {@code armedFor}, a firing timer clears {@code armedFor} and then
 * looks through the set, so that one of them sees the other.
 */
final class Watchdog {

    /** Something with a deadline. */
    interface Watched {

        /** When it wants to be checked next. */
        long nextCheck();

        /** Its time has come. Does not block. */
        void check();
    }

    /** For what {@code armed} is armed, relative to {@code origin}; this when it is not. */
    private static final long UNARMED = Long.MAX_VALUE;

    private final TimeSource time;
    private final long origin;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private volatile long armedFor = UNARMED;
    private @Nullable Timer armed;

    Watchdog(TimeSource time) {
        this.time = time;
        this.origin = time.nanos();
    }

    /** Adds it, or takes note of its new time. */
    void watch(Watched one) {
        watched.add(one);
        if (one.nextCheck() - origin < armedFor) {
            arm(one.nextCheck() - origin);
        }
    }

    void forget(Watched one) {
        watched.remove(one);
    }

    /** Nothing is watched any more, and nothing is armed. */
    void close() {
        watched.clear();
        disarm();
    }

    private synchronized void arm(long at) {
        if (at < armedFor) {
            disarm();
            armedFor = at;
            armed = time.after(Duration.ofNanos(Math.max(0, at + origin - time.nanos())), () -> fire(at));
        }
    }

    private synchronized void disarm() {
        armedFor = UNARMED;
        if (armed != null) {
            armed.cancel();
            armed = null;
        }
    }

    private void fire(long at) {
        synchronized (this) {
            if (armedFor != at) {
                return;
            }
            armed = null;
            armedFor = UNARMED;
        }
        List<Watched> due = new ArrayList<>();
        long now = time.nanos() - origin;
        long earliest = UNARMED;
        for (Watched one : watched) {
            long next = one.nextCheck() - origin;
            if (next <= now) {
                due.add(one);
            } else {
                earliest = Math.min(earliest, next);
            }
        }
        if (earliest < UNARMED) {
            arm(earliest);
        }
        due.forEach(Watched::check);
    }
}
