package dev.windlass.lifecycle;

/**
 * Where the engine gets its virtual threads from, and where it lets other threads go first. As it stands that is the JVM; the
 * deterministic simulation has a scheduler of its own, so that one seed decides about every interleaving.
 */
interface Scheduling {

    /** The description of a virtual thread, without a name and not started. */
    default Thread.Builder.OfVirtual virtual() {
        return Thread.ofVirtual();
    }

    /** Called before each message of a mailbox by the thread that runs it, which holds no lock. */
    default void turn() {
        // The JVM's threads run at the same time anyway.
    }
}
