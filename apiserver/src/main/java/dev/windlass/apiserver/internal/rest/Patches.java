package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
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

    private static final String NO_JSON = "invalid JSON patch";
    private static final int MOST_OPERATIONS = 10_000;

    private Patches() {
    }

    /**
     * What a request makes of an object.
     *
     * @param type
     *            of the object
     * @param catalog
     *            of the kinds that a patch could make of it
     */
    static Writer.Desired apply(Target target, ObjectNode object, Call call, Type type, Catalog catalog) {
        String kind = Json.textOrEmpty(object, "kind");
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        Writer.Desired desired = applyByMediaType(target, object, call, type);
        if (target.type().isCustom() && !target.subresource().equals(Scales.NAME)) {
            checkTyped(desired.object());
        } else if (desired.patch() == null) {
            checkNamed(desired.object(), "apiVersion");
            checkNamed(desired.object(), "kind");
            String problem = KnownKinds.problem(desired.object(), kind, apiVersion, catalog);
            if (problem != null) {
                throw unreadable(desired.object(), problem);
            }
        }
        return desired;
    }

    private static void checkNamed(ObjectNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isString() && !value.isMissingNode() && !value.isNull()) {
            throw unreadable(Json.sorted(object), Bodies.NO_KIND + "json: cannot unmarshal "
                    + Json.goKind(value) + " into Go struct field ." + field + " of type string");
        }
    }

    /** Of what kind a custom resource is, is read from itself; whether it is the right one, is seen later. */
    private static void checkTyped(ObjectNode object) {
        checkNamed(object, "kind");
        if (Json.textOrEmpty(object, "kind").isEmpty()) {
            JsonNode sorted = Json.sorted(object);
            throw unreadable(sorted, "Object 'Kind' is missing in '" + Json.string(sorted) + "'");
        }
        if (Json.textOrEmpty(object, "apiVersion").isEmpty()) {
            throw ApiException.internal("Object 'apiVersion' is missing in 'object has no apiVersion field'");
        }
    }

    private static ApiException unreadable(JsonNode object, String why) {
        return ApiException.invalid("", "", "", List.of(FieldError.invalid("patch", Json.string(object), why)));
    }

    private static Writer.Desired applyByMediaType(Target target, ObjectNode object, Call call, Type type) {
        return switch (Bodies.mediaType(call.contentType())) {
            case JSON -> Writer.Desired.of(jsonPatch(object, call, target.type().isCustom()));
            case MERGE -> Writer.Desired.of(mergePatch(object, call));
            case STRATEGIC -> strategicPatch(object, call.body(), type);
            default -> throw ApiException.unsupportedMediaType(accepted(target.type()));
        };
    }

    private static ObjectNode jsonPatch(ObjectNode object, Call call, boolean custom) {
        JsonNode patch = parse(call.body());
        boolean checked = WriteOptions.checksFields(call);
        if (patch.isNull()) {
            return object;
        }
        if (!(patch instanceof ArrayNode operations)) {
            throw undecodable(patch, checked ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch", checked);
        }
        for (JsonNode each : operations) {
            if (!each.isObject() && !each.isNull()) {
                throw undecodable(each, checked ? "handlers.jsonPatchOp" : "jsonpatch.Operation", checked);
            }
        }
        if (operations.size() > MOST_OPERATIONS) {
            throw ApiException.of(413, "RequestEntityTooLarge",
                    "Request entity too large: The allowed maximum operations in a JSON patch is " + MOST_OPERATIONS
                            + ", got " + operations.size());
        }
        JsonNode list = custom ? null : listMadeBy(operations);
        try {
            if (list != null) {
                operations.remove(operations.size() - 1);
            }
            JsonPatch.of(operations).apply(object);
        } catch (JsonPatch.InapplicableException e) {
            throw ApiException.unprocessable(); // without its words
        }
        if (list != null) {
            throw unreadable(list, Bodies.noKind(list));
        }
        return object;
    }

    /** The list that is left of the object in the end; null when it is still one. */
    private static @Nullable JsonNode listMadeBy(ArrayNode operations) {
        JsonNode last = operations.path(operations.size() - 1);
        boolean whole = Json.textOrEmpty(last, "op").equals("replace") && last.path("path").asString("/").isEmpty();
        return whole && last.path("value").isArray() ? last.path("value") : null;
    }

    private static ApiException undecodable(JsonNode patch, String type, boolean checked) {
        return ApiException.badRequest((checked ? "error decoding patch: " : "") + "json: cannot unmarshal "
                + Json.goKind(patch) + " into Go value of type " + type);
    }

    private static ObjectNode mergePatch(ObjectNode object, Call call) {
        JsonNode patch = parse(call.body());
        if (patch instanceof ObjectNode changes) {
            merge(object, changes);
            return object;
        }
        if (WriteOptions.checksFields(call) && !patch.isNull()) {
            throw undecodable(patch, "map[string]interface {}", true);
        }
        throw patch.isArray() // which takes the place of the object
                ? unreadable(Json.sorted(patch), Bodies.noKind(patch))
                : ApiException.badRequest("Invalid JSON Patch");
    }

    private static Writer.Desired strategicPatch(ObjectNode object, byte[] body, Type type) {
        JsonNode parsed = parse(body);
        if (parsed.isNull()) {
            return new Writer.Desired(object, "map[]");
        }
        if (parsed instanceof ObjectNode patch) {
            ObjectNode patched = StrategicMerge.apply(object, patch, type);
            return new Writer.Desired(patched, GoText.of(patch));
        }
        throw ApiException.badRequest("json: cannot unmarshal " + Json.goKind(parsed)
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
                if (!(into.get(field.getKey()) instanceof ObjectNode)) {
                    dropNulls(value); // the real server does so in what it puts in, but not in the place of an object
                }
                into.set(field.getKey(), value);
            }
        }
    }

    private static void dropNulls(JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        value.forEach(Patches::dropNulls);
    }

    /**
     * Before it is looked what it is for.
     *
     * @throws ApiException
     *             400 when it is no JSON, where it should be
     */
    static void checkSyntax(Call call) {
        if (!Bodies.mediaType(call.contentType()).equals(APPLY)
                && JsonSyntax.problem(call.body()) != null) {
            throw ApiException.badRequest(NO_JSON);
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.parse(body);
        } catch (JacksonException _) {
            throw ApiException.badRequest(NO_JSON);
        }
    }

    static List<String> accepted(ResourceType type) {
        return type.isCustom() ? List.of(JSON, MERGE, APPLY) : List.of(JSON, MERGE, STRATEGIC, APPLY);
    }
}
