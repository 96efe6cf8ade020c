package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Start of the website example as its image starts it: the same files in a folder, the same command, with the AOT cache that the image's build trains and
 * without it, in turn.
 */
final class ImageBenchmark {
    private static final Pattern SIZE = Pattern.compile("windlass\\.aot: (\\d+) MB");
    private static final Pattern TIMES = Pattern.compile("(\\d+) ms without it, (\\d+) ms with it");

    private ImageBenchmark() {
    }

    /**
     * Trains the cache and measures.
     *
     * @param root of the repository, with the room {@code cli} packed
     */
    static void run(Path root, int rounds) throws IOException, InterruptedException {
        Path app = Files.createTempDirectory("windlass-image-");
        try {
            Path program = Files.copy(root.resolve("examples/website/deploy/windlass"), app.resolve("windlass"));
            Path packed = root.resolve("cli/target");
            Files.copy(packed.resolve("windlass-cli.jar"), app.resolve("windlass-cli.jar"));
            copy(packed.resolve("lib"), Files.createDirectory(app.resolve("lib")));
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "train-cache",
                    app.resolve("windlass.aot").toString(), "--measure", Integer.toString(rounds));
            builder.environment().put("PATH", Path.of(System.getProperty("java.home"), "bin") + File.pathSeparator
                    + System.getenv("PATH"));
            builder.environment().put("XDG_RUNTIME_DIR", Files.createDirectory(app.resolve("run")).toString());
            Process process = builder.redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", builder.command()) + " has failed: " + said);
            }
            double without = number(TIMES, 1, said);
            double with = number(TIMES, 2, said);
            Figures.report("image.without", without, "ms");
            Figures.report("image.with", with, "ms");
            Figures.report("image.ratio", without / with, "times");
            Figures.report("image.cache", number(SIZE, 1, said), "MB");
        } finally {
            delete(app);
        }
    }

    private static double number(Pattern pattern, int group, String said) {
        Matcher matcher = pattern.matcher(said);
        if (!matcher.find()) {
            throw new IllegalStateException("train-cache has not said \"" + pattern + "\", but: " + said);
        }
        return Double.parseDouble(matcher.group(group));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> content;
        try (Stream<Path> files = Files.walk(folder)) {
            content = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : content) {
            Files.delete(path);
        }
    }
}
