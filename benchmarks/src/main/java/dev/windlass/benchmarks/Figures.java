package dev.windlass.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** Prints figures, one line of JSON each, as the peers' programs do; and measures memory. */
final class Figures {

    private Figures() {
    }

    static void report(String name, double value, String unit) {
        System.out.println("{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\"}".formatted(name,
                String.format(Locale.ROOT, "%.3f", value), unit));
    }

    /** Bytes in use after collection. */
    static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    static double millis(long nanos) {
        return nanos / 1e6;
    }

    /** The value below which this share of the samples lies. */
    static double quantile(long[] samples, double share) {
        long[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
    }
}
