package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI v3 documents, one for each group and version: kubectl asks them what it may send. Thread-safe. */
public final class OpenApi {
    private final Catalog catalog;
    private final Definitions definitions;
    private final Map<String, Known> hashes = new ConcurrentHashMap<>();

    /** Documents are large, and the index asks for the hash of each: it is the same while the kinds are. */
    private record Known(List<ResourceType> kinds, String hash) {
    }

    public OpenApi(Catalog catalog, BuiltInTypes types) {
        this.catalog = catalog;
        this.definitions = new Definitions(types, Definitions.Version.V3);
    }

    /** {@code /openapi/v3}. */
    public ObjectNode index() {
        Map<String, Document> documents = documents();
        hashes.keySet().retainAll(documents.keySet());
        ObjectNode out = Json.object();
        ObjectNode paths = out.putObject("paths");
        Map<String, ObjectNode> common = new HashMap<>();
        documents.forEach((root, document) -> paths.putObject(root).put("serverRelativeURL",
                "/openapi/v3/" + root + "?hash=" + hash(root, document, common)));
        return out;
    }

    /**
     * What one of the documents is about.
     *
     * @param kinds
     *            those of a group and version, or none
     * @param discovery
     *            paths that tell what is served
     */
    private record Document(List<ResourceType> kinds, Map<String, ObjectNode> discovery) {
    }

    /** All documents by where they are. */
    private Map<String, Document> documents() {
        Map<String, Document> documents = new TreeMap<>();
        DiscoveryPaths discovery = new DiscoveryPaths(definitions);
        discovery.outside(catalog.all()).forEach(
                (at, path) -> documents.put(at, new Document(List.of(), Map.of("/" + at + "/", path))));
        catalog.all().stream().collect(Collectors.groupingBy(Schemas::root)).forEach((root, kinds) -> {
            ResourceType first = kinds.getFirst();
            documents.put(root, new Document(kinds,
                    first.isCustom() ? Map.of() : Map.of("/" + root + "/", discovery.ofVersion(first))));
        });
        return documents;
    }

    private String hash(String root, Document document, Map<String, ObjectNode> common) {
        Known known = hashes.get(root);
        if (known == null || !known.kinds.equals(document.kinds)) {
            known = new Known(document.kinds, hash(ByteBuffer.wrap(Json.bytes(write(document, common)))));
            hashes.put(root, known);
        }
        return known.hash;
    }

    /** By which a document is known, in the index and as its entity tag. */
    public static String hash(ByteBuffer document) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(document.duplicate());
            return HexFormat.of().withUpperCase().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-512", e);
        }
    }

    /**
     * {@code /openapi/v3/<root>}.
     *
     * @param root
     *            such as {@code apis/apps/v1}
     * @return null when it is not served
     */
    public @Nullable ObjectNode find(String root) {
        Document document = documents().get(root);
        return document == null ? null : write(document, new HashMap<>());
    }

    /** @param common the schemas of built-in types that have been made for other documents, and are not changed */
    private ObjectNode write(Document document, Map<String, ObjectNode> common) {
        List<ResourceType> kinds = document.kinds;
        boolean custom = document.discovery.isEmpty();
        ObjectNode paths = Json.object();
        paths.setAll(document.discovery);
        SwaggerPaths operations = new SwaggerPaths(paths, definitions);
        kinds.forEach(operations::add);
        ObjectNode out = Json.object().put("openapi", "3.0.0");
        out.putObject("info").put("title", custom ? "Kubernetes CRD Swagger" : "Kubernetes")
                .put("version", custom ? "v0.1.0" : "1.37");
        out.set("paths", OpenApiPaths.of(paths));
        ObjectNode components = out.putObject("components");
        addReferred(out.get("paths"), own(kinds), common, components.putObject("schemas"));
        if (!custom) {
            Schemas.addBearerToken(components.putObject("securitySchemes"));
        }
        return out;
    }

    /** What is not described by a type of a built-in kind, by name. */
    private Map<String, Supplier<ObjectNode>> own(List<ResourceType> kinds) {
        Map<String, Supplier<ObjectNode>> own = new HashMap<>();
        own.put(Definitions.PATCH, () -> Json.object().put("type", "object"));
        for (ResourceType type : kinds) {
            own.put(definitions.listName(type), () -> definitions.list(type));
            CustomVersion custom = type.custom();
            if (custom != null) {
                own.put(Schemas.customName(type, type.kind()), () -> definitions.custom(type, custom));
            }
        }
        return own;
    }

    /** Describes what is referred to, and what that refers to. */
    private void addReferred(JsonNode from, Map<String, Supplier<ObjectNode>> own, Map<String, ObjectNode> common,
            ObjectNode schemas) {
        Deque<JsonNode> todo = new ArrayDeque<>(List.of(from));
        while (!todo.isEmpty()) {
            JsonNode node = todo.remove();
            node.forEach(todo::add);
            if (node.path("$ref").isString()) {
                String name = definitions.version().referred(node.get("$ref").stringValue());
                if (!schemas.has(name)) {
                    ObjectNode schema = own.containsKey(name)
                            ? own.get(name).get()
                            : common.computeIfAbsent(name, definitions::named);
                    schemas.set(name, schema);
                    todo.add(schema);
                }
            }
        }
    }
}
