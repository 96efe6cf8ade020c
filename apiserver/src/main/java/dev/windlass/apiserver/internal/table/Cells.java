package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What cells of built-in kinds are made from. Stateless. */
final class Cells {
    static final String NONE = "<none>";

    private Cells() {
    }

    static JsonNode text(String value) {
        return JsonNodeFactory.instance.stringNode(value);
    }

    static JsonNode number(long value) {
        return value == (int) value
                ? JsonNodeFactory.instance.numberNode((int) value)
                : JsonNodeFactory.instance.numberNode(value);
    }

    static JsonNode flag(boolean value) {
        return JsonNodeFactory.instance.booleanNode(value);
    }

    static Column name() {
        return new Column("Name", "string", "name", 0,
                (object, _) -> text(Json.textOrEmpty(object, "metadata", "name")));
    }

    static Column age() {
        return new Column("Age", "string", "", 0,
                (object, ages) -> text(ages.since(Json.textOrEmpty(object, "metadata", "creationTimestamp"))));
    }

    static Column string(String name, Function<ObjectNode, String> cell) {
        return new Column(name, "string", "", 0, (object, _) -> text(cell.apply(object)));
    }

    /** A text of the object as it is. */
    static Column field(String name, String... path) {
        return string(name, object -> Json.textOrEmpty(object, path));
    }

    static Column flag(String name, boolean fallback, String... path) {
        return new Column(name, "boolean", "", 0,
                (object, _) -> JsonNodeFactory.instance.booleanNode(Json.flag(object, fallback, path)));
    }

    /** How many there are in a list. */
    static Column size(String name, String... path) {
        return count(name, "integer", object -> (long) items(Json.find(object, path)).size());
    }

    static Column wide(String name, Function<ObjectNode, String> cell) {
        return new Column(name, "string", "", 1, (object, _) -> text(cell.apply(object)));
    }

    static Column count(String name, String type, Function<ObjectNode, Long> cell) {
        return new Column(name, type, "", 0, (object, _) -> number(cell.apply(object)));
    }

    static Column timed(String name, int priority, BiFunction<ObjectNode, Ages, String> cell) {
        return new Column(name, "string", "", priority, (object, ages) -> text(cell.apply(object, ages)));
    }

    static long number(ObjectNode object, String... path) {
        return Json.number(object, 0, path);
    }

    static String orNone(String value) {
        return value.isEmpty() ? NONE : value;
    }

    static List<JsonNode> containers(ObjectNode object) {
        return items(Json.find(object, "spec", "template", "spec", "containers"));
    }

    static String names(List<JsonNode> items, String field) {
        return items.stream().map(item -> Json.textOrEmpty(item, field)).collect(Collectors.joining(","));
    }

    static List<JsonNode> items(@Nullable JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        if (array != null) {
            array.forEach(items::add);
        }
        return items;
    }

    /** Labels as {@code a=1,b=2}. */
    static String labels(@Nullable JsonNode labels) {
        if (labels == null || labels.isEmpty()) {
            return NONE;
        }
        return labels.properties().stream().sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + "=" + entry.getValue().stringValue(""))
                .collect(Collectors.joining(","));
    }

    /** When it was made. */
    static Column created() {
        return new Column("Created At", "date", "", 0, (object, _) -> {
            String created = Json.textOrEmpty(object, "metadata", "creationTimestamp");
            return text(created.isEmpty() ? "0001-01-01T00:00:00Z" : created);
        });
    }

    /** A label selector as kubectl prints it. */
    static String selector(@Nullable JsonNode selector) {
        if (selector == null) {
            return NONE;
        }
        List<String> parts = new ArrayList<>();
        JsonNode labels = selector.path("matchLabels");
        if (!labels.isEmpty()) {
            parts.add(labels(labels));
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = Json.textOrEmpty(expression, "key");
            String values = items(expression.get("values")).stream().map(value -> value.stringValue("")).sorted()
                    .collect(Collectors.joining(","));
            parts.add(switch (Json.textOrEmpty(expression, "operator")) {
                case "In" -> key + " in (" + values + ")";
                case "NotIn" -> key + " notin (" + values + ")";
                case "DoesNotExist" -> "!" + key;
                default -> key;
            });
        }
        return parts.isEmpty() ? NONE : String.join(",", parts);
    }
}
