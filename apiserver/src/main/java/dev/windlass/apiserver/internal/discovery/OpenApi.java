package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.Type;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI v3 documents, made from the structure of types: kubectl asks them what it may send. Thread-safe. */
public final class OpenApi {
    private static final String REF = "#/components/schemas/";
    private static final String METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private static final List<String> WRITE_PARAMETERS = List.of("dryRun", "fieldManager", "fieldValidation");

    private final Catalog catalog;
    private final BuiltInTypes types;

    public OpenApi(Catalog catalog, BuiltInTypes types) {
        this.catalog = catalog;
        this.types = types;
    }

    /** {@code /openapi/v3}. */
    public ObjectNode index() {
        ObjectNode out = Json.object();
        ObjectNode paths = out.putObject("paths");
        for (ResourceType type : catalog.all()) {
            String root = Schemas.root(type);
            if (!paths.has(root)) {
                byte[] document = Json.bytes(document(type.group(), type.version()));
                paths.putObject(root).put("serverRelativeURL",
                        "/openapi/v3/" + root + "?hash=" + hash(ByteBuffer.wrap(document)));
            }
        }
        return out;
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
     * {@code /openapi/v3/apis/<group>/<version>}.
     *
     * @return null when it is not served
     */
    public @Nullable ObjectNode find(String group, String version) {
        return catalog.hasGroupVersion(group, version) ? document(group, version) : null;
    }

    private ObjectNode document(String group, String version) {
        ObjectNode out = Json.object().put("openapi", "3.0.0");
        out.putObject("info").put("title", "Kubernetes").put("version", "v1.37.2");
        ObjectNode paths = out.putObject("paths");
        ObjectNode schemas = out.putObject("components").putObject("schemas");
        Set<String> wanted = new LinkedHashSet<>();
        for (ResourceType type : catalog.all()) {
            if (type.group().equals(group) && type.version().equals(version)) {
                describe(type, paths, schemas, wanted);
            }
        }
        addReachable(wanted, schemas);
        return out;
    }

    private void describe(ResourceType type, ObjectNode paths, ObjectNode schemas, Set<String> wanted) {
        String collection = "/" + Schemas.root(type) + (type.namespaced() ? "/namespaces/{namespace}/" : "/")
                + type.plural();
        CustomVersion custom = type.custom();
        if (custom == null) {
            String name = types.ofKind(type.group(), type.version(), type.kind()).name();
            if (!name.isEmpty()) {
                wanted.add(name);
            }
        } else {
            schemas.set(Schemas.customName(type, type.kind()), customSchema(type, custom));
            wanted.add(METADATA);
        }
        ObjectNode many = paths.putObject(collection);
        operation(many, "get", "list", type, List.of());
        if (type.allows("create")) {
            operation(many, "post", "post", type, WRITE_PARAMETERS);
        }
        ObjectNode one = paths.putObject(collection + "/{name}");
        operation(one, "get", "get", type, List.of());
        if (type.allows("update")) {
            operation(one, "put", "put", type, WRITE_PARAMETERS);
            operation(one, "patch", "patch", type, List.of("dryRun", "fieldManager", "fieldValidation", "force"));
        }
        if (type.allows("delete")) {
            operation(one, "delete", "delete", type, List.of("dryRun"));
        }
    }

    private static void operation(ObjectNode path, String method, String action, ResourceType type,
            List<String> parameters) {
        ObjectNode operation = path.putObject(method);
        if (!parameters.isEmpty()) {
            var list = operation.putArray("parameters");
            for (String name : parameters) {
                ObjectNode parameter = list.addObject().put("in", "query").put("name", name);
                parameter.putObject("schema").put("type", name.equals("force") ? "boolean" : "string")
                        .put("uniqueItems", true);
            }
        }
        operation.put("x-kubernetes-action", action);
        Schemas.kind(operation.putObject(Schemas.KIND), type.group(), type.version(), type.kind());
    }

    private static ObjectNode customSchema(ResourceType type, CustomVersion custom) {
        ObjectNode given = custom.schema();
        ObjectNode schema = given == null ? Json.object().put("type", "object") : given.deepCopy();
        ObjectNode properties = Json.child(schema, "properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").putArray("allOf").addObject().put("$ref", REF + METADATA);
        Schemas.addKind(schema, type.group(), type.version(), type.kind());
        return schema;
    }

    private void addReachable(Set<String> roots, ObjectNode schemas) {
        Deque<String> todo = new ArrayDeque<>(roots);
        while (!todo.isEmpty()) {
            String name = todo.remove();
            if (!schemas.has(name)) {
                schemas.set(name, namedSchema(name, todo));
            }
        }
    }

    private ObjectNode namedSchema(String name, Deque<String> todo) {
        Type type = types.named(name);
        ObjectNode schema = body(type, todo);
        List<String> kind = types.kindOf(name);
        if (kind != null) {
            Schemas.addKind(schema, kind.get(0), kind.get(1), kind.get(2));
        }
        return schema;
    }

    private static ObjectNode body(Type type, Deque<String> todo) {
        Type.Body body = type.body();
        ObjectNode out = Json.object();
        switch (body.shape()) {
            case STRUCT -> {
                out.put("type", "object");
                ObjectNode properties = out.putObject("properties");
                body.fields().forEach((name, field) -> properties.set(name, reference(field, todo)));
                if (!body.required().isEmpty()) {
                    var required = out.putArray("required");
                    body.required().forEach(required::add);
                }
            }
            case MAP -> out.put("type", "object").set("additionalProperties", reference(type.element(), todo));
            case LIST -> out.put("type", "array").set("items", reference(type.element(), todo));
            case SCALAR -> scalar(out, body.scalar());
            case ANY_WHOLE, ANY_BY_FIELD -> out.put("type", "object");
        }
        if (body.whole() && body.shape() == Type.Shape.STRUCT) {
            out.put("x-kubernetes-map-type", "atomic");
        }
        return out;
    }

    private static ObjectNode reference(Type type, Deque<String> todo) {
        ObjectNode out;
        if (type.name().isEmpty()) {
            out = body(type, todo);
        } else {
            todo.add(type.name());
            out = Json.object();
            out.putArray("allOf").addObject().put("$ref", REF + type.name());
        }
        Type.Use use = type.use();
        Schemas.addUse(out, use);
        if (use.fallback() != null) {
            out.set("default", use.fallback());
        }
        return out;
    }

    private static void scalar(ObjectNode out, String scalar) {
        switch (scalar) {
            case "int32", "int64" -> out.put("type", "integer").put("format", scalar);
            case "byte", "date-time" -> out.put("type", "string").put("format", scalar);
            case "int-or-string" ->
                out.put("format", "int-or-string").putArray("oneOf").add(Json.object().put("type", "integer"))
                        .add(Json.object().put("type", "string"));
            case "quantity" ->
                out.putArray("oneOf").add(Json.object().put("type", "string")).add(Json.object().put("type", "number"));
            default -> out.put("type", scalar);
        }
    }
}
