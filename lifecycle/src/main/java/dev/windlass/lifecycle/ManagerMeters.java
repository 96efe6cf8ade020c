package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What a manager says of itself as meters, from its making until it has stopped. Each is read when it is scraped. */
final class ManagerMeters {

    private final PrometheusRegistry registry;
    private final List<GaugeWithCallback> gauges;
    private final QuotaMeters quota;

    ManagerMeters(Manager manager, Supplier<Collection<UnitCell>> units, Quarantine quarantine, Quotas quotas) {
        registry = manager.metrics();
        gauges = List.of(
                GaugeWithCallback.builder().name("windlass_units").help("Units by kind and state")
                        .labelNames("kind", "state").callback(callback -> countUnits(units.get(), callback))
                        .register(registry),
                GaugeWithCallback.builder().name("windlass_quarantined_generations")
                        .help("Generations that did not end in time and have not ended since, by kind of unit; also those that "
                                + "were succeeded or removed")
                        .labelNames("kind").callback(callback -> countQuarantined(quarantine, callback))
                        .register(registry),
                GaugeWithCallback.builder().name("windlass_worst_case_stop_seconds")
                        .help("The longest time that a stop of the manager takes, whatever its units do")
                        .callback(callback -> callback.call(manager.worstCaseStop().toNanos() / 1e9))
                        .register(registry));
        quota = new QuotaMeters(quotas);
        registry.register(quota);
    }

    /** The manager has stopped. */
    void close() {
        gauges.forEach(registry::unregister);
        registry.unregister(quota);
    }

    private static void countQuarantined(Quarantine quarantine, GaugeWithCallback.Callback callback) {
        Map<String, Integer> counts = new HashMap<>();
        quarantine.kinds(kind -> counts.merge(kind, 1, Integer::sum));
        counts.forEach((kind, count) -> callback.call(count, kind));
    }

    private static void countUnits(Collection<UnitCell> units, GaugeWithCallback.Callback callback) {
        record Cell(String kind, UnitState state) {
        }
        Map<Cell, Integer> counts = new HashMap<>();
        units.forEach(cell -> counts.merge(new Cell(cell.spec().kind(), cell.state()), 1, Integer::sum));
        counts.forEach(
                (cell, count) -> callback.call(count, cell.kind(), cell.state().name().toLowerCase(Locale.ROOT)));
    }
}
