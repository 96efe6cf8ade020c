package dev.windlass.lifecycle;

/** The body of a thread that a unit forks. */
@FunctionalInterface
public interface Forked {

    /**
     * Does the work of the thread.
     *
     * @throws Exception to fail the unit, unless it was asked to stop before
     */
    void run() throws Exception;
}
