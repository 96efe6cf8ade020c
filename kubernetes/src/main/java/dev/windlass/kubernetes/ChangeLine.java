package dev.windlass.kubernetes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What one handler has to be told, and what it has been told. At most one change waits for each object: a change that comes
 * before an earlier one is taken is merged into it, and an object that came and went unseen leaves nothing.
 *
 * <p>A change: {@code pending → current → told}, or, when the handler failed at it, {@code → failed → pending} when it is due or
 * when the object changes again. Not thread-safe: guarded by the lock of its {@link HandlerDelivery}.
 */
final class ChangeLine {

    /** Stands in the line for "everything before this was the first complete state". */
    private static final ObjectKey SYNC = new ObjectKey("", "\0sync");

    /** Stands in the line, with a number, for the question whether all that came before it has been delivered. */
    private static final String MARK = "\0mark";

    private static final Duration RETRY_FIRST = Duration.ofMillis(500);
    private static final Duration RETRY_MAX = Duration.ofMinutes(1);
    /** So many doublings lead from the first delay beyond the longest. */
    private static final int MOST_DOUBLINGS = 7;

    private final LinkedHashMap<ObjectKey, Change> pending = new LinkedHashMap<>();
    private final Map<ObjectKey, Change> failed = new HashMap<>();
    private final PriorityQueue<Change> failedByDue = new PriorityQueue<>(
            (one, other) -> Long.signum(one.due - other.due));
    /** Known by a predecessor and not told to this handler yet. */
    private final Map<ObjectKey, Identity> known;
    private @Nullable Change current;
    /** What the handler had been told of when the line was closed, without what is only known. */
    private @Nullable Map<ObjectKey, Identity> left;

    ChangeLine(KnownObjects known) {
        this.known = known.byKey();
    }

    /** From what the handler was told last to what is true now. */
    static final class Change {

        private final ObjectKey key;
        private final boolean initial;
        private @Nullable StoredObject told;
        private @Nullable StoredObject now;
        /** The final state of the object that was told, when it is gone; there may be another one by now. */
        private @Nullable StoredObject gone;
        private boolean goneUnknown;
        private int failures;
        private long due;
        private String error = "";

        private Change(ObjectKey key, @Nullable StoredObject told, boolean initial) {
            this.key = key;
            this.told = told;
            this.initial = initial;
        }

        ObjectKey key() {
            return key;
        }

        boolean sync() {
            return key.equals(SYNC);
        }

        boolean mark() {
            return key.name().startsWith(MARK);
        }

        boolean initial() {
            return initial;
        }

        /** What the handler was told last; null when it does not know the object. */
        @Nullable
        StoredObject told() {
            return told;
        }

        /** What is true now; null when the object is gone. */
        @Nullable
        StoredObject now() {
            return now;
        }

        /** The last that is known of what was told, when that is gone. */
        @Nullable
        StoredObject last() {
            return gone == null ? told : gone;
        }

        boolean endUnknown() {
            return gone == null || goneUnknown;
        }

        private void lost(StoredObject last, boolean unknownEnd) {
            now = null;
            if (told != null && last.sameUid(told)) {
                gone = last;
                goneUnknown = unknownEnd;
            }
        }
    }

    // ---- what the informer says

    /** An object came or changed. */
    void put(@Nullable StoredObject old, StoredObject now, boolean initial) {
        change(now.key(), old, initial).now = now;
    }

    /** An object went; its final state may be newer than what was stored. */
    void remove(StoredObject old, StoredObject last, boolean unknownEnd) {
        Change change = change(old.key(), old, false);
        change.lost(last, unknownEnd);
        dropIfNothing(change);
    }

    /** What came before is the first complete state. */
    void sync() {
        pending.putIfAbsent(SYNC, new Change(SYNC, null, true));
    }

    /** Its turn comes when all that waits now has been delivered, or failed at. */
    void mark(long number) {
        ObjectKey key = new ObjectKey("", MARK + number);
        pending.put(key, new Change(key, null, false));
    }

    private Change change(ObjectKey key, @Nullable StoredObject told, boolean initial) {
        Change change = pending.get(key);
        if (change == null) {
            change = failed.remove(key);
            if (change == null) {
                change = new Change(key, told, initial);
            } else {
                failedByDue.remove(change);
            }
            pending.put(key, change);
        }
        return change;
    }

    /** An object that the handler never heard of, and that is gone, is nothing to tell it. */
    private void dropIfNothing(Change change) {
        if (change.told == null && change.now == null && !known.containsKey(change.key)) {
            pending.remove(change.key);
        }
    }

