package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a queue holds and what becomes of it: the whole state machine of keys, without lock, clock or waiting. Guarded by the
 * lock of the queue.
 *
 * <p>Phases, forwards only but for the first two:
 *
 * <pre>
 *  ┌──freeze──► FROZEN ──shut-down of any kind──────┐
 *  │ ◄──thaw──┘                                     ▼
 * OPEN ──DRAIN──► DRAINING ──HANDOFF, ABORT──► HALTED ──export──► EXPORTED
 *
 * OPEN        takes adds, dispatches, promotes what becomes due
 * FROZEN      takes adds, dispatches and promotes nothing; all that it holds can be handed over, any number of times
 * DRAINING    refuses adds, dispatches what is ready, promotes nothing
 * HALTED      refuses adds, dispatches nothing; a run that is given back still leaves its retry here
 * EXPORTED    holds nothing; a run that is given back is forgotten, for it was exported
 * </pre>
 *
 * How one key moves is at {@link Entry}.
 */
final class QueueState<K> {

    private static final byte OPEN = 0;
    private static final byte FROZEN = 1;
    private static final byte DRAINING = 2;
    private static final byte HALTED = 3;
    private static final byte EXPORTED = 4;

    private byte phase = OPEN;
    private final KeyTable<K> table = new KeyTable<>();
    private final ReadyEntries<K> ready;
    private final DelayedEntries<K> delayed = new DelayedEntries<>();
    private final Map<String, Tenant<K>> tenants = new HashMap<>();
    private Delays delays;
    private final @Nullable QueueMeters meters;
    private @Nullable Entry<K> processing;
    private int processingCount;
    private int blockedCount;
    private long finishedSinceShutDown;
    private long sequence;
    private int becameReady;

    QueueState(long ageingNanos, Delays delays, @Nullable QueueMeters meters) {
        this.ready = new ReadyEntries<>(ageingNanos);
        this.delays = delays;
        this.meters = meters;
    }

    /** Whether it takes adds. */
    boolean open() {
        return phase <= FROZEN;
    }

    boolean frozen() {
        return phase == FROZEN;
    }

    /** How long what fails from now on waits. */
    void delays(Delays next) {
        delays = next;
    }

    /** How many entries became ready since this was asked last: so many workers have something to do. */
    int takeBecameReady() {
        int count = becameReady;
        becameReady = 0;
        return count;
    }

    int processing() {
        return processingCount;
    }

    /** Whether a run is one of this queue. After the export that is not known any more. */
    boolean holds(Entry<K> run) {
        return phase == EXPORTED || table.holds(run);
    }

    int ready() {
        return ready.size();
    }

    /** What becomes due first, if anything is going to be promoted. */
    @Nullable
    Entry<K> firstDelayed() {
        return phase == OPEN ? delayed.first() : null;
    }

    // ---- adding

    /** Takes an add. The queue must be open. */
    void add(K key, int hash, @Nullable String tenant, int weight, int priority, long delayNanos, long now) {
        promote(now); // what became due before this add is ready before it
        if (delayNanos > 0 && meters != null) {
            meters.retries++;
        }
        offer(key, hash, tenant(tenant, weight), priority, now + delayNanos, 0, now);
    }

