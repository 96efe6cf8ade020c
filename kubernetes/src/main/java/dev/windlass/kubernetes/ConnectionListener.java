package dev.windlass.kubernetes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells one listener of connections, in order, on a virtual thread that exists only while there is something to tell. */
final class ConnectionListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionListener.class);

    private final Consumer<? super ClusterConnection> listener;
    private final Deque<LiveConnection> waiting = new ArrayDeque<>();
    private boolean telling;
    private boolean closed;

    ConnectionListener(Consumer<? super ClusterConnection> listener) {
        this.listener = listener;
    }

    synchronized void tell(LiveConnection connection) {
        if (closed) {
            return;
        }
        waiting.add(connection);
        if (!telling) {
            telling = true;
            Thread.ofVirtual().inheritInheritableThreadLocals(false).name("cluster listener").start(this::run);
        }
    }

    private void run() {
        LiveConnection next;
        while ((next = next()) != null) {
            try {
                listener.accept(next);
            } catch (Throwable e) {
                LOGGER.atError().setCause(e).addKeyValue("cluster", next.name())
                        .log("a listener for connected clusters failed");
            }
        }
    }

    private synchronized @Nullable LiveConnection next() {
        LiveConnection next = closed ? null : waiting.poll();
        if (next == null) {
            telling = false;
        }
        return next;
    }

    synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
