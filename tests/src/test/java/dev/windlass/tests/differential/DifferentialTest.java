package dev.windlass.tests.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends a corpus of requests to the embedded and to the real API server; what differs must be a known, deliberate difference. The system property
 * {@code windlass.differential.objects} names a file of objects to be tried instead of the corpus, {@code windlass.differential.seeds} the seeds of changes
 * at random that are made instead, {@code windlass.differential.changes} of each object how many, {@code windlass.differential.only} what the titles of the
 * sequences to be played contain.
 */
@Tag("real-apiserver")
class DifferentialTest {
    private static final long SEED = 20_261;
    /** Of changes at random. Another seed and more changes may well find something that is still to be mended. */
    private static final List<Long> SEEDS = List.of(104L, 105L);
    private static final int SOME_CHANGES = 3;
    private static final int MANY_CHANGES = 25;
    private static final int ODD_REQUESTS = 250;
    /** Written by hand. */
    private static final List<String> CORPORA = List.of(
            "access.http",
            "admission.http",
            "autoscaling.http",
            "bad-input.http",
            "claims.http",
            "conditions.http",
            "connections.http",
            "conversions.http",
            "custom-resources.http",
            "definitions.http",
            "deletes.http",
            "empty-lists.http",
            "equivalents.http",
            "events.http",
            "expression-values.http",
            "expressions.http",
            "formats.http",
            "integers.http",
            "json-patches.http",
            "limit-ranges.http",
            "lists.http",
            "managers.http",
            "mutating-policies.http",
            "node.http",
            "objects.http",
            "odd-changes.http",
            "odd-characters.http",
            "odd-paths.http",
            "operators.http",
            "other-versions.http",
            "pod-security.http",
            "pod-statuses.http",
            "pod-updates.http",
            "pods.http",
            "policies.http",
            "projections.http",
            "quotas.http",
            "refusals.http",
            "rule-costs.http",
            "scales.http",
            "secrets.http",
            "services.http",
            "shown-values.http",
            "statuses.http",
            "strategic-merges.http",
            "subresources.http",
            "updated-metadata.http",
            "versions.http",
            "volumes.http",
            "watches.http",
            "webhooks.http",
            "workloads.http",
            "yaml.http");
    private static final Path ALL = Path.of("target", "differences.txt");

    @Test
    void theEmbeddedServerAnswersLikeTheRealOne() throws Exception {
        try (Server real = Server.real();
                Server embedded = Server.embedded();
                WebhookServer hooks = new WebhookServer()) {
            List<Sequence> sequences = sequences(embedded);
            assertThat(sequences).isNotEmpty();
            List<Difference> unknown = new Comparison(real, embedded, hooks).play(sequences).stream()
                    .filter(difference -> !KnownDifference.isKnown(difference)).toList();
            assertThat(unknown).withFailMessage(() -> report(sequences, unknown)).isEmpty();
        }
    }

    private static List<Sequence> sequences(Server embedded) throws IOException {
        String objects = System.getProperty("windlass.differential.objects", "");
        String only = System.getProperty("windlass.differential.only", "");
        String seeds = System.getProperty("windlass.differential.seeds", "");
        List<Sequence> all = !seeds.isEmpty()
                ? random(embedded, Stream.of(seeds.split(",")).map(Long::parseLong).toList(),
                        Integer.getInteger("windlass.differential.changes", MANY_CHANGES))
                : objects.isEmpty()
                        ? corpus(embedded)
                        : Generator.sequences(SEED, Files.readString(Path.of(objects)));
        return all.stream().filter(each -> each.title().contains(only)).toList();
    }

    private static List<Sequence> random(Server server, List<Long> seeds, int changes) {
        JsonNode openApi = server.send("GET", "/openapi/v2", Map.of(), "").body();
        return seeds.stream().flatMap(seed -> Stream.concat(
                Mutations.sequences(seed, openApi, Generator.objects(), changes).stream(),
                Stream.of(OddRequests.sequence(seed, ODD_REQUESTS)))).toList();
    }

    /** Everything that is compared. */
    private static List<Sequence> corpus(Server server) {
        List<Sequence> all = Stream.of(Generator.sequences(SEED), random(server, SEEDS, SOME_CHANGES),
                CORPORA.stream().flatMap(corpus -> Corpus.read(corpus).stream()).toList())
                .flatMap(List::stream).toList();
        assertThat(all).as("sequences").hasSizeGreaterThan(500);
        assertThat(all.stream().mapToInt(each -> each.requests().size()).sum()).as("requests").isGreaterThan(8_500);
        return all;
    }

    /** How many there are by sequence; each of them is in a file. */
    private static String report(List<Sequence> sequences, List<Difference> differences) {
        try {
            Files.createDirectories(ALL.getParent());
            Files.writeString(ALL,
                    differences.stream().map(Difference::toString).collect(Collectors.joining("\n\n")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the differences cannot be written to " + ALL, e);
        }
        int requests = sequences.stream().mapToInt(each -> each.requests().size()).sum();
        Map<String, Long> bySequence = differences.stream()
                .collect(Collectors.groupingBy(Difference::sequence, TreeMap::new, Collectors.counting()));
        return bySequence.entrySet().stream().map(each -> "%5d  %s".formatted(each.getValue(), each.getKey()))
                .collect(Collectors.joining("\n", "%d differences in %d requests of %d sequences (all of them in %s):%n"
                        .formatted(differences.size(), requests, sequences.size(), ALL.toAbsolutePath()), ""));
    }
}
