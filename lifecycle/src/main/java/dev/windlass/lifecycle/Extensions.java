package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What other rooms hang on a manager, by type. The monitor guards all fields; factories and closings run outside of it, other
 * callers for the same type await the first one's factory.
 */
final class Extensions {

    private final Manager manager;
    private final Map<Class<?>, CompletableFuture<Object>> byType = new HashMap<>();
    private final Deque<AutoCloseable> closeables = new ArrayDeque<>();
    private boolean closed;

    Extensions(Manager manager) {
        this.manager = manager;
    }

    <T> T get(Class<T> type, Function<? super Manager, ? extends T> factory) {
        CompletableFuture<Object> mine = new CompletableFuture<>();
        CompletableFuture<Object> present;
        synchronized (this) {
            present = byType.get(type);
            if (present == null) {
                if (closed) {
                    throw new StoppingException("%s makes no %s any more: it has stopped"
                            .formatted(manager.name(), type.getSimpleName()));
                }
                byType.put(type, mine);
            }
        }
        if (present != null) {
            try {
                return type.cast(present.join());
            } catch (CompletionException e) {
                throw new LifecycleException("%s of %s could not be made: %s"
                        .formatted(type.getSimpleName(), manager.name(), e.getCause()), e.getCause());
            }
        }
        return make(type, factory, mine);
    }

    private <T> T make(Class<T> type, Function<? super Manager, ? extends T> factory, CompletableFuture<Object> mine) {
        T made;
        try {
            made = factory.apply(manager);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                byType.remove(type);
            }
            mine.completeExceptionally(e);
            throw e;
        }
        if (made instanceof AutoCloseable closeable) {
            synchronized (this) {
                closeables.push(closeable);
            }
        }
        mine.complete(made);
        return made;
    }

    /** Closes them newest first, within the limit, and tells what was left and what went wrong. */
    void close(Duration limit, BiConsumer<List<Leftover>, List<String>> whenDone) {
        List<Ledger.Entry> newestFirst = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (AutoCloseable closeable : closeables) {
                newestFirst.add(new Ledger.Entry("extension", closeable.getClass().getSimpleName(), closeable));
            }
        }
        if (newestFirst.isEmpty()) {
            whenDone.accept(List.of(), List.of());
            return;
        }
        Closing closing = new Closing(whenDone);
        Releaser releaser = new Releaser(manager.name(), newestFirst, closing::end);
        closing.releaser = releaser;
        closing.timer = manager.time().after(limit, closing::end);
        releaser.start();
    }

    /** Ends once: when all is closed, or at the limit. */
    private static final class Closing {

        private final BiConsumer<List<Leftover>, List<String>> whenDone;
        private volatile @org.jspecify.annotations.Nullable Releaser releaser;
        private volatile @org.jspecify.annotations.Nullable Timer timer;
        private boolean ended;

        Closing(BiConsumer<List<Leftover>, List<String>> whenDone) {
            this.whenDone = whenDone;
        }

        void end() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            Timer armed = timer;
            if (armed != null) {
                armed.cancel();
            }
            Releaser done = releaser;
            whenDone.accept(done == null ? List.of() : done.left(), done == null ? List.of() : done.errors());
        }
    }
}
