package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.table.Cells.age;
import static dev.windlass.apiserver.internal.table.Cells.name;
import static dev.windlass.apiserver.internal.table.Cells.number;
import static dev.windlass.apiserver.internal.table.Cells.string;

/** The columns of horizontal pod autoscalers. */
final class AutoscalerCells {
    private static final String UNKNOWN = "<unknown>";
    private static final int SHOWN = 2;

    private AutoscalerCells() {
    }

    static List<Column> columns() {
        return List.of(name(),
                string("Reference",
                        object -> Json.textOrEmpty(object, "spec", "scaleTargetRef", "kind") + "/"
                                + Json.textOrEmpty(object, "spec", "scaleTargetRef", "name")),
                string("Targets", AutoscalerCells::targets), string("MinPods", object -> {
                    JsonNode least = Json.find(object, "spec", "minReplicas");
                    return least == null ? "<unset>" : least.asString();
                }), Cells.count("MaxPods", "string", object -> number(object, "spec", "maxReplicas")),
                Cells.count("Replicas", "string", object -> number(object, "status", "currentReplicas")), age());
    }

    private static String targets(ObjectNode object) {
        List<JsonNode> wanted = Cells.items(Json.find(object, "spec", "metrics"));
        List<JsonNode> found = Cells.items(Json.find(object, "status", "currentMetrics"));
        if (wanted.isEmpty()) {
            return Cells.NONE;
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            all.add(target(wanted.get(i), i < found.size() ? found.get(i) : null));
        }
        return all.size() <= SHOWN
                ? String.join(", ", all)
                : String.join(", ", all.subList(0, SHOWN)) + " + " + (all.size() - SHOWN) + " more...";
    }

    private static String target(JsonNode wanted, @Nullable JsonNode found) {
        String type = Json.textOrEmpty(wanted, "type");
        String field = switch (type) {
            case "External", "Pods", "Object", "Resource", "ContainerResource" ->
                type.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + type.substring(1);
            default -> "";
        };
        if (field.isEmpty()) {
            return "<unknown type>";
        }
        JsonNode source = wanted.path(field);
        JsonNode target = source.path("target");
        JsonNode current = found == null ? Json.object() : found.path(field).path("current");
        if (type.endsWith("Resource")) {
            return Json.textOrEmpty(source, "name") + ": "
                    + (target.has("averageValue")
                            ? text(current, "averageValue", "") + "/" + text(target, "averageValue", "")
                            : text(current, "averageUtilization", "%") + "/"
                                    + (target.has("averageUtilization")
                                            ? text(target, "averageUtilization", "%")
                                            : "<auto>"));
        }
        boolean average = target.has("averageValue");
        String value = average ? "averageValue" : "value";
        return text(current, value, "") + "/" + text(target, value, "")
                + (average && !type.equals("Pods") ? " (avg)" : "");
    }

    private static String text(JsonNode holder, String field, String unit) {
        JsonNode value = Json.find(holder, field);
        return value == null ? UNKNOWN : value.asString() + unit;
    }
}
