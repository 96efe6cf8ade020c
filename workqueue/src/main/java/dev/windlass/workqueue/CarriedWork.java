package dev.windlass.workqueue;

import dev.windlass.lifecycle.CarryOver;
import java.util.List;

/**
 * What a stopped queue exported: first what was being processed, then what was ready, then what was delayed, by due time.
 *
 * @param items each key once
 * @param <K> the type of the keys
 */
public record CarriedWork<K>(List<QueuedItem<K>> items) implements CarryOver {

    /** Copies the list. */
    public CarriedWork {
        items = List.copyOf(items);
    }

    @Override
    public long count() {
        return items.size();
    }

    @Override
    public List<String> sample(int max) {
        return items.stream().limit(max).map(item -> item.key().toString()).toList();
    }
}
