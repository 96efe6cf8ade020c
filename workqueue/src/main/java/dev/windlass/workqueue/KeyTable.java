package dev.windlass.workqueue;

import org.jspecify.annotations.Nullable;

/**
 * Hash table whose chains run through the entries, so that a queued key costs one object and not two. Guarded by the
 * lock of the queue.
 */
final class KeyTable<K> {

    private static final int SMALLEST = 64;

    private @Nullable Entry<K>[] slots = slots(SMALLEST);
    private int size;

    static int hash(Object key) {
        int hash = key.hashCode();
        return hash ^ (hash >>> 16);
    }

    int size() {
        return size;
    }

    @Nullable
    Entry<K> find(K key, int hash) {
        for (Entry<K> entry = slots[hash & (slots.length - 1)]; entry != null; entry = entry.chain) {
            if (entry.hash == hash && entry.key.equals(key)) {
                return entry;
            }
        }
        return null;
    }

    boolean holds(Entry<K> entry) {
        Entry<K> at = slots[entry.hash & (slots.length - 1)];
        while (at != null && at != entry) {
            at = at.chain;
        }
        return at != null;
    }

    void insert(Entry<K> entry) {
        if (size >= slots.length) {
            resize(slots.length << 1);
        }
        link(slots, entry);
        size++;
    }

    void remove(Entry<K> entry) {
        int slot = entry.hash & (slots.length - 1);
        Entry<K> before = null;
        for (Entry<K> at = slots[slot]; at != null; at = at.chain) {
            if (at == entry) {
                if (before == null) {
                    slots[slot] = at.chain;
                } else {
                    before.chain = at.chain;
                }
                at.chain = null;
                size--;
                if (size == 0 && slots.length > SMALLEST * 1024) {
                    slots = slots(SMALLEST); // a burst is over: do not keep its megabytes for the life of the queue
                }
                return;
            }
            before = at;
        }
        throw new IllegalStateException("key " + entry.key + " is not in the table");
    }

    void clear() {
        slots = slots(SMALLEST);
        size = 0;
    }

    private void resize(int length) {
        @Nullable
        Entry<K>[] larger = slots(length);
        for (Entry<K> head : slots) {
            Entry<K> entry = head;
            while (entry != null) {
                Entry<K> rest = entry.chain;
                link(larger, entry);
                entry = rest;
            }
        }
        slots = larger;
    }

    private static <K> void link(@Nullable Entry<K>[] slots, Entry<K> entry) {
        int slot = entry.hash & (slots.length - 1);
        entry.chain = slots[slot];
        slots[slot] = entry;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <K> @Nullable Entry<K>[] slots(int length) {
        return new Entry[length];
    }
}
