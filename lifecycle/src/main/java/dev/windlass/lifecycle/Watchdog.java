package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Wakes what has a deadline. One timer for all of them, armed for the earliest: most deadlines are never reached, and a stop
 * that ends in microseconds must not pay for a timer of its own. The monitor guards all fields; the clock is called under it,
 * what is watched is not.
 */
final class Watchdog {

    /** Something with a deadline. */
    interface Watched {

        /** When it wants to be checked next. */
        long nextCheck();

        /** Its time has come. Does not block. */
        void check();
    }

    private final TimeSource time;
    private final Set<Watched> watched = new HashSet<>();
    private @Nullable Timer armed;
    private long armedFor;

    Watchdog(TimeSource time) {
        this.time = time;
    }

    /** Adds it, or takes note of its new time. */
    synchronized void watch(Watched one) {
        watched.add(one);
        arm(one.nextCheck());
    }

    synchronized void forget(Watched one) {
        watched.remove(one);
    }

    /** Nothing is watched any more, and nothing is armed. */
    synchronized void close() {
        watched.clear();
        disarm();
    }

    private void arm(long at) {
        if (armed == null || at - armedFor < 0) {
            disarm();
            armedFor = at;
            armed = time.after(Duration.ofNanos(Math.max(0, at - time.nanos())), () -> fire(at));
        }
    }

    private void disarm() {
        if (armed != null) {
            armed.cancel();
            armed = null;
        }
    }

    private void fire(long at) {
        List<Watched> due = new ArrayList<>();
        synchronized (this) {
            if (armed == null || armedFor != at) {
                return;
            }
            armed = null;
            long now = time.nanos();
            Watched earliest = null;
            for (Watched one : watched) {
                if (one.nextCheck() - now <= 0) {
                    due.add(one);
                } else if (earliest == null || one.nextCheck() - earliest.nextCheck() < 0) {
                    earliest = one;
                }
            }
            if (earliest != null) {
                arm(earliest.nextCheck());
            }
        }
        due.forEach(Watched::check);
    }
}
