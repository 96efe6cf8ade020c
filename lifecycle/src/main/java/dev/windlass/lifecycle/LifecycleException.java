package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/** The root of what this package throws: unchecked, with a message that names the thing, the value and the remedy. */
public class LifecycleException extends RuntimeException {

    /** A failure with a message. */
    public LifecycleException(String message) {
        super(message);
    }

    /** A failure with a message and what caused it. */
    public LifecycleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
