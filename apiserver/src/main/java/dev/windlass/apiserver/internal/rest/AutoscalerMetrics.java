package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Metrics of horizontal pod autoscalers: version 1 has the fields of version 2 under flat names, and only in annotations. Stateless. */
final class AutoscalerMetrics {
    private static final List<String> SOURCES = List.of("object", "pods", "resource", "containerResource", "external");

    /** What of a metric is wanted, by its source, in Go's order. */
    private static final Map<String, List<Move>> WANTED = Map.of(
            "object", moves("target>describedObject", "metricName>metric.name", "targetValue>target.value!",
                    "selector>metric.selector", "averageValue>target.averageValue"),
            "pods", moves("metricName>metric.name", "targetAverageValue>target.averageValue!",
                    "selector>metric.selector"),
            "resource", moves("name>name", "targetAverageUtilization>target.averageUtilization",
                    "targetAverageValue>target.averageValue"),
            "containerResource", moves("name>name", "targetAverageUtilization>target.averageUtilization",
                    "targetAverageValue>target.averageValue", "container>container"),
            "external", moves("metricName>metric.name", "metricSelector>metric.selector",
                    "targetValue>target.value", "targetAverageValue>target.averageValue"));

    /** What of a metric has been found. */
    private static final Map<String, List<Move>> FOUND = Map.of(
            "object", moves("target>describedObject", "metricName>metric.name", "currentValue>current.value!",
                    "selector>metric.selector", "averageValue>current.averageValue"),
            "pods", moves("metricName>metric.name", "currentAverageValue>current.averageValue!",
                    "selector>metric.selector"),
            "resource", moves("name>name", "currentAverageUtilization>current.averageUtilization",
                    "currentAverageValue>current.averageValue!"),
            "containerResource", moves("name>name", "currentAverageUtilization>current.averageUtilization",
                    "currentAverageValue>current.averageValue!", "container>container"),
            "external", moves("metricName>metric.name", "metricSelector>metric.selector",
                    "currentValue>current.value!", "currentAverageValue>current.averageValue"));

    private AutoscalerMetrics() {
    }

    /**
     * Where a field is in both versions.
     *
     * @param amount
     *            an amount that version 1 cannot do without
     */
    private record Move(String flat, List<String> path, boolean amount) {
    }

    private static List<Move> moves(String... described) {
        return List.of(described).stream().map(each -> {
            boolean amount = each.endsWith("!");
            String[] both = (amount ? each.substring(0, each.length() - 1) : each).split(">", 2);
            return new Move(both[0], List.of(both[1].split("\\.", -1)), amount);
        }).toList();
    }

    /** A metric of version 2 as version 1 has it. */
    static ObjectNode flat(JsonNode metric, boolean wanted) {
        ObjectNode out = Json.object().put("type", Json.textOrEmpty(metric, "type"));
        for (String kind : SOURCES) {
            if (metric.get(kind) instanceof ObjectNode source) {
                ObjectNode flat = out.putObject(kind);
                for (Move move : (wanted ? WANTED : FOUND).getOrDefault(kind, List.of())) {
                    JsonNode value = Json.find(source, move.path().toArray(String[]::new));
                    if (value != null) {
                        flat.set(move.flat(), inGoOrder(value));
                    } else if (move.amount()) {
                        flat.put(move.flat(), "0");
                    }
                }
            }
        }
        return out;
    }

    private static JsonNode inGoOrder(JsonNode value) {
        if (value.has("name") || value.has("kind")) {
            return AutoscalerFields.pick(value, "kind", "name", "apiVersion");
        }
        if (!value.isObject()) {
            return value;
        }
        ObjectNode selector = AutoscalerFields.pick(value, "matchLabels", "matchExpressions");
        if (selector.get("matchLabels") instanceof ObjectNode labels) {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            labels.properties().forEach(each -> sorted.put(each.getKey(), each.getValue()));
            ObjectNode out = selector.putObject("matchLabels");
            sorted.forEach(out::set);
        }
        if (selector.get("matchExpressions") instanceof ArrayNode expressions) {
            ArrayNode out = selector.putArray("matchExpressions");
            expressions.forEach(each -> out.add(AutoscalerFields.pick(each, "key", "operator", "values")));
        }
        return selector;
    }

    /** A metric of version 1 as version 2 has it; what is no metric stays what it is. */
    static JsonNode nested(JsonNode metric, boolean wanted) {
        if (!metric.isObject()) {
            return metric;
        }
        ObjectNode out = AutoscalerFields.pick(metric, "type");
        for (String kind : SOURCES) {
            JsonNode source = metric.get(kind);
            if (source == null || !source.isObject()) {
                if (source != null) {
                    out.set(kind, source);
                }
                continue;
            }
            ObjectNode nested = out.putObject(kind);
            for (Move move : (wanted ? WANTED : FOUND).getOrDefault(kind, List.of())) {
                JsonNode given = Json.find(source, move.flat());
                JsonNode value = given == null && move.amount() ? out.stringNode("0") : given;
                if (value != null) {
                    ObjectNode holder = move.path().size() == 1 ? nested : Json.child(nested, move.path().getFirst());
                    holder.set(move.path().getLast(), value);
                }
            }
            if (wanted) {
                settle(kind, Json.child(nested, "target"));
            }
        }
        return out;
    }

    /** Version 1 does not say what type a target has, and has a value of zero where there is none. */
    private static void settle(String kind, ObjectNode target) {
        boolean average = target.has("averageValue");
        String type = switch (kind) {
            case "object" -> average ? "AverageValue" : "Value";
            case "external" -> target.has("value") ? "Value" : "AverageValue";
            case "pods" -> "AverageValue";
            default -> target.has("averageUtilization") ? "Utilization" : "AverageValue";
        };
        target.put("type", type);
        if (kind.equals("object") && average && isZero(target.get("value"))) {
            target.remove("value");
        }
    }

    private static boolean isZero(@Nullable JsonNode amount) {
        if (amount == null) {
            return false;
        }
        String digits = amount.asString("").replaceAll("[a-zA-Z]+$", "");
        try {
            return new BigDecimal(digits).signum() == 0;
        } catch (NumberFormatException _) {
            return false; // no amount, which is told when the whole is read
        }
    }
}
