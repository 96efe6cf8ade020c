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
    private final boolean quick;
    private final StringBuilder text = new StringBuilder();

    ResultFile(Machine machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    String of(Map<Comparison, Samples> results) {
        line("# Measured " + machine.date());
        line("");
        line(machine + ".");
        line("");
        line("Medians" + (quick ? " of one run each, to try the programs: not to be quoted" : "")
                + ". In brackets: how many times better Windlass is; below 1 the peer is ahead. Made by `benchmarks/run`;");
        line("how to repeat it is in [benchmarks/README.md](../README.md). Differences under about 20 % are noise.");
        results.forEach(this::table);
        line("");
        line("## Spread");
        line("");
        line("| Benchmark | Contender | Figure | Values | Least | Median | Most |");
        line("|---|---|---|---|---|---|---|");
        results.forEach((comparison, samples) -> samples.forEach((key, series) -> line(
                "| %s | %s | %s | %d | %s | %s | %s |".formatted(comparison.name(), key.contender(), key.figure(),
                        series.count(), series.readable(series.least()), series.readable(series.median()),
                        series.readable(series.most())))));
        return text.toString();
    }

    private void table(Comparison comparison, Samples samples) {
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
