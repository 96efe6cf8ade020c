package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the documents of the discovery and of OpenAPI say alike. Stateless. */
final class Schemas {
    private static final String K8S = ".k8s.io";
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

    /** What a group is called in the names of operations: {@code Apps}, {@code RbacAuthorization}, {@code ExampleCom}. */
    static String groupName(ResourceType type) {
        String group = type.group().isEmpty() ? "core" : type.group();
        if (!type.isCustom() && group.endsWith(K8S)) {
            group = group.substring(0, group.length() - K8S.length());
        }
        StringBuilder name = new StringBuilder();
        for (String part : group.split("[.-]", -1)) {
            name.append(capital(part));
        }
        return name.toString();
    }

    /** By which the operations of a group are sorted: its name with a small letter. */
    static String tag(String groupName) {
        return groupName.substring(0, 1).toLowerCase(Locale.ROOT) + groupName.substring(1);
    }

    static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
