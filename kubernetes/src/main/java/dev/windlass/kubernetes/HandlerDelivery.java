package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RunnableContext;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Delivers changes to one handler, on one thread of its owner. At most one change waits for each object: a change that comes
 * before an earlier one is taken is merged into it.
 *
 * <p>State: {@code OPEN → CLOSED}; between them {@code running} says whether a callback runs. The lock is taken after the
 * informer's and never held while the handler is called.
 */
final class HandlerDelivery<T extends HasMetadata> implements HandlerRegistration {

    /** Stands in the line for "everything before this was the first complete state". */
    private static final ObjectKey SYNC = new ObjectKey("", "\0sync");

    private final SharedInformer informer;
    private final ObjectDecoder<T> decoder;
    private final ResourceHandler<T> handler;
    private final Logger logger;
    private final Runnable onClose;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LinkedHashMap<ObjectKey, Pending> pending = new LinkedHashMap<>();
    /** Known by a predecessor and not told to this handler yet. Only the delivering thread removes from it. */
    private final Map<ObjectKey, Identity> known;
    private List<Runnable> whenSynced = new ArrayList<>(0);
    private boolean synced;
    private boolean closed;
    private boolean running;
    private @Nullable Thread thread;
    private long failures;
    private String lastError = "";

    HandlerDelivery(SharedInformer informer, ObjectDecoder<T> decoder, ResourceHandler<T> handler, KnownObjects known,
            Logger logger, Runnable onClose) {
        this.informer = informer;
        this.decoder = decoder;
        this.handler = handler;
        this.known = new ConcurrentHashMap<>(known.byKey());
        this.logger = logger;
        this.onClose = onClose;
    }

    /** A change that waits: from what the handler was told last to what is true now. */
    private static final class Pending {

        /** What the handler was told last; null when it does not know the object. */
        final @Nullable StoredObject told;
        final boolean initial;
        /** What is true now; null when the object is gone. */
        @Nullable
        StoredObject now;
        /** The final state of the object that has gone last; there may be another one by now. */
        @Nullable
        StoredObject gone;
        boolean goneUnknown;

        Pending(@Nullable StoredObject told, boolean initial) {
            this.told = told;
            this.initial = initial;
        }
    }

    void startOn(RunnableContext owner) {
        owner.fork("handler of " + informer.describe(), this::deliverAll);
    }

