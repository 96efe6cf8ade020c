package dev.windlass.testkit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What every byte of a {@link FaultProxy} passes: shut in a black hole, and slow on demand. */
final class Gate {

    // Innermost: nothing else is locked inside.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut;
    private long delayNanos;

    void shut() {
        change(() -> shut = true);
    }

    void open() {
        change(() -> shut = false);
    }

    void delay(Duration delay) {
        change(() -> delayNanos = delay.toNanos());
    }

    private void change(Runnable setting) {
        lock.lock();
        try {
            setting.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until what arrived at a time of {@link System#nanoTime()} may go on. */
    void pass(long arrivedNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long wait = arrivedNanos + delayNanos - System.nanoTime();
            while (shut || wait > 0) {
                if (shut) {
                    changed.await();
                } else {
                    changed.awaitNanos(wait);
                }
                wait = arrivedNanos + delayNanos - System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }
}
