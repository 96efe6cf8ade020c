package dev.windlass.kubernetes;

/** The server sent something that is not what it should be. */
final class MalformedAnswerException extends RuntimeException {

    MalformedAnswerException(String message) {
        super(message);
    }
}
