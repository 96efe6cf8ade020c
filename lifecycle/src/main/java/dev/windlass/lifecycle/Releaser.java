package dev.windlass.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Closes the resources of a ledger one after the other, in the order given, on a thread of its own. A step that is stuck is
 * overtaken: it keeps its thread, and another one goes on with the step after it. Its monitor guards all fields and is not held
 * while something is closed.
 */
final class Releaser {

    private final String owner;
    private final BiConsumer<String, Runnable> threads;
    private final TimeSource time;
    private final Runnable whenDone;
    private final Deque<Ledger.Entry> waiting;
    private final Set<Ledger.Entry> open = new LinkedHashSet<>();
    private final List<String> errors = new ArrayList<>(0);
    private Ledger.@Nullable Entry current;
    private long currentBegan;

    /**
     * @param threads starts a thread with a name
     * @param whenDone called when the last step has ended
     */
    Releaser(String owner, List<Ledger.Entry> newestFirst, BiConsumer<String, Runnable> threads, TimeSource time,
            Runnable whenDone) {
        this.owner = owner;
        this.waiting = new ArrayDeque<>(newestFirst);
        this.threads = threads;
        this.time = time;
        this.whenDone = whenDone;
    }

    void start() {
        threads.accept(owner + "/release", () -> releaseInOrder(null));
    }

    /** @param last what this thread has just closed: when it is not the current step any more, it has been overtaken */
    private void releaseInOrder(Ledger.@Nullable Entry last) {
        for (Ledger.Entry entry = next(last); entry != null; entry = next(entry)) {
            close(entry);
        }
    }

    private synchronized Ledger.@Nullable Entry next(Ledger.@Nullable Entry last) {
        if (current != last) {
            return null;
        }
        current = waiting.poll();
        if (current != null) {
            currentBegan = time.nanos();
            current.releasedBy = Thread.currentThread();
            open.add(current);
        }
        return current;
    }

    private void close(Ledger.Entry entry) {
        String error = null;
        try {
            entry.resource.close();
        } catch (Throwable e) {
            error = "release of %s %s: %s".formatted(entry.kind, entry.name, Incarnation.describe(e));
        }
        boolean done;
        synchronized (this) {
            open.remove(entry);
            if (error != null) {
                errors.add(error);
            }
            done = isDone();
        }
        if (done) {
            whenDone.run();
        }
    }

    synchronized boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Goes on with the step after the current one, if this one has been running for the given time in nanoseconds. */
    void overtakeStuckStep(long limit) {
        Ledger.Entry stuck;
        synchronized (this) {
            stuck = current;
            if (stuck == null || waiting.isEmpty() || time.nanos() - currentBegan < limit) {
                return;
            }
            current = null;
        }
        threads.accept(owner + "/release after " + stuck.name, () -> releaseInOrder(null));
    }

    /** Closes all that wait, side by side. */
    void releaseAllNow() {
        List<Ledger.Entry> remaining;
        synchronized (this) {
            remaining = new ArrayList<>(waiting);
            waiting.clear();
            open.addAll(remaining);
        }
        for (Ledger.Entry entry : remaining) {
            threads.accept(owner + "/release " + entry.name, () -> {
                synchronized (this) {
                    entry.releasedBy = Thread.currentThread();
                }
                close(entry);
            });
        }
    }

    synchronized boolean isDone() {
        return waiting.isEmpty() && open.isEmpty();
    }

    synchronized List<Leftover> left() {
        List<Leftover> left = new ArrayList<>();
        for (Ledger.Entry entry : open) {
            Thread thread = entry.releasedBy;
            left.add(new Leftover(entry.kind, entry.name,
                    "its release has not ended" + (thread == null ? "" : "\n" + UnitThreads.stack(thread))));
        }
        waiting.forEach(entry -> left.add(new Leftover(entry.kind, entry.name, "its release has not begun")));
        return left;
    }

    synchronized List<String> errors() {
        return List.copyOf(errors);
    }
}
