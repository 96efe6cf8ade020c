package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the documents of the discovery and of OpenAPI say alike. Stateless. */
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

    /** How users are known. */
    static void addBearerToken(ObjectNode schemes) {
        schemes.putObject("BearerToken").put("type", "apiKey").put("name", "authorization").put("in", "header");
    }

    /** Adds a list; nothing when there is nothing in it. */
    static void addAll(ObjectNode out, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode list = out.putArray(field);
            texts.forEach(list::add);
        }
    }
}
