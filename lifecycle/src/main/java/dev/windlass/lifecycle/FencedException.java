package dev.windlass.lifecycle;

/** A dispatch or a write of a leader unit came after the end of the leadership under which the unit was started. Nothing was sent. */
public final class FencedException extends RevokedException {

    /** The exception with its message. */
    public FencedException(String message) {
        super(message);
    }
}
