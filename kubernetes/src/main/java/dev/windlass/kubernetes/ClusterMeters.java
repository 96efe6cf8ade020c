package dev.windlass.kubernetes;

import dev.windlass.kubernetes.RequestMeters.Series;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The meters of all clusters of a manager. They read from what is connected when they are scraped: what is gone has none. */
final class ClusterMeters implements AutoCloseable {

    private final PrometheusRegistry registry;
    private final Supplier<List<LiveConnection>> live;
    private final List<Collector> collectors = new ArrayList<>();

    ClusterMeters(PrometheusRegistry registry, Supplier<List<LiveConnection>> live) {
        this.registry = registry;
        this.live = live;
        requests();
        cluster("windlass_cluster_up", "Whether the cluster is connected.",
                connection -> connection.lost() ? 0 : 1);
        cluster("windlass_cluster_requests_in_flight", "Requests that await their answer, watches not counted.",
                connection -> connection.transport().permits().used());
        cluster("windlass_cluster_requests_waiting", "Requests that wait for the cap on requests in flight.",
                connection -> connection.transport().permits().waiting());
        informer("windlass_informer_objects", "Objects in the store of an informer.", InformerStatus::objects);
        informer("windlass_informer_bytes", "JSON in the store of an informer, in bytes.", InformerStatus::bytes);
        informer("windlass_informer_users", "Leases on an informer.", InformerStatus::users);
        informer("windlass_informer_synced", "Whether the first list has been complete.",
                status -> status.synced() ? 1 : 0);
        informerCounter("windlass_informer_lists", "Lists begun.", InformerStatus::lists);
        informerCounter("windlass_informer_watches", "Watches begun.", InformerStatus::watches);
        informerCounter("windlass_informer_events", "Watch events received.", InformerStatus::events);
    }

    private void requests() {
        add(CounterWithCallback.builder().name("rest_client_requests")
                .help("Number of HTTP requests, partitioned by status code, method, and host.")
                .labelNames("code", "method", "host").callback(callback -> {
                    Map<Series, Double> sums = new HashMap<>();
                    for (LiveConnection connection : live.get()) {
                        connection.transport().meters().requests()
                                .forEach((series, count) -> sums.merge(series, (double) count.sum(), Double::sum));
                    }
                    sums.forEach((series, sum) -> callback.call(sum, series.code(), series.method(), series.host()));
                }).build());
    }

    private void cluster(String name, String help, ToDoubleFunction<LiveConnection> value) {
        add(GaugeWithCallback.builder().name(name).help(help).labelNames("cluster").callback(callback -> live.get()
                .forEach(connection -> callback.call(value.applyAsDouble(connection), connection.name()))).build());
    }

    private void informer(String name, String help, ToDoubleFunction<InformerStatus> value) {
        add(GaugeWithCallback.builder().name(name).help(help).labelNames("cluster", "resource", "namespace")
                .callback(callback -> perInformer(value)
                        .forEach((labels, sum) -> callback.call(sum, labels.cluster(), labels.resource(),
                                labels.namespace())))
                .build());
    }

    private void informerCounter(String name, String help, ToDoubleFunction<InformerStatus> value) {
        add(CounterWithCallback.builder().name(name).help(help).labelNames("cluster", "resource", "namespace")
                .callback(callback -> perInformer(value)
                        .forEach((labels, sum) -> callback.call(sum, labels.cluster(), labels.resource(),
                                labels.namespace())))
                .build());
    }

    private record InformerLabels(String cluster, String resource, String namespace) {
    }

    /** Informers that differ in selectors only share a series. */
    private Map<InformerLabels, Double> perInformer(ToDoubleFunction<InformerStatus> value) {
        Map<InformerLabels, Double> sums = new HashMap<>();
        for (LiveConnection connection : live.get()) {
            for (InformerStatus status : connection.informers().status()) {
                sums.merge(new InformerLabels(status.cluster(), status.resource(), status.namespace()),
                        value.applyAsDouble(status), Double::sum);
            }
        }
        return sums;
    }

    private void add(Collector collector) {
        registry.register(collector);
        collectors.add(collector);
    }

    @Override
    public void close() {
        collectors.forEach(registry::unregister);
    }
}
