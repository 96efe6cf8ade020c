package dev.windlass.benchmarks.suite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** All values of each figure of each contender of one benchmark. */
final class Samples {

    /** Whose figure, and which. */
    record Key(String contender, String figure) {
    }

    /** The values of one figure, in order. */
    static final class Series {

        private final String unit;
        private final List<Double> values = new ArrayList<>();

        private Series(String unit) {
            this.unit = unit;
        }

        int count() {
            return values.size();
        }

        double least() {
            return sorted()[0];
        }

        double most() {
            return sorted()[values.size() - 1];
        }

        double median() {
            double[] sorted = sorted();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        private double[] sorted() {
            double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            return sorted;
        }

        /** With its unit, and as many digits as mean something. */
        String readable(double value) {
            return switch (unit) {
                case "ops/s", "events/s" -> digits(value / 1e6) + " M/s";
                case "ms" -> value >= 1000 ? digits(value / 1000) + " s" : digits(value) + " ms";
                case "µs" -> value >= 1000 ? digits(value / 1000) + " ms" : digits(value) + " µs";
                case "B" -> String.format(Locale.ROOT, "%,.0f B", value).replace(',', ' ');
                case "" -> String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.2f", value);
                default -> digits(value) + " " + unit;
            };
        }

        private static String digits(double value) {
            double size = Math.abs(value);
            return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
        }
    }

    private final Map<Key, Series> series = new LinkedHashMap<>();

    void add(String contender, String figure, double value, String unit) {
        series.computeIfAbsent(new Key(contender, figure), key -> new Series(unit)).values.add(value);
    }

    /** One value in place of those that there may be. */
    void put(String contender, String figure, double value, String unit) {
        series.remove(new Key(contender, figure));
        add(contender, figure, value, unit);
    }

    Optional<Series> of(String contender, String figure) {
        return Optional.ofNullable(series.get(new Key(contender, figure)));
    }

    void forEach(BiConsumer<Key, Series> action) {
        series.forEach(action);
    }
}
