package dev.windlass.modules.internal.proof;

/**
 * Something by which the JVM itself keeps an object.
 *
 * @param thread the number of the thread on whose stack it is, or that it is; 0 if none
 * @param frame how deep in that stack; -1 if unknown
 */
record DumpedRoot(Kind kind, long id, int thread, int frame) {

    enum Kind {
        /** A thread that runs. */
        THREAD,
        /** A variable of a method that runs. */
        FRAME,
        /** Native code, for good or for the time of a call. */
        NATIVE,
        /** A lock that somebody holds or waits for. */
        MONITOR,
        /** A class that is never unloaded. */
        CLASS,
        /** What a {@code ClassValue} has for a class: the dump does not say by which class it is held. */
        CLASS_VALUE,
        /** Something else. */
        OTHER
    }
}