    /** Called by the informer while it holds its lock: an object came or changed. */
    void offer(@Nullable StoredObject old, StoredObject now, boolean initial) {
        lock.lock();
        try {
            if (!closed) {
                pending(now.key(), old, initial).now = now;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called by the informer while it holds its lock: an object went; its final state may be newer than what was stored. */
    void offerGone(StoredObject old, StoredObject last, boolean unknownEnd) {
        lock.lock();
        try {
            if (!closed) {
                Pending waiting = pending(old.key(), old, false);
                waiting.now = null;
                waiting.gone = last;
                waiting.goneUnknown = unknownEnd;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private Pending pending(ObjectKey key, @Nullable StoredObject told, boolean initial) {
        return pending.computeIfAbsent(key, none -> new Pending(told, initial));
    }

    /** Called by the informer while it holds its lock: what was offered before is the first complete state. */
    void offerSync() {
        lock.lock();
        try {
            if (!closed && !synced) {
                pending.putIfAbsent(SYNC, new Pending(null, true));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void deliverAll() throws InterruptedException {
        try {
            while (true) {
                Map.Entry<ObjectKey, Pending> next;
                lock.lockInterruptibly();
                try {
                    thread = Thread.currentThread();
                    while (pending.isEmpty() && !closed) {
                        changed.await();
                    }
                    if (closed) {
                        return;
                    }
                    next = pending.pollFirstEntry();
                    running = true;
                } finally {
                    lock.unlock();
                }
                try {
                    deliver(next.getKey(), next.getValue());
                } finally {
                    idle();
                }
            }
        } finally {
            removeFromInformer();
        }
    }

    private void idle() {
        lock.lock();
        try {
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(ObjectKey key, Pending change) {
        if (key.equals(SYNC)) {
            deliverSync();
            return;
        }
        StoredObject told = change.told;
        StoredObject now = change.now;
        StoredObject gone = change.gone;
        if (told != null && now != null && told.sameUid(now)) {
            call(() -> handler.updated(view(told, false, false, false), view(now, false, false, false)));
            return;
        }
        if (told != null) {
            // What has gone last may be a successor that the handler never heard of.
            Observed<T> last = view(told, false, false, true);
            if (gone != null && gone.sameUid(told)) {
                last = view(gone, false, false, change.goneUnknown);
                gone = null;
            }
            tellDeleted(last);
        }
        if (now != null) {
            deliverAdded(now, change.initial);
        } else if (gone != null) {
            deliverAdded(gone, change.initial);
            tellDeleted(view(gone, false, false, change.goneUnknown));
        }
    }

    private void tellDeleted(Observed<T> last) {
        call(() -> handler.deleted(last));
    }

    private void deliverAdded(StoredObject now, boolean initial) {
        Identity before = known.remove(now.key());
        if (before != null && !before.sameUid(now)) {
            call(() -> handler.vanished(before.known()));
        }
        boolean unchanged = before != null && before.sameVersion(now);
        call(() -> handler.added(view(now, initial, unchanged, false)));
    }

    private void deliverSync() {
        for (Identity gone : List.copyOf(known.values())) {
            known.remove(gone.key());
            call(() -> handler.vanished(gone.known()));
        }
        List<Runnable> actions;
        lock.lock();
        try {
            synced = true;
            actions = whenSynced;
            whenSynced = List.of();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        actions.forEach(Thread::startVirtualThread);
    }

    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            lock.lock();
            try {
                failures++;
                lastError = e.toString();
            } finally {
                lock.unlock();
            }
            logger.atError().setCause(e).addKeyValue("informer", informer.describe())
                    .log("a handler failed; it goes on with the next change");
        }
    }

    private Observed<T> view(StoredObject stored, boolean initial, boolean unchanged, boolean unknownEnd) {
        return new View<>(stored, decoder, initial, unchanged, unknownEnd);
    }

    @Override
    public boolean synced() {
        lock.lock();
        try {
            return synced;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitSynced(Duration limit) throws InterruptedException {
        long remaining = limit.compareTo(Duration.ofDays(10_000)) > 0 ? Long.MAX_VALUE : limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (!synced && !closed && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
            return synced;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onSynced(Runnable action) {
        lock.lock();
        try {
            if (!synced) {
                if (!closed) {
                    whenSynced.add(action);
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        Thread.startVirtualThread(action);
    }

    @Override
    public int backlog() {
        lock.lock();
        try {
            return pending.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long failures() {
        lock.lock();
        try {
            return failures;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String lastError() {
        lock.lock();
        try {
            return lastError;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        removeFromInformer();
        awaitIdle();
    }

    @Override
    public KnownObjects detach() {
        List<Identity> told = informer.detach(this);
        onClose.run();
        awaitIdle();
        return KnownObjects.ofIdentities(told);
    }

    private void removeFromInformer() {
        informer.remove(this);
        closeLine();
        onClose.run();
    }

    /** Nothing is taken from the line after this. */
    void closeLine() {
        lock.lock();
        try {
            closed = true;
            pending.clear();
            whenSynced = List.of();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Called by the informer while it holds its lock: closes the line and says what the handler had been told. */
    List<Identity> closeAndTell(Collection<StoredObject> store) {
        lock.lock();
        try {
            if (closed) {
                return List.of();
            }
            Map<ObjectKey, Identity> told = new LinkedHashMap<>(known);
            for (StoredObject stored : store) {
                if (!pending.containsKey(stored.key())) {
                    told.put(stored.key(), stored.bare());
                }
            }
            pending.forEach((key, waiting) -> {
                if (waiting.told != null) {
                    told.put(key, waiting.told.bare());
                }
            });
            closed = true;
            pending.clear();
            whenSynced = List.of();
            changed.signalAll();
            return List.copyOf(told.values());
        } finally {
            lock.unlock();
        }
    }

    private void awaitIdle() {
        lock.lock();
        try {
            while (running && thread != Thread.currentThread()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            // Whoever closes is being hurried: the stop report shows the thread if the callback does not end.
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** A stored object as one handler sees it. */
    private static final class View<T extends HasMetadata> implements Observed<T> {

        private final StoredObject stored;
        private final ObjectDecoder<T> decoder;
        private final boolean initial;
        private final boolean unchanged;
        private final boolean unknownEnd;
        private @Nullable T object;
        private @Nullable ObjectMeta metadata;

        View(StoredObject stored, ObjectDecoder<T> decoder, boolean initial, boolean unchanged, boolean unknownEnd) {
            this.stored = stored;
            this.decoder = decoder;
            this.initial = initial;
            this.unchanged = unchanged;
            this.unknownEnd = unknownEnd;
        }

        @Override
        public ObjectKey key() {
            return stored.key();
        }

        @Override
        public String uid() {
            return stored.uid();
        }

        @Override
        public String resourceVersion() {
            return stored.resourceVersion();
        }

        @Override
        public T object() {
            T decoded = object;
            if (decoded == null) {
                decoded = decoder.decode(stored);
                object = decoded;
            }
            return decoded;
        }

        @Override
        public ObjectMeta metadata() {
            if (object != null) {
                return object.getMetadata();
            }
            ObjectMeta decoded = metadata;
            if (decoded == null) {
                decoded = decoder.metadata(stored);
                metadata = decoded;
            }
            return decoded;
        }

        @Override
        public boolean initial() {
            return initial;
        }

        @Override
        public boolean unchanged() {
            return unchanged;
        }

        @Override
        public boolean finalStateUnknown() {
            return unknownEnd;
        }

        @Override
        public String toString() {
            return stored.toString();
        }
    }
}
