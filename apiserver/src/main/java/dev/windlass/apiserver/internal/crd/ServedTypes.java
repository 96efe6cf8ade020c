package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.discovery.VersionOrder;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Conversion;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.kind.Traits;
import dev.windlass.apiserver.internal.rest.Metadata;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes of a definition the types that it has served. Stateless. */
final class ServedTypes {
    private static final List<String> VERBS = List.of("delete", "deletecollection", "get", "list", "patch", "create",
            "update", "watch");
    private static final List<String> SUBRESOURCE_VERBS = List.of("get", "patch", "update");

    private ServedTypes() {
    }

    /** Those of all served versions, the newest first. */
    static List<ResourceType> of(ObjectNode definition, @Nullable Conversion conversion) {
        List<ResourceType> types = new ArrayList<>();
        for (JsonNode version : definition.path("spec").path("versions")) {
            if (Json.flag(version, false, "served")) {
                types.add(type(definition, version, conversion));
            }
        }
        types.sort((a, b) -> VersionOrder.NEWEST_FIRST.compare(a.version(), b.version()));
        return types;
    }

    /** That of the version in which objects are stored, served or not; null when the definition names none. */
    static @Nullable ResourceType stored(ObjectNode definition, @Nullable Conversion conversion) {
        for (JsonNode version : definition.path("spec").path("versions")) {
            if (Json.flag(version, false, "storage")) {
                return type(definition, version, conversion);
            }
        }
        return null;
    }

    private static ResourceType type(ObjectNode definition, JsonNode version, @Nullable Conversion conversion) {
        JsonNode spec = definition.path("spec");
        JsonNode names = definition.path("status").path("acceptedNames");
        String kind = Json.textOrEmpty(names, "kind");
        List<Subresource> subresources = new ArrayList<>();
        if (version.path("subresources").has("status")) {
            subresources.add(new Subresource("status", "", "", kind, SUBRESOURCE_VERBS));
        }
        if (version.path("subresources").has("scale")) {
            subresources.add(new Subresource("scale", "autoscaling", "v1", "Scale", SUBRESOURCE_VERBS));
        }
        List<ObjectNode> columns = new ArrayList<>();
        for (JsonNode column : version.path("additionalPrinterColumns")) {
            if (column instanceof ObjectNode object) {
                columns.add(object);
            }
        }
        List<String> fields = new ArrayList<>();
        for (JsonNode field : version.path("selectableFields")) {
            String path = Json.textOrEmpty(field, "jsonPath");
            fields.add(path.startsWith(".") ? path.substring(1) : path);
        }
        String group = Json.textOrEmpty(spec, "group");
        String plural = Json.textOrEmpty(names, "plural");
        return new ResourceType(group, Json.textOrEmpty(version, "name"),
                new ResourceType.Names(kind, Json.textOrEmpty(names, "listKind"), plural,
                        Json.textOrEmpty(names, "singular"),
                        strings(names.path("shortNames")), strings(names.path("categories"))),
                Json.textOrEmpty(spec, "scope").equals("Namespaced"), VERBS, subresources, Traits.custom(fields),
                group + "/" + plural,
                new CustomVersion(Metadata.name(definition), storageVersion(spec),
                        Json.objectAt(version, "schema", "openAPIV3Schema"),
                        Json.flag(spec, false, "preserveUnknownFields"), columns,
                        Json.objectAt(version, "subresources", "scale"), deprecation(definition, version),
                        Metadata.deleting(definition), conversion));
    }

    private static String storageVersion(JsonNode spec) {
        for (JsonNode version : spec.path("versions")) {
            if (Json.flag(version, false, "storage")) {
                return Json.textOrEmpty(version, "name");
            }
        }
        return "";
    }

    private static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(each -> out.add(each.stringValue("")));
        return out;
    }

    /** What whoever uses a version is warned of; null when it is not deprecated. */
    private static @Nullable String deprecation(ObjectNode definition, JsonNode version) {
        if (!Json.flag(version, false, "deprecated")) {
            return null;
        }
        String own = Json.text(version, "deprecationWarning");
        if (own != null) {
            return own;
        }
        JsonNode spec = definition.path("spec");
        String group = Json.textOrEmpty(spec, "group");
        String name = Json.textOrEmpty(version, "name");
        String kind = Json.textOrEmpty(spec, "names", "kind");
        String said = group + "/" + name + " " + kind + " is deprecated";
        List<String> better = new ArrayList<>();
        for (JsonNode other : spec.path("versions")) {
            String otherName = Json.textOrEmpty(other, "name");
            if (Json.flag(other, false, "served") && !Json.flag(other, false, "deprecated")
                    && VersionOrder.NEWEST_FIRST.compare(otherName, name) < 0) {
                better.add(otherName);
            }
        }
        better.sort(VersionOrder.NEWEST_FIRST);
        return better.isEmpty() ? said : said + "; use " + group + "/" + better.getFirst() + " " + kind;
    }
}
