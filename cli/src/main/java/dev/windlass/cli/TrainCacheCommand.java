package dev.windlass.cli;

import dev.windlass.cli.demo.DemoFolder;
import dev.windlass.cli.demo.Training;
import dev.windlass.cli.operator.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "train-cache", sortOptions = false, description = "Make the JVM's AOT cache for run, as an image has it: runs it once on an embedded API server.")
final class TrainCacheCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Parameters(paramLabel = "FILE", description = "Where the cache goes.")
    @SuppressWarnings("NullAway.Init")
    private Path cache;

    @Option(names = "--measure", paramLabel = "TIMES", description = "Then start run so many times without and with it, and tell the medians.")
    private int times;

    private final Terminal terminal = Terminal.standard();

    @Override
    public Integer call() throws Exception {
        // The API server runs in this process, and without a level logs every byte of it, far slower than the program can wait.
        Log.toStandardError(Log.Format.TEXT, root.debug);
        Path folder = DemoFolder.create("train-cache");
        // Signals end this process without what is in finally.
        Thread hook = new Thread(() -> endEarly(folder), "end of train-cache");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            Files.deleteIfExists(cache); // one of before would pass for the new one
            Training training = new Training(folder, command());
            faint("training: run on an embedded API server until all is reconciled, then its end, at which the JVM writes the cache");
            Duration took = training.run(List.of("-XX:AOTCacheOutput=" + cache));
            if (!Files.exists(cache)) {
                throw new CliException(
                        "the JVM has made no cache at " + cache + ": it needs JDK 25 or newer, and jars");
            }
            terminal.line("%s: %d MB, after a run of %d ms".formatted(cache, Files.size(cache) >> 20, took.toMillis()));
            if (times > 0) {
                measure(training);
            }
            return 0;
        } finally {
            if (forget(hook)) {
                DemoFolder.delete(folder);
            }
        }
    }

    /** The run that has been started goes first: it writes into the folder. */
    private static void endEarly(Path folder) {
        ProcessHandle.current().children().forEach(child -> {
            child.destroyForcibly();
            child.onExit().join();
        });
        try {
            DemoFolder.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " could not be deleted", e);
        }
    }

    /** @return false when this process is ending, and the hook does what it is there for */
    private static boolean forget(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            return false;
        }
    }

    /** In turn, so that what disturbs the machine meets both. */
    private void measure(Training training) throws Exception {
        List<Long> without = new ArrayList<>();
        List<Long> with = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            without.add(training.run(List.of()).toMillis());
            with.add(training.run(List.of("-XX:AOTCache=" + cache)).toMillis());
            faint("measured %d of %d: %d ms without it, %d ms with it".formatted(i + 1, times, without.getLast(),
                    with.getLast()));
        }
        terminal.line("launch of the process → all reconciled: %d ms without it, %d ms with it"
                .formatted(median(without), median(with)));
    }

    private void faint(String text) {
        terminal.line(terminal.styled(Terminal.Style.FAINT, text));
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().toList().get(times.size() / 2);
    }

    /** This program as it was started itself: a cache is good for one class path and one set of options. */
    private static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-XX:AOT") && !option.startsWith("-XX:SharedArchiveFile"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Windlass.class.getName()));
        return command;
    }
}
