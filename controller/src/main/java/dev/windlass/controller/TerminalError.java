package dev.windlass.controller;

import org.jspecify.annotations.Nullable;

/**
 * Trying again would not help: thrown by a reconciler, alone or as a cause, it is logged and counted as an error, and the
 * object is looked at again only when something changes.
 */
public class TerminalError extends RuntimeException {

    /** With a message. */
    public TerminalError(String message) {
        super(message);
    }

    /** With a message and what it comes from. */
    public TerminalError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static boolean in(Throwable thrown) {
        return Causes.of(thrown).stream().anyMatch(TerminalError.class::isInstance);
    }
}
