package dev.windlass.apiserver.internal.webhook;

/** A webhook could not be called, or its answer was none; the message is worded as the real server words it. */
public final class CallFailedException extends Exception {

    public CallFailedException(String message) {
        super(message, null, false, false);
    }

    public CallFailedException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
