package dev.windlass.cli;

import dev.windlass.server.ShortDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "describe", description = {"Show all that is known of one unit.",
        "\"describe manager\" shows the manager as a whole: its units, how long it may take to stop, who leads."})
final class DescribeCommand extends UnitCommand {
    private static final int MOST_KEYS = 10;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private OutputOption output;

    @Override
    public Integer call() {
        AdminClient client = connect();
        Terminal terminal = Terminal.standard();
        if (name().equals(ManagerFacts.NAME) && client.units().path("items").valueStream()
                .noneMatch(unit -> text(unit, "name").equals(ManagerFacts.NAME))) {
            return describeManager(client.manager(), terminal);
        }
        JsonNode unit = client.describe(name());
        if (output.structured()) {
            terminal.line(output.text(unit));
            return 0;
        }
        print(facts(unit, terminal), terminal);
        quarantined(unit.path("quarantined")).forEach(terminal::line);
        unit.path("children").valueStream().forEach(child -> terminal.line("  " + child.asString()));
        JsonNode report = unit.path("lastStop");
        if (report.isObject()) {
            terminal.line("Last stop:");
            StopReports.lines(report).forEach(line -> terminal.line("  " + line));
        }
        return 0;
    }

    private int describeManager(JsonNode manager, Terminal terminal) {
        if (output.structured()) {
            terminal.line(output.text(manager));
        } else {
            print(ManagerFacts.of(manager), terminal);
        }
        return 0;
    }

    private static void print(Map<String, String> lines, Terminal terminal) {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0) + 1;
        String below = System.lineSeparator() + " ".repeat(width + 1);
        lines.forEach((key, value) -> terminal.line((key + ":" + " ".repeat(width - key.length())
                + String.join(below, value.lines().toList())).stripTrailing()));
    }

    private static Map<String, String> facts(JsonNode unit, Terminal terminal) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Name", text(unit, "name"));
        lines.put("Kind", text(unit, "kind"));
        lines.put("State", terminal.state(text(unit, "state")) + " for "
                + ShortDuration.format(Duration.between(Instant.parse(text(unit, "since")), Instant.now())));
        lines.put("Reason",
                text(unit, "reason") + (text(unit, "message").isEmpty() ? "" : ": " + text(unit, "message")));
        lines.put("Wanted", (unit.path("desiredRunning").asBoolean() ? "running" : "stopped")
                + (unit.path("paused").asBoolean() ? ", paused" : "")
                + (unit.path("cordoned").asBoolean() ? ", cordoned" : ""));
        optional(lines, "Replacing", text(unit, "replacing"));
        lines.put("Generation", text(unit, "generation")
                + (text(unit, "incarnation").isEmpty() ? "" : " (" + text(unit, "incarnation") + ")"));
        lines.put("Group", text(unit, "group"));
        optional(lines, "Priority", text(unit, "priority").equals("NORMAL") ? "" : text(unit, "priority"));
        optional(lines, "Revision", text(unit, "revision").equals("1") ? "" : text(unit, "revision"));
        lines.put("Restarts", text(unit, "restarts"));
        optional(lines, "Tries again", retry(text(unit, "retryAt")));
        optional(lines, "Parent", text(unit, "parent"));
        optional(lines, "Queued", text(unit, "queued"));
        optional(lines, "In flight", text(unit, "inFlight"));
        optional(lines, "Works on", keys(unit));
        optional(lines, "Carried over", text(unit, "carriedOver").equals("0") ? "" : text(unit, "carriedOver"));
        optional(lines, "Costs", cost(unit));
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

    private static String retry(String at) {
        return at.isEmpty() ? "" : EventLine.clock(Instant.parse(at)) + ", " + in(Instant.parse(at));
    }

    private static String in(Instant due) {
        Duration left = Duration.between(Instant.now(), due);
        return left.isPositive() ? "in " + ShortDuration.format(left) : "now";
    }

    /** The keys that it has claimed, some of them, and all that an earlier generation keeps from it. */
    private static String keys(JsonNode unit) {
        String current = text(unit, "name") + "#" + text(unit, "generation");
        List<String> shown = new ArrayList<>();
        int own = 0;
        for (Map.Entry<String, JsonNode> claim : unit.path("claimedKeys").properties()) {
            if (!claim.getValue().asString().equals(current)) {
                shown.add(claim.getKey() + " (kept from it by " + claim.getValue().asString() + ")");
            } else if (++own <= MOST_KEYS) {
                shown.add(claim.getKey());
            }
        }
        if (own > MOST_KEYS) {
            shown.add("and " + (own - MOST_KEYS) + " more");
        }
        return String.join(", ", shown);
    }

    /** What has not ended of generations that should have: what is left of each, and where its threads stand. */
    static List<String> quarantined(JsonNode generations) {
        List<String> lines = new ArrayList<>();
        generations.valueStream().forEach(generation -> {
            lines.add("Quarantined: " + text(generation, "unit") + "#" + text(generation, "generation") + " for "
                    + ShortDuration
                            .format(Duration.between(Instant.parse(text(generation, "since")), Instant.now())));
            generation.path("leftovers").valueStream().forEach(left -> {
                lines.add("  left: " + text(left, "kind") + " " + text(left, "name"));
                text(left, "detail").lines().forEach(frame -> lines.add("    " + frame));
            });
        });
        return lines;
    }

    private static String cost(JsonNode unit) {
        String numbers = QuotaCommand.numbers(unit.path("cost"));
        return numbers.isEmpty() ? "" : numbers + " (" + text(unit, "priority") + ")";
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
