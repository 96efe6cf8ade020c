package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;

/**
 * The one clock of a manager: all its waiting, timing and time stamps go through it, so that a test can drive them.
 * Thread-safe.
 */
public interface TimeSource {

    /** The wall clock, for people. Nothing is timed by it. */
    Instant now();

    /** Monotonic nanoseconds from an arbitrary origin. */
    long nanos();

    /**
     * Runs an action once, after a delay, on a thread of the clock. The action must not block: it hands its work to a
     * thread of its own.
     */
    Timer after(Duration delay, Runnable action);

    /**
     * Parks the current thread until it is unparked, is interrupted, or this much time has passed, or for no reason, like
     * {@link java.util.concurrent.locks.LockSupport#parkNanos(Object, long)}. A limit of 150 years or more is
     * none.
     */
    void park(Object blocker, Duration limit);

    /** The system's clocks, with one daemon timer thread that exists only while something is scheduled. */
    static TimeSource system() {
        return new SystemTime();
    }
}
