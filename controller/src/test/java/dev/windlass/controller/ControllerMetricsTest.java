package dev.windlass.controller;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ControllerMetricsTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ControllerMetrics metrics = new ControllerMetrics(registry);

    /** Rule 1: no clean-up goes by name. */
    @Test
    void oneThatEndsLateDropsNothingOfItsSuccessor() {
        ControllerMeters late = metrics.open("sites");
        ControllerMeters.Engaged lateEngaged = late.engaged("north");
        lateEngaged.result("success");
        ControllerMeters successor = metrics.open("sites");
        ControllerMeters.Engaged engaged = successor.engaged("north");
        engaged.result("success");
        lateEngaged.result("success");
        lateEngaged.close();
        late.close();
        assertThat(reported()).contains("controller_runtime_reconcile success 1.0", "windlass_reconcile success 1.0");
        engaged.close();
        successor.close();
        assertThat(reported()).isEmpty();
    }

    private Set<String> reported() {
        return registry.scrape().stream().flatMap(snapshot -> snapshot.getDataPoints().stream()
                .map(point -> snapshot.getMetadata().getName() + " " + point.getLabels().get("result") + " "
                        + (point instanceof io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot counter
                                ? counter.getValue()
                                : "")))
                .collect(Collectors.toSet());
    }
}
