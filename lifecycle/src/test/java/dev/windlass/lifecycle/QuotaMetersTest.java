package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/** The quota as meters: per scope and dimension, and gone with the scope. */
@Timeout(60)
class QuotaMetersTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Manager manager = Manager.builder().metrics(registry).build();
    private final Quotas quotas = Quotas.of(manager);

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    /** {@code limit watches north}: the value; of all meters of the quota. */
    private Map<String, Double> series() {
        Map<String, Double> all = new TreeMap<>();
        registry.scrape(name -> name.startsWith("windlass_quota")).forEach(metric -> {
            for (DataPointSnapshot point : metric.getDataPoints()) {
                StringBuilder key = new StringBuilder(
                        metric.getMetadata().getName().substring("windlass_quota_".length()));
                point.getLabels().forEach(label -> key.append(' ').append(
                        label.getValue().isEmpty() ? "(manager)" : label.getValue()));
                all.put(key.toString(), point instanceof CounterDataPointSnapshot counter
                        ? counter.getValue()
                        : ((GaugeDataPointSnapshot) point).getValue());
            }
        });
        return all;
    }

    private static Task costing(String name, Cost cost, Cost measured) {
        return Task.of(RunnableSpec.builder(name).cost(cost).signalsReadiness(true).build(), context -> {
            context.measure(() -> measured);
            context.ready();
            context.awaitStop();
        });
    }

    @Test
    void aManagerWithoutAQuotaHasNone() throws Exception {
        manager.start();
        manager.add("free", RunnableContext::awaitStop).ready().await();
        assertThat(series()).isEmpty();
    }

    @Test
    void limitsUseAndWhatWaitsAreShownPerScopeAndDimension() throws Exception {
        manager.start();
        RunnableHandle north = manager.add(Task.of(RunnableSpec.builder("north").limits(Limits.of(WATCHES, 3))
                .signalsReadiness(true).build(), context -> {
                    context.add(costing("runs", Cost.of(WATCHES, 2), Cost.of(WATCHES, 1))).ready().await();
                    context.add(costing("waits", Cost.of(WATCHES, 2).and(CONCURRENCY, 4), Cost.none()));
                    context.ready();
                    context.awaitStop();
                }));
        manager.add(costing("other", Cost.of(CONCURRENCY, 5), Cost.of(CONCURRENCY, 7))).ready().await();
        north.ready().await();
        quotas.set(Limits.of(WATCHES, 10)).await();
        Trial.until(manager.find("north/waits").orElseThrow(), UnitState.PENDING);
        Map<String, Double> manager = Map.of("limit watches (manager)", 10.0, "used watches (manager)", 2.0,
                "measured watches (manager)", 1.0, "waiting watches (manager)", 2.0,
                "used concurrency (manager)", 5.0, "measured concurrency (manager)", 7.0,
                "waiting concurrency (manager)", 4.0, "waiting_units (manager)", 1.0);
        Map<String, Double> all = new TreeMap<>(manager);
        all.putAll(Map.of("limit watches north", 3.0, "used watches north", 2.0, "measured watches north", 1.0,
                "waiting watches north", 2.0, "used concurrency north", 0.0, "measured concurrency north", 0.0,
                "waiting concurrency north", 4.0, "waiting_units north", 1.0));
        assertThat(series()).isEqualTo(all);

        north.remove().await();
        assertThat(series()).as("the scope is gone").isEqualTo(Map.of("limit watches (manager)", 10.0,
                "used watches (manager)", 0.0, "measured watches (manager)", 0.0, "waiting watches (manager)", 0.0,
                "used concurrency (manager)", 5.0, "measured concurrency (manager)", 7.0,
                "waiting concurrency (manager)", 0.0, "waiting_units (manager)", 0.0));
    }

    @Test
    void whoGivesWayIsCountedAndTheMetersGoWithTheManager() throws Exception {
        manager.start();
        manager.add(costing("feed", Cost.of(WATCHES, 2), Cost.none())).ready().await();
        quotas.set(Limits.of(WATCHES, 1)).await();
        // That it waits now is told by the unit itself, after it has given back what it had.
        Trial.until(() -> Double.valueOf(2).equals(series().get("waiting watches (manager)")));
        assertThat(series()).containsEntry("lowerings stopped", 1.0).containsEntry("waiting watches (manager)", 2.0);
        manager.stop().await();
        assertThat(series()).isEmpty();
        assertThat(registry.scrape().stream()).isEmpty();
    }
}
