package dev.windlass.lifecycle;

/** No unit of that name is registered, or not any more. */
public final class UnknownUnitException extends LifecycleException {

    /** The exception with its message. */
    public UnknownUnitException(String message) {
        super(message);
    }
}
