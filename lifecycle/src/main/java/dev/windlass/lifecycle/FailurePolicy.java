package dev.windlass.lifecycle;

/** What follows when a unit has failed. */
public enum FailurePolicy {
    /** Only the unit is {@link UnitState#FAILED}. The default of children. */
    ISOLATE,
    /** The manager stops, and {@link Manager#run()} throws the failure. The default at the root, as in controller-runtime. */
    STOP_MANAGER
}
