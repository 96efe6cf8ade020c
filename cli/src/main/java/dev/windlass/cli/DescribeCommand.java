package dev.windlass.cli;

import dev.windlass.server.ShortDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "describe", description = "Show all that is known of one unit.")
final class DescribeCommand extends UnitCommand {
    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private GetCommand.Output output;

    @Override
    public Integer call() {
        JsonNode unit = connect().describe(name());
        Terminal terminal = Terminal.standard();
        if (output == GetCommand.Output.json) {
            terminal.line(unit.toPrettyString());
            return 0;
        }
        Map<String, String> lines = facts(unit, terminal);
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0) + 1;
        String below = System.lineSeparator() + " ".repeat(width + 1);
        lines.forEach((key, value) -> terminal.line((key + ":" + " ".repeat(width - key.length())
                + String.join(below, value.lines().toList())).stripTrailing()));
        unit.path("children").valueStream().forEach(child -> terminal.line("  " + child.asString()));
        JsonNode report = unit.path("lastStop");
        if (report.isObject()) {
            terminal.line("Last stop:");
            StopReports.lines(report).forEach(line -> terminal.line("  " + line));
        }
        return 0;
    }

    private static Map<String, String> facts(JsonNode unit, Terminal terminal) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Name", text(unit, "name"));
        lines.put("Kind", text(unit, "kind"));
        lines.put("State", terminal.state(text(unit, "state")) + " for "
                + ShortDuration.format(Duration.between(Instant.parse(text(unit, "since")), Instant.now())));
        lines.put("Reason",
                text(unit, "reason") + (text(unit, "message").isEmpty() ? "" : ": " + text(unit, "message")));
        lines.put("Wanted", unit.path("desiredRunning").asBoolean() ? "running" : "stopped");
        lines.put("Generation", text(unit, "generation")
                + (text(unit, "incarnation").isEmpty() ? "" : " (" + text(unit, "incarnation") + ")"));
        lines.put("Group", text(unit, "group"));
        lines.put("Restarts", text(unit, "restarts"));
        optional(lines, "Parent", text(unit, "parent"));
        optional(lines, "Queued", text(unit, "queued"));
        optional(lines, "In flight", text(unit, "inFlight"));
        optional(lines, "Carried over", text(unit, "carriedOver").equals("0") ? "" : text(unit, "carriedOver"));
        optional(lines, "Labels", pairs(unit.path("labels")));
        optional(lines, "Depends on",
                unit.path("dependsOn").valueStream().map(JsonNode::asString).collect(Collectors.joining(", ")));
        optional(lines, "Last error", text(unit, "lastError"));
        unit.path("details").propertyStream().filter(detail -> !detail.getValue().asString().isEmpty())
                .forEach(detail -> lines.putIfAbsent(capitalised(detail.getKey()), detail.getValue().asString()));
        if (!unit.path("children").isEmpty()) {
            lines.put("Children", "");
        }
        return lines;
    }

    private static String pairs(JsonNode labels) {
        return labels.propertyStream().map(label -> label.getKey() + "=" + label.getValue().asString())
                .collect(Collectors.joining(", "));
    }

    private static void optional(Map<String, String> lines, String key, String value) {
        if (!value.isEmpty()) {
            lines.put(key, value);
        }
    }

    private static String capitalised(String key) {
        return key.isEmpty() ? key : Character.toUpperCase(key.charAt(0)) + key.substring(1);
    }
}
