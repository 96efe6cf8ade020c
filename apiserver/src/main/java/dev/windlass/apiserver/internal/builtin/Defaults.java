package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sets what is not set. Stateless. */
final class Defaults {
    private Defaults() {
    }

    static void put(ObjectNode object, String field, String value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }

    static void put(ObjectNode object, String field, int value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }

    static void put(ObjectNode object, String field, boolean value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }

    /** The object under a name, made when it is missing. */
    static ObjectNode child(ObjectNode object, String field) {
        return Json.child(object, field);
    }

    /** Does something with each object of an array, if there is one. */
    static void each(JsonNode array, java.util.function.Consumer<ObjectNode> action) {
        for (JsonNode item : array) {
            if (item instanceof ObjectNode object) {
                action.accept(object);
            }
        }
    }
}
