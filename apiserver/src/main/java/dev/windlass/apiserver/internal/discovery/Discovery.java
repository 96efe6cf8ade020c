package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells clients what is served, in the old form (a document per group and version) and in the new one (everything at once). Thread-safe. */
public final class Discovery {
    private static final int HASH_LENGTH = 8;
    private final Catalog catalog;
    private final String address;

    /** @param address host and port */
    public Discovery(Catalog catalog, String address) {
        this.catalog = catalog;
        this.address = address;
    }

    /** {@code /api}. */
    public ObjectNode coreVersions() {
        ObjectNode out = Json.object().put("kind", "APIVersions");
        out.putArray("versions").add("v1");
        out.putArray("serverAddressByClientCIDRs").addObject().put("clientCIDR", "0.0.0.0/0").put("serverAddress",
                address);
        return out;
    }

    /** {@code /apis}. */
    public ObjectNode groups() {
        ObjectNode out = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = out.putArray("groups");
        for (String group : groupNames()) {
            groups.add(group(group));
        }
        return out;
    }

    /** {@code /apis/<group>}, null when it is not served. */
    public @Nullable ObjectNode groupDocument(String name) {
        if (name.isEmpty() || !groupNames().contains(name)) {
            return null;
        }
        ObjectNode out = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
        group(name).properties().forEach(entry -> out.set(entry.getKey(), entry.getValue()));
        return out;
    }

    private ObjectNode group(String name) {
        ObjectNode out = Json.object().put("name", name);
        ArrayNode versions = out.putArray("versions");
        for (String version : versions(name)) {
            versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
        }
        out.set("preferredVersion", versions.get(0).deepCopy());
        return out;
    }

    private Set<String> groupNames() {
        Set<String> names = new LinkedHashSet<>();
        catalog.all().forEach(type -> names.add(type.group()));
        names.remove("");
        return names;
    }

    /** Whether a group has kinds that are not custom. */
    public boolean isBuiltIn(String group) {
        return catalog.all().stream().anyMatch(type -> type.group().equals(group) && !type.isCustom());
    }

    private List<String> versions(String group) {
        return catalog.all().stream().filter(type -> type.group().equals(group)).map(ResourceType::version).distinct()
                .sorted(VersionOrder.NEWEST_FIRST).toList();
    }

    /** Whether a group is served in a version. */
    public boolean serves(String group, String version) {
        return catalog.hasGroupVersion(group, version);
    }

    /** {@code /api/v1}, {@code /apis/<group>/<version>}, which must be served. */
    public ObjectNode resources(String group, String version) {
        ObjectNode out = Json.object().put("kind", "APIResourceList");
        if (!group.isEmpty()) {
            out.put("apiVersion", "v1");
        }
        out.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode list = out.putArray("resources");
        for (ResourceType type : catalog.all()) {
            if (type.group().equals(group) && type.version().equals(version)) {
                describe(list, type);
            }
        }
        return out;
    }

    private static void describe(ArrayNode list, ResourceType type) {
        ObjectNode out = list.addObject().put("name", type.plural()).put("singularName", type.singular())
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
        Schemas.addAll(out, "verbs", type.verbs());
        Schemas.addAll(out, "shortNames", type.shortNames());
        Schemas.addAll(out, "categories", type.categories());
        if (type.allows("watch")) { // what is stored can be watched
            out.put("storageVersionHash", hash(storage(type)));
        }
        for (Subresource sub : type.subresources()) {
            ObjectNode subOut = list.addObject().put("name", type.plural() + "/" + sub.name()).put("singularName", "")
                    .put("namespaced", type.namespaced());
            if (!sub.version().isEmpty()) {
                subOut.put("group", sub.group()).put("version", sub.version());
            }
            subOut.put("kind", sub.kind());
            Schemas.addAll(subOut, "verbs", sub.verbs());
        }
    }

