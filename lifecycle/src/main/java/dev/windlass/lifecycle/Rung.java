package dev.windlass.lifecycle;

/**
 * How much of its work a unit does under a quota: a ladder from all of it to nothing. Each rung costs at most as much as the one
 * before. A unit offers those between the first and the last by {@link RunnableContext#rungs}.
 */
public enum Rung {
    /** All of its work, at its declared cost. */
    FULL,
    /** All of its work, more slowly: fewer workers. */
    DEGRADED,
    /** Dispatches nothing; its watches stay open, what changes is queued. */
    PAUSED,
    /** Dispatches nothing and has closed its watches; what is queued is kept, what changes is found out when it goes up. */
    PARKED,
    /** Does not run; what it had to do is carried over. */
    STOPPED;

    /** Whether all of the work is done, though perhaps slowly. */
    boolean works() {
        return this == FULL || this == DEGRADED;
    }
}
