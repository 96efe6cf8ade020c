package dev.windlass.apiserver;

/** A fault in force. Thread-safe. */
public interface Fault extends AutoCloseable {

    /** How many requests have run into it. */
    int hits();

    /** Takes it out of force; requests that wait because of it go on at once. */
    @Override
    void close();
}
