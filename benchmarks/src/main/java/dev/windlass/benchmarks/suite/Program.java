package dev.windlass.benchmarks.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A program that measures itself and prints one line of JSON for each figure.
 *
 * @param command how it is started; asked for when it is, so that what is only named need not be built
 */
record Program(Supplier<List<String>> command) {

    private static final int LINES_OF_ERRORS = 20;

    /**
     * One figure of one run.
     *
     * @param millisFromLaunch when its line was read, counted from the start of the process
     */
    record Figure(String name, double value, String unit, double millisFromLaunch) {
    }

    /** It did not measure all that it should have: why, and the end of what it said. */
    static final class FailedException extends Exception {

        private static final long serialVersionUID = 1;

        private final String reason;
        private final boolean hung;
        private final String errors;

        FailedException(String message) {
            this(message, false, "");
        }

        private FailedException(String message, boolean hung, String errors) {
            super(message);
            this.reason = message;
            this.hung = hung;
            this.errors = errors;
        }

        /** What happened to it, in one line that begins with a verb. */
        String reason() {
            return reason;
        }

        /** Whether it ran into its limit: it would do so again. */
        boolean hung() {
            return hung;
        }

        String errors() {
            return errors;
        }
    }

    /**
     * Runs it to its end, or kills it with all that it has started when it has not ended within the limit.
     *
     * @param sink takes each figure as it is printed, also those of a program that fails later
     */
    void run(Duration limit, Consumer<Figure> sink) throws FailedException, IOException, InterruptedException {
        Path errors = Files.createTempFile("windlass-benchmark-", ".log");
        try {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(command.get()).redirectError(errors.toFile()).start();
            AtomicBoolean hung = new AtomicBoolean();
            Thread watchdog = Thread.ofVirtual().start(() -> killWhenLate(process, limit, hung));
            String last = "none";
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                String line;
                while ((line = lines.readLine()) != null) {
                    double millis = (System.nanoTime() - began) / 1e6;
                    if (line.startsWith("{")) {
                        Figure figure = figure(line, millis);
                        last = figure.name();
                        sink.accept(figure);
                    }
                }
                watchdog.join();
                if (hung.get()) {
                    throw new FailedException("did not end within %d s and was killed; its last figure: %s"
                            .formatted(limit.toSeconds(), last), true, tail(errors));
                }
                if (process.exitValue() != 0) {
                    throw new FailedException("ended with exit code %d; its last figure: %s"
                            .formatted(process.exitValue(), last), false, tail(errors));
                }
            } finally {
                kill(process);
            }
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    /** Returns when the process has ended: by itself, or killed. */
    private static void killWhenLate(Process process, Duration limit, AtomicBoolean hung) {
        try {
            if (!process.waitFor(limit)) {
                hung.set(true);
                kill(process);
                process.waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the watchdog of a program", e);
        }
    }

    private static Figure figure(String line, double millis) {
        JsonNode figure = JsonMapper.shared().readTree(line);
        return new Figure(figure.path("name").asString(), figure.path("value").asDouble(),
                figure.path("unit").asString(), millis);
    }

    /** Those that it has started first: without it they could not be found any more, and would hold its output open. */
    private static void kill(Process process) {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.toList().forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
    }

    private static String tail(Path file) throws IOException {
        List<String> all = Files.readAllLines(file);
        return String.join("\n", all.subList(Math.max(0, all.size() - LINES_OF_ERRORS), all.size()));
    }
}
