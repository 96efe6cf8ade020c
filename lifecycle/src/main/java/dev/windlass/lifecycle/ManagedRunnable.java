package dev.windlass.lifecycle;

/** What a user writes: code that runs until it is told to stop, or until it is done. */
@FunctionalInterface
public interface ManagedRunnable {

    /**
     * Does the work. Runs on a virtual thread of its own, which is interrupted when the unit is cancelled. Everything that
     * outlives a method call is to be acquired through the context, which gives it back when the unit ends.
     *
     * @throws Exception to fail the unit, unless it was asked to stop before
     */
    void run(RunnableContext context) throws Exception;
}
