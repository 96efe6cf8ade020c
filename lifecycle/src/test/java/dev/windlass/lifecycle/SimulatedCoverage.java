package dev.windlass.lifecycle;

/** Which operation was asked for in which state. */
final class SimulatedCoverage {

    private final long[][] counts = new long[SimulatedStep.Kind.values().length][UnitState.values().length];

    void reached(SimulatedStep.Kind kind, UnitState state) {
        counts[kind.ordinal()][state.ordinal()]++;
    }

    long count(SimulatedStep.Kind kind, UnitState state) {
        return counts[kind.ordinal()][state.ordinal()];
    }

    void addAll(SimulatedCoverage other) {
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts[i].length; j++) {
                counts[i][j] += other.counts[i][j];
            }
        }
    }
}
