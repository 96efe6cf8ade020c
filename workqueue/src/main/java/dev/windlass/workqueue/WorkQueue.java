package dev.windlass.workqueue;

import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue of keys. A key is queued once however often it is added, is processed by one worker at a time, and runs once
 * more when it was added while it ran. Adds can have a priority and a delay; a run can be given back for a retry, with a
 * back-off. A shut-down loses nothing: what was not finished is {@linkplain #export() exported} and can be
 * {@linkplain #restore restored} into the next queue.
 *
 * <pre>{@code
 * Item<K> item;
 * while ((item = queue.take()) != null) {
 *     try {
 *         work(item.key());
 *         queue.done(item);
 *     } catch (Exception e) {
 *         queue.retry(item);
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe; made for virtual threads that block in {@link #take()}. The queue has no thread of its own. Adding,
 * taking and giving back cost O(1), with a delay O(log n). {@code equals} and {@code hashCode} of a key run under the lock
 * of the queue: they must be quick, as those of records and strings are.
 *
 * @param <K> the type of the keys: immutable values
 */
public final class WorkQueue<K> implements AutoCloseable {

    // One lock guards the state: what is queued, delayed and processed, tenants, back-off, counters. What becomes of a key is
    // decided in QueueState; here is who waits and who is woken. No monitor: on two cores a contended one lets through
    // a third of what this does, and costs the same when nobody else wants it.
    //
    // Lock order: WorkQueueMetrics, then this lock, then whatever the time source locks to set a timer. Code of others
    // (tenant functions) runs before the lock is taken.
    //
    // While a worker waits, a timer is armed for the earliest of what is delayed: whoever changes the state calls wake(),
    // which wakes as many workers as there are new ready entries and arms the timer. Nobody waits: no timer. The timer wakes
    // one worker, who promotes what is due and, by wake(), sees to the rest. With a limit, giving back wakes a worker too, for
    // whom there may be something now; while somebody awaits that the limit holds, or that nothing is processed, all are woken.
    // Workers that are dismissed take nothing more: whoever comes to take next is one of them.

    private final String name;
    private final TimeSource time;
    private final @Nullable Function<? super K, String> tenantOf;
    private final ToIntFunction<String> weightOf;
    private final @Nullable WorkQueueMetrics metrics;
    private final @Nullable RunnableContext owner;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final QueueState<K> state;
    private int waiters;
    private int most = Integer.MAX_VALUE;
    private int dismissed;
    /** How many await that less is being processed. */
    private int awaitingLess;
    private @Nullable Timer timer;
    private long timerDue;
    private long timerId;
    private boolean metered;
    private boolean closed;

    private WorkQueue(Builder<K> builder) {
        name = builder.name;
        time = builder.time;
        tenantOf = builder.tenantOf;
        weightOf = builder.weightOf;
        metrics = builder.metrics;
        owner = builder.owner;
        state = new QueueState<>(Delays.nanos(builder.ageing), Delays.of(builder.rateLimiter),
                metrics == null ? null : new QueueMeters());
    }

    /** A queue with all defaults: system time, exponential back-off, no fairness, no metrics. */
    public static <K> WorkQueue<K> create(String name) {
        return WorkQueue.<K>builder(name).build();
    }

    /** Starts the description of a queue; the name is the one in metrics. */
    public static <K> Builder<K> builder(String name) {
        return new Builder<>(name);
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    // ---- adding

    /** Adds a key with priority 0. See {@link #add(Object, int)}. */
    public boolean add(K key) {
        return add(key, 0);
    }

    /**
     * Adds a key that can run now. When it is queued already, the higher priority holds, and a delay ends. When it is being
     * processed, it runs once more after that.
     *
     * @return false when it was refused because the queue is shut down
     */
    public boolean add(K key, int priority) {
        return add(key, priority, 0);
    }

    /** Adds a key with priority 0 after a delay. See {@link #addAfter(Object, Duration, int)}. */
    public boolean addAfter(K key, Duration delay) {
        return addAfter(key, delay, 0);
    }

    /**
     * Adds a key that can run after a delay. When it is queued already, the earlier due time and the higher priority hold. A
     * delay that is not positive means now.
     *
     * @return false when it was refused because the queue is shut down
     */
    public boolean addAfter(K key, Duration delay, int priority) {
        return add(key, priority, Delays.nanos(delay));
    }

    private boolean add(K key, int priority, long delayNanos) {
        int hash = KeyTable.hash(key);
        String tenant = tenantOf == null ? null : tenantOf.apply(key);
        int weight = tenant == null ? 1 : weightOf.applyAsInt(tenant);
        long now = time.nanos();
        lock.lock();
        try {
            if (refuses()) {
                return false;
            }
            state.add(key, hash, tenant, weight, priority, delayNanos, now);
            wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes over what another queue exported, with due times and failures, in one step. Keys that are queued already are
     * merged: earlier due time, higher priority, more failures.
     *
     * @return how many were taken over: all, or none when the queue is shut down
     */
    public int restore(Collection<QueuedItem<K>> items) {
        List<Arrival<K>> arrivals = new ArrayList<>(items.size());
        for (QueuedItem<K> item : items) {
            String tenant = tenantOf == null ? null : tenantOf.apply(item.key());
            arrivals.add(new Arrival<>(item, tenant, tenant == null ? 1 : weightOf.applyAsInt(tenant)));
        }
        long now = time.nanos();
        lock.lock();
        try {
            if (refuses()) {
                return 0;
            }
            arrivals.forEach(arrival -> state.restore(arrival.item, arrival.tenant, arrival.weight, now));
            wake();
            return arrivals.size();
        } finally {
            lock.unlock();
        }
    }

    /** What is to be restored, with what the user's functions say about it. */
    private record Arrival<K>(QueuedItem<K> item, @Nullable String tenant, int weight) {
    }

    // ---- taking

    /**
     * Takes the next key, waiting for one. Give it back exactly once.
     *
     * @return null when the queue is shut down and has nothing to dispatch, or the worker is {@linkplain #dismiss dismissed}:
     *     it ends
     * @throws RevokedException when it was closed with the generation that owned it
     * @throws InterruptedException when interrupted while waiting; nothing was taken
     */
    public @Nullable Item<K> take() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before taking a key from queue " + name);
        }
        long now = time.nanos();
        lock.lock();
        try {
            while (true) {
                if (dismissed > 0) {
                    dismissed--; // whoever was woken for a key, all were woken after that
                    return null;
                }
                Entry<K> entry = next(now);
                wake();
                if (entry != null || refuses()) {
                    return entry;
                }
                arm();
                waiters++;
                try {
                    changed.await();
                } finally {
                    waiters--;
                }
                now = time.nanos();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next key if there is one now; otherwise returns null. Give it back exactly once. */
    public @Nullable Item<K> poll() {
        long now = time.nanos();
        lock.lock();
        try {
            Entry<K> entry = next(now);
            wake();
            if (entry == null) {
                requireNotRevoked();
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Entry<K> next(long now) {
        if (state.processing() < most) {
            return state.next(now);
        }
        state.promote(now); // so that the timer is not armed for what is due already
        return null;
    }

    // ---- limiting

    /**
     * How many keys may be processed at once from now on; as many as there are workers by default. With 0 nothing is dispatched:
     * what is added is queued, and a drain ends at once and leaves everything to the export. What is being processed goes on.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public void limit(int atOnce) {
        if (atOnce < 0) {
            throw new IllegalArgumentException(
                    "queue %s would process %d keys at once: use 0 to dispatch nothing, or more".formatted(name,
                            atOnce));
        }
        lock.lock();
        try {
            most = atOnce;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when no more is being processed than the {@linkplain #limit limit} allows.
     *
     * @throws InterruptedException when interrupted while waiting; the limit holds all the same
     */
    public void awaitLimit() throws InterruptedException {
        lock.lock();
        try {
            awaitingLess++;
            try {
                while (state.processing() > most) {
                    changed.await();
                }
            } finally {
                awaitingLess--;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets so many workers go: for the next so many of those that {@linkplain #take() take}, or wait there, it returns null. What
     * is being processed goes on. A negative number takes back what was not carried out yet.
     *
     * @return how many could not be taken back, because they have gone; 0 when the number is not negative
     */
    public int dismiss(int workers) {
        lock.lock();
        try {
            int wanted = dismissed + workers;
            dismissed = Math.max(0, wanted);
            changed.signalAll();
            return Math.max(0, -wanted);
        } finally {
            lock.unlock();
        }
    }

    /** How long keys wait that fail from now on. What waits already is due when it was. */
    public void rateLimiter(RateLimiter limiter) {
        Delays next = Delays.of(limiter);
        lock.lock();
        try {
            state.delays(next);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is shut down. Under the lock. */
    private boolean refuses() {
        requireNotRevoked();
        return !state.open();
    }

    private void requireNotRevoked() {
        if (closed && owner != null) {
            throw new RevokedException(
                    "queue %s is revoked: %s, which owned it, has ended; stop using it".formatted(name, owner.id()));
        }
    }

    // ---- waking

    /** After each change of the state, under the lock. */
    private void wake() {
        int fresh = state.takeBecameReady();
        if (awaitingLess > 0) {
            changed.signalAll();
        }
        if (waiters > 0) {
            if (most != Integer.MAX_VALUE) {
                fresh = Math.min(state.ready(), Math.max(0, most - state.processing()));
            }
            for (int i = Math.min(fresh, waiters); i > 0; i--) {
                changed.signal();
            }
            arm();
        }
    }

    private void arm() {
        Entry<K> first = state.firstDelayed();
        if (first == null || (timer != null && timerDue - first.since <= 0)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        long id = ++timerId;
        timerDue = first.since;
        timer = time.after(Duration.ofNanos(Math.max(0, first.since - time.nanos())), () -> due(id));
    }

    /** The timer rings: one waiting worker is woken and promotes, so that the clock's thread does no work of ours. */
    private void due(long id) {
        lock.lock();
        try {
            if (id == timerId) {
                timer = null;
                if (awaitingLess > 0) {
                    changed.signalAll(); // the one who is woken must be a worker
                } else {
                    changed.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        timerId++;
    }

    // ---- giving back

    /**
     * Gives a run back as finished: its failures are forgotten.
     *
     * @throws IllegalStateException when it was given back before
     */
    public void done(Item<K> item) {
        long now = metrics == null ? 0 : time.nanos(); // nobody else wants to know how long it took
        lock.lock();
        try {
            state.done(running(item), now);
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** Gives a run back as failed, keeping its priority. See {@link #retry(Item, int, Duration)}. */
    public boolean retry(Item<K> item) {
        return retry(item, item.priority());
    }

    /** Gives a run back as failed. See {@link #retry(Item, int, Duration)}. */
    public boolean retry(Item<K> item, int priority) {
        return retry(item, priority, Duration.ZERO);
    }

    /**
     * Gives a run back as failed: the key runs again after the back-off that its failures in a row ask for, or at once when it
     * was added meanwhile. On a queue that is shut down and not yet exported it is kept for the export.
     *
     * @param priority of the next run
     * @param atLeast how long it waits even when the back-off is shorter, for example because a server asked for that
     * @return false when the queue was exported before; the run was part of that export
     * @throws IllegalStateException when it was given back before
     */
    public boolean retry(Item<K> item, int priority, Duration atLeast) {
        long now = time.nanos();
        long least = Delays.nanos(atLeast);
        lock.lock();
        try {
            boolean kept = state.retry(running(item), priority, least, now);
            wake();
            return kept;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a run back as finished and to be run again, keeping its priority. See {@link #retryAfter(Item, Duration, int)}. */
    public boolean retryAfter(Item<K> item, Duration delay) {
        return retryAfter(item, delay, item.priority());
    }

    /**
     * Gives a run back as finished, its failures forgotten, to be run again after a delay, or at once when it was added
     * meanwhile. On a queue that is shut down and not yet exported it is kept for the export.
     *
     * @return false when the queue was exported before; the run was part of that export
     * @throws IllegalStateException when it was given back before
     */
    public boolean retryAfter(Item<K> item, Duration delay, int priority) {
        long now = time.nanos();
        long due = now + Delays.nanos(delay);
        lock.lock();
        try {
            boolean kept = state.retryAt(running(item), priority, due, now);
            wake();
            return kept;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a run back as not run, to be run at once. See {@link #release(Item, Duration)}. */
    public boolean release(Item<K> item) {
        return release(item, Duration.ZERO);
    }

    /**
     * Gives a run back as not run, for example because it was cancelled: it can run again after a delay, with priority and
     * failures as they were. On a queue that is shut down and not yet exported it is kept for the export.
     *
     * @return false when the queue was exported before; the run was part of that export
     * @throws IllegalStateException when it was given back before
     */
    public boolean release(Item<K> item, Duration delay) {
        long now = time.nanos();
        long due = now + Delays.nanos(delay);
        lock.lock();
        try {
            boolean kept = state.release(running(item), due, now);
            wake();
            return kept;
        } finally {
            lock.unlock();
        }
    }

    private Entry<K> running(Item<K> item) {
        Entry<K> entry = (Entry<K>) item;
        if (entry.state != Entry.PROCESSING || !state.holds(entry)) {
            throw new IllegalStateException("key " + entry.key + " of queue " + name
                    + " is not being processed by this item: give back each item once, and to the queue that it came from");
        }
        return entry;
    }

    // ---- handing over

    /**
     * Dispatches nothing any more until {@link #thaw}, but goes on to take adds. What is being processed goes on. A queue that is
     * shut down while it is frozen dispatches nothing, whatever the mode: what it holds is exported.
     *
     * @return false when it is shut down: then nothing has changed
     */
    public boolean freeze() {
        lock.lock();
        try {
            boolean frozen = !refuses() && state.freeze();
            disarm();
            return frozen;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when nothing is being processed: for a frozen queue that stays so.
     *
     * @throws InterruptedException when interrupted while waiting
     */
    public void awaitIdle() throws InterruptedException {
        lock.lock();
        try {
            awaitingLess++;
            try {
                while (state.processing() > 0) {
                    changed.await();
                }
            } finally {
                awaitingLess--;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes out everything that a frozen queue holds, each key once, to be {@linkplain #restore restored} elsewhere, while it goes
     * on to take adds. What is still being processed is part of it: what such a run leaves is forgotten, and as long as it lasts
     * its key is not dispatched here again.
     *
     * @throws IllegalStateException when the queue is not frozen
     */
    public CarriedWork<K> handOver() {
        lock.lock();
        try {
            if (!state.frozen()) {
                throw new IllegalStateException(
                        "queue " + name + " is not frozen: freeze() it before what it holds is handed over");
            }
            List<QueuedItem<K>> items = state.handOver();
            wake();
            return new CarriedWork<>(items);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Goes on after {@link #freeze}: dispatches what was added meanwhile and what is given back, merged as by {@link #restore}.
     *
     * @return how many of those that are given back were taken: all, or none when the queue is shut down
     */
    public int thaw(Collection<QueuedItem<K>> back) {
        int taken = restore(back);
        lock.lock();
        try {
            state.thaw();
            wake();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return taken;
    }

    // ---- shutting down

    /**
     * Closes the intake: every add is refused from now on. {@code DRAIN}: workers finish what is ready, also what was added
     * while it was being processed, and what is delayed stays delayed. {@code HANDOFF} and {@code ABORT}: nothing more is
     * dispatched; the two differ only in whether the caller interrupts its workers. Takers that have nothing left to take
     * return. Can be called again: a drain can be cut short, and nothing else changes anything.
     */
    public void shutDown(StopMode mode) {
        lock.lock();
        try {
            state.shutDown(mode);
            disarm();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes out everything that the queue holds, each key once, to be {@linkplain #restore restored} elsewhere; the queue is
     * empty and shut down for good. What is still being processed is part of it: the caller decides whether it awaits those
     * runs before. A second call returns nothing.
     */
    public CarriedWork<K> export() {
        lock.lock();
        try {
            List<QueuedItem<K>> items = state.export();
            disarm();
            changed.signalAll();
            return new CarriedWork<>(items);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes out what one tenant has queued; what is being processed goes on. Costs that tenant's items only.
     *
     * @throws IllegalStateException when the queue was built without {@linkplain Builder#fairness tenants}
     */
    public CarriedWork<K> purge(String tenant) {
        if (tenantOf == null) {
            throw new IllegalStateException(
                    "queue " + name + " knows no tenants: build it with fairness(key -> tenant)");
        }
        lock.lock();
        try {
            return new CarriedWork<>(state.purge(tenant));
        } finally {
            lock.unlock();
        }
    }

    /** Shuts down as {@code ABORT} and drops the meters. Export first: what the queue still holds goes with it. Idempotent. */
    @Override
    public void close() {
        shutDown(StopMode.ABORT);
        boolean detach;
        lock.lock();
        try {
            detach = metered;
            metered = false;
            closed = true;
        } finally {
            lock.unlock();
        }
        if (detach && metrics != null) {
            metrics.detach(this);
        }
    }

    // ---- looking

    /** How much the queue holds, at one instant, in O(1). */
    public QueueSizes sizes() {
        long now = time.nanos();
        lock.lock();
        try {
            promote(now);
            return state.sizes();
        } finally {
            lock.unlock();
        }
    }

    /** What the queue holds, at one instant. Costs all of its items. */
    public QueueSnapshot<K> snapshot() {
        long now = time.nanos();
        lock.lock();
        try {
            promote(now);
            return state.snapshot();
        } finally {
            lock.unlock();
        }
    }

    private void promote(long now) {
        state.promote(now);
        wake();
    }

    void readCounters(QueueMeters into) {
        lock.lock();
        try {
            state.readCounters(into);
        } finally {
            lock.unlock();
        }
    }

    void readGauges(QueueMeters into) {
        long now = time.nanos();
        lock.lock();
        try {
            promote(now);
            state.readGauges(into, now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Describes a queue. Not thread-safe.
     *
     * @param <K> the type of the keys
     */
    public static final class Builder<K> {

        private final String name;
        private TimeSource time = TimeSource.system();
        private RateLimiter rateLimiter = RateLimiter.exponential();
        private Duration ageing = Duration.ofSeconds(10);
        private @Nullable Function<? super K, String> tenantOf;
        private ToIntFunction<String> weightOf = tenant -> 1;
        private @Nullable WorkQueueMetrics metrics;
        private @Nullable RunnableContext owner;

        private Builder(String name) {
            this.name = name;
        }

        /** The clock; by default a system clock of its own. */
        public Builder<K> time(TimeSource source) {
            this.time = source;
            return this;
        }

        /** How long a failed key waits; by default {@link RateLimiter#exponential()}. */
        public Builder<K> rateLimiter(RateLimiter limiter) {
            this.rateLimiter = limiter;
            return this;
        }

        /**
         * How long a key may wait behind higher priorities before every fourth dispatch is given to what has waited longest;
         * by default 10 s.
         */
        public Builder<K> ageing(Duration limit) {
            this.ageing = limit;
            return this;
        }

        /** Tenants take turns within one priority. By default there are none. */
        public Builder<K> fairness(Function<? super K, String> tenant) {
            this.tenantOf = tenant;
            return this;
        }

        /** Tenants take turns within one priority, each for as many keys in a row as it weighs, at least one. */
        public Builder<K> fairness(Function<? super K, String> tenant, ToIntFunction<String> weight) {
            this.tenantOf = tenant;
            this.weightOf = weight;
            return this;
        }

        /** Where the queue is measured, until it is closed. By default nowhere. */
        public Builder<K> metrics(WorkQueueMetrics where) {
            this.metrics = where;
            return this;
        }

        /**
         * Which generation of a unit it belongs to. It has that one's clock, and is closed with its other resources; from then on
         * adding, restoring and taking throw {@link RevokedException}, so that a thread that has outlived the generation does not
         * go on with it. Giving back what was taken before stays possible. By default it belongs to nobody.
         */
        public Builder<K> owner(RunnableContext context) {
            this.owner = context;
            this.time = context.time();
            return this;
        }

        /**
         * Makes the queue, open.
         *
         * @throws RevokedException when the generation that it is to belong to has ended
         */
        public WorkQueue<K> build() {
            WorkQueue<K> queue = new WorkQueue<>(this);
            if (metrics != null) {
                queue.metered = true;
                metrics.attach(queue);
            }
            if (owner != null) {
                owner.own("work queue", name, queue); // last: from here on it can be closed, and is then measured no more
            }
            return queue;
        }
    }
}
