package dev.windlass.lifecycle;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An election among the managers of one process: for tests, and for programs that run several managers of which one is to work.
 * Each gets an {@link #elector}. All of them must use clocks that run alike. Thread-safe.
 */
public final class InMemoryElection {

    private final String name;
    private final LeaseTimes times;
    private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
    private LeaseLock.@Nullable Versioned current;
    private long versions;

    private InMemoryElection(String name, LeaseTimes times) {
        this.name = name;
        this.times = times;
    }

    /** An election with {@link LeaseTimes#defaults()}. */
    public static InMemoryElection named(String name) {
        return named(name, LeaseTimes.defaults());
    }

    /** An election. */
    public static InMemoryElection named(String name, LeaseTimes times) {
        return new InMemoryElection(name, times);
    }

    /**
     * The elector of one manager.
     *
     * @throws IllegalArgumentException when the identity is empty
     */
    public Elector elector(String identity) {
        return LockElector.of(new Lock(identity), identity, times);
    }

    /** Lets all that a candidate tries fail from now on, as if its network was down. */
    public void cutOff(String identity) {
        cutOff.add(identity);
    }

    /** The end of {@link #cutOff}. */
    public void reconnect(String identity) {
        cutOff.remove(identity);
    }

    /** What the record says; null while nobody has held it. */
    public synchronized @Nullable LeaseRecord record() {
        return current == null ? null : current.record();
    }

    /** Writes the record, whoever holds it: as somebody would who does not keep to the rules. */
    public synchronized void overwrite(LeaseRecord record) {
        write(record);
    }

    private LeaseLock.Versioned write(LeaseRecord record) {
        LeaseLock.Versioned written = new LeaseLock.Versioned(record, String.valueOf(++versions));
        current = written;
        return written;
    }

    /** The record, as one candidate reaches it. */
    private final class Lock implements LeaseLock {

        private final String identity;

        Lock(String identity) {
            this.identity = identity;
        }

        @Override
        public String name() {
            return name;
        }

        private void requireConnection() throws IOException {
            if (cutOff.contains(identity)) {
                throw new IOException(identity + " is cut off");
            }
        }

        @Override
        public @Nullable Versioned read() throws IOException {
            requireConnection();
            synchronized (InMemoryElection.this) {
                return current;
            }
        }

        @Override
        public @Nullable Versioned create(LeaseRecord record) throws IOException {
            requireConnection();
            synchronized (InMemoryElection.this) {
                return current == null ? write(record) : null;
            }
        }

        @Override
        public @Nullable Versioned update(LeaseRecord record, String version) throws IOException {
            requireConnection();
            synchronized (InMemoryElection.this) {
                Versioned now = current;
                return now != null && now.version().equals(version) ? write(record) : null;
            }
        }
    }
}
