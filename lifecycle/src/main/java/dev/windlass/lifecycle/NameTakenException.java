package dev.windlass.lifecycle;

/** A unit of that name is registered already. */
public final class NameTakenException extends LifecycleException {

    /** The exception with its message. */
    public NameTakenException(String message) {
        super(message);
    }
}
