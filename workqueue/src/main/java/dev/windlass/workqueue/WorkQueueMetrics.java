package dev.windlass.workqueue;

import dev.windlass.lifecycle.Registration;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The {@code workqueue_*} metrics of client-go for the queues of one registry: same names, labels and classic buckets.
 * Queues of one name are summed. The series of a name exist while a queue of that name is open or somebody
 * {@linkplain #hold holds} the name, and are gone after that; while they exist, counters never go down.
 *
 * <p>Thread-safe. Lock order: this, then the lock of a queue.
 */
public final class WorkQueueMetrics implements MultiCollector, AutoCloseable {

    private static final String DEPTH = "workqueue_depth";
    private static final String ADDS = "workqueue_adds";
    private static final String RETRIES = "workqueue_retries";
    private static final String QUEUED = "workqueue_queue_duration_seconds";
    private static final String WORKED = "workqueue_work_duration_seconds";
    private static final String UNFINISHED = "workqueue_unfinished_work_seconds";
    private static final String LONGEST = "workqueue_longest_running_processor_seconds";

    private final PrometheusRegistry registry;
    private final Map<String, Group> groups = new TreeMap<>();

    private WorkQueueMetrics(PrometheusRegistry registry) {
        this.registry = registry;
    }

    /** Registers the metrics with a registry, once per registry, until {@link #close()}. */
    public static WorkQueueMetrics register(PrometheusRegistry registry) {
        WorkQueueMetrics metrics = new WorkQueueMetrics(registry);
        registry.register(metrics);
        return metrics;
    }

    /** Keeps the series of a name alive, with or without an open queue, until the registration is closed. */
    public Registration hold(String name) {
        synchronized (this) {
            groups.computeIfAbsent(name, Group::new).holds++;
        }
        AtomicBoolean held = new AtomicBoolean(true);
        return () -> {
            if (held.compareAndSet(true, false)) {
                synchronized (this) {
                    release(group(name));
                }
            }
        };
    }

    synchronized void attach(WorkQueue<?> queue) {
        Group group = groups.computeIfAbsent(queue.name(), Group::new);
        group.holds++;
        group.live.add(queue);
    }

    synchronized void detach(WorkQueue<?> queue) {
        Group group = group(queue.name());
        group.live.remove(queue);
        queue.readCounters(group.closed);
        release(group);
    }

    private Group group(String name) {
        Group group = groups.get(name);
        if (group == null) {
            throw new IllegalStateException("no metrics of a queue named " + name);
        }
        return group;
    }

    private void release(Group group) {
        if (--group.holds == 0) {
            groups.remove(group.name);
        }
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder depth = GaugeSnapshot.builder().name(DEPTH)
                .help("Current depth of workqueue by priority");
        CounterSnapshot.Builder adds = CounterSnapshot.builder().name(ADDS)
                .help("Total number of adds handled by workqueue");
        CounterSnapshot.Builder retries = CounterSnapshot.builder().name(RETRIES)
                .help("Total number of retries handled by workqueue");
        HistogramSnapshot.Builder queued = HistogramSnapshot.builder()
                .name(QUEUED)
                .help("How long in seconds an item stays in workqueue before being requested");
        HistogramSnapshot.Builder worked = HistogramSnapshot.builder()
                .name(WORKED)
                .help("How long in seconds processing an item from workqueue takes.");
        GaugeSnapshot.Builder unfinished = GaugeSnapshot.builder()
                .name(UNFINISHED)
                .help("How many seconds of work has been done that is in progress and hasn't been observed by work_duration. "
                        + "Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate "
                        + "at which this increases.");
        GaugeSnapshot.Builder longest = GaugeSnapshot.builder()
                .name(LONGEST)
                .help("How many seconds has the longest running processor for workqueue been running.");
        read().forEach((name, meters) -> {
            Labels labels = Labels.of("name", name, "controller", name);
            meters.depth.forEach((priority, size) -> depth.dataPoint(
                    GaugeDataPointSnapshot.builder().labels(labels.add("priority", priority)).value(size).build()));
            adds.dataPoint(CounterDataPointSnapshot.builder().labels(labels).value((double) meters.adds).build());
            retries.dataPoint(CounterDataPointSnapshot.builder().labels(labels).value((double) meters.retries).build());
            queued.dataPoint(durations(labels, meters.queued));
            worked.dataPoint(durations(labels, meters.worked));
            unfinished.dataPoint(seconds(labels, meters.unfinishedNanos));
            longest.dataPoint(seconds(labels, meters.longestNanos));
        });
        return MetricSnapshots.of(depth.build(), adds.build(), retries.build(), queued.build(), worked.build(),
                unfinished.build(),
                longest.build());
    }

    private synchronized Map<String, QueueMeters> read() {
        Map<String, QueueMeters> all = new TreeMap<>();
        groups.forEach((name, group) -> {
            QueueMeters sum = new QueueMeters();
            sum.addCounters(group.closed);
            sum.addDepth("0", 0);
            for (WorkQueue<?> queue : group.live) {
                queue.readCounters(sum);
                queue.readGauges(sum);
            }
            all.put(name, sum);
        });
        return all;
    }

    private static GaugeDataPointSnapshot seconds(Labels labels, long nanos) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(nanos / 1e9).build();
    }

    private static HistogramDataPointSnapshot durations(Labels labels, DurationHistogram histogram) {
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(histogram.buckets())
                .sum(histogram.sumSeconds())
                .build();
    }

    /** Withdraws the metrics from the registry. Queues that are still open go on, unseen. */
    @Override
    public void close() {
        registry.unregister(this);
    }

    /** What one name has. */
    private static final class Group {
        final String name;
        int holds;
        final List<WorkQueue<?>> live = new ArrayList<>();
        /** What queues of this name had counted when they were closed. */
        final QueueMeters closed = new QueueMeters();

        Group(String name) {
            this.name = name;
        }
    }
}
