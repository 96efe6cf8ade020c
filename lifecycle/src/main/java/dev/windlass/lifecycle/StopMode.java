package dev.windlass.lifecycle;

/** What a stop does with pending work. */
public enum StopMode {
    /** Finish what is queued. The default. */
    DRAIN,
    /** Dispatch nothing more, await what is in flight, export the rest. */
    HANDOFF,
    /** Cancel what is in flight, export all of it. */
    ABORT
}
