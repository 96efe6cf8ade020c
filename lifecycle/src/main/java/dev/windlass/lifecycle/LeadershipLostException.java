package dev.windlass.lifecycle;

/** A manager has lost the leadership, and its policy is to stop for that. */
public final class LeadershipLostException extends LifecycleException {

    /** The exception with its message. */
    public LeadershipLostException(String message) {
        super(message);
    }
}
