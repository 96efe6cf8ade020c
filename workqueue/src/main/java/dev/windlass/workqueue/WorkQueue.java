package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    // One lock guards everything below it: table, ready, delayed, what is processing, tenants, back-off state, counters.
    //
    // Lock order: WorkQueueMetrics, then this lock, then whatever the time source locks to set a timer. Code of others
    // (tenant functions) runs before the lock is taken.
    //
    // Phases, forwards only:
    //   OPEN ──DRAIN──► DRAINING ──HANDOFF, ABORT──► HALTED ──export──► EXPORTED
    //   OPEN        adds, dispatches, promotes what becomes due
    //   DRAINING    refuses adds, dispatches what is ready, promotes nothing
    //   HALTED      refuses adds, dispatches nothing; a run that is given back still leaves its retry here
    //   EXPORTED    holds nothing; a run that is given back is forgotten, for it was exported
    //
    // A worker waits in take() only after it has promoted what is due and armed a timer for the earliest of what is not,
    // so a timer is needed only while somebody waits, and only one.

    private static final byte OPEN = 0;
    private static final byte DRAINING = 1;
    private static final byte HALTED = 2;
    private static final byte EXPORTED = 3;

    private final String name;
    private final TimeSource time;
    private final @Nullable Function<? super K, String> tenantOf;
    private final ToIntFunction<String> weightOf;
    private final @Nullable WorkQueueMetrics metrics;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition available = lock.newCondition();
    private byte phase = OPEN;
    private final KeyTable<K> table = new KeyTable<>();
    private final ReadyEntries<K> ready;
    private final DelayedEntries<K> delayed = new DelayedEntries<>();
    private final Map<String, Tenant<K>> tenants = new HashMap<>();
    private final Delays delays;
    private final @Nullable QueueMeters meters;
    private @Nullable Entry<K> processing;
    private int processingCount;
    private int blockedCount;
    private int waiters;
    private long finishedSinceShutDown;
    private long sequence;
    private @Nullable Timer timer;
    private long timerDue;
    private long timerId;
    private boolean metered;

    private WorkQueue(Builder<K> builder) {
        name = builder.name;
        time = builder.time;
        tenantOf = builder.tenantOf;
        weightOf = builder.weightOf;
        metrics = builder.metrics;
        ready = new ReadyEntries<>(builder.ageing.toNanos());
        delays = Delays.of(builder.rateLimiter);
        meters = metrics == null ? null : new QueueMeters();
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
        return add(key, priority, nanos(delay));
    }

    private boolean add(K key, int priority, long delayNanos) {
        int hash = KeyTable.hash(key);
        String tenant = tenantOf == null ? null : tenantOf.apply(key);
        int weight = tenant == null ? 1 : weightOf.applyAsInt(tenant);
        long now = time.nanos();
        lock.lock();
        try {
            if (phase != OPEN) {
                return false;
            }
            promote(now); // what became due before this add is ready before it
            if (delayNanos > 0 && meters != null) {
                meters.retries++;
            }
            offer(key, hash, tenant(tenant, weight), priority, now + delayNanos, 0, now);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes over what another queue exported, with due times and failures. Keys that are queued already are merged: earlier
     * due time, higher priority, more failures.
     *
     * @return how many were taken over: all, or none when the queue is shut down
     */
    public int restore(Collection<QueuedItem<K>> items) {
        int count = 0;
        for (QueuedItem<K> item : items) {
            K key = item.key();
            String tenant = tenantOf == null ? null : tenantOf.apply(key);
            int weight = tenant == null ? 1 : weightOf.applyAsInt(tenant);
            long now = time.nanos();
            lock.lock();
            try {
                if (phase != OPEN) {
                    return count;
                }
                offer(key, KeyTable.hash(key), tenant(tenant, weight), item.priority(), item.dueNanos(),
                        item.failures(), now);
                count++;
            } finally {
                lock.unlock();
            }
        }
        return count;
    }

    private void offer(K key, int hash, @Nullable Tenant<K> tenant, int priority, long due, int failures, long now) {
        Entry<K> entry = table.find(key, hash);
        if (entry == null) {
            entry = new Entry<>(key, hash, priority, failures, tenant);
            table.insert(entry);
            place(entry, due, now);
        } else if (entry.state != Entry.PROCESSING) {
            merge(entry, priority, due, failures, now);
        } else if (entry.partner != null) {
            merge(entry.partner, priority, due, failures, now);
        } else {
            Entry<K> follower = new Entry<>(key, hash, priority, failures, tenant);
            follower.partner = entry;
            entry.partner = follower;
            place(follower, due, now);
        }
    }

    /** Puts a new entry where it belongs. */
    private void place(Entry<K> entry, long due, long now) {
        if (entry.tenant != null) {
            entry.tenant.add(entry);
        }
        entry.sequence = ++sequence;
        if (due - now > 0) {
            entry.state = Entry.WAITING;
            entry.since = due;
            delayed.add(entry);
            if (waiters > 0 && phase == OPEN) {
                arm(now);
            }
        } else {
            makeReady(entry, now);
        }
    }

    private void makeReady(Entry<K> entry, long since) {
        entry.since = since;
        if (meters != null) {
            meters.adds++;
        }
        if (entry.follower()) {
            entry.state = Entry.BLOCKED;
            blockedCount++;
        } else {
            enqueue(entry);
        }
    }

    private void enqueue(Entry<K> entry) {
        entry.state = Entry.READY;
        ready.add(entry);
        if (waiters > 0) {
            available.signal();
        }
    }

    private void merge(Entry<K> entry, int priority, long due, int failures, long now) {
        entry.failures = Math.max(entry.failures, failures);
        int higher = Math.max(entry.priority, priority);
        if (entry.state == Entry.READY && higher > entry.priority) {
            ready.remove(entry);
            entry.priority = higher;
            ready.add(entry);
        }
        entry.priority = higher;
        if (entry.state != Entry.WAITING || due - entry.since >= 0) {
            return;
        }
        if (due - now <= 0) {
            delayed.remove(entry);
            makeReady(entry, now);
        } else {
            entry.since = due;
            delayed.moved(entry);
            if (waiters > 0 && phase == OPEN) {
                arm(now);
            }
        }
    }

    // ---- taking

    /**
     * Takes the next key, waiting for one. Give it back exactly once.
     *
     * @return null when the queue is shut down and has nothing to dispatch: the worker ends
     * @throws InterruptedException when interrupted while waiting; nothing was taken
     */
    public @Nullable Item<K> take() throws InterruptedException {
        long now = time.nanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                Entry<K> entry = next(now);
                if (entry != null || phase != OPEN) {
                    return entry;
                }
                arm(now);
                waiters++;
                try {
                    available.await();
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
            return next(now);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Entry<K> next(long now) {
        if (phase >= HALTED) {
            return null;
        }
        promote(now);
        Entry<K> entry = ready.poll(now);
        if (entry == null) {
            return null;
        }
        if (entry.tenant != null) {
            leave(entry.tenant, entry);
        }
        if (meters != null) {
            meters.queued.observe(now - entry.since);
        }
        entry.state = Entry.PROCESSING;
        entry.since = now;
        Entry<K> head = processing;
        entry.next = head;
        if (head != null) {
            head.previous = entry;
        }
        processing = entry;
        processingCount++;
        return entry;
    }

    /** Makes ready what has become due; as of when it became due, not of when that was noticed. */
    private void promote(long now) {
        if (phase != OPEN) {
            return;
        }
        Entry<K> first = delayed.first();
        while (first != null && first.since - now <= 0) {
            delayed.remove(first);
            makeReady(first, first.since);
            first = delayed.first();
        }
    }

    private void arm(long now) {
        Entry<K> first = delayed.first();
        if (first == null || (timer != null && timerDue - first.since <= 0)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        long id = ++timerId;
        timerDue = first.since;
        timer = time.after(Duration.ofNanos(Math.max(0, first.since - now)), () -> due(id));
    }

    /** The timer rings: one waiting worker is woken and promotes, so that the clock's thread does no work of ours. */
    private void due(long id) {
        lock.lock();
        try {
            if (id == timerId) {
                timer = null;
                available.signal();
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
        long now = time.nanos();
        lock.lock();
        try {
            Entry<K> entry = end(item, now);
            if (phase != OPEN) {
                finishedSinceShutDown++;
            }
            if (phase != EXPORTED) {
                follow(entry, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives a run back as failed, keeping its priority. See {@link #retry(Item, int)}. */
    public boolean retry(Item<K> item) {
        return retry(item, item.priority());
    }

    /**
     * Gives a run back as failed: the key runs again after the back-off that its failures in a row ask for, or at once when it
     * was added meanwhile. On a queue that is shut down and not yet exported it is kept for the export.
     *
     * @return false when the queue was exported before; the run was part of that export
     * @throws IllegalStateException when it was given back before
     */
    public boolean retry(Item<K> item, int priority) {
        long now = time.nanos();
        lock.lock();
        try {
            Entry<K> entry = end(item, now);
            int failures = entry.failures == Integer.MAX_VALUE ? entry.failures : entry.failures + 1;
            return again(entry, priority, now + delays.next(failures, now), failures, now);
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
        long due = now + Math.max(0, nanos(delay));
        lock.lock();
        try {
            Entry<K> entry = end(item, now);
            if (phase != OPEN) {
                finishedSinceShutDown++;
            }
            return again(entry, priority, due, 0, now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a run back as not run, for example because it was cancelled: it can run again at once, with priority and failures
     * as they were. On a queue that is shut down and not yet exported it is kept for the export.
     *
     * @return false when the queue was exported before; the run was part of that export
     * @throws IllegalStateException when it was given back before
     */
    public boolean release(Item<K> item) {
        long now = time.nanos();
        lock.lock();
        try {
            Entry<K> entry = end(item, now);
            boolean kept = phase != EXPORTED;
            if (kept) {
                Entry<K> follower = entry.partner;
                if (follower == null) {
                    replace(entry, entry.priority, now, entry.failures, now);
                } else {
                    follow(entry, entry.failures);
                    merge(follower, entry.priority, now, entry.failures, now);
                }
            }
            return kept;
        } finally {
            lock.unlock();
        }
    }

    private Entry<K> end(Item<K> item, long now) {
        Entry<K> entry = (Entry<K>) item;
        if (entry.state != Entry.PROCESSING) {
            throw new IllegalStateException("key " + entry.key + " of queue " + name
                    + " is not being processed by this item: give back each item once, and to the queue that it came from");
        }
        Entry<K> before = entry.previous;
        Entry<K> after = entry.next;
        if (before == null) {
            processing = after;
        } else {
            before.next = after;
            entry.previous = null;
        }
        if (after != null) {
            after.previous = before;
            entry.next = null;
        }
        processingCount--;
        entry.state = Entry.ENDED;
        if (meters != null) {
            meters.worked.observe(now - entry.since);
        }
        return entry;
    }

    private boolean again(Entry<K> entry, int priority, long due, int failures, long now) {
        if (phase == EXPORTED) {
            return false;
        }
        if (meters != null) {
            meters.retries++;
        }
        Entry<K> follower = entry.partner;
        if (follower == null) {
            replace(entry, priority, due, failures, now);
        } else {
            follow(entry, failures);
            merge(follower, priority, due, failures, now);
        }
        return true;
    }

    /** The run that ended is followed by a new one. */
    private void replace(Entry<K> entry, int priority, long due, int failures, long now) {
        table.remove(entry);
        Tenant<K> tenant = entry.tenant == null ? null : tenant(entry.tenant.name, entry.tenant.weight);
        Entry<K> next = new Entry<>(entry.key, entry.hash, priority, failures, tenant);
        table.insert(next);
        place(next, due, now);
    }

    /** The run that ended is followed by the one that was added meanwhile, if any. */
    private void follow(Entry<K> entry, int failures) {
        table.remove(entry);
        Entry<K> follower = entry.partner;
        if (follower == null) {
            return;
        }
        entry.partner = null;
        follower.partner = null;
        follower.failures = failures;
        table.insert(follower);
        if (follower.state == Entry.BLOCKED) {
            blockedCount--;
            enqueue(follower);
        }
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
            byte wanted = mode == StopMode.DRAIN ? DRAINING : HALTED;
            if (phase < wanted) {
                phase = wanted;
            }
            disarm();
            available.signalAll();
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
            List<QueuedItem<K>> items = new ArrayList<>(table.size());
            for (Entry<K> entry = phase == EXPORTED ? null : processing; entry != null; entry = entry.next) {
                Entry<K> follower = entry.partner;
                int priority = follower == null ? entry.priority : Math.max(entry.priority, follower.priority);
                items.add(new QueuedItem<>(entry.key, priority, entry.since, entry.failures));
                entry.partner = null;
            }
            ready.forEach(entry -> items.add(item(entry)));
            // Followers are in the export already, with the run that they follow.
            waiting().stream().filter(entry -> !entry.follower()).forEach(entry -> items.add(item(entry)));
            phase = EXPORTED;
            disarm();
            available.signalAll();
            table.clear();
            ready.clear();
            delayed.clear();
            tenants.clear();
            blockedCount = 0;
            return new CarriedWork<>(items);
        } finally {
            lock.unlock();
        }
    }

    /** Takes out what one tenant has queued; what is being processed goes on. Costs that tenant's items only. */
    public CarriedWork<K> purge(String tenant) {
        if (tenantOf == null) {
            throw new IllegalStateException(
                    "queue " + name + " knows no tenants: build it with fairness(key -> tenant)");
        }
        lock.lock();
        try {
            List<QueuedItem<K>> items = new ArrayList<>();
            Tenant<K> found = tenants.getOrDefault(tenant, new Tenant<>(tenant));
            for (Entry<K> entry = found.first; entry != null; entry = found.first) {
                items.add(item(entry));
                remove(entry);
            }
            return new CarriedWork<>(items);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Entry<K> entry) {
        Entry<K> leader = entry.partner;
        if (leader == null) {
            table.remove(entry);
        } else {
            leader.partner = null;
        }
        switch (entry.state) {
            case Entry.READY -> ready.remove(entry);
            case Entry.WAITING -> delayed.remove(entry);
            default -> blockedCount--;
        }
        entry.state = Entry.ENDED;
        if (entry.tenant != null) {
            leave(entry.tenant, entry);
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
            // A follower that waits is in the heap; counting it as delayed and its leader as processing is what it is.
            return new QueueSizes(ready.size(), delayed.size(), blockedCount, processingCount, finishedSinceShutDown);
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
            List<QueuedItem<K>> readyItems = new ArrayList<>(ready.size());
            ready.forEach(entry -> readyItems.add(item(entry)));
            List<QueuedItem<K>> blockedItems = new ArrayList<>(blockedCount);
            List<QueuedItem<K>> processingItems = new ArrayList<>(processingCount);
            for (Entry<K> entry = processing; entry != null; entry = entry.next) {
                processingItems.add(item(entry));
                Entry<K> follower = entry.partner;
                if (follower != null && follower.state == Entry.BLOCKED) {
                    blockedItems.add(item(follower));
                }
            }
            return new QueueSnapshot<>(List.copyOf(readyItems), waiting().stream().map(WorkQueue::item).toList(),
                    List.copyOf(blockedItems), List.copyOf(processingItems));
        } finally {
            lock.unlock();
        }
    }

    void readCounters(QueueMeters into) {
        lock.lock();
        try {
            if (meters != null) {
                into.addCounters(meters);
            }
        } finally {
            lock.unlock();
        }
    }

    void readGauges(QueueMeters into) {
        long now = time.nanos();
        lock.lock();
        try {
            promote(now);
            ready.forEachPriority(into::addDepth);
            for (Entry<K> entry = processing; entry != null; entry = entry.next) {
                long running = Math.max(0, now - entry.since);
                into.unfinishedNanos += running;
                into.longestNanos = Math.max(into.longestNanos, running);
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Entry<K>> waiting() {
        List<Entry<K>> entries = new ArrayList<>(delayed.size());
        for (int i = 0; i < delayed.size(); i++) {
            entries.add(delayed.at(i));
        }
        entries.sort(
                Comparator.<Entry<K>>comparingLong(entry -> entry.since).thenComparingLong(entry -> entry.sequence));
        return entries;
    }

    private static <K> QueuedItem<K> item(Entry<K> entry) {
        return new QueuedItem<>(entry.key, entry.priority, entry.since, entry.failures);
    }

    private @Nullable Tenant<K> tenant(@Nullable String tenant, int weight) {
        if (tenant == null) {
            return null;
        }
        Tenant<K> found = tenants.computeIfAbsent(tenant, Tenant::new);
        found.weight = Math.max(1, weight);
        return found;
    }

    private void leave(Tenant<K> tenant, Entry<K> entry) {
        tenant.remove(entry);
        if (tenant.pending == 0) {
            tenants.remove(tenant.name);
        }
    }

    private static long nanos(Duration delay) {
        // A delay of more than a century would wrap around the monotonic clock.
        return delay.toSeconds() > 3_153_600_000L ? 3_153_600_000_000_000_000L : delay.toNanos();
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

        /** Makes the queue, open. */
        public WorkQueue<K> build() {
            WorkQueue<K> queue = new WorkQueue<>(this);
            if (metrics != null) {
                queue.metered = true;
                metrics.attach(queue);
            }
            return queue;
        }
    }
}
