package dev.windlass.cli;

import dev.windlass.server.ShortDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** What {@code describe manager} shows. */
final class ManagerFacts {
    /** The name under which the manager is described, unless a unit has it. */
    static final String NAME = "manager";

    private ManagerFacts() {
    }

    static Map<String, String> of(JsonNode manager) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Name", text(manager, "name"));
        lines.put("State", manager.path("stopping").asBoolean()
                ? "stopping"
                : manager.path("started").asBoolean() ? "running" : "not started");
        lines.put("Units", text(manager, "units") + manager.path("states").propertyStream()
                .map(state -> state.getValue().asString() + " " + state.getKey())
                .collect(Collectors.joining(", ", " (", ")")));
        lines.put("Stops within", ShortDuration
                .format(Duration.ofMillis(manager.path("worstCaseStopMillis").asLong() + 999)));
        JsonNode leadership = manager.path("leadership");
        if (leadership.isObject()) {
            leadership(lines, leadership);
        } else {
            lines.put("Election", "none: leader units run at once");
        }
        return lines;
    }

    private static void leadership(Map<String, String> lines, JsonNode leadership) {
        boolean leads = leadership.path("leads").asBoolean();
        lines.put("Election", text(leadership, "election"));
        lines.put("Stands as", text(leadership, "identity") + (leads ? ", and leads" : ", and stands by"));
        String holder = text(leadership, "holder");
        lines.put("Leader", holder.isEmpty()
                ? "nobody that has been seen"
                : holder + since(text(leadership, "since")) + ", transitions: " + text(leadership, "transitions"));
        if (leads) {
            lines.put("Fence", "closes in " + ShortDuration
                    .format(Duration.ofMillis(leadership.path("fenceMillis").asLong())) + " without a renewal");
        }
        if (!text(leadership, "trouble").isEmpty()) {
            lines.put("Trouble", text(leadership, "trouble"));
        }
        lines.put("On loss", text(leadership, "onLoss"));
        JsonNode loss = leadership.path("lastLoss");
        if (loss.isObject()) {
            lines.put("Last loss", EventLine.clock(Instant.parse(text(loss, "at"))) + ", " + text(loss, "why")
                    + passed(loss, "dispatches") + passed(loss, "writes"));
        }
    }

    private static String since(String moment) {
        if (moment.isEmpty()) {
            return "";
        }
        Instant since = Instant.parse(moment);
        return " since " + EventLine.clock(since) + ", for "
                + ShortDuration.format(Duration.between(since, Instant.now()));
    }

    /** What had passed the fence before. */
    private static String passed(JsonNode loss, String what) {
        JsonNode all = loss.path(what);
        return System.lineSeparator() + all.size() + " " + what + " had passed the fence and had not ended"
                + all.valueStream().map(each -> System.lineSeparator() + "  " + each.asString())
                        .collect(Collectors.joining());
    }
}
