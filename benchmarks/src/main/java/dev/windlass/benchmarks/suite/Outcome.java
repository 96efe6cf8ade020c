package dev.windlass.benchmarks.suite;

import dev.windlass.benchmarks.suite.Comparison.Entry;
import java.util.LinkedHashMap;
import java.util.Map;

/** What became of one comparison: the figures that there are, and why others are missing. */
final class Outcome {

    private final Samples samples = new Samples();
    private final Map<Entry, String> missing = new LinkedHashMap<>();

    Samples samples() {
        return samples;
    }

    /** The first reason counts. */
    void miss(Entry entry, String reason) {
        missing.putIfAbsent(entry, reason);
    }

    /** Why figures of an entry are missing, or there are fewer of them than of the others. */
    Map<Entry, String> missing() {
        return Map.copyOf(missing);
    }
}
