package dev.windlass.lifecycle;

/** An operation did not complete before its deadline. */
public final class DeadlineException extends LifecycleException {

    /** The exception with its message. */
    public DeadlineException(String message) {
        super(message);
    }
}
