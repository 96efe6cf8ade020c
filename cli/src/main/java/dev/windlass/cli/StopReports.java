package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** Stop reports for people: the unit, then what was inside it, then what is left and what went wrong. */
final class StopReports {
    private StopReports() {
    }

    static List<String> lines(JsonNode report) {
        List<String> lines = new ArrayList<>();
        add(lines, report, "", "");
        return lines;
    }

    private static void add(List<String> lines, JsonNode report, String branch, String indent) {
        lines.add(branch + text(report, "summary"));
        List<JsonNode> children = report.path("children").valueStream().toList();
        String below = indent + (children.isEmpty() ? "     " : "│    ");
        report.path("errors").valueStream().forEach(error -> lines.add(below + "error: " + error.asString()));
        report.path("unknownOutcomes").valueStream()
                .forEach(request -> lines.add(below + "outcome unknown: " + request.asString()));
        report.path("discardedSample").valueStream()
                .forEach(item -> lines.add(below + "discarded: " + item.asString()));
        report.path("leftovers").valueStream().forEach(left -> {
            lines.add(below + "left: " + text(left, "kind") + " " + text(left, "name"));
            text(left, "detail").lines().forEach(frame -> lines.add(below + "  " + frame));
        });
        for (int i = 0; i < children.size(); i++) {
            boolean last = i == children.size() - 1;
            add(lines, children.get(i), indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "));
        }
    }
}
