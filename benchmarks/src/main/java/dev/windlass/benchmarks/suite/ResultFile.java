package dev.windlass.benchmarks.suite;

import dev.windlass.benchmarks.suite.Comparison.Row;
import dev.windlass.benchmarks.suite.Samples.Series;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes a result as Markdown: tables with ratios, then the spread of all figures. */
final class ResultFile {

    private final Machine machine;
    private final Options options;
    private final StringBuilder text = new StringBuilder();

    ResultFile(Machine machine, Options options) {
        this.machine = machine;
        this.options = options;
    }

    String of(Map<Comparison, Outcome> results) {
        line("# Measured " + machine.date());
        line("");
        line(machine + ".");
        line("");
        line("Medians" + (options.quick()
                ? " of small numbers, to try the programs: not to be quoted"
                : " of up to %d processes of each kind".formatted(options.runs()))
                + ". In brackets: how many times better Windlass is; below 1 the peer is ahead. Made by `benchmarks/run`;");
        line("how to repeat it is in [benchmarks/README.md](../README.md). Differences under about 20 % are noise.");
        results.forEach(this::table);
        line("");
        line("## Spread");
        line("");
        line("| Benchmark | Contender | Figure | Values | Least | Median | Most |");
        line("|---|---|---|---|---|---|---|");
        results.forEach((comparison, outcome) -> outcome.samples().forEach((key, series) -> line(
                "| %s | %s | %s | %d | %s | %s | %s |".formatted(comparison.name(), key.contender(), key.figure(),
                        series.count(), series.readable(series.least()), series.readable(series.median()),
                        series.readable(series.most())))));
        return text.toString();
    }

    private void table(Comparison comparison, Outcome outcome) {
        Samples samples = outcome.samples();
        List<String> contenders = comparison.contenders();
        line("");
        line("## " + comparison.title());
        line("");
        line(comparison.method());
        line("");
        line("| |" + contenders.stream().map(name -> " " + name + " |").collect(Collectors.joining()));
        line("|---|" + "---|".repeat(contenders.size()));
        for (Row row : comparison.rows()) {
            Optional<Series> ours = samples.of(contenders.getFirst(), row.figure());
            line("| " + row.label() + " |" + contenders.stream()
                    .map(name -> " " + cell(row, ours, samples.of(name, row.figure())) + " |")
                    .collect(Collectors.joining()));
        }
        if (!outcome.missing().isEmpty()) {
            line("");
            outcome.missing().forEach((entry, why) -> line(
                    "- Missing or incomplete: %s: %s.".formatted(entry.described(), why)));
        }
    }

    private static String cell(Row row, Optional<Series> ours, Optional<Series> theirs) {
        if (theirs.isEmpty()) {
            return "–";
        }
        double value = theirs.get().median();
        String readable = theirs.get().readable(value);
        if (ours.isEmpty() || ours.get() == theirs.get() || value == 0 || ours.get().median() == 0) {
            return readable;
        }
        double better = row.moreIsBetter() ? ours.get().median() / value : value / ours.get().median();
        return readable + String.format(Locale.ROOT, better >= 10 ? " (×%.0f)" : " (×%.2f)", better);
    }

    private void line(String content) {
        text.append(content).append('\n');
    }
}
