package dev.windlass.benchmarks;

/** Runs one benchmark in this JVM: {@code queue} or {@code units COUNT}. */
public final class Benchmarks {

    private Benchmarks() {
    }

    /** Prints figures, one line of JSON each. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "queue" -> QueueBenchmark.run();
            case "units" -> UnitBenchmark.run(Integer.parseInt(arguments[1]));
            default -> {
                System.err.println("usage: queue | units COUNT");
                System.exit(2);
            }
        }
    }
}
