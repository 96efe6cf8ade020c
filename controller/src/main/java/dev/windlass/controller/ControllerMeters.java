package dev.windlass.controller;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one running controller counts, over all clusters. Holds on to the series that it was opened with: a reconciler that
 * returns after its controller is gone counts where nobody looks, and never brings a dropped series back. Thread-safe.
 */
final class ControllerMeters implements AutoCloseable {

    private final ControllerMetrics metrics;
    private final String controller;
    private final ControllerMetrics.Users users = new ControllerMetrics.Users();
    private final Map<String, CounterDataPoint> results = new HashMap<>();
    private final CounterDataPoint errors;
    private final CounterDataPoint terminalErrors;
    private final CounterDataPoint panics;
    private final CounterDataPoint timeouts;
    private final DistributionDataPoint seconds;
    private final GaugeDataPoint maxConcurrent;
    private final GaugeDataPoint active;

    ControllerMeters(ControllerMetrics metrics, String controller) {
        this.metrics = metrics;
        this.controller = controller;
        metrics.take(List.of(controller), this, this::drop);
        ControllerMetrics.RESULTS
                .forEach(result -> results.put(result, metrics.reconciles.labelValues(controller, result)));
        errors = metrics.errors.labelValues(controller);
        terminalErrors = metrics.terminalErrors.labelValues(controller);
        panics = metrics.panics.labelValues(controller);
        timeouts = metrics.timeouts.labelValues(controller);
        seconds = metrics.seconds.labelValues(controller);
        maxConcurrent = metrics.maxConcurrent.labelValues(controller);
        active = metrics.active.labelValues(controller);
    }

    /** What is counted on one cluster, until it is closed. */
    Engaged engaged(String cluster) {
        return new Engaged(cluster);
    }

    /** What is counted on one cluster by one that takes the place of another, which goes on; until both have closed it. */
    Engaged engaged(String cluster, @Nullable Engaged before) {
        return before != null && before.users.join() ? before : engaged(cluster);
    }

    ControllerMetrics.Users users() {
        return users;
    }

    /** Once for each generation that uses them. */
    @Override
    public void close() {
        if (users.leave()) {
            metrics.giveUp(List.of(controller), this, this::drop);
        }
    }

    private void drop() {
        ControllerMetrics.RESULTS.forEach(result -> metrics.reconciles.remove(controller, result));
        metrics.errors.remove(controller);
        metrics.terminalErrors.remove(controller);
        metrics.panics.remove(controller);
        metrics.timeouts.remove(controller);
        metrics.seconds.remove(controller);
        metrics.maxConcurrent.remove(controller);
        metrics.active.remove(controller);
    }

    /** One engagement's share. Each begin has its end, each start of workers their end: the gauges balance. */
    final class Engaged implements AutoCloseable {

        private final String cluster;
        private final ControllerMetrics.Users users = new ControllerMetrics.Users();
        private final Map<String, CounterDataPoint> here = new HashMap<>();

        private Engaged(String cluster) {
            this.cluster = cluster;
            metrics.take(List.of(controller, cluster), this, this::drop);
            ControllerMetrics.RESULTS
                    .forEach(result -> here.put(result, metrics.perCluster.labelValues(controller, cluster, result)));
        }

        void workerStarted() {
            maxConcurrent.inc();
        }

        void workerEnded() {
            maxConcurrent.dec();
        }

        void began() {
            active.inc();
        }

        void ended(long nanos) {
            active.dec();
            seconds.observe(nanos / 1e9);
        }

        /** It did not fail. */
        void result(String result) {
            count(results, result);
            count(here, result);
        }

        void failed(boolean terminal, boolean panic, boolean timedOut) {
            result("error");
            errors.inc();
            if (terminal) {
                terminalErrors.inc();
            }
            if (panic) {
                panics.inc();
            }
            if (timedOut) {
                timeouts.inc();
            }
        }

        private static void count(Map<String, CounterDataPoint> counters, String result) {
            CounterDataPoint counter = counters.get(result);
            if (counter != null) {
                counter.inc();
            }
        }

        /** Once for each generation that uses it. */
        @Override
        public void close() {
            if (users.leave()) {
                metrics.giveUp(List.of(controller, cluster), this, this::drop);
            }
        }

        private void drop() {
            ControllerMetrics.RESULTS.forEach(result -> metrics.perCluster.remove(controller, cluster, result));
        }
    }
}
