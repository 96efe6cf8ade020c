package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ChangeLine.Change;
import dev.windlass.lifecycle.InlineBarrier;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.Timer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Delivers changes to one handler, on one thread of its owner. A change that the handler throws at is told again, with a back-off
 * for each object, while the others go on.
 *
 * <p>State: {@code OPEN → CLOSED}; between them {@code running} says whether a callback runs. The lock guards this and the line,
 * is taken after the informer's and never held while the handler is called. A step of a change counts as told when the handler has
 * returned from it, and not when its owner was cancelled by then: it may have been cut short.
 */
final class HandlerDelivery<T extends HasMetadata> implements HandlerRegistration {

    private final SharedInformer informer;
    private final ObjectDecoder<T> decoder;
    private final ResourceHandler<T> handler;
    private final RunnableContext owner;
    private final TimeSource time;
    private final Logger logger;
    private final Runnable onClose;
    private final Runnable onIntake = this::intakeChanged;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ChangeLine line;
    private List<Runnable> whenSynced = new ArrayList<>(0);
    private boolean synced;
    private boolean closed;
    private boolean running;
    private @Nullable Thread thread;
    /** How many marks were set, and how many have had their turn, in that order. */
    private long marks;
    private long passed;
    private long failures;
    private String lastError = "";
    /** As of the last change that was settled: it lasts while what failed is told again. */
    private String trouble = "";

    HandlerDelivery(SharedInformer informer, ObjectDecoder<T> decoder, ResourceHandler<T> handler, KnownObjects known,
            RunnableContext owner, Runnable onClose) {
        this.informer = informer;
        this.decoder = decoder;
        this.handler = handler;
        this.line = new ChangeLine(known);
        this.owner = owner;
        this.time = owner.time();
        this.logger = owner.logger();
        this.onClose = onClose;
    }

    void start() {
        owner.fork("handler of " + informer.describe(), this::deliverAll);
    }

