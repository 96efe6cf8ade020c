package dev.windlass.controller;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The watches that were added to a controller since it was described. All handles of one controller, before and after it was
 * reconfigured or replaced, share it: watches outlive the description. Thread-safe.
 */
final class Amendments {

    private final List<WatchHandle> watches = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile @Nullable Engagements engagements;

    int nextNumber() {
        return numbers.incrementAndGet();
    }

    void add(WatchHandle added) {
        watches.add(added);
    }

    boolean remove(WatchHandle gone) {
        return watches.remove(gone);
    }

    void clear() {
        watches.clear();
    }

    /** As they are now. */
    List<WatchHandle> all() {
        return List.copyOf(watches);
    }

    void bind(Engagements to) {
        engagements = to;
    }

    /** Null until the controller has run. */
    @Nullable
    Engagements engagements() {
        return engagements;
    }
}
