package dev.windlass.benchmarks.suite;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param only the names of the benchmarks to run; all when empty
 * @param quick fewer runs: to try it, not to quote it
 * @param output where the result goes; a dated file beside the earlier ones by default
 * @param list only say which benchmarks there are
 */
record Options(List<String> only, boolean quick, Path output, boolean list) {

    static final String HELP = """
            Measures Windlass beside its peers and writes a result file in Markdown.

            usage: benchmarks/run [--only NAME]… [--quick] [--output FILE]

              --only NAME     only this benchmark; can be given more than once
              --quick         one run of each instead of several: to try it, not to quote it
              --output FILE   where the result goes; by default benchmarks/results/DATE-measured.md,
                              with --only or --quick benchmarks/target/measured.md
              --list          the names of the benchmarks
              --help          this text
            """;

    /** @throws IllegalArgumentException when an option is not known or lacks its value; the message says which */
    static Options parse(List<String> arguments, Path folder, String date) {
        Deque<String> left = new ArrayDeque<>(arguments);
        List<String> only = new ArrayList<>();
        boolean quick = false;
        boolean list = false;
        Path output = null;
        while (!left.isEmpty()) {
            String option = left.remove();
            switch (option) {
                case "--only" -> only.add(value(option, left));
                case "--quick" -> quick = true;
                case "--list" -> list = true;
                case "--output" -> output = Path.of(value(option, left));
                default -> throw new IllegalArgumentException(
                        "unknown option \"" + option + "\": see benchmarks/run --help");
            }
        }
        if (output == null) {
            output = only.isEmpty() && !quick
                    ? folder.resolve("results").resolve(date + "-measured.md")
                    : folder.resolve("target").resolve("measured.md");
        }
        return new Options(List.copyOf(only), quick, output, list);
    }

    private static String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException("option " + option + " lacks its value: see benchmarks/run --help");
        }
        return left.remove();
    }

    /** @throws IllegalArgumentException when a name is asked for that no benchmark has; the message names those that there are */
    List<Comparison> select(List<Comparison> all) {
        List<String> names = all.stream().map(Comparison::name).toList();
        only.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("there is no benchmark \"" + name + "\": there are " + names);
        });
        return all.stream().filter(comparison -> only.isEmpty() || only.contains(comparison.name())).toList();
    }
}
