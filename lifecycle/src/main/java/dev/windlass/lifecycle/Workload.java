package dev.windlass.lifecycle;

/** The work that a running unit holds, as its status shows it. Implementations are thread-safe and do not block. */
public interface Workload {

    /** Items that wait. */
    long queued();

    /** Items that are being worked on. */
    long inFlight();
}
