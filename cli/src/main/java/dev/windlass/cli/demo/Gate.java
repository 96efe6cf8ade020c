package dev.windlass.cli.demo;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds the workers of a cluster back while it is closed, so that work queues up. Thread-safe. */
final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private final Set<String> closed = new HashSet<>();

    void close(String cluster) {
        lock.lock();
        try {
            closed.add(cluster);
        } finally {
            lock.unlock();
        }
    }

    void open(String cluster) {
        lock.lock();
        try {
            closed.remove(cluster);
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void pass(String cluster) throws InterruptedException {
        lock.lock();
        try {
            while (closed.contains(cluster)) {
                opened.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
