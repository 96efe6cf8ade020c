package dev.windlass.benchmarks.suite;

import dev.windlass.benchmarks.suite.Comparison.Entry;
import dev.windlass.testkit.RealApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the benchmarks beside their peers: one process after the other, the contenders in turn, so that what disturbs the machine
 * meets all of them alike.
 */
public final class Suite {

    /** How many objects the real API server holds. */
    static final int OBJECTS = 10_000;

    private final Options options;
    private final Map<Comparison, Samples> measured = new LinkedHashMap<>();

    private Suite(Options options) {
        this.options = options;
    }

    /** The first argument is the folder {@code benchmarks}; the others are those of {@code benchmarks/run}. */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        if (all.isEmpty() || all.contains("--help")) {
            System.out.print(Options.HELP);
            return;
        }
        Path folder = Path.of(all.getFirst());
        try {
            Options options = Options.parse(all.subList(1, all.size()), folder,
                    LocalDate.now(ZoneOffset.UTC).toString());
            new Suite(options).run(folder);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks/run: " + e.getMessage());
            System.exit(2);
        }
    }

    private void run(Path folder) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("windlass-benchmarks-");
        Path kubeconfig = scratch.resolve("kubeconfig");
        Path empty = scratch.resolve("kubeconfig-empty");
        Contenders contenders = new Contenders(folder, scratch);
        List<Comparison> chosen = options.select(new Catalogue(contenders, kubeconfig, empty, options.quick()).all());
        if (options.list()) {
            chosen.forEach(comparison -> System.out.printf("%-16s %s%n", comparison.name(), comparison.title()));
            return;
        }
        Machine machine = Machine.here();
        if (chosen.stream().anyMatch(Comparison::needsObjects)) {
            say("starting the real API server (the first time it is built, which takes some minutes)");
            try (RealApiServer server = RealApiServer.start("real");
                    RealApiServer other = RealApiServer.start("empty")) {
                Files.writeString(kubeconfig, server.kubeconfig());
                Files.writeString(empty, other.kubeconfig());
                ConfigMaps.make(empty, 1);
                say("making %,d ConfigMaps".formatted(OBJECTS));
                ConfigMaps.make(kubeconfig, OBJECTS);
                say("training the AOT cache");
                contenders.trainCache("sync", kubeconfig.toString(), Integer.toString(OBJECTS), "8", "1");
                measure(chosen.stream().filter(Comparison::needsObjects).toList());
            }
        }
        measure(chosen.stream().filter(comparison -> !comparison.needsObjects()).toList());
        Map<Comparison, Samples> inOrder = new LinkedHashMap<>();
        chosen.forEach(comparison -> inOrder.put(comparison, measured.getOrDefault(comparison, new Samples())));
        Files.createDirectories(options.output().toAbsolutePath().getParent());
        Files.writeString(options.output(), new ResultFile(machine, options.quick()).of(inOrder));
        say("written: " + options.output());
    }

    private void measure(List<Comparison> comparisons) throws IOException, InterruptedException {
        for (Comparison comparison : comparisons) {
            Samples samples = new Samples();
            measured.put(comparison, samples);
            int process = 0;
            for (int run = 1; run <= comparison.runs(); run++) {
                for (Entry entry : comparison.entries()) {
                    process++;
                    say("%s %d/%d: %s %s".formatted(comparison.name(), process, comparison.processes(),
                            entry.contender(), entry.prefix()));
                    measure(entry, samples);
                }
            }
            comparison.contenders().forEach(contender -> shareOfEachObject(contender, samples));
        }
    }

    private static void measure(Entry entry, Samples samples) throws IOException, InterruptedException {
        entry.program().run(figure -> {
            samples.add(entry.contender(), entry.prefix() + figure.name(), figure.value(), figure.unit());
            if (figure.name().equals("reconciled")) {
                samples.add(entry.contender(), entry.prefix() + "launched", figure.millisFromLaunch(), "ms");
            } else if (figure.name().equals("listening")) {
                samples.add(entry.contender(), "process", figure.millisFromLaunch(), "ms");
            }
        });
    }

    /** What each object adds: with many objects less without, so that what the library itself keeps does not count. */
    private static void shareOfEachObject(String contender, Samples samples) {
        samples.of(contender, "1.bytes").ifPresent(many -> samples.of(contender, "empty.bytes").ifPresent(one -> {
            double kept = many.median() * OBJECTS;
            samples.add(contender, "each.bytes", (kept - one.median()) / (OBJECTS - 1), "B");
            samples.add(contender, "itself", one.median() / 1e6, "MB");
        }));
    }

    private static void say(String line) {
        System.err.println("benchmarks: " + line);
    }
}
