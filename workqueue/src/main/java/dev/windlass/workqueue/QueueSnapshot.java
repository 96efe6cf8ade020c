package dev.windlass.workqueue;

import java.util.List;

/**
 * Everything that a queue holds, taken at one instant. A key that is being processed and was added again appears in
 * {@code processing} and in {@code blocked} or {@code delayed}; no other key appears twice.
 *
 * @param ready can run now, by priority
 * @param delayed become due later, earliest first
 * @param blocked are due and wait for the end of their current run
 * @param processing were taken and not given back; their due time is when they were taken
 * @param <K> the type of the keys
 */
public record QueueSnapshot<K>(
        List<QueuedItem<K>> ready, List<QueuedItem<K>> delayed, List<QueuedItem<K>> blocked,
        List<QueuedItem<K>> processing) {
}
