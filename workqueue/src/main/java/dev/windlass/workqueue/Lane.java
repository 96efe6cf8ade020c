package dev.windlass.workqueue;

import org.jspecify.annotations.Nullable;

/** What one tenant has ready at one priority, first in, first out. Guarded by the lock of the queue. */
final class Lane<K> {

    final @Nullable Tenant<K> tenant;
    @Nullable
    Entry<K> first;
    private @Nullable Entry<K> last;
    /** Neighbours in the ring of the lanes of one priority that are not empty. */
    Lane<K> previous = this;
    Lane<K> next = this;
    /** How many it may still give before it is the next lane's turn. */
    int credit;

    Lane(@Nullable Tenant<K> tenant) {
        this.tenant = tenant;
    }

    void append(Entry<K> entry) {
        Entry<K> tail = last;
        if (tail == null) {
            first = entry;
        } else {
            tail.next = entry;
            entry.previous = tail;
        }
        last = entry;
    }

    void remove(Entry<K> entry) {
        Entry<K> before = entry.previous;
        Entry<K> after = entry.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
            entry.previous = null;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
            entry.next = null;
        }
    }
}