    // ---- what the handler is told

    /** Takes the next change, if there is one now. Settle it before the next. */
    @Nullable
    Change next(long time) {
        while (!failedByDue.isEmpty() && failedByDue.element().due - time <= 0) {
            Change due = failedByDue.remove();
            failed.remove(due.key);
            pending.put(due.key, due);
        }
        Map.Entry<ObjectKey, Change> first = pending.pollFirstEntry();
        current = first == null ? null : first.getValue();
        return current;
    }

    /** How long it is until a change that failed is due; null when there is none. */
    @Nullable
    Duration untilRetry(long time) {
        return failedByDue.isEmpty() ? null : Duration.ofNanos(Math.max(0, failedByDue.element().due - time));
    }

    /** The handler was told of a state, null for the end, of the object of the current change. */
    void told(Change change, @Nullable StoredObject state) {
        change.told = state;
        change.gone = null;
        if (state != null) {
            known.remove(state.key());
        }
    }

    /** What a predecessor knew of an object that this handler has not been told of. */
    @Nullable
    Identity known(ObjectKey key) {
        return known.get(key);
    }

    /** What a predecessor knew and is not there any more, as of the first complete state. */
    List<Identity> vanished() {
        return known.values().stream()
                .filter(identity -> !pending.containsKey(identity.key()) && !failed.containsKey(identity.key()))
                .toList();
    }

    /** The handler was told that something known is gone. */
    void toldVanished(Identity gone) {
        known.remove(gone.key());
    }

    /** The handler has done with the current change. */
    void done(Change change) {
        current = null;
        if (left != null) {
            correct(left, change);
        }
    }

    /** It has not taken all of it: the rest is told again, at once when the object has changed meanwhile. */
    void failed(Change change, String error, long time) {
        done(change);
        if (left != null) {
            return;
        }
        change.error = error;
        Change newer = pending.get(change.key);
        if (newer != null) {
            // It was made on the assumption that the current one would be taken.
            newer.told = change.told;
            newer.failures = change.failures + 1;
            newer.error = error;
            if (newer.gone == null || change.told == null || !newer.gone.sameUid(change.told)) {
                newer.gone = change.gone;
                newer.goneUnknown = change.goneUnknown;
            }
            dropIfNothing(newer);
            return;
        }
        Duration delay = RETRY_FIRST.multipliedBy(1L << Math.min(change.failures, MOST_DOUBLINGS));
        change.failures++;
        change.due = time + (delay.compareTo(RETRY_MAX) < 0 ? delay : RETRY_MAX).toNanos();
        failed.put(change.key, change);
        failedByDue.add(change);
    }

    /** What was told of an object is what the steps of its change have got to. */
    private static void correct(Map<ObjectKey, Identity> told, Change change) {
        told.remove(change.key);
        if (change.told != null) {
            told.put(change.key, change.told.bare());
        }
    }

    // ---- the end

    /** Nothing waits any more. */
    void clear() {
        pending.clear();
        failed.clear();
        failedByDue.clear();
    }

    /** Remembers what the handler has been told of, given what is stored; nothing waits any more. */
    void close(Collection<StoredObject> store) {
        Map<ObjectKey, Identity> told = new LinkedHashMap<>();
        for (StoredObject stored : store) {
            if (!pending.containsKey(stored.key()) && !failed.containsKey(stored.key())) {
                told.put(stored.key(), stored.bare());
            }
        }
        for (Collection<Change> waiting : List.of(pending.values(), failed.values())) {
            for (Change change : waiting) {
                if (change.told != null) {
                    told.put(change.key, change.told.bare());
                }
            }
        }
        left = told;
        clear();
    }

    /** What the handler had been told of, and what its predecessor knew and it was not told of, when the line was closed. */
    List<Identity> left() {
        if (left == null) {
            return List.of();
        }
        Map<ObjectKey, Identity> told = new LinkedHashMap<>(left);
        if (current != null) {
            correct(told, current);
        }
        known.forEach(told::putIfAbsent);
        return new ArrayList<>(told.values());
    }

    // ---- looking

    /** How many changes wait. */
    int size() {
        return pending.size() + failed.size();
    }

    /** What the handler failed at and has not taken since, for people; empty when there is nothing. */
    String trouble() {
        if (failed.isEmpty()) {
            return "";
        }
        int others = failed.size() - 1;
        return failedByDue.element().error + (others == 0 ? "" : ", and " + others + " more");
    }
}
