package dev.windlass.controller;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code controller_runtime_*} metrics of controller-runtime, with its names, labels and buckets, for each running
 * controller summed over its engagements; and {@code windlass_reconcile_total} for each engagement. Thread-safe.
 */
final class ControllerMetrics implements AutoCloseable {

    static final List<String> RESULTS = List.of("success", "error", "requeue", "requeue_after");

    private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
            0.6, 0.7, 0.8,
            0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60};

    final Counter reconciles = Counter.builder().name("controller_runtime_reconcile_total")
            .help("Total number of reconciliations per controller").labelNames("controller", "result")
            .withoutExemplars().build();
    final Counter errors = counter("controller_runtime_reconcile_errors_total",
            "Total number of reconciliation errors per controller");
    final Counter terminalErrors = counter("controller_runtime_terminal_reconcile_errors_total",
            "Total number of terminal reconciliation errors per controller");
    final Counter panics = counter("controller_runtime_reconcile_panics_total",
            "Total number of reconciliation panics per controller");
    final Counter timeouts = counter("controller_runtime_reconcile_timeouts_total",
            "Total number of reconciliation timeouts per controller");
    final Histogram seconds = Histogram.builder().name("controller_runtime_reconcile_time_seconds")
            .help("Length of time per reconciliation per controller").labelNames("controller")
            .classicOnly().classicUpperBounds(SECONDS).withoutExemplars().build();
    final Gauge maxConcurrent = gauge("controller_runtime_max_concurrent_reconciles",
            "Maximum number of concurrent reconciles per controller");
    final Gauge active = gauge("controller_runtime_active_workers", "Number of currently used workers per controller");
    final Counter perCluster = Counter.builder().name("windlass_reconcile_total")
            .help("Reconciliations per controller, cluster and result").labelNames("controller", "cluster", "result")
            .withoutExemplars().build();

    private final PrometheusRegistry registry;
    /** Whose the series of a name are now: one that ends late must not drop those of its successor. Guarded by the monitor. */
    private final Map<List<String>, Object> owners = new HashMap<>();
    private final List<Collector> all = List.of(reconciles, errors, terminalErrors, panics, timeouts, seconds,
            maxConcurrent, active,
            perCluster);

    ControllerMetrics(PrometheusRegistry registry) {
        this.registry = registry;
        all.forEach(registry::register);
    }

    private static Counter counter(String name, String help) {
        return Counter.builder().name(name).help(help).labelNames("controller").withoutExemplars().build();
    }

    private static Gauge gauge(String name, String help) {
        return Gauge.builder().name(name).help(help).labelNames("controller").withoutExemplars().build();
    }

    /** The meters of one controller, all at zero, until they are closed. */
    ControllerMeters open(String controller) {
        return new ControllerMeters(this, controller);
    }

    /** The meters of a controller that is to take the place of another one, which go on; until both have closed them. */
    ControllerMeters open(String controller, @Nullable ControllerMeters before) {
        return before != null && before.users().join() ? before : open(controller);
    }

    /** From now on the series of that name are the owner's. Those of a predecessor are dropped. */
    synchronized void take(List<String> name, Object owner, Runnable drop) {
        if (owners.put(name, owner) != null) {
            drop.run();
        }
    }

    /** Drops the series of that name, unless they belong to a successor. */
    synchronized void giveUp(List<String> name, Object owner, Runnable drop) {
        if (owners.remove(name, owner)) {
            drop.run();
        }
    }

    /** How many generations use the same meters: none comes once the last has gone. Thread-safe. */
    static final class Users {

        private int count = 1;

        synchronized boolean join() {
            if (count == 0) {
                return false;
            }
            count++;
            return true;
        }

        /** Returns whether it was the last. */
        synchronized boolean leave() {
            return count > 0 && --count == 0;
        }
    }

    @Override
    public void close() {
        all.forEach(registry::unregister);
    }
}
