package dev.windlass.workqueue;

import dev.windlass.lifecycle.Registration;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class WorkQueueMetricsTest {

    private final VirtualTime time = new VirtualTime();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final WorkQueueMetrics metrics = WorkQueueMetrics.register(registry);

    private WorkQueue<String> queue(String name) {
        return WorkQueue.<String>builder(name).time(time).metrics(metrics).build();
    }

    private List<? extends DataPointSnapshot> points(String name) {
        return registry.scrape(name::equals).stream().flatMap(snapshot -> snapshot.getDataPoints().stream()).toList();
    }

    private double gauge(String name, Labels labels) {
        return points(name).stream()
                .filter(point -> point.getLabels().equals(labels))
                .mapToDouble(point -> ((GaugeDataPointSnapshot) point).getValue())
                .sum();
    }

    private double counter(String name) {
        return points(name).stream().mapToDouble(point -> ((CounterDataPointSnapshot) point).getValue()).sum();
    }

    private HistogramDataPointSnapshot histogram(String name) {
        return (HistogramDataPointSnapshot) points(name).getFirst();
    }

    @Test
    void theyHaveTheNamesLabelsAndBucketsOfClientGo() {
        try (WorkQueue<String> queue = queue("websites")) {
            queue.add("a", -100);
            queue.add("b");
            Labels labels = Labels.of("controller", "websites", "name", "websites");
            assertThat(gauge("workqueue_depth", labels.add("priority", "-100"))).isEqualTo(1);
            assertThat(gauge("workqueue_depth", labels.add("priority", "0"))).isEqualTo(1);
            time.advance(Duration.ofMillis(5));
            Item<String> item = requireNonNull(queue.poll());
            time.advance(Duration.ofSeconds(2));
            assertThat(gauge("workqueue_unfinished_work_seconds", labels)).isEqualTo(2);
            assertThat(gauge("workqueue_longest_running_processor_seconds", labels)).isEqualTo(2);
            queue.retry(item);
            assertThat(counter("workqueue_adds")).isEqualTo(2);
            assertThat(counter("workqueue_retries")).isEqualTo(1);
            HistogramDataPointSnapshot queued = histogram("workqueue_queue_duration_seconds");
            assertThat(queued.getClassicBuckets().getUpperBound(0)).isEqualTo(1e-8);
            assertThat(queued.getClassicBuckets().getUpperBound(11)).isEqualTo(1e3);
            assertThat(queued.getClassicBuckets().size()).isEqualTo(13);
            assertThat(queued.getClassicBuckets().getCount(6)).as("5 ms is above 1e-3 and not above 1e-2").isEqualTo(1);
            assertThat(queued.getSum()).isEqualTo(0.005);
            assertThat(histogram("workqueue_work_duration_seconds").getSum()).isEqualTo(2);
            assertThat(gauge("workqueue_unfinished_work_seconds", labels)).isZero();
        }
    }

    @Test
    void queuesOfOneNameAreSummedAndTheirCountersOutliveThemWhileTheNameIsHeld() {
        Registration held = metrics.hold("websites");
        WorkQueue<String> north = queue("websites");
        WorkQueue<String> south = queue("websites");
        north.add("a");
        south.add("a");
        assertThat(counter("workqueue_adds")).isEqualTo(2);
        south.close();
        assertThat(counter("workqueue_adds")).isEqualTo(2);
        assertThat(gauge("workqueue_depth", Labels.of("controller", "websites", "name", "websites", "priority", "0")))
                .isEqualTo(1);
        north.close();
        assertThat(counter("workqueue_adds")).isEqualTo(2);
        held.close();
        held.close();
        assertThat(points("workqueue_adds")).isEmpty();
    }

    @Test
    void theyAreRemovedWithTheQueue() {
        WorkQueue<String> queue = queue("websites");
        queue.add("a");
        queue.close();
        for (String name : List.of("workqueue_depth", "workqueue_adds", "workqueue_queue_duration_seconds")) {
            assertThat(points(name)).isEmpty();
        }
        metrics.close();
        assertThat(registry.scrape().stream()).isEmpty();
    }

    @Test
    void aFloodOfPrioritiesIsBounded() {
        try (WorkQueue<String> queue = queue("websites")) {
            for (int i = 0; i < 100; i++) {
                queue.add("k" + i, i);
            }
            assertThat(points("workqueue_depth")).hasSize(26);
        }
    }
}
