package dev.windlass.cli;

import dev.windlass.server.ShortDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Units as a table whose first column is a tree. */
final class UnitTable {
    private static final List<String> HEAD = List.of("NAME", "KIND", "STATE", "SINCE", "RESTARTS", "QUEUED",
            "IN FLIGHT");
    private static final String WAITS_FOR = "WAITS FOR";
    private static final List<String> WIDE = List.of("GENERATION", "REASON", "WANTED", "MESSAGE");
    private static final int STATE = 2;

    private final Instant now;
    private final List<List<String>> rows = new ArrayList<>();

    private final boolean wide;

    private UnitTable(boolean wide, Instant now) {
        this.wide = wide;
        this.now = now;
    }

    /** The lines of the table, wide with what is behind each state and with the whole message. Units whose parent is not among the items stand at the root, with their full names. */
    static List<String> lines(List<JsonNode> items, boolean wide, Instant now, Terminal terminal) {
        Map<String, List<JsonNode>> children = new LinkedHashMap<>();
        Map<String, JsonNode> byName = new LinkedHashMap<>();
        items.forEach(item -> byName.put(text(item, "name"), item));
        List<JsonNode> roots = new ArrayList<>();
        for (JsonNode item : items) {
            String parent = text(item, "parent");
            if (byName.containsKey(parent)) {
                children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(item);
            } else {
                roots.add(item);
            }
        }
        UnitTable table = new UnitTable(wide, now);
        table.rows.add(Stream.concat(HEAD.stream(), wide ? WIDE.stream() : Stream.of(WAITS_FOR)).toList());
        roots.forEach(root -> table.add(root, "", "", children));
        return table.layout(terminal);
    }

    private void add(JsonNode item, String branch, String indent, Map<String, List<JsonNode>> children) {
        String name = text(item, "name");
        String shown = branch.isEmpty() ? name : name.substring(text(item, "parent").length() + 1);
        List<String> row = new ArrayList<>(List.of(branch + shown, text(item, "kind"), text(item, "state"), age(item),
                text(item, "restarts"), text(item, "queued"), text(item, "inFlight")));
        row.addAll(wide
                ? List.of(text(item, "generation"), text(item, "reason"), wanted(item), text(item, "message"))
                : List.of(waitsFor(item)));
        rows.add(row);
        List<JsonNode> below = children.getOrDefault(name, List.of());
        for (int i = 0; i < below.size(); i++) {
            boolean last = i == below.size() - 1;
            add(below.get(i), indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "), children);
        }
    }

    private static String waitsFor(JsonNode item) {
        return text(item, "state").equals("PENDING") ? text(item, "message").replaceFirst("^waits for ", "") : "";
    }

    private static String wanted(JsonNode item) {
        return item.path("paused").asBoolean() ? "paused" : item.path("cordoned").asBoolean() ? "cordoned" : "";
    }

    private String age(JsonNode item) {
        String since = text(item, "since");
        return since.isEmpty() ? "" : ShortDuration.format(Duration.between(Instant.parse(since), now));
    }

    private List<String> layout(Terminal terminal) {
        boolean more = wide || rows.stream().skip(1).anyMatch(row -> !row.getLast().isEmpty());
        return Table.lines(rows, more ? rows.getFirst().size() : HEAD.size(), STATE, terminal);
    }

    static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isNull() || value.isMissingNode() ? "" : value.asString();
    }
}
