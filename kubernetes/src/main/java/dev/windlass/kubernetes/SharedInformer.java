package dev.windlass.kubernetes;

import dev.windlass.kubernetes.InformerStatus.State;
import dev.windlass.lifecycle.TimeSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The store of one watch, and those who are told of its changes. One thread writes: the {@link ListWatchLoop}.
 *
 * <p>Lock order: registry, informer, then a delivery's or an index's own. The lock makes a change of the store and its offering to
 * all handlers one step, so that a late handler misses nothing and gets nothing twice. No I/O and no user code under it: values of
 * indexes are computed before. Readers take no lock.
 */
final class SharedInformer {

    private static final List<FieldIndex<?>> NO_INDEXES = List.of();

    private final String cluster;
    private final WatchSpec<?> spec;
    private final TimeSource time;
    private final Intake intake;
    private final Map<ObjectKey, StoredObject> store = new ConcurrentHashMap<>();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder lists = new LongAdder();
    private final LongAdder watches = new LongAdder();
    private final LongAdder events = new LongAdder();

    private final List<Runnable> statusListeners = new CopyOnWriteArrayList<>();

    private final Object lock = new Object();
    private final List<HandlerDelivery<?>> handlers = new ArrayList<>();
    private boolean synced;
    private volatile boolean ended;
    private volatile List<FieldIndex<?>> indexes = NO_INDEXES;
    private volatile Phase phase;
    private volatile String resourceVersion = "";
    private volatile int users;

    private record Phase(State state, String message, Instant since) {
    }

    SharedInformer(String cluster, WatchSpec<?> spec, TimeSource time, Intake intake) {
        this.cluster = cluster;
        this.spec = spec;
        this.time = time;
        this.intake = intake;
        this.phase = new Phase(State.LISTING, "", time.now());
    }

    WatchSpec<?> spec() {
        return spec;
    }

    String describe() {
        return spec.describe();
    }

    /** Whether its handlers are told of changes now. */
    Intake intake() {
        return intake;
    }

    // ---- written by the loop

    /** Takes a version of an object. {@code initial}: it is part of the first complete list. */
    @SuppressWarnings("ReferenceEquality") // whether an index came or went meanwhile: the list itself is replaced then
    void put(ObjectScanner.Scanned scanned, boolean initial) {
        ObjectKey key = new ObjectKey(scanned.namespace(), scanned.name());
        StoredObject old = store.get(key);
        StoredObject now = new StoredObject(old == null ? key : old.key(), scanned.uid(), scanned.resourceVersion(),
                scanned.json());
        if (old != null && old.sameVersion(now)) {
            return;
        }
        while (true) {
            List<FieldIndex<?>> computedFor = indexes;
            List<Set<String>> values = values(computedFor, now);
            synchronized (lock) {
                if (ended) {
                    return;
                }
                if (indexes != computedFor) {
                    continue;
                }
                store.put(now.key(), now);
                bytes.add(now.json().length - (old == null ? 0 : old.json().length));
                for (int i = 0; i < values.size(); i++) {
                    computedFor.get(i).put(now.key(), values.get(i));
                }
                for (HandlerDelivery<?> handler : handlers) {
                    handler.offer(old, now, initial);
                }
                return;
            }
        }
    }

    private static List<Set<String>> values(List<FieldIndex<?>> indexes, StoredObject stored) {
        if (indexes.isEmpty()) {
            return List.of();
        }
        List<Set<String>> values = new ArrayList<>(indexes.size());
        for (FieldIndex<?> index : indexes) {
            values.add(index.valuesOf(stored));
        }
        return values;
    }

    /** Takes a deletion, with the last state of the object. */
    void delete(ObjectScanner.Scanned scanned) {
        ObjectKey key = new ObjectKey(scanned.namespace(), scanned.name());
        StoredObject old = store.get(key);
        if (old == null) {
            return;
        }
        StoredObject last = new StoredObject(old.key(), scanned.uid(), scanned.resourceVersion(), scanned.json());
        drop(old, last.sameUid(old) ? last : old, false);
    }

