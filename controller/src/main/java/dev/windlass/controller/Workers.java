package dev.windlass.controller;

import dev.windlass.lifecycle.Forked;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.workqueue.WorkQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The workers of one engagement: as many threads as are wanted, each of which takes from the queue until that has nothing more for
 * it, or dismisses it. Thread-safe. The lock guards all fields; that of the queue is taken under it.
 */
final class Workers {

    private final RunnableContext context;
    private final WorkQueue<?> queue;
    private final ControllerMeters.Engaged meters;
    private final Forked body;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int wanted;
    private int alive;
    private int started;
    private boolean closed;

    /** @param body takes from the queue until it is given nothing */
    Workers(RunnableContext context, WorkQueue<?> queue, ControllerMeters.Engaged meters, Forked body) {
        this.context = context;
        this.queue = queue;
        this.meters = meters;
        this.body = body;
    }

    /** So many are to be at work from now on. When there are more, those that are idle go, or else whoever has finished next. */
    void want(int count) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            int missing = queue.dismiss(wanted - count);
            wanted = count;
            for (int i = 0; i < missing; i++) {
                context.fork("worker-" + ++started, this::run);
                alive++;
                meters.workerStarted();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() throws Exception {
        try {
            body.run();
        } catch (InterruptedException e) {
            if (!context.cancelled().isSet()) {
                throw e;
            }
        } finally {
            meters.workerEnded();
            lock.lock();
            try {
                alive--;
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Awaits that all have ended, once the queue is shut down. None begins any more.
     *
     * @return whether they have
     */
    boolean awaitEnd(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            long left = nanos;
            while (alive > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
            return alive == 0;
        } finally {
            lock.unlock();
        }
    }
}
