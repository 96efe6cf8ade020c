package dev.windlass.controller;

import dev.windlass.workqueue.Item;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether the reconciler of a generation that took the place of another one works at all: it does once a reconciliation succeeds, and
 * until then it does not when {@value #ENOUGH} have failed. What had failed before it came is not held against it. Thread-safe.
 */
final class Trial {

    static final int ENOUGH = 5;

    private final Runnable onNews;
    private final Set<Object> own = new HashSet<>(); // keys whose first failure was here; guarded by this
    private int failed; // guarded by this
    private volatile boolean passed;
    private volatile String trouble = "";

    /**
     * @param needed whether it took anybody's place; otherwise nothing is counted, and there is no trouble
     * @param onNews called, and must not block, when {@link #trouble()} has become another
     */
    Trial(boolean needed, Runnable onNews) {
        this.passed = !needed;
        this.onNews = onNews;
    }

    void succeeded() {
        if (passed) {
            return;
        }
        synchronized (this) {
            passed = true;
            own.clear();
            trouble = "";
        }
        onNews.run();
    }

    void failed(Item<?> item, Throwable thrown) {
        if (passed) {
            return;
        }
        synchronized (this) {
            if (passed || (item.failures() > 0 && !own.contains(item.key()))) {
                return;
            }
            own.add(item.key());
            if (++failed < ENOUGH) {
                return;
            }
            trouble = "none of %d reconciliations has succeeded since it took over, the last failed at %s with %s"
                    .formatted(failed, item.key(), thrown);
        }
        onNews.run();
    }

    /** Empty when there is none, or none yet. */
    String trouble() {
        return trouble;
    }
}
