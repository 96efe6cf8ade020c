package dev.windlass.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A queue of keys that one generation works through, and that can be handed over: what a controller is to a replace. */
final class Keys implements Handover {

    record Left(List<String> keys) implements CarryOver {

        Left {
            keys = List.copyOf(keys);
        }

        @Override
        public long count() {
            return keys.size();
        }

        @Override
        public List<String> sample(int max) {
            return keys.stream().limit(max).toList();
        }
    }

    private final RunnableContext context;
    private final Consumer<String> work;
    private final Deque<String> waiting = new ArrayDeque<>();
    private boolean frozen;
    private boolean working;
    private boolean closed;

    Keys(RunnableContext context, Consumer<String> work) {
        this.context = context;
        this.work = work;
    }

    synchronized void add(String key) {
        waiting.add(key);
        notifyAll();
    }

    /** Takes a key in, unless it is on its way out or hands over. */
    synchronized boolean offer(String key) {
        if (closed || frozen) {
            return false;
        }
        add(key);
        return true;
    }

    synchronized boolean isIdle() {
        return !working && waiting.isEmpty();
    }

    void addAll(@Nullable CarryOver left) {
        if (left instanceof Left some) {
            some.keys().forEach(this::add);
        }
    }

    /** Takes what was left, and says so. */
    void take(Optional<CarryOver> left) {
        addAll(left.orElse(null));
        context.carryOver(null);
    }

    /** Works until the unit is stopped; what is left then is exported, also what was not finished. */
    void run() throws InterruptedException {
        context.stopping().onSet(this::close);
        try {
            for (String key = next(); key != null; key = next()) {
                boolean finished = false;
                try (Registration claim = context.claim(key).orElse(null)) {
                    if (claim != null) {
                        work.accept(key);
                        finished = true;
                    }
                } finally {
                    done(finished ? null : key);
                }
            }
        } finally {
            end();
        }
    }

    /** Takes nothing in any more, and leaves what there is to the next generation. */
    void end() {
        close();
        context.carryOver(export());
    }

    private synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized @Nullable String next() throws InterruptedException {
        while (!closed && (frozen || waiting.isEmpty())) {
            wait();
        }
        working = !closed;
        return closed ? null : waiting.remove();
    }

    private synchronized void done(@Nullable String unfinished) {
        working = false;
        if (unfinished != null) {
            waiting.add(unfinished);
        }
        notifyAll();
    }

    synchronized @Nullable Left export() {
        if (waiting.isEmpty()) {
            return null;
        }
        Left left = new Left(new ArrayList<>(waiting));
        waiting.clear();
        return left;
    }

    @Override
    public synchronized @Nullable CarryOver freeze() throws InterruptedException {
        frozen = true;
        while (working) {
            wait();
        }
        return export();
    }

    @Override
    public synchronized void thaw(@Nullable CarryOver back) {
        if (closed) {
            throw new IllegalStateException("ends, and takes nothing back");
        }
        addAll(back);
        frozen = false;
        notifyAll();
    }
}
