package dev.windlass.controller;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What was added to a controller since it was described: it outlives the description, so that all handles of one controller, before
 * and after it was replaced, share it. Thread-safe.
 */
final class AddedWatches {

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