    /** Takes what another queue exported. The queue must be open. */
    void restore(QueuedItem<K> item, @Nullable String tenant, int weight, long now) {
        K key = item.key();
        offer(key, KeyTable.hash(key), tenant(tenant, weight), item.priority(), item.dueNanos(), item.failures(), now);
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
        } else {
            makeReady(entry, due); // what was restored has waited for longer than it has been here
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
        becameReady++;
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
        }
    }

    // ---- taking

    /** Hands out the next entry, if there is one. */
    @Nullable
    Entry<K> next(long now) {
        if (phase == FROZEN || phase >= HALTED) {
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
    void promote(long now) {
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

    // ---- giving back

    /** A run ended well: its failures are forgotten. */
    void done(Entry<K> entry, long now) {
        end(entry, now);
        if (phase >= DRAINING) {
            finishedSinceShutDown++;
        }
        if (phase != EXPORTED) {
            follow(entry, 0);
        }
    }

    /** A run failed. Returns whether what follows is kept here: not after the export. */
    boolean retry(Entry<K> entry, int priority, long atLeast, long now) {
        end(entry, now);
        int failures = entry.failures == Integer.MAX_VALUE ? entry.failures : entry.failures + 1;
        return again(entry, priority, now + Math.max(atLeast, delays.next(failures, now)), failures, now);
    }

    /** A run ended well and another is wanted at a time. Returns whether that is kept here: not after the export. */
    boolean retryAt(Entry<K> entry, int priority, long due, long now) {
        end(entry, now);
        if (phase >= DRAINING) {
            finishedSinceShutDown++;
        }
        return again(entry, priority, due, 0, now);
    }

    /** A run did not take place. Returns whether it is kept here: not after the export. */
    boolean release(Entry<K> entry, long due, long now) {
        end(entry, now);
        if (forgotten(entry)) {
            return false;
        }
        succeed(entry, entry.priority, due, entry.failures, now);
        return true;
    }

    private void end(Entry<K> entry, long now) {
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
    }

    private boolean again(Entry<K> entry, int priority, long due, int failures, long now) {
        if (forgotten(entry)) {
            return false;
        }
        if (meters != null) {
            meters.retries++;
        }
        succeed(entry, priority, due, failures, now);
        return true;
    }

    /** Whether the key of a run that ended is in other hands; what was added since is not. */
    private boolean forgotten(Entry<K> entry) {
        if (phase == EXPORTED) {
            return true;
        }
        if (entry.handedOver) {
            follow(entry, 0);
        }
        return entry.handedOver;
    }

    /** The run that ended is followed by a new one, merged with the one that was added meanwhile, if any. */
    private void succeed(Entry<K> entry, int priority, long due, int failures, long now) {
        Entry<K> follower = entry.partner;
        if (follower != null) {
            follow(entry, failures);
            merge(follower, priority, due, failures, now);
            return;
        }
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
        if (!entry.handedOver) { // otherwise it came with failures of its own, or was added since and has none
            follower.failures = failures;
        }
        table.insert(follower);
        if (follower.state == Entry.BLOCKED) {
            blockedCount--;
            enqueue(follower);
        }
    }

    // ---- handing over

    /** Dispatches nothing any more, and goes on to take adds. Returns false when it is shut down. */
    boolean freeze() {
        if (phase == OPEN) {
            phase = FROZEN;
        }
        return phase == FROZEN;
    }

    void thaw() {
        if (phase == FROZEN) {
            phase = OPEN;
        }
    }

    /**
     * Takes out everything, each key once. What is being processed stays known until it is given back, so that its key is not
     * dispatched beside it after a thaw.
     */
    List<QueuedItem<K>> handOver() {
        List<QueuedItem<K>> items = all();
        clear();
        for (Entry<K> entry = processing; entry != null; entry = entry.next) {
            entry.handedOver = true;
            table.insert(entry);
        }
        return items;
    }

    // ---- shutting down

    void shutDown(StopMode mode) {
        byte wanted = mode == StopMode.DRAIN && phase != FROZEN ? DRAINING : HALTED;
        if (phase < wanted) {
            phase = wanted;
        }
    }

    /** Takes out everything, each key once; forgets it all. */
    List<QueuedItem<K>> export() {
        List<QueuedItem<K>> items = phase == EXPORTED ? List.of() : all();
        phase = EXPORTED;
        clear();
        return items;
    }

    /** Everything that is in no other hands, each key once. */
    private List<QueuedItem<K>> all() {
        List<QueuedItem<K>> items = new ArrayList<>(table.size());
        for (Entry<K> entry = processing; entry != null; entry = entry.next) {
            Entry<K> follower = entry.partner;
            if (!entry.handedOver) {
                int priority = follower == null ? entry.priority : Math.max(entry.priority, follower.priority);
                items.add(new QueuedItem<>(entry.key, priority, entry.since, entry.failures));
            } else if (follower != null) {
                items.add(item(follower));
            }
        }
        ready.forEach(entry -> items.add(item(entry)));
        // Followers are there already, with the run that they follow.
        waiting().stream().filter(entry -> !entry.follower()).forEach(entry -> items.add(item(entry)));
        return items;
    }

    private void clear() {
        for (Entry<K> entry = processing; entry != null; entry = entry.next) {
            entry.partner = null;
        }
        table.clear();
        ready.clear();
        delayed.clear();
        tenants.clear();
        blockedCount = 0;
    }

    /** Takes out what one tenant has queued. */
    List<QueuedItem<K>> purge(String tenant) {
        List<QueuedItem<K>> items = new ArrayList<>();
        Tenant<K> found = tenants.getOrDefault(tenant, new Tenant<>(tenant));
        for (Entry<K> entry = found.first; entry != null; entry = found.first) {
            items.add(item(entry));
            remove(entry);
        }
        return items;
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

    // ---- looking

    QueueSizes sizes() {
        // A follower that waits is in the heap; counting it as delayed and its leader as processing is what it is.
        return new QueueSizes(ready.size(), delayed.size(), blockedCount, processingCount, finishedSinceShutDown);
    }

    QueueSnapshot<K> snapshot() {
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
        return new QueueSnapshot<>(List.copyOf(readyItems), waiting().stream().map(QueueState::item).toList(),
                List.copyOf(blockedItems), List.copyOf(processingItems));
    }

    void readCounters(QueueMeters into) {
        if (meters != null) {
            into.addCounters(meters);
        }
    }

    void readGauges(QueueMeters into, long now) {
        ready.forEachPriority(into::addDepth);
        for (Entry<K> entry = processing; entry != null; entry = entry.next) {
            long running = Math.max(0, now - entry.since);
            into.unfinishedNanos += running;
            into.longestNanos = Math.max(into.longestNanos, running);
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
}
