package dev.windlass.lifecycle;

/** An operation that would break a rule: a cycle of dependencies, a stop of a unit that others depend on. */
public final class RefusedException extends LifecycleException {

    /** The exception with its message. */
    public RefusedException(String message) {
        super(message);
    }
}
