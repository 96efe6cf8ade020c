package dev.windlass.apiserver.internal.store;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * All objects of one resource, with the history of their changes.
 * <p>
 * The lock covers the sorted map, the history and the taking of a version, and nothing else: objects are encoded before, listeners are told after. So a list
 * and the version it is told with always belong together, and no slow watcher holds up a writer. Reads of one object take no lock.
 */
public final class Shelf {
    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, Stored> byKey = new ConcurrentHashMap<>();
    private final TreeMap<String, Stored> sorted = new TreeMap<>();
    private final History history;
    private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
    /** The last one made, for the next page of the same list; until a collection finds nobody who holds it. Under the lock. */
    private @Nullable WeakReference<Snapshot> last;
    private volatile boolean closed;

    Shelf(Store store, int historySize, long created) {
        this.store = store;
        this.history = new History(historySize);
        this.history.compact(created);
    }

    public @Nullable Stored get(String key) {
        return byKey.get(key);
    }

    public int size() {
        return byKey.size();
    }

    /**
     * Stores a new object.
     *
     * @return what was stored, or null when the key is taken, or the shelf closed
     */
    public @Nullable Stored create(Stored draft) {
        String key = draft.key();
        Stored stored;
        lock.lock();
        try {
            if (closed || byKey.containsKey(key)) {
                return null;
            }
            stored = draft.at(store.nextVersion());
            put(key, stored);
            history.add(new Change(stored.version(), null, stored, false));
        } finally {
            lock.unlock();
        }
        signal();
        return stored;
    }

    /**
     * Replaces an object if it is still the expected one.
     *
     * @return what was stored, or null when it is not
     */
    public @Nullable Stored replace(Stored expected, Stored draft) {
        String key = expected.key();
        Stored stored;
        lock.lock();
        try {
            if (byKey.get(key) != expected) {
                return null;
            }
            stored = draft.at(store.nextVersion());
            put(key, stored);
            history.add(new Change(stored.version(), expected, stored, false));
        } finally {
            lock.unlock();
        }
        signal();
        return stored;
    }

    /**
     * Deletes an object if it is still the expected one.
     *
     * @param last
     *            its last state, that watchers are told
     * @return the last state at the version of the deletion, or null when the object is another one
     */
    public @Nullable Stored delete(Stored expected, Stored last) {
        String key = expected.key();
        Stored gone;
        lock.lock();
        try {
            if (byKey.get(key) != expected) {
                return null;
            }
            gone = last.at(store.nextVersion());
            byKey.remove(key);
            sorted.remove(key);
            history.add(new Change(gone.version(), expected, gone, true));
        } finally {
            lock.unlock();
        }
        signal();
        return gone;
    }

    private void put(String key, Stored stored) {
        byKey.put(key, stored);
        sorted.put(key, stored);
    }

    /**
     * What is there now, in the order of keys.
     *
     * @param namespace "" for all
     */
    public Snapshot snapshot(String namespace) {
        lock.lock();
        try {
            return at(namespace, store.version());
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was there at a version, by undoing the changes since.
     *
     * @throws ExpiredException
     *             when the history no longer reaches back so far
     */
    public Snapshot snapshotAt(String namespace, long version) {
        lock.lock();
        try {
            checkReach(version);
            return at(namespace, version);
        } finally {
            lock.unlock();
        }
    }

    private Snapshot at(String namespace, long version) {
        Snapshot known = last == null ? null : last.get();
        if (known != null && known.version() == version && known.namespace().equals(namespace)) {
            return known;
        }
        Snapshot made = new Snapshot(namespace, version, List.copyOf(objectsAt(namespace, version).values()));
        last = new WeakReference<>(made);
        return made;
    }

    private NavigableMap<String, Stored> objectsAt(String namespace, long version) {
        int from = history.indexAfter(version);
        if (from == history.size()) {
            return part(sorted, namespace);
        }
        TreeMap<String, Stored> then = new TreeMap<>(part(sorted, namespace));
        for (int i = history.size() - 1; i >= from; i--) {
            Change change = history.at(i);
            if (!namespace.isEmpty() && !change.now().namespace().equals(namespace)) {
                continue;
            }
            Stored before = change.before();
            if (before == null) {
                then.remove(change.now().key());
            } else {
                then.put(before.key(), before);
            }
        }
        return then;
    }

    private static NavigableMap<String, Stored> part(NavigableMap<String, Stored> map, String namespace) {
        // '0' follows '/' directly, so these are all keys with the prefix "namespace/".
        return namespace.isEmpty() ? map : map.subMap(namespace + "/", true, namespace + "0", false);
    }

    /**
     * The changes after a version, oldest first, at most so many.
     *
     * @throws ExpiredException
     *             when some of them are no longer known
     */
    public Batch changesAfter(long version, int limit) {
        List<Change> changes = new ArrayList<>();
        lock.lock();
        try {
            checkReach(version);
            history.copyAfter(version, limit, changes);
            return new Batch(changes, changes.size() < limit ? store.version() : changes.getLast().version());
        } finally {
            lock.unlock();
        }
    }

    private void checkReach(long version) {
        if (version < history.droppedThrough()) {
            throw new ExpiredException(version, history.droppedThrough());
        }
    }

    /** Forgets the changes up to a version. */
    public void compact(long version) {
        lock.lock();
        try {
            history.compact(version);
        } finally {
            lock.unlock();
        }
    }

    /** Adds somebody to be told, without a lock held, that something has changed. It must return at once. */
    public void listen(Runnable listener) {
        listeners.add(listener);
        if (closed) {
            listener.run();
        }
    }

    public void unlisten(Runnable listener) {
        listeners.remove(listener);
    }

    private void signal() {
        for (Runnable listener : listeners) {
            listener.run();
        }
    }

    /** The resource is gone: no more objects, and watches end. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        signal();
    }

    public boolean closed() {
        return closed;
    }

    /**
     * Objects in the order of their keys, and the version at which they were like this. Immutable.
     *
     * @param namespace
     *            that all of them are in; "" for all
     */
    public record Snapshot(String namespace, long version, List<Stored> objects) {

        /** Those whose keys follow a key, which need not be there. */
        public List<Stored> after(String key) {
            int low = 0;
            int high = objects.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (objects.get(middle).key().compareTo(key) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return objects.subList(low, objects.size());
        }
    }

    /** Changes, and the version up to which they are complete. */
    public record Batch(List<Change> changes, long through) {
    }
}
