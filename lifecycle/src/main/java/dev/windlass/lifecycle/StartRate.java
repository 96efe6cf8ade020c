package dev.windlass.lifecycle;

import java.time.Duration;

/**
 * How often units may be restarted by the manager, all together: a bucket that holds the restarts of one second. What would be
 * too often gets a place in the order in which it was asked for. Thread-safe.
 */
final class StartRate {

    private final long interval;
    private final long burst;
    /** When the bucket will be full again. */
    private long full;

    StartRate(int perSecond, long now) {
        this.interval = Duration.ofSeconds(1).toNanos() / perSecond;
        this.burst = interval * (perSecond - 1L);
        this.full = now;
    }

    /** Takes a place, and returns when it is: now, or later. */
    synchronized long reserve(long now) {
        if (full - now < 0) {
            full = now;
        }
        long place = full - burst;
        full += interval;
        return place - now > 0 ? place : now;
    }
}
