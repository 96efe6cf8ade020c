package dev.windlass.kubernetes;

import java.io.IOException;
import java.time.Duration;

/** A server that was asked, or was sending, has not been heard of for as long as the request allows. */
final class SilenceException extends IOException {

    SilenceException(Duration limit) {
        super("nothing was heard for " + limit.toMillis() + " ms");
    }
}
