package dev.windlass.benchmarks.suite;

/**
 * How much of everything is done.
 *
 * @param objects how many the real API server holds
 * @param runs how many processes of each kind, at most
 * @param rounds how often a process goes from start to all reconciled
 * @param queueRounds of 200 000 keys each
 * @param cycles starts and stops of a controller
 * @param slowCycles the same where one takes long
 * @param units how many plain units the rounds of a process start together
 * @param stops of one idle unit
 * @param eventRounds of 500 units each
 * @param admissionRounds of as many units as the comparison says
 * @param servers that are started in one JVM
 * @param moduleRounds of a hundred modules at once
 * @param images that are started with the AOT cache, and as many without
 */
record Scale(int objects, int runs, int rounds, int queueRounds, int cycles, int slowCycles, int units, int stops,
        int eventRounds, int admissionRounds, int servers, int moduleRounds, int images) {

    static final Scale FULL = new Scale(10_000, 3, 16, 25, 1_000, 60, 1_500_000, 20_000, 30, 20, 20, 10, 3);

    /** Goes through everything in a few minutes, and measures nothing. */
    static final Scale QUICK = new Scale(500, 1, 3, 3, 20, 4, 20_000, 500, 4, 2, 4, 2, 1);

    Scale withRuns(int other) {
        return new Scale(objects, other, rounds, queueRounds, cycles, slowCycles, units, stops, eventRounds,
                admissionRounds, servers, moduleRounds, images);
    }
}
