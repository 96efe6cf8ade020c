package dev.windlass.benchmarks.suite;

import java.util.List;

/**
 * One benchmark: who does what, and which figures are set side by side. The first contender is Windlass.
 *
 * @param name what {@code --only} calls it
 * @param title what it is about
 * @param method how it is measured, for the reader of the result
 * @param needsObjects whether it runs on the real API server with its many objects
 */
record Comparison(String name, String title, String method, boolean needsObjects, List<Entry> entries,
        List<Row> rows) {

    /**
     * A program that one contender runs.
     *
     * @param prefix put before the names of its figures, when a contender runs more than one
     */
    record Entry(String contender, String prefix, Program program) {

        /** What the one who waits for it, and the reader of the result, is told. */
        String described() {
            return prefix.isEmpty() ? contender : contender + ", " + switch (prefix) {
                case "1." -> "1 worker";
                case "empty." -> "one object";
                default -> prefix.replace(".", "") + " workers";
            };
        }
    }

    /** A figure in the table. */
    record Row(String figure, String label, boolean moreIsBetter) {

        static Row less(String figure, String label) {
            return new Row(figure, label, false);
        }

        static Row more(String figure, String label) {
            return new Row(figure, label, true);
        }
    }

    List<String> contenders() {
        return entries.stream().map(Entry::contender).distinct().toList();
    }
}
