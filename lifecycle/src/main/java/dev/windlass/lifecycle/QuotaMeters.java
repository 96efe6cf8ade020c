package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The quota as meters, one reading of it per scrape. A scope has series while it has limits, a dimension while it is limited there, or
 * somebody uses it or waits for it. So the series of a scope go with it, and a manager without a quota has none.
 */
final class QuotaMeters implements MultiCollector {

    private final Quotas quotas;

    QuotaMeters(Quotas quotas) {
        this.quotas = quotas;
    }

    /** Sums of what units inside a scope have. */
    private static final class Sums {
        Cost measured = Cost.none();
        Cost waiting = Cost.none();
        int waitingUnits;
    }

    @Override
    public MetricSnapshots collect() {
        Quotas.Reading reading = quotas.read();
        Map<String, Sums> sums = new HashMap<>();
        for (int i = 0; i < reading.status().units().size(); i++) {
            QuotaStatus.UnitUse use = reading.status().units().get(i);
            for (String scope : reading.within().get(i)) {
                add(sums.computeIfAbsent(scope, _ -> new Sums()), use);
            }
        }
        GaugeSnapshot.Builder limits = GaugeSnapshot.builder().name("windlass_quota_limit")
                .help("What the units of a scope may use together; the scope \"\" is the manager");
        GaugeSnapshot.Builder used = GaugeSnapshot.builder().name("windlass_quota_used")
                .help("What is counted against the limit: the declared costs of what runs in the scope");
        GaugeSnapshot.Builder measured = GaugeSnapshot.builder().name("windlass_quota_measured")
                .help("What the units of the scope say that they use; it decides nothing");
        GaugeSnapshot.Builder waiting = GaugeSnapshot.builder().name("windlass_quota_waiting")
                .help("The declared costs of what waits in the scope for a quota");
        GaugeSnapshot.Builder units = GaugeSnapshot.builder().name("windlass_quota_waiting_units")
                .help("How many units of the scope wait for a quota");
        for (QuotaStatus.ScopeUse scope : reading.status().scopes()) {
            Sums inside = sums.getOrDefault(scope.name(), new Sums());
            boolean any = false;
            for (CostDimension dimension : CostDimension.values()) {
                OptionalLong limit = scope.limits().limit(dimension);
                if (limit.isEmpty() && scope.used().plus(inside.measured).plus(inside.waiting).in(dimension) == 0) {
                    continue;
                }
                any = true;
                Labels labels = Labels.of("scope", scope.name(), "dimension", dimension.key());
                limit.ifPresent(most -> limits.dataPoint(point(labels, most)));
                used.dataPoint(point(labels, scope.used().in(dimension)));
                measured.dataPoint(point(labels, inside.measured.in(dimension)));
                waiting.dataPoint(point(labels, inside.waiting.in(dimension)));
            }
            if (any) {
                units.dataPoint(point(Labels.of("scope", scope.name()), inside.waitingUnits));
            }
        }
        return MetricSnapshots.of(limits.build(), used.build(), measured.build(), waiting.build(), units.build(),
                lowerings(new EnumMap<>(reading.status().lowerings())));
    }

    private static void add(Sums sums, QuotaStatus.UnitUse use) {
        sums.measured = sums.measured.plus(use.measured());
        if (!use.waitsFor().isEmpty()) {
            sums.waiting = sums.waiting.plus(use.declared());
            sums.waitingUnits++;
        }
    }

    private static CounterSnapshot lowerings(Map<Rung, Long> counts) {
        CounterSnapshot.Builder lowerings = CounterSnapshot.builder().name("windlass_quota_lowerings")
                .help("How often something gave way to a quota, by the rung to which it went");
        counts.forEach((rung, count) -> {
            if (count > 0) {
                lowerings.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(Labels.of("rung", rung.name().toLowerCase(Locale.ROOT))).value((double) count).build());
            }
        });
        return lowerings.build();
    }

    private static GaugeDataPointSnapshot point(Labels labels, long value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value((double) value).build();
    }
}
