package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.discovery.Definitions.Version;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The schema of a custom resource as the versions of OpenAPI have it. Stateless. */
final class CustomSchemas {
    private static final List<String> UNKNOWN_TO_V2 = List.of("allOf", "anyOf", "oneOf", "not", "default", "nullable");

    private CustomSchemas() {
    }

    /** As it is, and what is an object in it has what each object has. */
    static ObjectNode inV3(CustomVersion custom) {
        ObjectNode given = custom.schema();
        ObjectNode out = given == null ? Json.object().put("type", "object") : given.deepCopy();
        embed(out);
        Version.V3.addTypeAndMetadata(out);
        return out;
    }

    private static void embed(ObjectNode schema) {
        parts(schema).forEach(CustomSchemas::embed);
        if (Json.flag(schema, false, "x-kubernetes-embedded-resource")) {
            addObject(schema, Version.V3);
        }
    }

    /** As it can be said, and as kubectl can read it there: less is told rather than too much. */
    static ObjectNode inV2(CustomVersion custom) {
        ObjectNode given = custom.schema();
        if (given == null || custom.preserveUnknown()
                || Json.flag(given, false, "x-kubernetes-preserve-unknown-fields")) {
            return Json.object().put("type", "object");
        }
        ObjectNode out = given.deepCopy();
        reduce(out);
        Version.V2.addTypeAndMetadata(out);
        return out;
    }

    private static void reduce(ObjectNode schema) {
        boolean nullable = isNullable(schema);
        boolean open = Json.flag(schema, false, "x-kubernetes-preserve-unknown-fields");
        keepWhatIsNeverNull(schema);
        UNKNOWN_TO_V2.forEach(schema::remove);
        if (nullable || open) {
            schema.remove("items");
            schema.remove("properties");
        }
        String type = Json.textOrEmpty(schema, "type");
        if (nullable || (open && type.equals("object")) || (type.equals("array") && !schema.has("items"))) {
            schema.remove("type");
        }
        parts(schema).forEach(CustomSchemas::reduce);
        if (!open && Json.flag(schema, false, "x-kubernetes-embedded-resource")) {
            addObject(schema, Version.V2);
        }
    }

    private static void addObject(ObjectNode schema, Version version) {
        version.addTypeAndMetadata(schema);
        schema.withArray("required").add("kind").add("apiVersion");
    }

    /** The schemas of what is in it. */
    private static List<ObjectNode> parts(ObjectNode schema) {
        List<ObjectNode> parts = new ArrayList<>();
        ObjectNode properties = Json.objectAt(schema, "properties");
        if (properties != null) {
            properties.values().forEach(each -> addIfSchema(each, parts));
        }
        addIfSchema(schema.path("items"), parts);
        addIfSchema(schema.path("additionalProperties"), parts);
        return parts;
    }

    private static void addIfSchema(JsonNode node, List<ObjectNode> parts) {
        if (node instanceof ObjectNode schema) {
            parts.add(schema);
        }
    }

    private static boolean isNullable(JsonNode schema) {
        return Json.flag(schema, false, "nullable");
    }

    /** A field that may be null has no type, so that nobody can say that it must be there. */
    private static void keepWhatIsNeverNull(ObjectNode schema) {
        ArrayNode required = Json.arrayAt(schema, "required");
        if (required == null) {
            return;
        }
        ArrayNode kept = Json.array();
        if (!isNullable(schema.path("additionalProperties"))) {
            required.forEach(each -> {
                if (!isNullable(schema.path("properties").path(each.stringValue()))) {
                    kept.add(each);
                }
            });
        }
        if (kept.isEmpty()) {
            schema.remove("required");
        } else {
            schema.set("required", kept);
        }
    }
}
