package dev.windlass.kubernetes;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether the handlers of a cluster are told of what changes. While it is closed, changes wait in their lines, one per object at
 * most, and the watches go on. Thread-safe, without a lock: who waits for it registers first and looks then, who opens it does so
 * first and wakes then, so that one of them sees the other.
 */
final class Intake {

    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    boolean closed() {
        return closed;
    }

    void close() {
        closed = true;
        waiting.forEach(Runnable::run);
    }

    void open() {
        closed = false;
        waiting.forEach(Runnable::run);
    }

    /** @param wake called, on any thread, when it is opened or closed; does not block */
    void add(Runnable wake) {
        waiting.add(wake);
    }

    void remove(Runnable wake) {
        waiting.remove(wake);
    }
}
