package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Patches that say how the object changes. */
final class Patches {
    static final String JSON = "application/json-patch+json";
    static final String STRATEGIC = "application/strategic-merge-patch+json";
    static final String APPLY = "application/apply-patch+yaml";
    static final String MERGE = "application/merge-patch+json";

    private Patches() {
    }

    static ObjectNode jsonPatch(ObjectNode object, byte[] body) {
        JsonNode patch = parse(body);
        if (!(patch instanceof ArrayNode)) {
            throw ApiException.badRequest(
                    "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        }
        JsonNode patched = object;
        try {
            for (JsonNode operation : patch) {
                patched = JsonPatch.apply(Json.array().add(asMeant(operation, patched)), patched);
            }
        } catch (JsonPatchException | IllegalArgumentException e) {
            throw ApiException.unprocessable(); // no operation, no pointer, or nothing where it points
        }
        if (patched instanceof ObjectNode whole) {
            return whole;
        }
        throw ApiException.unprocessable();
    }

    /** Clients know the real server: what is not there cannot be removed, but can be replaced where it would be. */
    private static JsonNode asMeant(JsonNode operation, JsonNode object) {
        String path = Json.textOrEmpty(operation, "path");
        int last = path.lastIndexOf('/');
        if (last < 0 || !path.startsWith("/")) {
            return operation;
        }
        JsonNode parent = last == 0 ? object : object.at(path.substring(0, last));
        boolean missing = parent.isObject() && object.at(path).isMissingNode();
        return switch (missing ? Json.textOrEmpty(operation, "op") : "") {
            case "remove" -> throw ApiException.unprocessable();
            case "replace" -> ((ObjectNode) operation.deepCopy()).put("op", "add");
            default -> operation;
        };
    }

    static ObjectNode mergePatch(ObjectNode object, byte[] body) {
        if (parse(body) instanceof ObjectNode patch) {
            merge(object, patch);
            return object;
        }
        throw notAnObject(parse(body));
    }

    private static ApiException notAnObject(JsonNode patch) {
        return ApiException.badRequest("error decoding patch: json: cannot unmarshal " + Bodies.goKind(patch)
                + " into Go value of type map[string]interface {}");
    }

    static ObjectNode strategicPatch(ObjectNode object, byte[] body, Type type) {
        if (parse(body) instanceof ObjectNode patch) {
            return StrategicMerge.apply(object, patch, type);
        }
        throw notAnObject(parse(body));
    }

    private static void merge(ObjectNode into, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                into.remove(field.getKey());
            } else if (value instanceof ObjectNode inner) {
                merge(Json.child(into, field.getKey()), inner);
            } else {
                into.set(field.getKey(), value);
            }
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.parse(body);
        } catch (JacksonException _) {
            throw ApiException.badRequest("invalid JSON patch");
        }
    }

    static List<String> accepted(ResourceType type) {
        return type.isCustom() ? List.of(JSON, MERGE, APPLY) : List.of(JSON, MERGE, STRATEGIC, APPLY);
    }
}
