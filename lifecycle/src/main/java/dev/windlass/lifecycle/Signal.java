package dev.windlass.lifecycle;

import java.time.Duration;

/** A latch that is set once. Thread-safe. */
public interface Signal {

    /** Whether it is set. */
    boolean isSet();

    /** Blocks until it is set. */
    void await() throws InterruptedException;

    /** Blocks until it is set or the limit has passed; returns whether it is set. */
    boolean await(Duration limit) throws InterruptedException;

    /**
     * Runs an action when the signal is set, at once if it is set already: on a virtual thread of the unit, which its stop
     * awaits. Closing the registration withdraws an action that has not started.
     *
     * @throws RevokedException when the signal is set and the generation has ended
     */
    Registration onSet(Runnable action);
}
