package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts the defaults of built-in types into objects, wherever a type occurs. They are data, but for those that depend on other fields; also what a field that is
 * there is filled with while other fields have certain values. Immutable.
 */
public final class TypeDefaults {
    private final Map<String, Fallbacks> values = new HashMap<>();
    private final BiConsumer<String, ObjectNode> rules;

    /**
     * @param when
     *            values of fields with which those that are there are filled
     * @param inside
     *            of these fields
     */
    private record Fallbacks(ObjectNode values, JsonNode when, JsonNode inside) {
        boolean fillInside(ObjectNode object) {
            return when.isObject()
                    && when.properties().stream().allMatch(each -> each.getValue().equals(object.get(each.getKey())));
        }
    }

    /** @param rules fill what depends on other fields, by the name of the type; before the values */
    public TypeDefaults(BiConsumer<String, ObjectNode> rules) {
        this.rules = rules;
        ResourceLines.forEach(TypeDefaults.class, "defaults.jsonl", line -> {
            JsonNode entry = Json.parse(line);
            values.put(entry.get(0).stringValue(),
                    new Fallbacks((ObjectNode) entry.get(1), entry.path(2), entry.path(3)));
        });
    }

    /** Fills an object and everything in it; its types must be right. */
    public void fill(ObjectNode object, Type type) {
        if (type.shape() != Type.Shape.STRUCT) {
            return;
        }
        rules.accept(type.name(), object);
        Fallbacks fallbacks = values.get(type.name());
        if (fallbacks != null) {
            putAll(object, fallbacks.values(), type);
            if (fallbacks.fillInside(object)) {
                for (Map.Entry<String, JsonNode> field : fallbacks.inside().properties()) {
                    if (object.get(field.getKey()) instanceof ObjectNode inside) {
                        putAll(inside, field.getValue(), type.field(field.getKey()));
                    }
                }
            }
        }
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
            inside(field.getValue(), type.field(field.getKey()));
        }
    }

    private static void putAll(ObjectNode object, JsonNode fallbacks, Type type) {
        fallbacks.properties().forEach(each -> put(object, each.getKey(), each.getValue(), type));
    }

    private static void put(ObjectNode object, String name, JsonNode value, Type type) {
        JsonNode present = object.get(name);
        boolean unset = present == null || present.isNull()
                || (!type.field(name).use().go().pointer() && isEmpty(present));
        if (unset) {
            object.set(name, value.deepCopy());
        }
    }

    private static boolean isEmpty(@Nullable JsonNode value) {
        return value == null || (value.isString() && value.stringValue().isEmpty())
                || (value.isNumber() && value.doubleValue() == 0) || (value.isContainer() && value.isEmpty());
    }

    private void inside(JsonNode value, Type type) {
        if (value instanceof ObjectNode object) {
            if (type.shape() == Type.Shape.MAP) {
                object.properties().forEach(entry -> inside(entry.getValue(), type.element()));
            } else {
                fill(object, type);
            }
        } else if (value instanceof ArrayNode array && type.shape() == Type.Shape.LIST) {
            List<JsonNode> items = new ArrayList<>();
            array.forEach(items::add);
            items.forEach(item -> inside(item, type.element()));
        }
    }
}
