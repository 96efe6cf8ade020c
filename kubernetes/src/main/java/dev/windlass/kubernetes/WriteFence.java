package dev.windlass.kubernetes;

/**
 * Asked on the calling thread before each write of a client. Throws to refuse it: a dispatch that has been overtaken, a
 * lease that has run out, a generation that is dead.
 */
@FunctionalInterface
public interface WriteFence {

    /** Returns when writes are allowed, throws when they are not. */
    void check();

    /** Allows everything. */
    static WriteFence open() {
        return () -> {
        };
    }
}
