package dev.windlass.lifecycle;

/** A handle was used after the unit that it was given to had ended. */
public sealed class RevokedException extends LifecycleException permits FencedException {

    /** The exception with its message. */
    public RevokedException(String message) {
        super(message);
    }
}
