package dev.windlass.apiserver.internal.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** A ring of the last changes, growing up to its capacity, so that a resource that nobody changes costs nothing. Guarded by its shelf's lock. */
final class History {
    private final int capacity;
    private @Nullable Change[] ring = new Change[16];
    private int first;
    private int size;
    private long droppedThrough;

    History(int capacity) {
        this.capacity = Math.max(1, capacity);
    }

    void add(Change change) {
        if (size == ring.length && size < capacity) {
            grow();
        }
        if (size == ring.length) {
            droppedThrough = at(0).version();
            first = (first + 1) % ring.length;
            size--;
        }
        ring[(first + size) % ring.length] = change;
        size++;
    }

    private void grow() {
        @Nullable
        Change[] larger = new Change[Math.min(ring.length * 2, capacity)];
        for (int i = 0; i < size; i++) {
            larger[i] = at(i);
        }
        ring = larger;
        first = 0;
    }

    int size() {
        return size;
    }

    Change at(int index) {
        Change change = ring[(first + index) % ring.length];
        if (change == null) {
            throw new IllegalStateException("no change at " + index + " of " + size);
        }
        return change;
    }

    /** Everything after this version is still here. */
    long droppedThrough() {
        return droppedThrough;
    }

    void compact(long version) {
        while (size > 0 && at(0).version() <= version) {
            ring[first] = null;
            first = (first + 1) % ring.length;
            size--;
        }
        droppedThrough = Math.max(droppedThrough, version);
    }

    /** Index of the first change after a version. */
    int indexAfter(long version) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).version() <= version) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void copyAfter(long version, int limit, List<Change> into) {
        int from = indexAfter(version);
        int to = (int) Math.min(size, (long) from + limit);
        for (int i = from; i < to; i++) {
            into.add(at(i));
        }
    }
}
