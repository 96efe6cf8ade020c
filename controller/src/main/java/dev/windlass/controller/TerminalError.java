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
        int depth = 0;
        for (Throwable at = thrown; at != null && depth < 100; at = at.getCause()) {
            if (at instanceof TerminalError) {
                return true;
            }
            depth++;
        }
        return false;
    }
}
