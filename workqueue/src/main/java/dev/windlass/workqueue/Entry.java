package dev.windlass.workqueue;

import org.jspecify.annotations.Nullable;

/**
 * One run of a key, from its add to the moment it is given back. All fields but the key are guarded by the lock of the
 * queue; what {@link Item} shows does not change while the item is handed out.
 *
 * <pre>
 *          add, due now                          take                 done, no follower
 * (new) ─────────────────► READY ──────────────────────► PROCESSING ────────────────────► ENDED
 *   │                        ▲ ▲                              │ while it runs, an add makes a follower:
 *   │ add, due later   due   │ │ done of the leader           │   BLOCKED (due) or WAITING (not yet due)
 *   └────────► WAITING ──────┘ └──── BLOCKED ◄────────────────┘
 *                 │                     ▲
 *                 └─── due, has leader ─┘
 * </pre>
 *
 * A key has at most two entries: the one that is PROCESSING, which the table holds, and its follower. {@code partner}
 * links the two; every other entry has none.
 */
final class Entry<K> implements Item<K> {

    static final byte WAITING = 0;
    static final byte READY = 1;
    static final byte BLOCKED = 2;
    static final byte PROCESSING = 3;
    static final byte ENDED = 4;

    final K key;
    final int hash;
    final @Nullable Tenant<K> tenant;

    byte state;
    int priority;
    int failures;
    /** On the queue's clock. WAITING: when it is due. READY, BLOCKED: since when it could run. PROCESSING: since when it runs. */
    long since;
    /** Order of arrival among entries that are due at the same time. */
    long sequence;

    /** PROCESSING: the key was handed over while it ran; what becomes of this run is forgotten. */
    boolean handedOver;

    /** PROCESSING: the run that follows. Follower: the run that it waits for. */
    @Nullable
    Entry<K> partner;
    /** Next in its chain of the key table. */
    @Nullable
    Entry<K> chain;
    /** Neighbours in its lane (READY) or in the list of what is being processed. */
    @Nullable
    Entry<K> previous;
    @Nullable
    Entry<K> next;
    /** Neighbours among all that its tenant has pending; only with fairness. */
    @Nullable
    Entry<K> tenantPrevious;
    @Nullable
    Entry<K> tenantNext;
    /** Place in the heap while WAITING. */
    int heapIndex = -1;

    Entry(K key, int hash, int priority, int failures, @Nullable Tenant<K> tenant) {
        this.key = key;
        this.hash = hash;
        this.priority = priority;
        this.failures = failures;
        this.tenant = tenant;
    }

    boolean follower() {
        return partner != null && state != PROCESSING;
    }

    @Override
    public K key() {
        return key;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public int failures() {
        return failures;
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
