package dev.windlass.lifecycle;

/** Something was added to a manager or a scope that is stopping. */
public final class StoppingException extends LifecycleException {

    /** The exception with its message. */
    public StoppingException(String message) {
        super(message);
    }
}
