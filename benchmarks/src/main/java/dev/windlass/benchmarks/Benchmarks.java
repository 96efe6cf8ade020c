package dev.windlass.benchmarks;

import java.nio.file.Path;

/** Runs one benchmark in this JVM. */
public final class Benchmarks {

    private Benchmarks() {
    }

    /** Prints figures, one line of JSON each. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "queue" -> QueueBenchmark.run();
            case "units" -> UnitBenchmark.run(Integer.parseInt(arguments[1]));
            case "sync" -> SyncBenchmark.run(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            default -> {
                System.err.println("usage: queue | units COUNT | sync KUBECONFIG OBJECTS");
                System.exit(2);
            }
        }
    }
}
