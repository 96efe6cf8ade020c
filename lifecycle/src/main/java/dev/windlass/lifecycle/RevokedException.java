package dev.windlass.lifecycle;

/** A handle was used after the unit that it was given to had ended. */
public final class RevokedException extends LifecycleException {

    /** The exception with its message. */
    public RevokedException(String message) {
        super(message);
    }
}
