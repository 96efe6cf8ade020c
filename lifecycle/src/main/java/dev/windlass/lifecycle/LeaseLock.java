package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link LockElector} keeps its {@link LeaseRecord}: something that is read and written as a whole, by many, where a write
 * succeeds only if nobody else has written since it was read. Each call may block, for a fraction of the renew deadline at most,
 * and ends when its thread is interrupted. What cannot be done for any other reason than another writer is thrown.
 */
public interface LeaseLock {

    /** A record with the version that a write must name. */
    record Versioned(LeaseRecord record, String version) {
    }

    /** Which lock, for people: {@code default/websites}. */
    String name();

    /** The record; null when there is none yet. */
    @Nullable
    Versioned read() throws Exception;

    /** Writes the first record; null when there is one already. */
    @Nullable
    Versioned create(LeaseRecord record) throws Exception;

    /** Replaces the record of that version; null when that is not the newest, or there is none any more. */
    @Nullable
    Versioned update(LeaseRecord record, String version) throws Exception;

    /**
     * Somebody who looks at the lock may want to know: {@code pod-1 became leader}, {@code pod-1 stopped leading}. Best effort: it must
     * neither block nor throw; by default nobody is told.
     */
    default void announce(String news) {
    }
}
