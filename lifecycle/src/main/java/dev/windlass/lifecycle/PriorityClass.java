package dev.windlass.lifecycle;

/**
 * How much a unit matters when a quota does not suffice for all. Units of a higher class are admitted first, and take from
 * lower ones what they need; within a class the unit that was added first goes first. In order, the highest first.
 */
public enum PriorityClass {
    /** What the manager itself cannot do without: never degraded, paused or stopped by a quota. */
    SYSTEM,
    /** What must go on when little else can. */
    CRITICAL,
    /** The default. */
    NORMAL,
    /** What can wait. */
    BATCH,
    /** What runs only when nothing else wants the room. */
    BEST_EFFORT;

    /** Whether units of this class may take from units of the other. */
    public boolean outranks(PriorityClass other) {
        return ordinal() < other.ordinal();
    }
}
