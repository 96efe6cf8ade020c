package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/** A unit failed. The cause is what it threw, where it is known. */
public final class UnitFailedException extends LifecycleException {

    /** The exception with its message and what the unit threw. */
    public UnitFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
