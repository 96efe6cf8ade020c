package dev.windlass.workqueue;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Binary heap by due time, then by arrival; an entry knows its place, so that it can leave. Guarded by the lock of the queue. */
final class DelayedEntries<K> {

    private static final int SMALLEST = 16;

    private @Nullable Entry<K>[] heap = heap(SMALLEST);
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Entry<K> first() {
        return heap[0];
    }

    Entry<K> at(int index) {
        Entry<K> entry = heap[index];
        if (entry == null || index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        return entry;
    }

    void add(Entry<K> entry) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size << 1);
        }
        up(size++, entry);
    }

    void remove(Entry<K> entry) {
        int hole = entry.heapIndex;
        Entry<K> last = at(size - 1);
        heap[--size] = null;
        entry.heapIndex = -1;
        if (last != entry) {
            up(hole, last);
            if (last.heapIndex == hole) {
                down(hole, last);
            }
        }
    }

    /** To be called after the due time of an entry became earlier. */
    void moved(Entry<K> entry) {
        up(entry.heapIndex, entry);
    }

    void clear() {
        heap = heap(SMALLEST);
        size = 0;
    }

    private void up(int from, Entry<K> entry) {
        int index = from;
        while (index > 0) {
            int above = (index - 1) >>> 1;
            Entry<K> parent = heap[above];
            if (parent == null || !before(entry, parent)) {
                break;
            }
            set(index, parent);
            index = above;
        }
        set(index, entry);
    }

    private void down(int from, Entry<K> entry) {
        int index = from;
        while (true) {
            int below = 2 * index + 1;
            Entry<K> child = below < size ? heap[below] : null;
            if (child == null) {
                break;
            }
            Entry<K> other = below + 1 < size ? heap[below + 1] : null;
            if (other != null && before(other, child)) {
                child = other;
                below++;
            }
            if (!before(child, entry)) {
                break;
            }
            set(index, child);
            index = below;
        }
        set(index, entry);
    }

    private void set(int index, Entry<K> entry) {
        heap[index] = entry;
        entry.heapIndex = index;
    }

    private static boolean before(Entry<?> one, Entry<?> other) {
        long difference = one.since - other.since;
        return difference < 0 || (difference == 0 && one.sequence < other.sequence);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <K> @Nullable Entry<K>[] heap(int length) {
        return new Entry[length];
    }
}
