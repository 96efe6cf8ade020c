package dev.windlass.kubernetes;

import java.io.IOException;

/** A request never reached the wire: there was no connection. It is safe to try again. */
final class NotSentException extends IOException {

    NotSentException(Throwable cause) {
        super(Failures.describe(cause), cause);
    }
}
