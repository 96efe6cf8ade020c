package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How large values of a schema can be, by what it says of them or, where it says nothing, by what fits into a request. Immutable.
 *
 * @param most
 *            elements: of a list or a map its items, of a text its bytes
 * @param least
 *            bytes that a value takes as JSON
 * @param fields
 *            by the names that expressions have for them
 */
record SchemaSizes(long most, long least, Map<String, SchemaSizes> fields, @Nullable SchemaSizes key,
        @Nullable SchemaSizes element) {
    private static final long LARGEST_REQUEST = 3 * 1024 * 1024;
    private static final long LONGEST_TEXT = LARGEST_REQUEST - 2;
    private static final int LONGEST_NAME = 253;
    /** A character is up to four bytes. */
    private static final int BYTES = 4;
    private static final SchemaSizes TEXT = scalar(LONGEST_TEXT, 2);
    private static final SchemaSizes KEY = scalar(0, 2);

    /**
     * Reads a schema.
     *
     * @param resource
     *            whether it is of an object with type and metadata
     * @return null when expressions cannot speak of its values
     */
    static @Nullable SchemaSizes of(JsonNode schema, boolean resource) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            return scalar(bytes(schema, LONGEST_TEXT), 1);
        }
        return switch (Json.textOrEmpty(schema, "type")) {
            case "array" -> list(schema);
            case "object" -> object(schema, resource || isEmbedded(schema));
            case "string" -> text(schema);
            case "boolean" -> scalar(0, 4);
            case "number", "integer" -> scalar(0, 1);
            default -> null;
        };
    }

    private static boolean isEmbedded(JsonNode schema) {
        return Json.flag(schema, false, "x-kubernetes-embedded-resource");
    }

    private static SchemaSizes scalar(long most, long least) {
        return new SchemaSizes(most, least, Map.of(), null, null);
    }

    private static SchemaSizes text(JsonNode schema) {
        return switch (Json.textOrEmpty(schema, "format")) {
            case "byte" -> scalar(limit(schema, "maxLength", LONGEST_TEXT), 2);
            case "duration" -> scalar(32, 3);
            case "date" -> scalar(12, 12);
            case "date-time" -> scalar(32, 21);
            default -> scalar(bytes(schema, longestOf(schema.path("enum"))), 2);
        };
    }

    private static long bytes(JsonNode schema, long otherwise) {
        return schema.hasNonNull("maxLength") ? limit(schema, "maxLength", 0) * BYTES : otherwise;
    }

    private static long limit(JsonNode schema, String name, long otherwise) {
        return schema.hasNonNull(name) ? Math.max(0, schema.get(name).longValue()) : otherwise;
    }

    private static long longestOf(JsonNode values) {
        if (values.isEmpty()) {
            return LONGEST_TEXT;
        }
        long longest = 0;
        for (JsonNode value : values) {
            longest = Math.max(longest, value.stringValue("").getBytes(StandardCharsets.UTF_8).length);
        }
        return longest;
    }

    private static @Nullable SchemaSizes list(JsonNode schema) {
        JsonNode items = schema.get("items");
        SchemaSizes item = items == null ? null : of(items, false);
        return item == null
                ? null
                : new SchemaSizes(limit(schema, "maxItems", LONGEST_TEXT / (item.least + 1)), 2, Map.of(), null, item);
    }

    private static @Nullable SchemaSizes object(JsonNode schema, boolean resource) {
        JsonNode additional = schema.get("additionalProperties");
        if (additional != null && additional.isObject()) {
            SchemaSizes value = of(additional, false);
            return value == null
                    ? null
                    : new SchemaSizes(limit(schema, "maxProperties", LONGEST_TEXT / (value.least + 6)), 2, Map.of(),
                            KEY, value);
        }
        JsonNode properties = schema.path("properties");
        Map<String, SchemaSizes> sizes = new HashMap<>();
        properties.properties().forEach(each -> {
            SchemaSizes size = of(each.getValue(), false);
            if (size != null) {
                sizes.put(each.getKey(), size);
            }
        });
        if (resource) {
            addMeta(properties, sizes);
        }
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(each -> required.add(each.stringValue("")));
        Map<String, SchemaSizes> fields = new HashMap<>();
        long least = 2;
        for (Map.Entry<String, SchemaSizes> each : sizes.entrySet()) {
            String name = Names.escape(each.getKey());
            if (name != null) {
                fields.put(name, each.getValue());
            }
            if (required.contains(each.getKey()) && !properties.path(each.getKey()).hasNonNull("default")) {
                least += each.getKey().getBytes(StandardCharsets.UTF_8).length + each.getValue().least + 4;
            }
        }
        return new SchemaSizes(0, least, Map.copyOf(fields), null, null);
    }

    /** Whether a schema tells all that every object has; where it does, it tells what else is in the metadata, too. */
    static boolean tellsMeta(JsonNode properties) {
        JsonNode meta = properties.path("metadata").path("properties");
        return Stream.of(properties.path("kind"), properties.path("apiVersion"), meta.path("name"),
                meta.path("generateName")).allMatch(each -> Json.textOrEmpty(each, "type").equals("string"));
    }

    /** What every object has, whether its schema tells it or not. */
    private static void addMeta(JsonNode properties, Map<String, SchemaSizes> sizes) {
        if (tellsMeta(properties)) {
            return;
        }
        JsonNode meta = properties.path("metadata").path("properties");
        sizes.put("kind", TEXT);
        sizes.put("apiVersion", TEXT);
        sizes.put("metadata", new SchemaSizes(0, 2, Map.of("name", name(meta.path("name"), LONGEST_NAME),
                "generateName", name(meta.path("generateName"), LONGEST_NAME - 1)), null, null));
    }

    private static SchemaSizes name(JsonNode schema, long longest) {
        return scalar(Math.min(longest, limit(schema, "maxLength", longest)) * BYTES, 2);
    }

    /** How many values of the schema fit into a request, one after the other. */
    long mostInRequest() {
        return LARGEST_REQUEST / (least + 1);
    }

    /**
     * What lies on a path.
     *
     * @param path
     *            from a variable, whatever its name
     * @return null when nothing is known of it
     */
    @Nullable
    SchemaSizes at(ValuePath path) {
        SchemaSizes at = this;
        for (String name : path.afterFirst()) {
            at = switch (name) {
                case Cost.ITEMS, Cost.VALUES -> at.element;
                case Cost.KEYS -> at.key;
                default -> at.fields.get(name);
            };
            if (at == null) {
                return null;
            }
        }
        return at;
    }
}
