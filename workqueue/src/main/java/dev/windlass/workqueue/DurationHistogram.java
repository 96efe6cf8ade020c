package dev.windlass.workqueue;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;

/**
 * Durations in client-go's buckets, ten nanoseconds to a thousand seconds by powers of ten. Plain fields under the lock of
 * the queue, which is held anyway when something is observed: an observation costs a few nanoseconds.
 */
final class DurationHistogram {

    private static final int BUCKETS = 12;
    private static final double[] UPPER_BOUNDS = new double[BUCKETS + 1];

    static {
        for (int i = 0; i < BUCKETS; i++) {
            UPPER_BOUNDS[i] = Double.parseDouble("1e" + (i - 8));
        }
        UPPER_BOUNDS[BUCKETS] = Double.POSITIVE_INFINITY;
    }

    private final long[] counts = new long[BUCKETS + 1];
    private double sumNanos;

    void observe(long nanos) {
        int bucket = 0;
        for (long bound = 10; bucket < BUCKETS && nanos > bound; bound *= 10) {
            bucket++;
        }
        counts[bucket]++;
        sumNanos += Math.max(0, nanos);
    }

    void add(DurationHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        sumNanos += other.sumNanos;
    }

    ClassicHistogramBuckets buckets() {
        return ClassicHistogramBuckets.of(UPPER_BOUNDS, counts.clone());
    }

    double sumSeconds() {
        return sumNanos / 1e9;
    }
}
