package dev.windlass.apiserver.internal.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** All shelves, and the one sequence of versions that they share. Thread-safe. */
public final class Store {
    private final AtomicLong version;
    private final int historySize;
    private final Map<String, Shelf> shelves = new ConcurrentHashMap<>();
    /** Up to which version the changes of a resource that was dropped are forgotten. */
    private final Map<String, Long> dropped = new ConcurrentHashMap<>();
    private final AtomicLong compacted = new AtomicLong();

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

    /** The shelf of a resource, made when it is not there yet: it knows nothing of what was forgotten before. */
    public Shelf shelf(String id) {
        Shelf present = shelves.get(id);
        return present != null
                ? present
                : shelves.computeIfAbsent(id, _ -> new Shelf(this, historySize,
                        Math.max(compacted.get(), dropped.getOrDefault(id, 0L))));
    }

    /** Closes a shelf and forgets it: its watches end, and the next one under the same id starts empty. */
    public void drop(String id) {
        Shelf gone = shelves.get(id);
        if (gone != null) {
            gone.close();
            dropped.put(id, version()); // before it is removed: the next one begins after all that was on this one
            shelves.remove(id, gone);
        }
    }

    /** Forgets the changes up to now: older resource versions are gone. */
    public void compact() {
        long through = version();
        compacted.accumulateAndGet(through, Math::max); // before: a shelf that is made meanwhile has it, or is found below
        shelves.values().forEach(shelf -> shelf.compact(through));
    }
}
