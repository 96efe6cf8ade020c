package dev.windlass.lifecycle;

/** A scheduled action. */
public interface Timer {

    /** Withdraws the action. Returns whether it had not started yet. */
    boolean cancel();
}
