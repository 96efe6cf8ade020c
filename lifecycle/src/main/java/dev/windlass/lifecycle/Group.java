package dev.windlass.lifecycle;

/**
 * The order in which units at the root of a manager start; they stop in reverse. Declared by {@link RunnableSpec#group()},
 * never guessed from a class.
 */
public enum Group {
    /** Probes and metrics: served before anything else, so that a slow start can be seen. */
    HTTP_SERVERS,
    /** Webhooks: caches may need conversion. */
    WEBHOOKS,
    /** Caches and cluster connections. */
    CACHES,
    /** The default. */
    OTHERS,
    /** What prepares leader-elected units. */
    WARM_UP,
    /** What only a leader may run: the group of every unit at the root that is declared {@link Leadership#LEADER}. */
    LEADER_ELECTED
}
