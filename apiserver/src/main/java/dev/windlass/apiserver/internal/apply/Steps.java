package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.GoForm;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The steps of a path, as FieldsV1 writes them. Stateless. */
final class Steps {
    private Steps() {
    }

    static String field(String name) {
        return "f:" + name;
    }

    /** The step to an item of a list of type set or map: by its value, or by the fields that are its key. */
    static String item(JsonNode item, Type list) {
        if (list.use().listType().equals("set")) {
            return "v:" + Json.stringInGo(item);
        }
        TreeMap<String, JsonNode> key = new TreeMap<>();
        for (String name : list.use().keys()) {
            JsonNode value = item.get(name);
            if (value == null || value.isNull()) {
                value = fallback(list.element(), name);
            }
            if (value != null) {
                key.put(name, value);
            }
        }
        return "k:" + json(key);
    }

    /** What a field of a key is when it is not told: in a built-in type, what Go writes for it. */
    private static @Nullable JsonNode fallback(Type item, String name) {
        Type field = item.field(name);
        JsonNode declared = field.use().fallback();
        boolean written = !item.name().isEmpty() && !field.use().go().omitEmpty();
        return declared == null && written ? GoForm.zeroOf(field) : declared;
    }

    private static String json(Map<String, JsonNode> key) {
        ObjectNode out = Json.object();
        key.forEach(out::set);
        return Json.stringInGo(out);
    }

    /** A step that somebody else has written, as we write it. */
    static String canonical(String step) {
        if (step.startsWith("v:")) {
            return "v:" + Json.stringInGo(Json.parse(step.substring(2)));
        }
        if (!step.startsWith("k:")) {
            return step;
        }
        TreeMap<String, JsonNode> key = new TreeMap<>();
        Json.parse(step.substring(2)).properties().forEach(entry -> key.put(entry.getKey(), entry.getValue()));
        return "k:" + json(key);
    }

    static String readable(String step) {
        String rest = step.substring(2);
        return switch (step.charAt(0)) {
            case 'f' -> "." + rest;
            case 'v' -> "[=" + shown(Json.parse(rest)) + "]";
            case 'i' -> "[" + rest + "]";
            default -> Json.parse(rest).properties().stream()
                    .map(entry -> entry.getKey() + "=" + shown(entry.getValue()))
                    .collect(Collectors.joining(",", "[", "]"));
        };
    }

    private static String shown(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream().map(entry -> entry.getKey() + "=" + shown(entry.getValue()))
                    .collect(Collectors.joining());
        }
        if (value.isArray()) {
            return value.valueStream().map(Steps::shown).collect(Collectors.joining(",", "[", "]"));
        }
        return value.isString() ? GoText.quoted(value.stringValue()) : value.isNull() ? "null" : GoText.of(value);
    }
}
