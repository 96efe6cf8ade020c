package dev.windlass.benchmarks.suite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param only the names of the benchmarks to run; all when empty
 * @param quick small numbers: to try it, not to quote it
 * @param runs how many processes of each kind, at most
 * @param minutes after which nothing more is begun
 * @param output where the result goes; a dated file beside the earlier ones by default
 * @param list only say which benchmarks there are
 */
record Options(List<String> only, boolean quick, int runs, int minutes, Path output, boolean list) {

    /** The longest program takes a quarter of it on a slow machine. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final int MINUTES = 25;

    static final String HELP = """
            Measures Windlass beside its peers and writes a result file in Markdown.

            usage: benchmarks/run [--only NAME]… [--quick] [--runs N] [--minutes N] [--output FILE]

              --only NAME     only this benchmark; can be given more than once
              --quick         small numbers, one run of each, in about 4 minutes: to try it, not to quote it
              --runs N        at most so many runs of each (default 3), in turn
              --minutes N     begin nothing more after so many minutes, the build included (default 25); all runs
                              once before anything runs again, and what there is makes the result
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
        int runs = 0;
        int minutes = MINUTES;
        Path output = null;
        while (!left.isEmpty()) {
            String option = left.remove();
            switch (option) {
                case "--only" -> only.add(value(option, left));
                case "--quick" -> quick = true;
                case "--list" -> list = true;
                case "--runs" -> runs = number(option, left);
                case "--minutes" -> minutes = number(option, left);
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
        int most = runs > 0 ? runs : (quick ? Scale.QUICK : Scale.FULL).runs();
        return new Options(List.copyOf(only), quick, most, minutes, output, list);
    }

    Scale scale() {
        return (quick ? Scale.QUICK : Scale.FULL).withRuns(runs);
    }

    /** How long one program may take. */
    Duration limit() {
        return LIMIT;
    }

    private static int number(String option, Deque<String> left) {
        String value = value(option, left);
        if (!value.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException("option %s wants a number from 1 to 9999, not \"%s\"".formatted(option,
                    value));
        }
        return Integer.parseInt(value);
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
