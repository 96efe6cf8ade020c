package dev.windlass.benchmarks.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A program that measures itself and prints one line of JSON for each figure.
 *
 * @param command how it is started; what it shall do is added
 */
record Program(List<String> command) {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    /**
     * One figure of one run.
     *
     * @param millisFromLaunch when its line was read, counted from the start of the process
     */
    record Figure(String name, double value, String unit, double millisFromLaunch) {
    }

    Program with(List<String> more) {
        List<String> longer = new ArrayList<>(command);
        longer.addAll(more);
        return new Program(List.copyOf(longer));
    }

    /**
     * Runs it to its end.
     *
     * @throws IllegalStateException when it fails, with the end of what it said
     */
    void run(Consumer<Figure> sink) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("windlass-benchmark-", ".log");
        try {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                String line;
                while ((line = lines.readLine()) != null) {
                    double millis = (System.nanoTime() - began) / 1e6;
                    if (line.startsWith("{")) {
                        JsonNode figure = JsonMapper.shared().readTree(line);
                        sink.accept(new Figure(figure.path("name").asString(), figure.path("value").asDouble(),
                                figure.path("unit").asString(), millis));
                    }
                }
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException("%s failed:%n%s".formatted(this, tail(errors)));
                }
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String tail(Path file) throws IOException {
        List<String> all = Files.readAllLines(file);
        return String.join("\n", all.subList(Math.max(0, all.size() - 20), all.size()));
    }

    @Override
    public String toString() {
        return command.getFirst() + " … " + String.join(" ", command.subList(Math.max(1, command.size() - 5),
                command.size()));
    }
}
