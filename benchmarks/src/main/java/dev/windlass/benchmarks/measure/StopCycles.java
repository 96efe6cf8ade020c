package dev.windlass.benchmarks.measure;

/** Starts something and stops it, many times: how long the stop takes at the median and in the worst hundredth. */
public final class StopCycles {

    private StopCycles() {
    }

    /** Starts one, waits until it is idle, and stops it. */
    public interface Cycle {

        /** Returns how many nanoseconds the stop took. */
        long run() throws Exception;
    }

    /** @param warmup cycles that come first and are not reported */
    public static void run(int warmup, int cycles, Cycle cycle) throws Exception {
        for (int i = 0; i < warmup; i++) {
            cycle.run();
        }
        long[] stops = new long[cycles];
        for (int i = 0; i < cycles; i++) {
            stops[i] = cycle.run();
        }
        Figures.reportQuantiles("stop", stops);
    }
}
