package dev.windlass.cli;

import dev.windlass.lifecycle.StopReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** Stop reports for people: the unit, then what was inside it, then what is left and what went wrong. */
final class StopReports {
    /** What is shown of a report, whether it came over the wire or from a manager in this process. */
    private record Shown(String summary, List<String> notes, List<Shown> children) {
        static Shown of(JsonNode report) {
            List<String> notes = new ArrayList<>();
            strings(report, "errors").forEach(error -> notes.add("error: " + error));
            strings(report, "unknownOutcomes").forEach(request -> notes.add("outcome unknown: " + request));
            strings(report, "discardedSample").forEach(item -> notes.add("discarded: " + item));
            report.path("leftovers").valueStream()
                    .forEach(left -> leftover(notes, text(left, "kind"), text(left, "name"), text(left, "detail")));
            return new Shown(text(report, "summary"), notes,
                    report.path("children").valueStream().map(Shown::of).toList());
        }

        static Shown of(StopReport report) {
            List<String> notes = new ArrayList<>();
            report.errors().forEach(error -> notes.add("error: " + error));
            report.unknownOutcomes().forEach(request -> notes.add("outcome unknown: " + request));
            report.discardedSample().forEach(item -> notes.add("discarded: " + item));
            report.leftovers().forEach(left -> leftover(notes, left.kind(), left.name(), left.detail()));
            return new Shown(report.toString(), notes, report.children().stream().map(Shown::of).toList());
        }

        private static Stream<String> strings(JsonNode report, String field) {
            return report.path(field).valueStream().map(JsonNode::asString);
        }

        private static void leftover(List<String> notes, String kind, String name, String detail) {
            notes.add("left: " + kind + " " + name);
            detail.lines().forEach(frame -> notes.add("  " + frame));
        }
    }

    private StopReports() {
    }

    static List<String> lines(JsonNode report) {
        List<String> lines = new ArrayList<>();
        add(lines, Shown.of(report), "", "");
        return lines;
    }

    static List<String> lines(StopReport report) {
        List<String> lines = new ArrayList<>();
        add(lines, Shown.of(report), "", "");
        return lines;
    }

    private static void add(List<String> lines, Shown report, String branch, String indent) {
        lines.add(branch + report.summary());
        String below = indent + (report.children().isEmpty() ? "     " : "│    ");
        report.notes().forEach(note -> lines.add(below + note));
        for (int i = 0; i < report.children().size(); i++) {
            boolean last = i == report.children().size() - 1;
            add(lines, report.children().get(i), indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "));
        }
    }
}
