package dev.windlass.cli;

import org.jspecify.annotations.Nullable;

/** Something that did not work, said in one line for the user: exit code 1. */
class CliException extends RuntimeException {
    CliException(String message) {
        super(message);
    }

    CliException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
