package dev.windlass.apiserver.internal.protobuf;

/** Bytes that are no such message; the message says why in the words of Go's decoder. */
public final class MalformedException extends RuntimeException {
    MalformedException(String message) {
        super(message, null, false, false);
    }

    static MalformedException cutOff() {
        return new MalformedException("unexpected EOF");
    }
}
