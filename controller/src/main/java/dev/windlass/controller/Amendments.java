package dev.windlass.controller;

import java.lang.ref.WeakReference;
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
    /** The context class loader of the generation that works, or did last; guarded by this. */
    private WeakReference<@Nullable ClassLoader> ranBy = new WeakReference<>(null);

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

    /** The code of a generation that was replaced is gone: what was added by it goes too. */
    void removeThoseOf(LeavingCode gone) {
        for (WatchHandle one : all()) {
            if (gone.has(one.watch()) && watches.remove(one)) {
                one.codeLeft();
            }
        }
    }

    /** Whose code ran until now, if another one's runs from now on. */
    synchronized LeavingCode ranBefore(@Nullable ClassLoader next) {
        return LeavingCode.of(ranBy.get(), next);
    }

    synchronized void runsBy(@Nullable ClassLoader loader) {
        ranBy = new WeakReference<>(loader);
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
