package dev.windlass.apiserver.internal.store;

/** A version was asked for that the history no longer reaches back to. */
public final class ExpiredException extends RuntimeException {
    private final String told;
    private final long oldest;

    public ExpiredException(long wanted, long oldest) {
        super("too old resource version: " + wanted + " (" + oldest + ")");
        this.told = "too old resource version: " + wanted + " (" + oldest + ")";
        this.oldest = oldest;
    }

    /** The message. */
    public String told() {
        return told;
    }

    /** The oldest version that would still do. */
    public long oldest() {
        return oldest;
    }
}
