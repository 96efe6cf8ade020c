package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Something that was asked for and completes later: with a value, with an error when it failed or a later operation made it
 * pointless, or with a {@link DeadlineException}. Nobody but the engine can complete it. Thread-safe.
 */
public interface Operation<T> {

    /**
     * Blocks until it has completed.
     *
     * @throws InterruptedException when the current thread is interrupted; the operation itself goes on
     * @throws LifecycleException when the operation failed
     * @throws IllegalStateException when the current thread belongs to the unit whose end it would await: it would never come
     */
    T await() throws InterruptedException;

    /**
     * Blocks until it has completed, at most for {@code limit}.
     *
     * @throws DeadlineException when it has not completed by then; the operation itself goes on
     */
    T await(Duration limit) throws InterruptedException;

    /** Whether it has completed, in either way. */
    boolean isDone();

    /** Calls back once, on a virtual thread of its own, when it has completed; at once if it has already. */
    void whenDone(Consumer<? super Outcome<T>> callback);

    /** A future that follows this operation. Cancelling or completing it does not touch the operation. */
    CompletableFuture<T> toFuture();
}
