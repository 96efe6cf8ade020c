package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnknownUnitException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clusters of a manager, and what they share: one {@code Vertx}, one memory of model classes. Closed with the manager.
 * Thread-safe.
 */
public final class Clusters implements AutoCloseable {

    private static final long CLOSE_SECONDS = 5;
    private static final int CLOSING_ROUNDS = 3;

    private final Manager manager;
    private final Serializations serializations = new Serializations();
    private final ClusterMeters meters;
    private final Object lock = new Object();
    private final List<LiveConnection> live = new ArrayList<>();
    private final List<ConnectionListener> listeners = new CopyOnWriteArrayList<>();
    private @Nullable Vertx vertx;
    private boolean closed;

    private Clusters(Manager manager) {
        this.manager = manager;
        this.meters = new ClusterMeters(manager.metrics(), this::live);
    }

    /** The clusters of a manager. */
    public static Clusters of(Manager manager) {
        return manager.extension(Clusters.class, Clusters::new);
    }

    /**
     * A cluster by name, without the prefix of its unit.
     *
     * @throws UnknownUnitException when there is none; names those that there are
     */
    public ClusterHandle get(String name) {
        return find(name).orElseThrow(() -> new UnknownUnitException("there is no cluster \"" + name + "\": there are "
                + all().stream().map(ClusterHandle::clusterName).toList()));
    }

    /** A cluster by name, without the prefix of its unit. */
    public Optional<ClusterHandle> find(String name) {
        return manager.find(Cluster.PREFIX + name).flatMap(Clusters::face);
    }

    /** All clusters, by name, whatever their state. */
    public List<ClusterHandle> all() {
        return manager.units().stream().flatMap(unit -> face(unit).stream()).toList();
    }

    private static Optional<ClusterHandle> face(RunnableHandle unit) {
        return unit instanceof ClusterHandle cluster ? Optional.of(cluster) : Optional.empty();
    }

    /**
     * Tells a listener of each cluster generation when it is connected for the first time, at once of those that are. Each
     * listener has a thread of its own and is told in order.
     */
    public Registration onConnected(Consumer<? super ClusterConnection> listener) {
        ConnectionListener added = new ConnectionListener(listener);
        synchronized (lock) {
            listeners.add(added);
            live.forEach(added::tell);
        }
        return () -> {
            listeners.remove(added);
            added.close();
        };
    }

    void connected(LiveConnection connection) {
        synchronized (lock) {
            live.add(connection);
            listeners.forEach(listener -> listener.tell(connection));
        }
    }

    void disconnected(LiveConnection connection) {
        synchronized (lock) {
            live.remove(connection);
        }
    }

    List<LiveConnection> live() {
        synchronized (lock) {
            return List.copyOf(live);
        }
    }

    Serializations serializations() {
        return serializations;
    }

    Vertx vertx() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the clusters of " + manager.name() + " have been closed");
            }
            if (vertx == null) {
                vertx = Vertx.vertx(new VertxOptions().setUseDaemonThread(true)
                        .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false)));
            }
            return vertx;
        }
    }

    /**
     * Lets the event loops finish what they hand to each other when connections close: a loop that has ended by then would
     * refuse it with a stack trace in the log. Each handing over takes one round.
     */
    private static void settle(Vertx vertx) throws InterruptedException {
        for (int round = 0; round < CLOSING_ROUNDS; round++) {
            CountDownLatch loops = new CountDownLatch(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE);
            for (long left = loops.getCount(); left > 0; left--) {
                // A thread that Vert.x has not seen is given the next loop.
                Thread.ofVirtual().inheritInheritableThreadLocals(false).name("cluster event loops")
                        .start(() -> vertx.runOnContext(nothing -> loops.countDown()));
            }
            if (!loops.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                return; // said by the close that follows
            }
        }
    }

    @Override
    public void close() {
        Vertx last;
        synchronized (lock) {
            closed = true;
            last = vertx;
            vertx = null;
        }
        listeners.forEach(ConnectionListener::close);
        meters.close();
        if (last != null) {
            try {
                settle(last);
                last.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (TimeoutException e) {
                throw new IllegalStateException("the shared Vertx did not close within " + CLOSE_SECONDS + " s", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the shared Vertx did not close: " + Failures.describe(e), e);
            }
        }
    }
}
