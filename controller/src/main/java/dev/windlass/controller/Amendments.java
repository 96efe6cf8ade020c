package dev.windlass.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a controller since it was described: the watches that were added, and how it was reconfigured. All handles of one
 * controller, before and after it was replaced, share it; watches outlive the description, the configuration goes with it.
 * Thread-safe.
 */
final class Amendments {

    private final List<WatchHandle> watches = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile @Nullable Engagements engagements;

    private volatile @Nullable Reconfigured reconfigured;

    private record Reconfigured(Controller<?> described, Controller<?> now) {
    }

    void amend(Controller<?> described, Controller<?> now) {
        reconfigured = new Reconfigured(described, now);
    }

    /** What a description has become. */
    @SuppressWarnings("unchecked") // it is amended by one for the same class
    <T extends HasMetadata> Controller<T> amended(Controller<T> described) {
        Reconfigured last = reconfigured;
        return last != null && last.described == described ? (Controller<T>) last.now : described;
    }

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
