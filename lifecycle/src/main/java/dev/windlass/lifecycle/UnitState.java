package dev.windlass.lifecycle;

/**
 * Where a unit stands. The observed state: what was asked for is in {@link UnitStatus#desiredRunning()}.
 *
 * <p>Allowed transitions are written down in {@link #canBecome(UnitState)}; the engine refuses all others.
 */
public enum UnitState {
    /** Added to a manager that has not been started. */
    NEW,
    /** Waits for something that its status message names: the manager's start, a group, a dependency, quota. */
    PENDING,
    /** Its code is being entered, or has been entered and has not yet said that it is ready. */
    STARTING,
    /** Works, with all that this claims for its kind: synced, handlers installed, workers running. */
    READY,
    /** Was ready, still runs, and cannot do all of its work; the message says why. */
    DEGRADED,
    /** Could work, and is held back: by a pause or cordon, by a quota, or by itself. */
    PAUSED,
    /** Could not start, or ended by itself, and will try again at a known time. */
    BACKOFF,
    /** Takes no new work and finishes, or hands over, what it holds. */
    DRAINING,
    /** Has been cancelled, or releases what it holds. */
    STOPPING,
    /** Ended as asked. Keeps its name, specification and carried-over work. */
    STOPPED,
    /** Gone: its name is free. */
    REMOVED,
    /** Returned normally without being asked to stop. */
    COMPLETED,
    /** Threw without being asked to stop. */
    FAILED,
    /** Did not end within its budget; its leftovers are listed in the stop report. */
    QUARANTINED;

    /**
     * Whether a generation may be alive: with threads, or resources that a stop would have to end. In {@code BACKOFF} there is
     * one when it tries again by itself, and none between an end and a restart.
     */
    public boolean isActive() {
        return switch (this) {
            case STARTING, READY, DEGRADED, PAUSED, BACKOFF, DRAINING, STOPPING -> true;
            case NEW, PENDING, STOPPED, REMOVED, COMPLETED, FAILED, QUARANTINED -> false;
        };
    }

    /** Whether a stop is under way. */
    public boolean isEnding() {
        return this == DRAINING || this == STOPPING;
    }

    /** Whether nothing more happens by itself. */
    public boolean isTerminal() {
        return switch (this) {
            case STOPPED, REMOVED, COMPLETED, FAILED, QUARANTINED -> true;
            default -> false;
        };
    }

    /** Whether a unit that depends on this one may run. */
    public boolean satisfiesDependents() {
        return this == READY || this == DEGRADED || this == PAUSED || this == COMPLETED;
    }

    /** The state machine: whether a unit may go from this state straight to {@code next}. */
    public boolean canBecome(UnitState next) {
        return switch (this) {
            case NEW -> next == PENDING || next == STOPPED;
            case PENDING -> next == STARTING || next == STOPPED;
            case STARTING -> next == READY || next == BACKOFF || next == DEGRADED || ends(next);
            case BACKOFF ->
                next == READY || next == DEGRADED || next == PENDING || next == STOPPED || ends(next);
            case READY -> next == DEGRADED || next == PAUSED || ends(next);
            case DEGRADED -> next == READY || ends(next);
            case PAUSED -> next == READY || ends(next);
            case DRAINING -> next == STOPPING;
            case STOPPING ->
                next == STOPPED || next == COMPLETED || next == FAILED || next == QUARANTINED || next == BACKOFF;
            case STOPPED, COMPLETED, FAILED -> next == PENDING || next == REMOVED;
            case QUARANTINED -> next == STOPPED || next == BACKOFF || next == PENDING || next == REMOVED;
            case REMOVED -> false;
        };
    }

    private static boolean ends(UnitState next) {
        return next == DRAINING || next == STOPPING;
    }
}
