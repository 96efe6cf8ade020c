package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes out of a custom resource what its schema does not know, and puts in what the schema has a default for. Stateless. */
public final class SchemaPruning {
    private static final Set<String> TYPE_AND_METADATA = Set.of("apiVersion", "kind", "metadata");

    private SchemaPruning() {
    }

    /**
     * Removes unknown fields.
     *
     * @param unknown
     *            gets the paths of what was removed
     */
    public static void prune(ObjectNode object, ObjectNode schema, List<String> unknown) {
        pruneObject(object, schema, keepsUnknown(schema), "", true, unknown);
    }

    /** Removes unknown fields from a value inside of an object. */
    public static void prune(JsonNode value, JsonNode schema, List<String> unknown) {
        prune(value, schema, false, "", unknown);
    }

    /** @param kept whether it is in a list that keeps unknown fields, and so those of its items */
    private static void prune(JsonNode value, @Nullable JsonNode schema, boolean kept, String path,
            List<String> unknown) {
        boolean keep = kept || keepsUnknown(schema);
        if (value instanceof ObjectNode object) {
            pruneObject(object, schema, keep, path, Json.flag(schema, false, "x-kubernetes-embedded-resource"),
                    unknown);
        } else if (value instanceof ArrayNode array) {
            JsonNode items = schema == null ? null : schema.get("items");
            if (items == null && keep) {
                return;
            }
            for (int i = 0; i < array.size(); i++) {
                prune(array.get(i), items, keep, path + "[" + i + "]", unknown);
            }
        }
    }

    private static void pruneObject(ObjectNode object, @Nullable JsonNode schema, boolean keep, String path,
            boolean resource, List<String> unknown) {
        JsonNode properties = schema == null ? null : schema.get("properties");
        JsonNode additional = schema == null ? null : schema.get("additionalProperties");
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
            String name = field.getKey();
            String at = path.isEmpty() ? name : path + "." + name;
            if (resource && TYPE_AND_METADATA.contains(name)) {
                continue;
            }
            JsonNode property = properties == null ? null : properties.get(name);
            if (property != null) {
                prune(field.getValue(), property, false, at, unknown);
            } else if (additional instanceof ObjectNode) {
                prune(field.getValue(), additional, false, at, unknown);
            } else if (!keep && !(additional != null && additional.isBoolean() && additional.booleanValue())) {
                object.remove(name);
                unknown.add(at);
            }
        }
    }

    private static boolean keepsUnknown(@Nullable JsonNode schema) {
        return Json.flag(schema, false, "x-kubernetes-preserve-unknown-fields");
    }

    /** Removes nulls that the schema neither allows nor has a default for. */
    public static void pruneNulls(JsonNode value, @Nullable JsonNode schema) {
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
                JsonNode property = propertyOf(field.getKey(), schema);
                if (property != null && isNoValue(field.getValue(), property) && !property.has("default")) {
                    object.remove(field.getKey());
                } else {
                    pruneNulls(field.getValue(), property);
                }
            }
        } else if (value instanceof ArrayNode array) {
            array.forEach(item -> pruneNulls(item, schema == null ? null : schema.get("items")));
        }
    }

    private static @Nullable JsonNode propertyOf(String name, @Nullable JsonNode schema) {
        JsonNode property = schema == null ? null : schema.path("properties").get(name);
        return schema == null || property != null
                ? property
                : schema.get("additionalProperties") instanceof ObjectNode additional ? additional : null;
    }

    private static boolean isNoValue(JsonNode value, JsonNode schema) {
        return value.isNull() && !Json.flag(schema, false, "nullable");
    }

    /**
     * Fills in defaults; a null where the schema has a default and allows no null counts as missing.
     *
     * @return whether one was missing
     */
    public static boolean fillDefaults(JsonNode value, @Nullable JsonNode schema) {
        boolean filled = false;
        if (schema != null && value instanceof ObjectNode object) {
            JsonNode properties = schema.path("properties");
            for (Map.Entry<String, JsonNode> property : properties.properties()) {
                if (lacksDefault(object.get(property.getKey()), property.getValue())) {
                    object.set(property.getKey(), property.getValue().get("default").deepCopy());
                    filled = true;
                }
            }
            JsonNode additional = schema.get("additionalProperties");
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                JsonNode property = properties.get(field.getKey());
                if (property == null && lacksDefault(field.getValue(), additional)) {
                    field.setValue(additional.get("default").deepCopy());
                    filled = true;
                }
                filled |= fillDefaults(field.getValue(), property != null ? property : additional);
            }
        } else if (schema != null && value instanceof ArrayNode array
                && schema.get("items") instanceof ObjectNode items) {
            for (int i = 0; i < array.size(); i++) {
                if (lacksDefault(array.get(i), items)) {
                    array.set(i, items.get("default").deepCopy());
                    filled = true;
                }
                filled |= fillDefaults(array.get(i), items);
            }
        }
        return filled;
    }

    /** Whether there is nothing, or a null that may not be, and something that can be in its place. */
    private static boolean lacksDefault(@Nullable JsonNode value, @Nullable JsonNode schema) {
        return schema != null && schema.has("default") && (value == null || isNoValue(value, schema));
    }
}
