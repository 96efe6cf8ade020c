package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    private static final int MOST_OPERATIONS = 10_000;
    private static final long MOST_COPIED = 3 * 1024 * 1024;

    private Patches() {
    }

    static ObjectNode jsonPatch(ObjectNode object, byte[] body) {
        JsonNode patch = parse(body);
        if (patch.isNull()) {
            return object;
        }
        if (!(patch instanceof ArrayNode operations)) {
            throw undecodable(patch, "[]handlers.jsonPatchOp");
        }
        for (JsonNode each : operations) {
            if (!each.isObject()) {
                throw undecodable(each, "handlers.jsonPatchOp");
            }
        }
        if (operations.size() > MOST_OPERATIONS) {
            throw ApiException.of(413, "RequestEntityTooLarge",
                    "Request entity too large: The allowed maximum operations in a JSON patch is " + MOST_OPERATIONS
                            + ", got " + operations.size());
        }
        JsonNode patched = object;
        long copied = 0;
        try {
            for (JsonNode each : operations) {
                ObjectNode operation = asUnderstood((ObjectNode) each.deepCopy(), patched);
                copied += copied(operation, patched);
                if (copied > MOST_COPIED) {
                    throw ApiException.of(413, "RequestEntityTooLarge",
                            "Request entity too large: Unable to complete the copy, the accumulated size increase of copy is "
                                    + copied + ", exceeding the limit " + MOST_COPIED);
                }
                if (operation != null) {
                    patched = JsonPatch.apply(Json.array().add(operation), patched);
                }
            }
        } catch (JsonPatchException | IllegalArgumentException e) {
            throw ApiException.unprocessable(); // no operation, no pointer, or nothing where it points
        }
        if (patched instanceof ObjectNode whole) {
            return whole;
        }
        throw ApiException.unprocessable();
    }

    /** How much a patch grows an object by copying: twice as much with each operation, if it is meant badly. */
    private static long copied(@Nullable ObjectNode operation, JsonNode document) {
        return operation != null && Json.textOrEmpty(operation, "op").equals("copy")
                ? Json.bytes(document.at(Json.textOrEmpty(operation, "from"))).length
                : 0;
    }

    private static ApiException undecodable(JsonNode patch, String type) {
        return ApiException.badRequest(
                "error decoding patch: json: cannot unmarshal " + Bodies.goKind(patch) + " into Go value of type "
                        + type);
    }

    /** An operation as the real server understands it where it does not keep to the standard; null when there is nothing to do. */
    private static @Nullable ObjectNode asUnderstood(ObjectNode operation, JsonNode document) {
        String path = Json.textOrEmpty(operation, "path");
        if (!path.isEmpty() && !path.startsWith("/")) {
            int slash = path.indexOf('/');
            if (slash < 0) {
                throw ApiException.unprocessable();
            }
            path = path.substring(slash);
            operation.put("path", path);
        }
        boolean missing = !path.isEmpty() && document.at(path).isMissingNode();
        JsonNode parent = path.isEmpty() ? document : document.at(path.substring(0, path.lastIndexOf('/')));
        switch (Json.textOrEmpty(operation, "op")) {
            case "add" -> operation.putIfAbsent("value", operation.nullNode());
            case "replace" -> {
                if (missing && parent.isObject()) {
                    operation.put("op", "add").putIfAbsent("value", operation.nullNode());
                }
            }
            case "remove" -> {
                if (missing) {
                    throw ApiException.unprocessable();
                }
            }
            case "test" -> {
                // Here, not in the library, which lets every test pass.
                JsonNode wanted = operation.path("value");
                JsonNode found = document.at(path);
                boolean bothEmpty = (found.isNull() || (missing && parent.isObject()))
                        && (wanted.isMissingNode() || wanted.isNull());
                if (!bothEmpty && !Json.same(found, wanted)) {
                    throw ApiException.unprocessable();
                }
                return null;
            }
            default -> {
                // as the standard says
            }
        }
        return operation;
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
        JsonNode parsed = parse(body);
        if (parsed.isNull()) {
            return object;
        }
        if (parsed instanceof ObjectNode patch) {
            return StrategicMerge.apply(object, patch, type);
        }
        throw ApiException.badRequest("json: cannot unmarshal " + Bodies.goKind(parsed)
                + " into Go value of type map[string]interface {}");
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
