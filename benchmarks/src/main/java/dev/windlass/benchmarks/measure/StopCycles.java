package dev.windlass.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts something and stops it, many times: how long the stop takes at the median and in the worst hundredth. */
public final class StopCycles {

    /** A stop goes through much code, once: it is the tenth thousand or so before the JVM has compiled all of it for good. */
    private static final long WARMUP_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long COLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private StopCycles() {
    }

    /** Starts one, waits until it is idle, and stops it. */
    public interface Cycle {

        /** Returns how many nanoseconds the stop took. */
        long run() throws Exception;
    }

    /** So many cycles, once the JVM has compiled what runs in one; those of the first second are reported apart. */
    public static void run(int cycles, Cycle cycle) throws Exception {
        warm(cycle);
        long[] stops = new long[cycles];
        for (int i = 0; i < cycles; i++) {
            stops[i] = cycle.run();
        }
        Figures.reportQuantiles("stop", stops);
    }

    /** Repeats it until the JVM has compiled what there is to compile, and reports the stops of the first second. */
    public static void warm(Cycle cycle) throws Exception {
        long began = System.nanoTime();
        List<Long> cold = new ArrayList<>();
        for (long past = 0; past < WARMUP_NANOS; past = System.nanoTime() - began) {
            long stop = cycle.run();
            if (past < COLD_NANOS) {
                cold.add(stop);
            }
        }
        Figures.reportQuantiles("cold.stop", cold.stream().mapToLong(Long::longValue).toArray());
    }
}
