package dev.windlass.workqueue;

import org.jspecify.annotations.Nullable;

/** A tenant that has something pending, with a list of exactly that. Guarded by the lock of the queue. */
final class Tenant<K> {

    final String name;
    int weight = 1;
    int pending;
    @Nullable
    Entry<K> first;

    Tenant(String name) {
        this.name = name;
    }

    void add(Entry<K> entry) {
        Entry<K> head = first;
        entry.tenantNext = head;
        if (head != null) {
            head.tenantPrevious = entry;
        }
        first = entry;
        pending++;
    }

    void remove(Entry<K> entry) {
        Entry<K> before = entry.tenantPrevious;
        Entry<K> after = entry.tenantNext;
        if (before == null) {
            first = after;
        } else {
            before.tenantNext = after;
        }
        if (after != null) {
            after.tenantPrevious = before;
        }
        entry.tenantPrevious = null;
        entry.tenantNext = null;
        pending--;
    }
}
