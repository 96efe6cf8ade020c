package dev.windlass.workqueue;

import java.util.TreeMap;

/** What queues of one name have counted. A live queue's is guarded by its lock. */
final class QueueMeters {

    static final int MOST_PRIORITIES = 25;
    static final String TOO_MANY = "exceeded_cardinality_limit";

    long adds;
    long retries;
    final DurationHistogram queued = new DurationHistogram();
    final DurationHistogram worked = new DurationHistogram();

    // Gauges: filled in for one collection, never kept.
    final TreeMap<String, Integer> depth = new TreeMap<>();
    long unfinishedNanos;
    long longestNanos;

    /** Adds the counters of another, not its gauges. */
    void addCounters(QueueMeters other) {
        adds += other.adds;
        retries += other.retries;
        queued.add(other.queued);
        worked.add(other.worked);
    }

    void addDepth(String priority, int size) {
        boolean known = depth.containsKey(priority) || depth.size() < MOST_PRIORITIES;
        depth.merge(known ? priority : TOO_MANY, size, Integer::sum);
    }
}
