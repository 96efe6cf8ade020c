package dev.windlass.lifecycle;

/** How a stop ended. */
public enum StopOutcome {
    /** The unit was not running: there was nothing to end. */
    NOT_RUNNING,
    /** The unit ended within its budget. */
    STOPPED,
    /** The unit returned by itself. */
    COMPLETED,
    /** The unit failed by itself. */
    FAILED,
    /** The unit did not end within its budget, and is quarantined. */
    QUARANTINED
}
