package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.workqueue.QueuedItem;
import dev.windlass.workqueue.WorkQueue;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys that the watches of an engagement ask for when they find what is there. One that is to take the place of another, or that
 * begins with work of one with another selection, holds them apart until it has taken that over: a key that is handed over keeps its due time, priority and failures, and is not asked for
 * again. Thread-safe; the lock of the queue is taken under the monitor.
 */
final class FirstState {

    private final WorkQueue<ObjectKey> queue;
    private @Nullable Set<ObjectKey> held;

    FirstState(WorkQueue<ObjectKey> queue, boolean hold) {
        this.queue = queue;
        this.held = hold ? new LinkedHashSet<>() : null;
    }

    synchronized void add(ObjectKey key, int priority) {
        if (held == null) {
            queue.add(key, priority);
        } else {
            held.add(key);
        }
    }

    /** Queues what is handed over, and after that what else there is. */
    synchronized void release(Collection<QueuedItem<ObjectKey>> handedOver) {
        queue.restore(handedOver);
        Set<ObjectKey> rest = held;
        held = null;
        if (rest != null) {
            handedOver.forEach(item -> rest.remove(item.key()));
            rest.forEach(key -> queue.add(key, Source.LOW_PRIORITY));
        }
    }
}
