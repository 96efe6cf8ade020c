package dev.windlass.benchmarks.suite;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of the table in the README: few figures, of those contenders that a reader knows. */
final class Headlines {

    private static final List<String> CONTENDERS = List.of(Catalogue.WINDLASS, Catalogue.GO, Catalogue.JOSDK,
            Catalogue.OFFICIAL);

    /**
     * A row.
     *
     * @param figures shown in one cell, one after the other
     */
    private record Headline(String comparison, String label, List<String> figures) {
    }

    private static final List<Headline> ROWS = List.of(
            new Headline("sync", "cold start → %s objects reconciled, 1 / 8 workers",
                    List.of("1.reconciled", "8.reconciled")),
            new Headline("sync", "the same in a warm process", List.of("1.warm.reconciled", "8.warm.reconciled")),
            new Headline("sync", "bytes that each cached object keeps / all that is kept, by object",
                    List.of("each.bytes", "1.bytes")),
            new Headline("sync", "resident memory", List.of("1.resident")),
            new Headline("controller", "stop of an idle controller, p50 / p99", List.of("stop.p50", "stop.p99")),
            new Headline("controller", "threads or goroutines left behind by it", List.of("left.threads")),
            new Headline("stop-unit", "stop of an idle plain unit, p50 / p99", List.of("stop.p50", "stop.p99")),
            new Headline("units-100000", "100 000 plain units: add + start / bytes, each / stop of all",
                    List.of("add-start", "bytes", "stop")),
            new Headline("queue", "queue: add + get + done, 1 / 8 threads", List.of("threads-1", "threads-8")),
            new Headline("server", "embedded API server: first in a JVM / warm", List.of("first", "warm")));

    private final Map<String, Samples> samples;

    private final String objects;

    Headlines(Map<Comparison, Outcome> outcomes, int objects) {
        this.objects = "%,d".formatted(objects).replace(',', ' ');
        this.samples = outcomes.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), entry -> entry.getValue().samples()));
    }

    /** In Markdown, with the head of the table; of what was not measured there is no row. */
    String rows() {
        return Stream.concat(
                Stream.of(row("", CONTENDERS), "|---|" + "---|".repeat(CONTENDERS.size()) + "\n"),
                ROWS.stream().filter(row -> samples.containsKey(row.comparison()))
                        .map(row -> row(row.label().replace("%s", objects),
                                CONTENDERS.stream().map(name -> cell(row, name)).toList())))
                .collect(Collectors.joining());
    }

    private String cell(Headline row, String contender) {
        Samples measured = samples.getOrDefault(row.comparison(), new Samples());
        List<String> values = row.figures().stream().map(figure -> measured.of(contender, figure))
                .flatMap(Optional::stream).map(series -> series.readable(series.median())).toList();
        return values.isEmpty() ? "–" : String.join(" / ", values);
    }

    private static String row(String label, List<String> cells) {
        return "|" + (label.isEmpty() ? "" : " " + label) + " | " + String.join(" | ", cells) + " |\n";
    }
}
