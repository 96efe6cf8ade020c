package dev.windlass.apiserver.internal.rest;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What is to be looked at, in its order, by one task at a time, so that whoever looks needs no lock. Thread-safe.
 *
 * @param <T>
 *            what is looked at
 */
public final class Backlog<T> {
    private final Executor executor;
    private final Consumer<T> look;
    private final BiConsumer<T, RuntimeException> failed;
    private final Queue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    /**
     * @param executor
     *            where it is worked off
     * @param failed
     *            is told what could not be looked at, and why: it keeps nothing else from being looked at
     */
    public Backlog(Executor executor, Consumer<T> look, BiConsumer<T, RuntimeException> failed) {
        this.executor = executor;
        this.look = look;
        this.failed = failed;
    }

    public void add(T item) {
        queue.add(item);
        if (pending.getAndIncrement() == 0) {
            executor.execute(this::work);
        }
    }

    /** Whether it will be looked at once more. */
    public boolean contains(T item) {
        return queue.contains(item);
    }

    private void work() {
        do {
            T item = queue.poll();
            if (item != null) {
                try {
                    look.accept(item);
                } catch (RuntimeException e) {
                    failed.accept(item, e);
                }
            }
        } while (pending.decrementAndGet() > 0);
    }
}
