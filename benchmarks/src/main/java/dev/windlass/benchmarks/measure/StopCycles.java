package dev.windlass.benchmarks.measure;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Starts something and stops it, many times: how long the stop takes at the median and in the worst hundredth. */
public final class StopCycles {

    private static final long WARMUP_NANOS = TimeUnit.SECONDS.toNanos(4);

    private StopCycles() {
    }

    /** Starts one, waits until it is idle, and stops it. */
    public interface Cycle {

        /** Returns how many nanoseconds the stop took. */
        long run() throws Exception;
    }

    /** So many cycles, after some that are not reported: the JVM compiles for seconds what runs in one. */
    public static void run(int cycles, Cycle cycle) throws Exception {
        warm(cycle::run);
        long[] stops = new long[cycles];
        for (int i = 0; i < cycles; i++) {
            stops[i] = cycle.run();
        }
        Figures.reportQuantiles("stop", stops);
    }

    /** Repeats something until the JVM has compiled what there is to compile. */
    public static <T> void warm(Callable<T> once) throws Exception {
        long began = System.nanoTime();
        do {
            once.call();
        } while (System.nanoTime() - began < WARMUP_NANOS);
    }
}