    private void drop(StoredObject old, StoredObject last, boolean unknownEnd) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            store.remove(old.key());
            bytes.add(-old.json().length);
            for (FieldIndex<?> index : indexes) {
                index.remove(old.key());
            }
            for (HandlerDelivery<?> handler : handlers) {
                handler.offerGone(old, last, unknownEnd);
            }
        }
    }

    /** After a complete list: what it did not contain has been deleted. */
    void retain(Set<ObjectKey> seen) {
        for (StoredObject stored : store.values()) {
            if (!seen.contains(stored.key())) {
                drop(stored, stored, true);
            }
        }
    }

    /** A list has been complete. */
    void listed(String version) {
        resourceVersion = version;
        synchronized (lock) {
            if (synced) {
                return;
            }
            synced = true;
            handlers.forEach(HandlerDelivery::offerSync);
        }
    }

    void reached(String version) {
        resourceVersion = version;
    }

    void enter(State state, String message) {
        Phase before = phase;
        boolean same = before.state() == state;
        if (!same || !before.message().equals(message)) {
            phase = new Phase(state, message, same ? before.since() : time.now());
            statusChanged();
        }
    }

    void countList() {
        lists.increment();
    }

    void countWatch() {
        watches.increment();
    }

    void countEvent() {
        events.increment();
    }

    /** Nothing comes any more: closes all handlers and empties the store. */
    void end() {
        synchronized (lock) {
            ended = true;
            handlers.forEach(handler -> handler.closeLine(store.values()));
            handlers.clear();
            indexes = NO_INDEXES;
        }
        store.clear();
        bytes.reset();
        enter(State.STOPPED, "");
    }

    /** Its state, or what one of its handlers has failed at, is another now. */
    void statusChanged() {
        statusListeners.forEach(Runnable::run);
    }

    // ---- handlers and indexes

    void onStatusChange(Runnable action) {
        statusListeners.add(action);
    }

    void offStatusChange(Runnable action) {
        statusListeners.remove(action);
    }

    /** Adds a handler; it gets the current state, then each change. Without effect when the informer has ended. */
    void add(HandlerDelivery<?> handler) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            for (StoredObject stored : store.values()) {
                handler.offer(null, stored, true);
            }
            handlers.add(handler);
            if (synced) {
                handler.offerSync();
            }
        }
    }

    void remove(HandlerDelivery<?> handler) {
        synchronized (lock) {
            handlers.remove(handler);
        }
    }

    /** Removes a handler and has it remember what it had been told, in one step. */
    void detach(HandlerDelivery<?> handler) {
        synchronized (lock) {
            handlers.remove(handler);
            handler.closeLine(store.values());
        }
    }

    /** Adds an index and fills it. What changes while it is being filled, the loop has indexed already. */
    void addIndex(FieldIndex<?> index) {
        synchronized (lock) {
            List<FieldIndex<?>> more = new ArrayList<>(indexes);
            more.add(index);
            indexes = List.copyOf(more);
        }
        for (ObjectKey key : store.keySet()) {
            fill(index, key);
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether the values were computed from what is stored now
    private void fill(FieldIndex<?> index, ObjectKey key) {
        while (true) {
            StoredObject stored = store.get(key);
            if (stored == null) {
                return;
            }
            Set<String> values = index.valuesOf(stored);
            synchronized (lock) {
                if (store.get(key) == stored) {
                    index.put(key, values);
                    return;
                }
            }
        }
    }

    void removeIndex(FieldIndex<?> index) {
        synchronized (lock) {
            indexes = indexes.stream().filter(other -> other != index).toList();
        }
    }

    // ---- read by anybody

    boolean ended() {
        return ended;
    }

    @Nullable
    StoredObject get(ObjectKey key) {
        return store.get(key);
    }

    Collection<StoredObject> objects() {
        return store.values();
    }

    int size() {
        return store.size();
    }

    boolean synced() {
        synchronized (lock) {
            return synced;
        }
    }

    String resourceVersion() {
        return resourceVersion;
    }

    void users(int count) {
        users = count;
    }

    int handlerCount() {
        synchronized (lock) {
            return handlers.size();
        }
    }

    int backlog() {
        List<HandlerDelivery<?>> all;
        synchronized (lock) {
            all = List.copyOf(handlers);
        }
        return all.stream().mapToInt(HandlerDelivery::backlog).sum();
    }

    InformerStatus status() {
        Phase now = phase;
        String selector = String.join(" ", spec.labelSelector(), spec.fieldSelector()).strip();
        return new InformerStatus(cluster, spec.resource().resource(), spec.namespace(), selector, now.state(),
                synced(), size(),
                bytes.sum(), users, handlerCount(), resourceVersion, now.message(), now.since(), lists.sum(),
                watches.sum(),
                events.sum());
    }
}
