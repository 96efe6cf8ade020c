package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A schema of a definition as OpenAPI v2 can say it, and as kubectl can read it there: less is told rather than too much. Stateless. */
final class CustomSwagger {
    private static final List<String> UNKNOWN_TO_V2 = List.of("allOf", "anyOf", "oneOf", "not", "default", "nullable");
    private static final String METADATA = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private CustomSwagger() {
    }

    static ObjectNode of(ObjectNode given) {
        ObjectNode out = given.deepCopy();
        reduce(out);
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
        ObjectNode properties = Json.objectAt(schema, "properties");
        if (properties != null) {
            properties.values().forEach(CustomSwagger::reduceIfSchema);
        }
        reduceIfSchema(schema.path("items"));
        reduceIfSchema(schema.path("additionalProperties"));
        if (!open && Json.flag(schema, false, "x-kubernetes-embedded-resource")) {
            addTypeAndMetadata(schema);
            ArrayNode required = schema.withArray("required");
            required.add("kind").add("apiVersion");
        }
    }

    private static void reduceIfSchema(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            reduce(object);
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

    /** What each object has. */
    static void addTypeAndMetadata(ObjectNode schema) {
        ObjectNode properties = Json.child(schema, "properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("$ref", METADATA);
    }
}
