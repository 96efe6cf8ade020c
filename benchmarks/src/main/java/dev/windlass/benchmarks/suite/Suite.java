package dev.windlass.benchmarks.suite;

import dev.windlass.benchmarks.suite.Comparison.Entry;
import dev.windlass.testkit.RealApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs the benchmarks beside their peers: one process after the other, the contenders in turn, so that what disturbs the machine
 * meets all of them alike. All that is chosen runs once before anything runs a second time; a program that fails or hangs costs
 * its own figures only; and when the time is up the figures that there are make the result.
 */
public final class Suite {

    /** Of the time that is left, when some of the comparisons need the real API server and some do not. */
    private static final double SHARE_ON_SERVER = 0.6;

    /** The client that makes the objects closes while its loops end, and Netty tells of it; a field, or the level would be forgotten. */
    private static final Logger NETTY = Logger.getLogger("io.netty.util.concurrent.DefaultPromise");

    private final Options options;
    private final Progress progress;
    private final Path scratch;
    private final Contenders contenders;
    private final Map<Comparison, Outcome> outcomes = new LinkedHashMap<>();
    private final Set<Program> hung = new HashSet<>();

    private Suite(Options options, Progress progress, Path folder) throws IOException {
        this.options = options;
        this.progress = progress;
        this.scratch = Files.createTempDirectory("windlass-benchmarks-");
        this.contenders = new Contenders(folder, scratch);
    }

    /** The first argument is the folder {@code benchmarks}; the others are those of {@code benchmarks/run}. */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        if (all.isEmpty() || all.contains("--help")) {
            System.out.print(Options.HELP);
            return;
        }
        Path folder = Path.of(all.getFirst());
        NETTY.setLevel(Level.OFF);
        try {
            Options options = Options.parse(all.subList(1, all.size()), folder,
                    LocalDate.now(ZoneOffset.UTC).toString());
            Instant began = Instant.ofEpochSecond(
                    Long.getLong("windlass.benchmarks.began", Instant.now().getEpochSecond()));
            boolean complete = new Suite(options, new Progress(began), folder).run();
            System.exit(complete ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks/run: " + e.getMessage());
            System.exit(2);
        }
    }

    /** Returns whether every program that was chosen has measured what it should. */
    private boolean run() throws IOException, InterruptedException {
        Path kubeconfig = scratch.resolve("kubeconfig");
        Path empty = scratch.resolve("kubeconfig-empty");
        List<Comparison> chosen = options.select(new Catalogue(contenders, kubeconfig, empty, options.scale()).all());
        if (options.list()) {
            chosen.forEach(comparison -> System.out.printf("%-16s %s%n", comparison.name(), comparison.title()));
            return true;
        }
        Machine machine = Machine.here();
        chosen.forEach(comparison -> outcomes.put(comparison, new Outcome()));
        List<Comparison> onServer = chosen.stream().filter(Comparison::needsObjects).toList();
        List<Comparison> others = chosen.stream().filter(comparison -> !comparison.needsObjects()).toList();
        Duration all = Duration.ofMinutes(options.minutes());
        Duration left = all.minus(progress.elapsed());
        if (!onServer.isEmpty()) {
            Duration until = others.isEmpty()
                    ? all
                    : progress.elapsed().plusMillis((long) (left.toMillis() * SHARE_ON_SERVER));
            onServer(onServer, kubeconfig, empty, until, machine);
        }
        measure(others, all, machine);
        System.out.print(new Headlines(outcomes, options.scale().objects()).rows());
        progress.say("written: " + options.output());
        long missing = outcomes.values().stream().mapToInt(outcome -> outcome.missing().size()).sum();
        if (missing > 0) {
            progress.say(missing + " programs are missing or incomplete: the result says which and why");
        }
        return missing == 0;
    }

    private void onServer(List<Comparison> comparisons, Path kubeconfig, Path empty, Duration until, Machine machine)
            throws IOException, InterruptedException {
        progress.say("starting the real API server (the first time it is built, which takes some minutes)");
        try (RealApiServer server = RealApiServer.start("real"); RealApiServer other = RealApiServer.start("empty")) {
            Files.writeString(kubeconfig, server.kubeconfig());
            Files.writeString(empty, other.kubeconfig());
            ConfigMaps.make(empty, 1);
            progress.say("making %,d ConfigMaps".formatted(options.scale().objects()));
            ConfigMaps.make(kubeconfig, options.scale().objects());
            trainCache(comparisons, kubeconfig);
            measure(comparisons, until, machine);
        } catch (IllegalStateException e) {
            progress.say("the real API server cannot be measured on: " + e.getMessage());
            comparisons.forEach(comparison -> comparison.entries().forEach(entry -> outcome(comparison).miss(entry,
                    "the real API server could not be used: " + firstLine(e))));
        }
    }

