package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What expressions make of the types in {@link PatchTypes}: maps that remember their type, and the JSON that they come to. Stateless. */
final class Patches {
    /** No name of a field looks like this. */
    private static final String TYPE = "\u0000type";

    private Patches() {
    }

    /** A value of such a type. */
    static Object make(String type, Map<?, ?> fields) {
        Map<Object, Object> made = new LinkedHashMap<>(fields);
        made.put(TYPE, type);
        return made;
    }

    /** @throws IllegalArgumentException when an object in it is not of the type of the field that it is in */
    static JsonNode json(Object value) {
        return json(value, PatchTypes.OBJECT);
    }

    private static JsonNode json(Object value, String type) {
        List<String> problems = new ArrayList<>();
        check(value, type, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("type mismatch: " + String.join("\n", problems));
        }
        return node(value);
    }

    private static void check(Object value, String path, List<String> problems) {
        if (value instanceof Map<?, ?> map) {
            Object type = map.get(TYPE);
            if (type != null && !type.equals(path)) {
                problems.add("unexpected type name \"" + type + "\", expected \"" + path
                        + "\", which matches field name path from root Object type");
            }
            map.forEach((key, each) -> check(each, type == null ? path : path + "." + key, problems));
        } else if (value instanceof List<?> list) {
            list.forEach(each -> check(each, path, problems));
        }
    }

    /** Operations of a JSON patch. */
    static ArrayNode operations(List<?> made) {
        ArrayNode operations = Json.array();
        for (Object each : made) {
            if (each instanceof Map<?, ?> fields) {
                ObjectNode operation = operations.addObject();
                fields.forEach((name, value) -> {
                    if (!TYPE.equals(name)) {
                        operation.set(String.valueOf(name), "value".equals(name) ? part(value) : node(value));
                    }
                });
            }
        }
        return operations;
    }

    /** What is put into an object begins with a field of that: only what is in it is held against its own type. */
    private static JsonNode part(Object value) {
        return value instanceof Map<?, ?> map && map.get(TYPE) instanceof String type
                ? json(value, type)
                : node(value);
    }

    private static JsonNode node(Object value) {
        return switch (value) {
            case NullValue _ -> Json.object().nullNode();
            case String text -> Json.object().stringNode(text);
            case Boolean flag -> Json.object().booleanNode(flag);
            case Long number -> Json.object().numberNode(number);
            case Double number when number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE ->
                Json.object().numberNode(number.longValue());
            case Double number -> Json.object().numberNode(number);
            case CelByteString bytes ->
                Json.object().stringNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case List<?> list -> {
                ArrayNode array = Json.array();
                list.forEach(each -> array.add(node(each)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = Json.object();
                map.forEach((key, each) -> {
                    if (!TYPE.equals(key)) {
                        object.set(String.valueOf(key), node(each));
                    }
                });
                yield object;
            }
            default -> Json.object().stringNode(value.toString());
        };
    }
}
