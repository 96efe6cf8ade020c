package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An operation whose owner completes it. The first completion counts. Thread-safe. The monitor guards {@code callbacks},
 * {@code waiters} and the change of {@code outcome}, and is held for nothing else.
 *
 * <p>Rooms above this one use it for operations of their own.
 */
public final class Promise<T> implements Operation<T> {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final String what;
    private final TimeSource time;
    private final @Nullable Predicate<@Nullable UnitCell> ends;
    private volatile @Nullable Timer limit;
    private volatile @Nullable Supplier<String> state;
    private @Nullable List<Consumer<? super Outcome<T>>> callbacks;
    private @Nullable List<Thread> waiters;
    private volatile @Nullable Outcome<T> outcome;
    private boolean failureAwaited;

    /**
     * An open promise.
     *
     * @param what what is awaited, for messages: {@code "stop of ticker#1"}
     */
    public Promise(String what, TimeSource time) {
        this(what, time, null);
    }

    /** @param ends whether what is awaited is the end of a given unit, or of one that contains it */
    Promise(String what, TimeSource time, @Nullable Predicate<@Nullable UnitCell> ends) {
        this.what = what;
        this.time = time;
        this.ends = ends;
    }

    /** Completes it with a value; returns false when it had completed before. */
    public boolean complete(T value) {
        return finish(new Outcome.Done<>(value));
    }

    /** Fails it; returns false when it had completed before. */
    public boolean fail(LifecycleException error) {
        return finish(new Outcome.Failed<>(error));
    }

    /** @param words how far what is awaited is, for whoever does not await it any longer */
    Promise<T> describedBy(Supplier<String> words) {
        state = words;
        return this;
    }

    /**
     * Fails it with a {@link DeadlineException} when it is still open after this long.
     *
     * @param whenFailed called then, so that whoever keeps the promise lets go of it
     */
    void limit(Duration after, Runnable whenFailed) {
        if (outcome == null) {
            Timer armed = time.after(after, () -> {
                if (fail(late(after))) {
                    whenFailed.run();
                }
            });
            limit = armed;
            if (outcome != null) {
                armed.cancel();
            }
        }
    }

    private DeadlineException late(Duration limit) {
        Supplier<String> words = state;
        return new DeadlineException("the " + what + " has not completed within " + limit
                + (words == null ? "" : ": " + words.get()));
    }

    private boolean finish(Outcome<T> result) {
        List<Consumer<? super Outcome<T>>> toCall;
        List<Thread> toWake;
        synchronized (this) {
            if (outcome != null) {
                return false;
            }
            outcome = result;
            toCall = callbacks;
            toWake = waiters;
            callbacks = null;
            waiters = null;
        }
        Timer armed = limit;
        if (armed != null) {
            armed.cancel();
        }
        if (toWake != null) {
            toWake.forEach(LockSupport::unpark);
        }
        if (toCall != null) {
            toCall.forEach(callback -> call(callback, result));
        }
        return true;
    }

    @Override
    public T await() throws InterruptedException {
        return await(FOR_EVER);
    }

    @Override
    public T await(Duration limit) throws InterruptedException {
        Outcome<T> done = outcome;
        if (done == null) {
            done = park(limit);
        }
        return switch (done) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T>(LifecycleException error) -> {
                noteWhereAwaited(error);
                throw error;
            }
        };
    }

    /** Puts the stack of the awaiting thread beside the original one; once, however often the failure is awaited. */
    private void noteWhereAwaited(LifecycleException error) {
        synchronized (this) {
            if (failureAwaited) {
                return;
            }
            failureAwaited = true;
        }
        error.addSuppressed(new AwaitedHere(what));
    }

    private Outcome<T> park(Duration limit) throws InterruptedException {
        if (ends != null && ends.test(Incarnation.currentCell())) {
            throw new IllegalStateException("a thread of " + Incarnation.currentActor() + " awaits the " + what
                    + ": it would wait for its own end; ask without awaiting, or from another unit");
        }
        boolean limited = !limit.equals(FOR_EVER);
        long deadline = limited ? time.nanos() + SystemTime.nanos(limit) : 0;
        Duration remaining = limit;
        Thread self = Thread.currentThread();
        synchronized (this) {
            if (waiters == null) {
                waiters = new ArrayList<>(1);
            }
            waiters.add(self);
        }
        try {
            Outcome<T> done;
            while ((done = outcome) == null) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while awaiting the " + what);
                }
                if (limited) {
                    long nanos = deadline - time.nanos();
                    if (nanos <= 0) {
                        throw late(limit);
                    }
                    remaining = Duration.ofNanos(nanos);
                }
                time.park(this, remaining);
            }
            return done;
        } finally {
            synchronized (this) {
                if (waiters != null) {
                    waiters.remove(self);
                }
            }
        }
    }

    @Override
    public boolean isDone() {
        return outcome != null;
    }

    @Override
    public void whenDone(Consumer<? super Outcome<T>> callback) {
        Outcome<T> done;
        synchronized (this) {
            done = outcome;
            if (done == null) {
                if (callbacks == null) {
                    callbacks = new ArrayList<>(1);
                }
                callbacks.add(callback);
            }
        }
        if (done != null) {
            call(callback, done);
        }
    }

    private void call(Consumer<? super Outcome<T>> callback, Outcome<T> result) {
        Thread.ofVirtual().inheritInheritableThreadLocals(false).name("callback of the " + what).start(() -> {
            try {
                callback.accept(result);
            } catch (RuntimeException | Error e) {
                LOG.atWarn().addKeyValue("operation", what).setCause(e).log("a callback failed");
            }
        });
    }

    @Override
    public CompletableFuture<T> toFuture() {
        CompletableFuture<T> future = new CompletableFuture<>();
        whenDone(result -> {
            switch (result) {
                case Outcome.Done<T>(T value) -> future.complete(value);
                case Outcome.Failed<T>(LifecycleException error) -> future.completeExceptionally(error);
            }
        });
        return future;
    }

    @Override
    public String toString() {
        Outcome<T> done = outcome;
        return what + (done == null ? " (open)" : " (" + done + ")");
    }

    private static final class AwaitedHere extends LifecycleException {

        AwaitedHere(String what) {
            super("the " + what + " was awaited here");
        }
    }
}
