package dev.windlass.tests.differential;

import dev.windlass.testkit.EmbeddedApiServer;
import dev.windlass.testkit.RealApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Sends a corpus of requests to the embedded and to the real API server; what differs must be a known, deliberate difference. */
@Tag("real-apiserver")
class DifferentialTest {
    private static final long SEED = 20_261;
    /** Written by hand. */
    private static final List<String> CORPORA = List.of(
            "objects.http");
    private static final Path ALL = Path.of("target", "differences.txt");

    @Test
    void theEmbeddedServerAnswersLikeTheRealOne() throws Exception {
        try (Server real = new Server(RealApiServer.start("differential"));
                Server embedded = new Server(EmbeddedApiServer.start("differential"))) {
            Comparison comparison = new Comparison(real, embedded);
            List<Sequence> sequences = new ArrayList<>(Generator.sequences(SEED));
            CORPORA.forEach(corpus -> sequences.addAll(Corpus.read(corpus)));
            List<Difference> unknown = comparison.play(sequences).stream()
                    .filter(difference -> !KnownDifference.isKnown(difference)).toList();
            assertThat(unknown).withFailMessage(() -> report(unknown)).isEmpty();
        }
    }

    /** How many there are by sequence; each of them is in a file. */
    private static String report(List<Difference> differences) {
        try {
            Files.createDirectories(ALL.getParent());
            Files.writeString(ALL,
                    differences.stream().map(Difference::toString).collect(Collectors.joining("\n\n")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the differences cannot be written to " + ALL, e);
        }
        Map<String, Long> bySequence = differences.stream()
                .collect(Collectors.groupingBy(Difference::sequence, TreeMap::new, Collectors.counting()));
        return bySequence.entrySet().stream().map(each -> "%5d  %s".formatted(each.getValue(), each.getKey()))
                .collect(Collectors.joining("\n", "%d differences (all of them in %s):%n"
                        .formatted(differences.size(), ALL.toAbsolutePath()), ""));
    }
}