    /** The form in which objects are stored. */
    private static String storage(ResourceType type) {
        CustomVersion custom = type.custom();
        String version = custom == null ? type.version() : custom.storageVersion();
        return switch (type.group() + "/" + type.plural()) {
            case "autoscaling/horizontalpodautoscalers" -> "autoscaling/v2/" + type.kind();
            case "events.k8s.io/events" -> "/v1/" + type.kind();
            case "apiextensions.k8s.io/customresourcedefinitions" -> "apiextensions.k8s.io/v1beta1/" + type.kind();
            default -> type.group() + "/" + version + "/" + type.kind();
        };
    }

    private static String hash(String storage) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(storage.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(Arrays.copyOf(digest, HASH_LENGTH));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** {@code /api} or {@code /apis} in the aggregated form. */
    public ObjectNode aggregated(boolean core) {
        ObjectNode out = Json.object().put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
        out.putObject("metadata");
        ArrayNode items = out.putArray("items");
        Map<String, ObjectNode> groups = new LinkedHashMap<>();
        for (ResourceType type : catalog.all()) {
            if (type.group().isEmpty() == core) {
                groups.computeIfAbsent(type.group(), this::aggregatedGroup);
            }
        }
        groups.values().forEach(items::add);
        return out;
    }

    private ObjectNode aggregatedGroup(String group) {
        ObjectNode out = Json.object();
        ObjectNode metadata = out.putObject("metadata");
        if (!group.isEmpty()) {
            metadata.put("name", group);
        }
        ArrayNode versions = out.putArray("versions");
        for (String version : versions(group)) {
            ObjectNode each = versions.addObject().put("version", version);
            ArrayNode resources = each.putArray("resources");
            for (ResourceType type : catalog.all()) {
                if (type.group().equals(group) && type.version().equals(version)) {
                    aggregated(resources, type);
                }
            }
            each.put("freshness", "Current");
        }
        return out;
    }

    private static void aggregated(ArrayNode list, ResourceType type) {
        ObjectNode out = list.addObject().put("resource", type.plural());
        addResponseKind(out, type, "", "", type.kind());
        out.put("scope", type.namespaced() ? "Namespaced" : "Cluster").put("singularResource", type.singular());
        Schemas.addAll(out, "verbs", type.verbs());
        Schemas.addAll(out, "shortNames", type.shortNames());
        Schemas.addAll(out, "categories", type.categories());
        if (!type.subresources().isEmpty()) {
            ArrayNode subresources = out.putArray("subresources");
            for (Subresource sub : type.subresources()) {
                ObjectNode subOut = subresources.addObject().put("subresource", sub.name());
                addResponseKind(subOut, type, sub.group(), sub.version(), sub.kind());
                Schemas.addAll(subOut, "verbs", sub.verbs());
            }
        }
    }

    /** Of a built-in kind, its own group and version go without saying. */
    private static void addResponseKind(ObjectNode out, ResourceType type, String group, String version, String kind) {
        boolean said = version.isEmpty() && type.isCustom();
        out.putObject("responseKind").put("group", said ? type.group() : group)
                .put("version", said ? type.version() : version).put("kind", kind);
    }

    /** {@code /}: where something is served. */
    public ObjectNode paths() {
        Set<String> all = new TreeSet<>(List.of("/.well-known/openid-configuration", "/api", "/apis", "/apis/",
                "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks", "/readyz",
                "/version"));
        groupNames().forEach(group -> all.add("/apis/" + group));
        catalog.all().forEach(type -> all.add("/" + Schemas.root(type)));
        ObjectNode out = Json.object();
        Schemas.addAll(out, "paths", List.copyOf(all));
        return out;
    }

    /** {@code /version}. */
    public ObjectNode version() {
        return Json.object().put("major", "1").put("minor", "37").put("emulationMajor", "1").put("emulationMinor", "37")
                .put("minCompatibilityMajor", "1")
                .put("minCompatibilityMinor", "36").put("gitVersion", "v1.37.2+windlass").put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-11-24T00:00:00Z").put("goVersion", "none").put("compiler", "javac")
                .put("platform", "linux/amd64");
    }
}
