package dev.windlass.workqueue;

/**
 * One run of a key: what {@link WorkQueue#take()} hands out and what is given back exactly once, by {@code done},
 * {@code retry}, {@code retryAfter} or {@code release}. The next run of the same key is another item.
 *
 * @param <K> the type of the keys
 */
public sealed interface Item<K> permits Entry {

    /** The key to work on. */
    K key();

    /** The priority with which it was queued; a retry keeps it unless told otherwise. */
    int priority();

    /** How many runs of this key in a row were given back by {@code retry} before this one. */
    int failures();
}
