package dev.windlass.benchmarks;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import java.nio.file.Path;
import java.util.List;

/** Runs one benchmark in this JVM. What is measured beside it, and how often, is the suite's affair. */
public final class Benchmarks {

    private static final String USAGE = """
            usage: queue ROUNDS | units COUNT IN-ALL | floor COUNT IN-ALL | stop-unit CYCLES | floor-stop CYCLES | events ROUNDS
                   | admission COUNT ROUNDS | sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few|many CYCLES
                   | server ROUNDS | serve-once | real-server | modules ROUNDS | floor-modules ROUNDS
                   | apiserver embedded|real FEW MANY | image REPOSITORY ROUNDS""";

    private Benchmarks() {
    }

    /** Prints figures, one line of JSON each. */
    public static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments);
        switch (rest.isEmpty() ? "" : rest.getFirst()) {
            case "queue" -> QueueBenchmark.run(number(rest, 1));
            case "units" -> UnitBenchmark.run(number(rest, 1), number(rest, 2));
            case "floor" -> FloorBenchmark.run(number(rest, 1), number(rest, 2));
            case "stop-unit" -> UnitBenchmark.stopOne(number(rest, 1));
            case "floor-stop" -> FloorBenchmark.stopOne(number(rest, 1));
            case "events" -> EventBenchmark.run(number(rest, 1));
            case "admission" -> AdmissionBenchmark.run(number(rest, 1), number(rest, 2));
            case "sync" -> SyncBenchmark.run(Path.of(rest.get(1)), number(rest, 2), number(rest, 3), number(rest, 4));
            case "controller" -> {
                if (rest.get(2).equals("many")) {
                    ControllerBenchmark.run(Path.of(rest.get(1)), ConfigMap.class, number(rest, 3));
                } else {
                    ControllerBenchmark.run(Path.of(rest.get(1)), Namespace.class, number(rest, 3));
                }
            }
            case "server" -> ServerBenchmark.run(number(rest, 1));
            case "apiserver" -> ApiServerBenchmark.run(rest.get(1), number(rest, 2), number(rest, 3));
            case "modules" -> ModuleBenchmark.run(number(rest, 1));
            case "floor-modules" -> ModuleFloorBenchmark.run(number(rest, 1));
            case "serve-once" -> ServerBenchmark.serveOnce();
            case "image" -> ImageBenchmark.run(Path.of(rest.get(1)), number(rest, 2));
            case "real-server" -> ServerBenchmark.realServer();
            default -> {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
    }

    private static int number(List<String> arguments, int at) {
        return Integer.parseInt(arguments.get(at));
    }
}
