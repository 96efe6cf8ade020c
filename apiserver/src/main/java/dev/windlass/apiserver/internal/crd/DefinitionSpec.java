package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The spec of a definition as the real server checks it, which shows in the fields that its messages name: what all versions say alike is said once, at the
 * top, and no longer by the versions.
 *
 * @param validation
 *            {@code schema} of all versions; null when they differ or have none
 */
record DefinitionSpec(JsonNode spec, List<Version> versions, @Nullable ObjectNode validation,
        @Nullable ObjectNode subresources, List<ObjectNode> columns, List<ObjectNode> selectable) {

    /** What a version says that not all say. */
    record Version(JsonNode node, @Nullable ObjectNode schema, @Nullable ObjectNode subresources,
            List<ObjectNode> columns, List<ObjectNode> selectable) {
        String name() {
            return Json.textOrEmpty(node, "name");
        }

        @Nullable
        ObjectNode openApi() {
            return Json.objectAt(schema, "openAPIV3Schema");
        }
    }

    static DefinitionSpec of(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        List<JsonNode> nodes = new ArrayList<>();
        spec.path("versions").forEach(nodes::add);
        boolean schema = alike(nodes, node -> node.get("schema"));
        boolean subresources = alike(nodes, node -> node.get("subresources"));
        boolean columns = alike(nodes, node -> list(node, "additionalPrinterColumns"));
        boolean selectable = alike(nodes, node -> list(node, "selectableFields"));
        List<Version> versions = nodes.stream()
                .map(node -> new Version(node, schema ? null : Json.objectAt(node, "schema"),
                        subresources ? null : Json.objectAt(node, "subresources"),
                        columns ? List.of() : objects(node, "additionalPrinterColumns"),
                        selectable ? List.of() : objects(node, "selectableFields")))
                .toList();
        JsonNode first = nodes.isEmpty() ? null : nodes.getFirst();
        return new DefinitionSpec(spec, versions, schema ? Json.objectAt(first, "schema") : null,
                subresources ? Json.objectAt(first, "subresources") : null,
                columns && first != null ? objects(first, "additionalPrinterColumns") : List.of(),
                selectable && first != null ? objects(first, "selectableFields") : List.of());
    }

    private static boolean alike(List<JsonNode> versions, Function<JsonNode, @Nullable JsonNode> part) {
        return versions.stream().allMatch(each -> Json.same(part.apply(each), part.apply(versions.getFirst())));
    }

    /** An empty list is as good as none. */
    private static @Nullable JsonNode list(JsonNode node, String field) {
        ArrayNode list = Json.arrayAt(node, field);
        return list == null || list.isEmpty() ? null : list;
    }

    private static List<ObjectNode> objects(JsonNode node, String field) {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode each : node.path(field)) {
            if (each instanceof ObjectNode object) {
                objects.add(object);
            }
        }
        return objects;
    }

    /** The schema at the top. */
    @Nullable
    ObjectNode openApi() {
        return Json.objectAt(validation, "openAPIV3Schema");
    }

    boolean preservesUnknown() {
        return Json.flag(spec, false, "preserveUnknownFields");
    }

    /** Whether objects of a version have their status as a resource of its own. */
    boolean hasStatus(Version version) {
        boolean own = versions.stream().anyMatch(each -> each.subresources() != null);
        ObjectNode its = own ? version.subresources() : subresources;
        return its != null && its.hasNonNull("status");
    }

    boolean anyHasStatus() {
        return (subresources != null && subresources.hasNonNull("status"))
                || versions.stream().anyMatch(each -> each.subresources() != null && each.subresources().has("status"));
    }

    /** Each schema there is. */
    List<ObjectNode> schemas() {
        List<ObjectNode> schemas = new ArrayList<>();
        ObjectNode top = openApi();
        if (top != null) {
            schemas.add(top);
        }
        for (Version version : versions) {
            ObjectNode schema = version.openApi();
            if (schema != null) {
                schemas.add(schema);
            }
        }
        return schemas;
    }
}
