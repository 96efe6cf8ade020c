package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks that lists which are sets or maps hold nothing twice. One use each; not thread-safe. */
public final class ListTypes {
    private final List<FieldError> errors = new ArrayList<>();

    private ListTypes() {
    }

    /** @param old what the object was; null when it is new. What has been wrong before, may be */
    public static List<FieldError> problems(ObjectNode object, @Nullable ObjectNode old, JsonNode schema) {
        return old == null || problems("", old, schema).isEmpty() ? problems("", object, schema) : List.of();
    }

    static List<FieldError> problems(String path, JsonNode value, JsonNode schema) {
        ListTypes types = new ListTypes();
        types.check(path, value, schema);
        return types.errors;
    }

    private void check(String path, JsonNode value, @Nullable JsonNode schema) {
        if (schema == null) {
            return;
        }
        if (value.isArray()) {
            checkList(path, value, schema);
        } else if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                JsonNode property = schema.path("properties").get(field.getKey());
                if (property != null) {
                    check(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), property);
                } else {
                    check(path + "[" + field.getKey() + "]", field.getValue(), schema.get("additionalProperties"));
                }
            }
        }
    }

    private void checkList(String path, JsonNode array, JsonNode schema) {
        String type = Json.textOrEmpty(schema, "x-kubernetes-list-type");
        if (type.equals("set")) {
            checkUnique(path, array, Json.array());
        } else if (type.equals("map") && holdsObjects(path, array)) {
            checkUnique(path, array, schema.path("x-kubernetes-list-map-keys"));
        }
        for (int i = 0; i < array.size(); i++) {
            check(path + "[" + i + "]", array.get(i), schema.get("items"));
        }
    }

    private boolean holdsObjects(String path, JsonNode array) {
        for (int i = 0; i < array.size(); i++) {
            if (!array.get(i).isObject() && !array.get(i).isNull()) {
                errors.add(FieldError.invalid(path + "[" + i + "]", array.get(i),
                        "must be an object for an array of list-type map"));
                return false;
            }
        }
        return true;
    }

    /** What is there more than twice is told once. */
    private void checkUnique(String path, JsonNode array, JsonNode keys) {
        Map<JsonNode, Integer> seen = new HashMap<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode key = keys.isEmpty() ? array.get(i) : keyOf(array.get(i), keys);
            if (seen.merge(key, 1, Integer::sum) == 2) {
                errors.add(FieldError.duplicate(path + "[" + i + "]", key));
            }
        }
    }

    private static JsonNode keyOf(JsonNode item, JsonNode keys) {
        ObjectNode key = Json.object();
        for (JsonNode name : keys) {
            JsonNode value = item.get(name.stringValue());
            if (value != null) {
                key.set(name.stringValue(), value);
            }
        }
        return key;
    }
}
