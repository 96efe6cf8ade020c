package dev.windlass.lifecycle;

/** Why a unit is in its state: a closed set, so that programs can rely on it. The message beside it is for people. */
public enum Reason {
    /** Added, and not started yet. */
    ADDED,
    /** Somebody asked for a start, or the manager was started. */
    START_REQUESTED,
    /** Waits for the manager, a group, a dependency or leadership. */
    WAITING,
    /** All that a start waits for is there. */
    ADMITTED,
    /** The unit's code was entered, or said that it is ready. */
    BECAME_READY,
    /** The unit said that it cannot do all of its work. */
    BECAME_DEGRADED,
    /** The unit said that it does nothing for now. */
    BECAME_PAUSED,
    /** Somebody asked for a pause: nothing is dispatched. */
    PAUSED,
    /** Somebody asked for a cordon: nothing is taken in. */
    CORDONED,
    /** Somebody asked for the end of a pause or cordon. */
    RESUMED,
    /** The unit said that it will try again later. */
    RETRY_LATER,
    /** The unit ended by itself, and will be restarted at a known time. */
    RESTART_SCHEDULED,
    /** Somebody asked for a stop. */
    STOP_REQUESTED,
    /** The manager stops. */
    MANAGER_STOPPING,
    /** The scope that contains the unit stops or ended. */
    SCOPE_STOPPING,
    /** A unit that this one depends on was stopped with cascade. It starts again when that one does. */
    DEPENDENCY_STOPPED,
    /** A unit that this one depends on has ended by itself, or went with its scope. */
    DEPENDENCY_LOST,
    /** A unit that this one depends on is there as another generation. */
    DEPENDENCY_RESTARTED,
    /** The manager does not lead any more, and the unit runs only where it does. It starts again when the manager is elected again. */
    LEADERSHIP_LOST,
    /** There is not enough quota for it, or not yet. */
    QUOTA_EXCEEDED,
    /** A quota took back what the unit had: somebody of a higher class needs it, or the limits were lowered. */
    QUOTA_RECLAIMED,
    /** A quota has room again for what the unit had. */
    QUOTA_RESTORED,
    /** Another generation of the unit takes, or has taken, its place. */
    REPLACED,
    /** A replace was taken back: the next generation did not stand the test, so the one before it goes on. */
    ROLLED_BACK,
    /** The unit's code returned and nobody had asked it to. */
    COMPLETED,
    /** The unit's code threw and nobody had asked it to stop. */
    FAILED,
    /** The unit failed so often in a row that it is not restarted any more, until somebody asks for a start. */
    CRASH_LOOP,
    /** The unit did not end within its budget. */
    DEADLINE_EXCEEDED,
    /** The last thread of a quarantined unit ended after all. */
    ENDED_LATE,
    /** Somebody asked for the removal. */
    REMOVED
}
