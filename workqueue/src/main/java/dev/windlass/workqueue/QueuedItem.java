package dev.windlass.workqueue;

/**
 * A key that a queue holds, as it leaves one queue and enters the next.
 *
 * @param key the key
 * @param priority its priority
 * @param dueNanos when it can run, in nanoseconds of the time source of the manager; in the past when it can run now
 * @param failures how many runs in a row have failed
 * @param <K> the type of the keys
 */
public record QueuedItem<K>(K key, int priority, long dueNanos, int failures) {
}
