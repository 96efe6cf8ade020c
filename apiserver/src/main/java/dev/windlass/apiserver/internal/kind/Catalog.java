package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Everything that is served, in discovery's order: the built-in kinds, read from a resource file, and the custom ones, which come and go. Thread-safe; what
 * it hands out is a snapshot.
 */
public final class Catalog {
    private volatile Map<String, ResourceType> types;

    private Catalog(Map<String, ResourceType> types) {
        this.types = types;
    }

    /** A catalog of the built-in kinds. */
    public static Catalog builtIn() {
        Map<String, ResourceType> types = new LinkedHashMap<>();
        for (ResourceType type : readBuiltIn()) {
            types.put(key(type.group(), type.version(), type.plural()), type);
        }
        return new Catalog(types);
    }

    public @Nullable ResourceType find(String group, String version, String plural) {
        return types.get(key(group, version, plural));
    }

    public @Nullable ResourceType ofKind(String apiVersion, String kind) {
        for (ResourceType type : types.values()) {
            if (type.kind().equals(kind) && type.apiVersion().equals(apiVersion)) {
                return type;
            }
        }
        return null;
    }

    /** The type or an error: for kinds that are always there. */
    public ResourceType require(String group, String version, String plural) {
        ResourceType type = find(group, version, plural);
        if (type == null) {
            throw new IllegalStateException("not in the catalog: " + key(group, version, plural));
        }
        return type;
    }

    public List<ResourceType> all() {
        return new ArrayList<>(types.values());
    }

    /** The other versions of a resource, in any group, that have a sub-resource; an empty name stands for the resource itself. */
    public List<ResourceType> equivalents(ResourceType type, String subresource) {
        List<ResourceType> others = new ArrayList<>();
        for (ResourceType each : types.values()) {
            if (each != type && each.storageId().equals(type.storageId())
                    && (subresource.isEmpty() || each.subresource(subresource) != null)) {
                others.add(each);
            }
        }
        return others;
    }

    /** One type of each resource: the one in which its objects are stored, where that is served. */
    public List<ResourceType> stored() {
        Map<String, ResourceType> byStorage = new LinkedHashMap<>();
        for (ResourceType type : types.values()) {
            CustomVersion custom = type.custom();
            if (custom != null && custom.storageVersion().equals(type.version())) {
                byStorage.put(type.storageId(), type);
            } else {
                byStorage.putIfAbsent(type.storageId(), type);
            }
        }
        return new ArrayList<>(byStorage.values());
    }

    public boolean hasGroupVersion(String group, String version) {
        return types.values().stream().anyMatch(type -> type.group().equals(group) && type.version().equals(version));
    }

    /** Changes what custom kinds are served, all at once. The function gets a copy to change and return. */
    public synchronized void change(UnaryOperator<Map<String, ResourceType>> change) {
        types = change.apply(new LinkedHashMap<>(types));
    }

    public static String key(String group, String version, String plural) {
        return group + "/" + version + "/" + plural;
    }

    private static List<ResourceType> readBuiltIn() {
        List<ResourceType> types = new ArrayList<>();
        ResourceLines.forEach(Catalog.class, "kinds.jsonl", line -> types.add(read(Json.parse(line))));
        return types;
    }

    private static ResourceType read(JsonNode line) {
        String group = Json.textOrEmpty(line, "group");
        String plural = Json.textOrEmpty(line, "plural");
        String kind = Json.textOrEmpty(line, "kind");
        List<Subresource> subresources = new ArrayList<>();
        for (JsonNode sub : line.path("subresources")) {
            subresources.add(new Subresource(Json.textOrEmpty(sub, "name"), Json.textOrEmpty(sub, "group"),
                    Json.textOrEmpty(sub, "version"),
                    Json.textOrEmpty(sub, "kind"), Json.texts(sub.path("verbs"))));
        }
        // Events of both groups are the same objects.
        String storage = (plural.equals("events") ? "" : group) + "/" + plural;
        return new ResourceType(group, Json.textOrEmpty(line, "version"),
                new ResourceType.Names(kind, kind + "List", plural, Json.textOrEmpty(line, "singular"),
                        Json.texts(line.path("shortNames")),
                        Json.texts(line.path("categories"))),
                Json.flag(line, false, "namespaced"), Json.texts(line.path("verbs")), subresources,
                Traits.builtIn(group, plural), storage, null);
    }
}
