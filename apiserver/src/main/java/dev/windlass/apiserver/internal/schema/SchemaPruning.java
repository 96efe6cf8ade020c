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
        prune(value, schema, keepsUnknown(schema), "", unknown);
    }

    /** @param keep whether unknown fields stay; a list that keeps them keeps those of its items */
    private static void prune(JsonNode value, @Nullable JsonNode schema, boolean keep, String path,
            List<String> unknown) {
        if (value instanceof ObjectNode object) {
            pruneObject(object, schema, keep, path, Json.flag(schema, false, "x-kubernetes-embedded-resource"),
                    unknown);
        } else if (value instanceof ArrayNode array) {
            JsonNode items = schema == null ? null : schema.get("items");
            if (items == null && keep) {
                return;
            }
            for (int i = 0; i < array.size(); i++) {
                prune(array.get(i), items, keep || keepsUnknown(items), path + "[" + i + "]", unknown);
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
                prune(field.getValue(), property, keepsUnknown(property), at, unknown);
            } else if (additional instanceof ObjectNode) {
                prune(field.getValue(), additional, keepsUnknown(additional), at, unknown);
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
                filled |= fillDefault(object, property.getKey(), property.getValue());
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

    private static boolean fillDefault(ObjectNode object, String name, JsonNode property) {
        JsonNode present = object.get(name);
        boolean missing = present == null ? property.has("default") : lacksDefault(present, property);
        if (missing) {
            object.set(name, property.get("default").deepCopy());
        }
        return missing;
    }

    /** Whether there is a null that may not be, and something else that can be in its place. */
    private static boolean lacksDefault(JsonNode value, @Nullable JsonNode schema) {
        return schema != null && schema.has("default") && isNoValue(value, schema);
    }
}
