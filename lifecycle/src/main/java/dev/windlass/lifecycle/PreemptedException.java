package dev.windlass.lifecycle;

/** A later operation made this one pointless before it had completed. */
public final class PreemptedException extends LifecycleException {

    /** The exception with its message. */
    public PreemptedException(String message) {
        super(message);
    }
}