    /** Called by the informer while it holds its lock: an object came or changed. */
    void offer(@Nullable StoredObject old, StoredObject now, boolean initial) {
        lock.lock();
        try {
            if (!closed) {
                line.put(old, now, initial);
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
                line.remove(old, last, unknownEnd);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called by the informer while it holds its lock: what was offered before is the first complete state. */
    void offerSync() {
        lock.lock();
        try {
            if (!closed && !synced) {
                line.sync();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- on the thread of the handler

    private void deliverAll() throws InterruptedException {
        informer.intake().add(onIntake);
        if (informer.intake().closed()) {
            intakeChanged(); // perhaps before it could be heard of here, while somebody awaits a delivery already
        }
        try {
            Change change;
            while ((change = take()) != null) {
                Change next = change;
                InlineBarrier.run(() -> tell(next));
            }
        } finally {
            informer.intake().remove(onIntake);
            // Whatever ended it, a successor is to know what this one was told.
            informer.detach(this);
            onClose.run();
        }
    }

    private void tell(Change change) {
        String error = null;
        boolean taken = false;
        try {
            error = change.mark() ? null : change.sync() ? deliverSync() : deliver(change);
            taken = error == null && !cutShort();
        } finally {
            settle(change, taken, error);
        }
    }

    /** Waits for a change; null when the line is closed, or the owner cancelled: its interrupt may have ended in the handler. */
    private @Nullable Change take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            thread = Thread.currentThread();
            while (!closed && !owner.cancelled().isSet()) {
                boolean cordoned = informer.intake().closed();
                Change next = cordoned ? null : line.next(time.nanos());
                if (next != null) {
                    running = true;
                    return next;
                }
                Duration untilRetry = cordoned ? null : line.untilRetry(time.nanos());
                Timer timer = untilRetry == null ? null : time.after(untilRetry, this::wake);
                try {
                    changed.await();
                } finally {
                    if (timer != null) {
                        timer.cancel();
                    }
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void intakeChanged() {
        wake();
        informer.statusChanged();
    }

    private void settle(Change change, boolean taken, @Nullable String error) {
        boolean otherTrouble;
        lock.lock();
        try {
            if (taken || change.mark()) {
                line.done(change);
                passed += change.mark() ? 1 : 0;
            } else {
                line.failed(change, error == null ? "" : error, time.nanos());
            }
            String now = line.trouble();
            otherTrouble = !now.equals(trouble);
            trouble = now;
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (otherTrouble) {
            informer.statusChanged();
        }
    }

    /** Whether the owner was cancelled. An interrupt that is not for that was left by the handler, and ends here. */
    private boolean cutShort() {
        boolean cancelled = owner.cancelled().isSet();
        if (Thread.interrupted() && cancelled) {
            Thread.currentThread().interrupt();
        }
        return cancelled;
    }

    /** Tells what of a change is not told yet, step by step. Returns what a step failed with, null when all were taken. */
    private @Nullable String deliver(Change change) {
        StoredObject told = change.told();
        StoredObject now = change.now();
        if (told != null && now != null && told.sameUid(now)) {
            return step(change, now, () -> handler.updated(view(told), view(now)));
        }
        StoredObject last = change.last();
        if (told != null && last != null) {
            Observed<T> end = new DeliveredObject<>(last, decoder, false, false, change.endUnknown());
            String error = step(change, null, () -> handler.deleted(end));
            if (error != null) {
                return error;
            }
        }
        Identity before = known(change.key());
        if (before != null && (now == null || !before.sameUid(now))) {
            String error = vanished(before);
            if (error != null) {
                return error;
            }
        }
        if (now == null) {
            return null;
        }
        boolean unchanged = before != null && before.sameVersion(now);
        return step(change, now, () -> handler
                .added(new DeliveredObject<>(now, decoder, change.initial(), unchanged, false)));
    }

    private Observed<T> view(StoredObject stored) {
        return new DeliveredObject<>(stored, decoder, false, false, false);
    }

    private @Nullable Identity known(ObjectKey key) {
        lock.lock();
        try {
            return line.known(key);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable String vanished(Identity gone) {
        return call(gone.key(), () -> handler.vanished(gone.known()), () -> line.toldVanished(gone));
    }

    private @Nullable String step(Change change, @Nullable StoredObject state, Runnable callback) {
        return call(change.key(), callback, () -> line.told(change, state));
    }

    private @Nullable String deliverSync() {
        List<Identity> gone;
        lock.lock();
        try {
            gone = line.vanished();
        } finally {
            lock.unlock();
        }
        String error = null;
        for (Identity one : gone) {
            String failed = vanished(one);
            error = error == null ? failed : error;
        }
        if (!owner.cancelled().isSet()) {
            becomeSynced();
        }
        return error;
    }

    private void becomeSynced() {
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
        actions.forEach(this::tellSynced);
    }

    /** Calls the handler, and notes that it was told unless it failed or was cut short. Returns what it failed with. */
    private @Nullable String call(ObjectKey key, Runnable callback, Runnable noteTold) {
        Throwable thrown = null;
        try {
            callback.run();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            thrown = e;
        }
        if (cutShort()) {
            if (thrown != null) {
                logger.atDebug().setCause(thrown).addKeyValue("informer", informer.describe())
                        .addKeyValue("object", key).log("a handler was cut short by the end of its owner");
            }
            return null;
        }
        lock.lock();
        try {
            if (thrown == null) {
                noteTold.run();
                return null;
            }
            failures++;
            lastError = "failed at " + key + ": " + thrown;
        } finally {
            lock.unlock();
        }
        logger.atError().setCause(thrown).addKeyValue("informer", informer.describe()).addKeyValue("object", key)
                .log("a handler failed; it goes on with the next change, and is told this one again");
        return "failed at " + key + ": " + thrown;
    }

    // ---- what others ask

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
    public void awaitDelivered() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (closed) {
                return;
            }
            long mine = ++marks;
            line.mark(mine);
            changed.signalAll();
            while (passed < mine && !closed && !informer.intake().closed() && !owner.cancelled().isSet()) {
                changed.await();
            }
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
        tellSynced(action);
    }

    /** On a thread of the owner, of its own: it may take long. */
    private void tellSynced(Runnable action) {
        try {
            owner.fork("synced with " + informer.describe(), action::run);
        } catch (RevokedException e) {
            logger.atTrace().log("nobody is left to be told that it is synced");
        }
    }

    @Override
    public int backlog() {
        lock.lock();
        try {
            return line.size();
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
    public String trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean heldBack() {
        return informer.intake().closed();
    }

    // ---- the end

    @Override
    public void close() {
        informer.remove(this);
        closeLine(List.of());
        onClose.run();
        awaitIdle();
    }

    @Override
    public KnownObjects detach() {
        informer.detach(this);
        onClose.run();
        awaitIdle();
        lock.lock();
        try {
            return KnownObjects.ofIdentities(line.left());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nothing is taken from the line after this; what the handler has been told of, given what is stored, is remembered. Called by
     * the informer while it holds its lock. The first call counts.
     */
    void closeLine(Collection<StoredObject> store) {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                line.close(store);
                whenSynced = List.of();
                changed.signalAll();
            }
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
}
