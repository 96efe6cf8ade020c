package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes types from the schemas of custom resource definitions. */
public final class CustomTypes {
    private CustomTypes() {
    }

    /**
     * The type of a custom resource.
     *
     * @param schema
     *            null when nothing is known of it
     */
    public static Type of(@Nullable JsonNode schema, BuiltInTypes builtIn) {
        return schema == null ? Type.unknown() : read(schema, true, false, builtIn);
    }

    /** @param kept whether what is around it keeps unknown fields, and so does all that is inside */
    private static Type read(JsonNode schema, boolean resource, boolean kept, BuiltInTypes builtIn) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            return Type.scalar("int-or-string");
        }
        boolean keeps = kept || Json.flag(schema, false, "x-kubernetes-preserve-unknown-fields");
        boolean embedded = resource || Json.flag(schema, false, "x-kubernetes-embedded-resource");
        return switch (Json.textOrEmpty(schema, "type")) {
            case "string", "boolean", "integer", "number" ->
                Type.scalar(Json.textOrEmpty(schema, "type")).with(use(schema));
            case "array" -> new Type(new Type.Body(Type.Shape.LIST, "", Map.of(), List.of(),
                    schema.has("items") ? read(schema.get("items"), false, keeps, builtIn) : Type.opaque(), false),
                    use(schema));
            case "object" -> object(schema, keeps, embedded, builtIn);
            default -> keeps ? Type.unknown() : Type.opaque();
        };
    }

    private static Type object(JsonNode schema, boolean keeps, boolean embedded, BuiltInTypes builtIn) {
        JsonNode additional = schema.get("additionalProperties");
        if (additional instanceof ObjectNode) {
            return map(read(additional, false, keeps, builtIn), schema);
        }
        Map<String, Type> fields = new LinkedHashMap<>();
        schema.path("properties").properties()
                .forEach(field -> fields.put(field.getKey(), read(field.getValue(), false, keeps, builtIn)));
        if (embedded) {
            fields.put("apiVersion", Type.scalar("string"));
            fields.put("kind", Type.scalar("string"));
            fields.put("metadata", builtIn.objectMeta());
        }
        if (fields.isEmpty()) {
            return map(Type.unknown(), schema);
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(each -> required.add(each.stringValue("")));
        return new Type(new Type.Body(Type.Shape.STRUCT, "", fields, required, keeps ? Type.unknown() : null, false),
                use(schema));
    }

    private static Type map(Type element, JsonNode schema) {
        return new Type(new Type.Body(Type.Shape.MAP, "", Map.of(), List.of(), element, false), use(schema));
    }

    private static Type.Use use(JsonNode schema) {
        List<String> keys = new ArrayList<>();
        schema.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.stringValue("")));
        return new Type.Use(Json.textOrEmpty(schema, "x-kubernetes-list-type"), keys,
                Json.textOrEmpty(schema, "x-kubernetes-map-type"), "", "",
                schema.get("default"));
    }
}
