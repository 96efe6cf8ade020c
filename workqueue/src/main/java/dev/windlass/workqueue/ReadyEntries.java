package dev.windlass.workqueue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What can run now: by priority, within a priority by turns of the tenants (weighted round robin), within a tenant by the
 * time it became ready. Ageing: while the oldest entry that may run of some lower priority has waited longer than
 * {@code ageing}, every {@value #AGED_TURN}th dispatch is given to the oldest, so that no priority starves and a flood of
 * aged entries slows the higher ones down by no more than that.
 *
 * <p>Guarded by the lock of the queue. Add and poll are O(1) while there are few distinct priorities; the first add of a
 * new priority and an aged turn are O(priorities in use).
 */
final class ReadyEntries<K> {

    static final int AGED_TURN = 4;
    /** So many empty levels are kept for the next add; with more, an empty level is dropped. */
    private static final int KEPT_LEVELS = 8;

    private final long ageing;
    /** By priority, highest first. */
    private @Nullable Level<K>[] levels = levels(2);
    private int levelCount;
    private int occupied;
    private int size;
    private int turnsSinceAged;

    ReadyEntries(long ageingNanos) {
        this.ageing = ageingNanos;
    }

    int size() {
        return size;
    }

    void add(Entry<K> entry) {
        Level<K> level = level(entry.priority);
        if (level.size == 0) {
            occupied++;
        }
        level.add(entry);
        size++;
    }

    void remove(Entry<K> entry) {
        remove(level(entry.priority), entry);
    }

    @Nullable
    Entry<K> poll(long now) {
        if (size == 0) {
            return null;
        }
        Level<K> level = occupied > 1 && ++turnsSinceAged >= AGED_TURN ? aged(now) : highest();
        Entry<K> entry = level.head();
        remove(level, entry);
        return entry;
    }

    /** Every entry, in the order of priority and, within a priority, tenant by tenant. */
    void forEach(Consumer<Entry<K>> action) {
        for (int i = 0; i < levelCount; i++) {
            at(i).forEach(action);
        }
    }

    void forEachPriority(ObjIntConsumer<String> depth) {
        for (int i = 0; i < levelCount; i++) {
            Level<K> level = at(i);
            depth.accept(Integer.toString(level.priority), level.size);
        }
    }

    void clear() {
        levels = levels(2);
        levelCount = 0;
        occupied = 0;
        size = 0;
    }

    private void remove(Level<K> level, Entry<K> entry) {
        level.remove(entry);
        size--;
        if (level.size == 0) {
            occupied--;
            if (levelCount > KEPT_LEVELS) {
                int index = indexOf(level.priority);
                System.arraycopy(levels, index + 1, levels, index, levelCount - index - 1);
                levels[--levelCount] = null;
            }
        }
    }

    private Level<K> highest() {
        for (int i = 0; i < levelCount; i++) {
            Level<K> level = at(i);
            if (level.size > 0) {
                return level;
            }
        }
        throw new IllegalStateException("no ready entry among " + size);
    }

    private Level<K> aged(long now) {
        turnsSinceAged = 0;
        Level<K> highest = highest();
        Level<K> oldest = highest;
        long age = ageing;
        for (int i = 0; i < levelCount; i++) {
            Level<K> level = at(i);
            if (level.size > 0 && level != highest && now - level.head().since > age) {
                age = now - level.head().since;
                oldest = level;
            }
        }
        return oldest;
    }

    private Level<K> at(int index) {
        Level<K> level = levels[index];
        if (level == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return level;
    }

    private Level<K> level(int priority) {
        int index = indexOf(priority);
        return index >= 0 ? at(index) : insert(-index - 1, new Level<>(priority));
    }

    private int indexOf(int priority) {
        int low = 0;
        int high = levelCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = at(middle).priority;
            if (found == priority) {
                return middle;
            } else if (found > priority) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private Level<K> insert(int index, Level<K> level) {
        if (levelCount == levels.length) {
            levels = Arrays.copyOf(levels, levelCount << 1);
        }
        System.arraycopy(levels, index, levels, index + 1, levelCount - index);
        levels[index] = level;
        levelCount++;
        return level;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <K> @Nullable Level<K>[] levels(int length) {
        return new Level[length];
    }

    /** One priority: a ring of the lanes that hold something. */
    private static final class Level<K> {

        final int priority;
        private final Map<Tenant<K>, Lane<K>> lanes = new HashMap<>();
        /** Lane of the entries that have no tenant. */
        private final Lane<K> common = new Lane<>(null);
        /** The lane whose turn it is; null when the level is empty. */
        private @Nullable Lane<K> turn;
        int size;

        Level(int priority) {
            this.priority = priority;
        }

        void add(Entry<K> entry) {
            Tenant<K> tenant = entry.tenant;
            Lane<K> lane = tenant == null ? common : lanes.computeIfAbsent(tenant, Lane::new);
            if (lane.first == null) {
                join(lane);
            }
            lane.append(entry);
            size++;
        }

        Entry<K> head() {
            Lane<K> lane = turn;
            Entry<K> entry = lane == null ? null : lane.first;
            if (entry == null) {
                throw new IllegalStateException("priority " + priority + " is empty");
            }
            return entry;
        }

        void remove(Entry<K> entry) {
            Tenant<K> tenant = entry.tenant;
            Lane<K> lane = tenant == null ? common : lanes.get(tenant);
            if (lane == null) {
                throw new IllegalStateException("key " + entry.key + " has no lane");
            }
            boolean served = lane == turn && lane.first == entry;
            lane.remove(entry);
            size--;
            if (lane.first == null) {
                leave(lane);
            } else if (served && --lane.credit <= 0) {
                lane.credit = weight(lane);
                turn = lane.next;
            }
        }

        void forEach(Consumer<Entry<K>> action) {
            Lane<K> start = turn;
            if (start == null) {
                return;
            }
            Lane<K> lane = start;
            do {
                for (Entry<K> entry = lane.first; entry != null; entry = entry.next) {
                    action.accept(entry);
                }
                lane = lane.next;
            } while (lane != start);
        }

        /** A lane that joins has the turn last. */
        private void join(Lane<K> lane) {
            lane.credit = weight(lane);
            Lane<K> at = turn;
            if (at == null) {
                turn = lane;
                return;
            }
            lane.next = at;
            lane.previous = at.previous;
            at.previous.next = lane;
            at.previous = lane;
        }

        private void leave(Lane<K> lane) {
            if (lane.tenant != null) {
                lanes.remove(lane.tenant);
            }
            if (lane.next == lane) {
                turn = null;
                return;
            }
            if (turn == lane) {
                turn = lane.next;
            }
            lane.previous.next = lane.next;
            lane.next.previous = lane.previous;
            lane.next = lane;
            lane.previous = lane;
        }

        private static int weight(Lane<?> lane) {
            return lane.tenant == null ? 1 : lane.tenant.weight;
        }
    }
}
