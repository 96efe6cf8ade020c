package dev.windlass.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Closes the resources of a ledger one after the other, on a virtual thread. When a step is stuck, the remaining ones are
 * closed side by side. Its monitor guards all fields and is not held while something is closed.
 */
final class Releaser {

    private final String owner;
    private final Runnable whenDone;
    private final Deque<Ledger.Entry> waiting;
    private final Set<Ledger.Entry> open = new LinkedHashSet<>();
    private final List<String> errors = new ArrayList<>(0);

    Releaser(String owner, List<Ledger.Entry> newestFirst, Runnable whenDone) {
        this.owner = owner;
        this.waiting = new ArrayDeque<>(newestFirst);
        this.whenDone = whenDone;
    }

    void start() {
        Thread.ofVirtual().name(owner + "/release").start(this::releaseInOrder);
    }

    private void releaseInOrder() {
        for (Ledger.Entry entry = next(); entry != null; entry = next()) {
            close(entry);
        }
    }

    private synchronized Ledger.@org.jspecify.annotations.Nullable Entry next() {
        Ledger.Entry entry = waiting.poll();
        if (entry != null) {
            open.add(entry);
        }
        return entry;
    }

    private void close(Ledger.Entry entry) {
        String error = null;
        try {
            entry.resource.close();
        } catch (Exception | LinkageError | AssertionError e) {
            error = "release of %s %s: %s".formatted(entry.kind, entry.name, e);
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

    /** Closes all that wait behind a stuck step, each on a thread of its own. */
    void abandonStuckStep() {
        List<Ledger.Entry> remaining;
        synchronized (this) {
            remaining = new ArrayList<>(waiting);
            waiting.clear();
            open.addAll(remaining);
        }
        for (Ledger.Entry entry : remaining) {
            Thread.ofVirtual().name(owner + "/release " + entry.name).start(() -> close(entry));
        }
    }

    synchronized boolean isDone() {
        return waiting.isEmpty() && open.isEmpty();
    }

    synchronized List<Leftover> left() {
        List<Leftover> left = new ArrayList<>();
        open.forEach(entry -> left.add(new Leftover(entry.kind, entry.name, "its release has not ended")));
        waiting.forEach(entry -> left.add(new Leftover(entry.kind, entry.name, "its release has not begun")));
        return left;
    }

    synchronized List<String> errors() {
        return List.copyOf(errors);
    }
}
