package dev.windlass.lifecycle;

/** What came of a replace. */
public enum ReplaceOutcome {
    /** The next generation works, and the one before has ended. */
    REPLACED,
    /** The next generation did not stand the test: the one before works again, or its description runs as a new one. */
    ROLLED_BACK,
    /** The next generation never took over: the one before was not disturbed. */
    FAILED
}
