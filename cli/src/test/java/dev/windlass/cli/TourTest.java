package dev.windlass.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The tour holds, and the README tells it as it is. */
@Timeout(600)
class TourTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String BEGIN = "<!-- tour:begin -->";
    private static final String END = "<!-- tour:end -->";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path runtime;

    @Test
    void theReadmeTellsTheTourAsItIs() throws Exception {
        String readme = Files.readString(README, StandardCharsets.UTF_8);
        assertThat(readme).containsOnlyOnce(BEGIN).containsOnlyOnce(END);
        String told = readme.substring(readme.indexOf(BEGIN), readme.indexOf(END));

        CommandProcess tour = CommandProcess.run(runtime, "demo", "--tour");

        assertThat(tour.code()).as(tour.toString()).isZero();
        assertThat(numbered(tour.out())).isNotEmpty().isEqualTo(numbered(told));
        assertThat(told.lines().filter(line -> line.startsWith("$ ./windlass demo --tour"))).hasSize(1);
        assertThat(told).contains("all of it held");
        assertThat(tour.lines().getLast()).isEqualTo("all of it held");
        try (Stream<Path> left = Files.list(runtime.resolve("windlass"))) {
            assertThat(left).as("what a tour that held leaves behind").isEmpty();
        }
    }

    private static List<String> numbered(String text) {
        return text.lines().filter(line -> line.matches("\\d+\\. .*")).toList();
    }
}
