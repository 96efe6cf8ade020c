package dev.windlass.lifecycle;

/** Which question a health check answers. */
public enum HealthKind {
    /** Is the process alive, or should it be restarted? */
    LIVENESS,
    /** Can it take work? */
    READINESS,
    /** Is there something for people to look at, which neither a restart nor taking away work would mend? */
    DIAGNOSTIC
}
