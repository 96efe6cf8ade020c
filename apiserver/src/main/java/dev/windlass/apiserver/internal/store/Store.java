package dev.windlass.apiserver.internal.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** All shelves, and the one sequence of versions that they share. Thread-safe. */
public final class Store {
    private final AtomicLong version;
    private final int historySize;
    private final Map<String, Shelf> shelves = new ConcurrentHashMap<>();

    /** @param historySize how many changes of each resource are remembered */
    public Store(int historySize) {
        this.historySize = historySize;
        this.version = new AtomicLong(1);
    }

    long nextVersion() {
        return version.incrementAndGet();
    }

    /** The version of the last change to anything. */
    public long version() {
        return version.get();
    }

    /** The shelf of a resource, made when it is not there yet. */
    public Shelf shelf(String id) {
        return shelves.computeIfAbsent(id, _ -> new Shelf(this, historySize, 0));
    }

    /** Closes a shelf and forgets it: its watches end, and the next one under the same id starts empty. */
    public void drop(String id) {
        Shelf gone = shelves.remove(id);
        if (gone != null) {
            gone.close();
        }
    }

    /** Forgets the changes up to now: older resource versions are gone. */
    public void compact() {
        long through = version();
        shelves.values().forEach(shelf -> shelf.compact(through));
    }
}