    private void trainCache(List<Comparison> comparisons, Path kubeconfig) throws IOException, InterruptedException {
        progress.say("training the AOT cache");
        try {
            contenders.trainCache(options.limit(), "sync", kubeconfig.toString(),
                    Integer.toString(options.scale().objects()), "8", "1");
        } catch (Program.FailedException e) {
            progress.say("there is no AOT cache: its training " + e.reason() + "\n" + e.errors());
            comparisons.forEach(comparison -> comparison.entries().stream()
                    .filter(entry -> entry.contender().equals(Catalogue.WINDLASS_AOT)).forEach(entry -> {
                        outcome(comparison).miss(entry, "the training of the AOT cache " + e.reason());
                        hung.add(entry.program());
                    }));
        }
    }

    /**
     * Runs all of them once, then all once more, as often as was asked for and as there is time.
     *
     * @param until since the beginning; the first round may take longer, up to the end of all
     */
    private void measure(List<Comparison> comparisons, Duration until, Machine machine)
            throws IOException, InterruptedException {
        int programs = comparisons.stream().mapToInt(comparison -> comparison.entries().size()).sum();
        for (int run = 1; run <= options.scale().runs(); run++) {
            Duration end = run == 1 ? Duration.ofMinutes(options.minutes()) : until;
            int program = 0;
            for (Comparison comparison : comparisons) {
                for (Entry entry : comparison.entries()) {
                    program++;
                    String what = "run %d/%d, program %d/%d: %s, %s".formatted(run, options.scale().runs(), program,
                            programs, comparison.name(), entry.described());
                    if (progress.elapsed().compareTo(end) < 0) {
                        progress.say(what);
                        measure(comparison, entry);
                    } else if (run == 1) {
                        outcome(comparison).miss(entry, "the time was up before it began");
                    } else {
                        progress.say("the time is up before " + what);
                        write(machine);
                        return;
                    }
                }
            }
            write(machine);
        }
    }

    private void measure(Comparison comparison, Entry entry) throws IOException, InterruptedException {
        if (hung.contains(entry.program())) {
            progress.say("… not tried again");
            return;
        }
        Samples samples = outcome(comparison).samples();
        try {
            entry.program().run(options.limit(), figure -> {
                samples.add(entry.contender(), entry.prefix() + figure.name(), figure.value(), figure.unit());
                if (figure.name().equals("reconciled")) {
                    samples.add(entry.contender(), entry.prefix() + "launched", figure.millisFromLaunch(), "ms");
                } else if (figure.name().equals("listening")) {
                    samples.add(entry.contender(), "process", figure.millisFromLaunch(), "ms");
                }
            });
        } catch (Program.FailedException e) {
            progress.say("… " + e.reason() + "\n" + e.errors());
            outcome(comparison).miss(entry, e.reason());
            if (e.hung()) {
                hung.add(entry.program());
            }
        }
    }

    private Outcome outcome(Comparison comparison) {
        return outcomes.computeIfAbsent(comparison, key -> new Outcome());
    }

    /** After each round, so that there is a result even when this process is ended before the last one. */
    private void write(Machine machine) throws IOException {
        outcomes.forEach((comparison, outcome) -> comparison.contenders()
                .forEach(contender -> shareOfEachObject(contender, outcome.samples())));
        Files.createDirectories(options.output().toAbsolutePath().getParent());
        Files.writeString(options.output(), new ResultFile(machine, options).of(outcomes));
    }

    /** What each object adds: with many objects less with one, so that what the library itself keeps does not count. */
    private void shareOfEachObject(String contender, Samples samples) {
        int objects = options.scale().objects();
        samples.of(contender, "1.bytes").ifPresent(many -> samples.of(contender, "empty.bytes").ifPresent(one -> {
            double kept = many.median() * objects;
            samples.put(contender, "each.bytes", (kept - one.median()) / (objects - 1), "B");
            samples.put(contender, "itself", one.median() / 1e6, "MB");
        }));
    }

    private static String firstLine(Exception e) {
        return e.toString().lines().findFirst().orElse("");
    }
}
