package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the OpenAPI documents of both versions say alike. Stateless. */
final class Schemas {
    static final String KIND = "x-kubernetes-group-version-kind";

    private Schemas() {
    }

    /** The path of a resource's group and version, without a slash at either end. */
    static String root(ResourceType type) {
        return type.group().isEmpty() ? "api/" + type.version() : "apis/" + type.group() + "/" + type.version();
    }

    /** The name of the schema of a custom kind, or of its list: {@code com.example.v1.Website}. */
    static String customName(ResourceType type, String kind) {
        List<String> parts = List.of(type.group().split("\\.", -1));
        return String.join(".", parts.reversed()) + "." + type.version() + "." + kind;
    }

    /** Which kind a schema is of. */
    static void addKind(ObjectNode schema, String group, String version, String kind) {
        kind(schema.putArray(KIND).addObject(), group, version, kind);
    }

    static void kind(ObjectNode out, String group, String version, String kind) {
        out.put("group", group).put("kind", kind).put("version", version);
    }

    /** How a field is merged, and what it can be. */
    static void addUse(ObjectNode field, Type.Use use) {
        if (!use.keys().isEmpty()) {
            addAll(field.putArray("x-kubernetes-list-map-keys"), use.keys());
        }
        if (!use.values().isEmpty()) {
            addAll(field.putArray("enum"), use.values());
        }
        put(field, "x-kubernetes-list-type", use.listType());
        put(field, "x-kubernetes-map-type", use.mapType());
        put(field, "x-kubernetes-patch-merge-key", use.mergeKey());
        put(field, "x-kubernetes-patch-strategy", use.patchStrategy());
    }

    /** How users are known. */
    static void addBearerToken(ObjectNode schemes) {
        schemes.putObject("BearerToken").put("type", "apiKey").put("name", "authorization").put("in", "header");
    }

    static void addAll(ArrayNode list, List<String> texts) {
        texts.forEach(list::add);
    }

    private static void put(ObjectNode out, String field, String value) {
        if (!value.isEmpty()) {
            out.put(field, value);
        }
    }
}
