package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What other rooms hang on a manager, by type. The monitor guards all fields; factories and closings run outside of it, other
 * callers for the same type await the first one's factory.
 */
final class Extensions {

    private final Manager manager;
    private final Map<Class<?>, CompletableFuture<Object>> byType = new HashMap<>();
    private final Map<Class<?>, Thread> makers = new HashMap<>();
    private final Deque<AutoCloseable> closeables = new ArrayDeque<>();
    private boolean closed;

    Extensions(Manager manager) {
        this.manager = manager;
    }

    <T> T get(Class<T> type, Function<? super Manager, ? extends T> factory) {
        refuseCodeOfAUnit(type);
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
                makers.put(type, Thread.currentThread());
            }
        }
        if (present != null) {
            if (!present.isDone() && isMaking(type)) {
                throw new IllegalStateException("%s of %s is asked for by the factory that makes it"
                        .formatted(type.getSimpleName(), manager.name()));
            }
            try {
                return type.cast(present.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LifecycleException("interrupted while another thread makes %s of %s"
                        .formatted(type.getSimpleName(), manager.name()), e);
            } catch (ExecutionException e) {
                throw new LifecycleException("%s of %s could not be made: %s"
                        .formatted(type.getSimpleName(), manager.name(), e.getCause()), e.getCause());
            }
        }
        return make(type, factory, mine);
    }

    private <T> T make(Class<T> type, Function<? super Manager, ? extends T> factory, CompletableFuture<Object> mine) {
        T made;
        try {
            made = makeForTheManager(factory);
            refuseCodeOfAUnit(made.getClass());
            keep(type, made);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                byType.remove(type);
                makers.remove(type);
            }
            mine.completeExceptionally(e);
            throw e;
        }
        mine.complete(made);
        return made;
    }

    /** What is made is there for as long as the manager, and so are threads that it begins: not with the context of who asked first. */
    private <T> T makeForTheManager(Function<? super Manager, ? extends T> factory) {
        Thread thread = Thread.currentThread();
        ClassLoader ofAsker = thread.getContextClassLoader();
        thread.setContextClassLoader(manager.contextClassLoader());
        try {
            return factory.apply(manager);
        } finally {
            thread.setContextClassLoader(ofAsker);
        }
    }

    /** A unit whose code has a class loader of its own, which can go before the manager does, may hang none of that on it. */
    private void refuseCodeOfAUnit(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        Incarnation asker = Incarnation.current();
        if (asker != null && sees(asker.contextClassLoader(), loader) && !sees(manager.contextClassLoader(), loader)
                && !sees(Extensions.class.getClassLoader(), loader)) {
            throw new IllegalArgumentException(
                    "%s cannot hang %s on %s: its class loader is that of the unit, which can go before the manager does;"
                            .formatted(asker.id(), type.getName(), manager.name()) + " keep it in the unit");
        }
    }

    private static boolean sees(@Nullable ClassLoader from, @Nullable ClassLoader loader) {
        for (ClassLoader at = from; at != null; at = at.getParent()) {
            if (at.equals(loader)) {
                return true;
            }
        }
        return loader == null;
    }

    private <T> void keep(Class<T> type, T made) {
        boolean late;
        synchronized (this) {
            makers.remove(type);
            late = closed;
            if (!late && made instanceof AutoCloseable closeable) {
                closeables.push(closeable);
            }
        }
        if (late) {
            StoppingException refusal = new StoppingException("%s makes no %s any more: it has stopped meanwhile"
                    .formatted(manager.name(), type.getSimpleName()));
            if (made instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception e) {
                    refusal.addSuppressed(e);
                }
            }
            throw refusal;
        }
    }

    private synchronized boolean isMaking(Class<?> type) {
        return makers.get(type) == Thread.currentThread();
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
        Closing closing = new Closing(manager, newestFirst, whenDone);
        closing.start(limit);
    }

    /** Ends once: when all is closed, or at the limit. At half of it, what waits behind a stuck one is closed all the same. */
    private static final class Closing {

        private final TimeSource time;
        private final Releaser releaser;
        private final BiConsumer<List<Leftover>, List<String>> whenDone;
        private volatile @Nullable Timer half;
        private volatile @Nullable Timer whole;
        private boolean ended;

        Closing(Manager manager, List<Ledger.Entry> newestFirst, BiConsumer<List<Leftover>, List<String>> whenDone) {
            this.time = manager.time();
            this.releaser = new Releaser(manager.name(), newestFirst,
                    (name, body) -> manager.scheduling().virtual().inheritInheritableThreadLocals(false).name(name)
                            .start(body),
                    time,
                    this::end);
            this.whenDone = whenDone;
        }

        void start(Duration limit) {
            half = time.after(limit.dividedBy(2), releaser::releaseAllNow);
            whole = time.after(limit, this::end);
            releaser.start();
        }

        private void end() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            for (Timer armed : new Timer[]{half, whole}) {
                if (armed != null) {
                    armed.cancel();
                }
            }
            whenDone.accept(releaser.left(), releaser.errors());
        }
    }
}
