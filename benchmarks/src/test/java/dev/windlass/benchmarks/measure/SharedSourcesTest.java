package dev.windlass.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The sources of this package are compiled once more with each Java peer, which no build does by itself. */
class SharedSourcesTest {

    private static final List<String> AVAILABLE = List.of("java.", "javax.management.", "com.sun.management.",
            "org.jspecify.",
            "dev.windlass.benchmarks.measure.");

    @Test
    void thePeersHaveAllThatTheSharedSourcesImport() throws IOException {
        try (Stream<Path> sources = Files.list(Path.of("src/main/java/dev/windlass/benchmarks/measure"))) {
            List<String> imports = sources.flatMap(SharedSourcesTest::lines)
                    .filter(line -> line.startsWith("import "))
                    .map(line -> line.replaceFirst("^import (static )?", "")).toList();
            assertThat(imports).isNotEmpty()
                    .allMatch(name -> AVAILABLE.stream().anyMatch(name::startsWith));
        }
    }

    private static Stream<String> lines(Path source) {
        try {
            return Files.readAllLines(source).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
