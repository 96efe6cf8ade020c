package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI v2 document: one for all kinds. It is made anew whenever somebody asks, and not kept: it is large, and few
 * ask. Thread-safe.
 */
public final class Swagger {
    private static final String REF = "#/definitions/";
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final String DEFINITIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    private final Catalog catalog;
    private final BuiltInTypes types;

    public Swagger(Catalog catalog, BuiltInTypes types) {
        this.catalog = catalog;
        this.types = types;
    }

    /** {@code /openapi/v2}. */
    public ObjectNode document() {
        ObjectNode out = Json.object().put("swagger", "2.0");
        out.putObject("info").put("title", "Kubernetes").put("version", "1.37");
        ObjectNode paths = out.putObject("paths");
        ObjectNode definitions = out.putObject("definitions");
        SwaggerPaths operations = new SwaggerPaths(paths, this::nameOf);
        types.names().forEach(name -> definitions.set(name, named(name)));
        definitions.putObject(META + "Patch").put("type", "object");
        for (ResourceType type : catalog.all()) {
            CustomVersion custom = type.custom();
            if (custom != null) {
                definitions.set(Schemas.customName(type, type.kind()), custom(type, custom));
            }
            if (type.allows("list")) {
                definitions.set(listName(type), list(type));
            }
            operations.add(type);
        }
        out.putObject("securityDefinitions").putObject("BearerToken").put("type", "apiKey")
                .put("name", "authorization").put("in", "header");
        out.putArray("security").addObject().putArray("BearerToken");
        return out;
    }

    /** The name of what a resource, its list or one of its sub-resources is described by. */
    private String nameOf(ResourceType type, String kind) {
        if (kind.equals(type.listKind())) {
            return listName(type);
        }
        if (kind.equals(type.kind())) {
            return type.isCustom() ? Schemas.customName(type, kind) : builtInName(type.group(), type.version(), kind);
        }
        for (Subresource each : type.subresources()) {
            if (each.kind().equals(kind)) {
                return each.version().isEmpty()
                        ? builtInName(type.group(), type.version(), kind)
                        : builtInName(each.group(), each.version(), kind);
            }
        }
        return META + kind;
    }

    private String builtInName(String group, String version, String kind) {
        String name = types.ofKind(group, version, kind).name();
        if (!name.isEmpty()) {
            return name;
        }
        String first = group.isEmpty() ? "core" : group.split("\\.", 2)[0];
        return "io.k8s.api." + first + "." + version + "." + kind;
    }

    private String listName(ResourceType type) {
        if (type.isCustom()) {
            return Schemas.customName(type, type.listKind());
        }
        String item = nameOf(type, type.kind());
        return item.substring(0, item.lastIndexOf('.') + 1) + type.listKind();
    }

    private ObjectNode list(ResourceType type) {
        ObjectNode out = Json.object().put("type", "object");
        out.putArray("required").add("items");
        ObjectNode properties = out.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("items").put("type", "array").putObject("items")
                .put("$ref", REF + nameOf(type, type.kind()));
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("$ref", REF + META + "ListMeta");
        Schemas.addKind(out, type.group(), type.version(), type.listKind());
        return out;
    }

    private static ObjectNode custom(ResourceType type, CustomVersion custom) {
        ObjectNode given = custom.schema();
        if (given == null || custom.preserveUnknown()
                || Json.flag(given, false, "x-kubernetes-preserve-unknown-fields")) {
            ObjectNode open = Json.object().put("type", "object");
            Schemas.addKind(open, type.group(), type.version(), type.kind());
            return open;
        }
        ObjectNode out = CustomSwagger.of(given);
        CustomSwagger.addTypeAndMetadata(out);
        Schemas.addKind(out, type.group(), type.version(), type.kind());
        return out;
    }

    private ObjectNode named(String name) {
        ObjectNode out = body(types.named(name));
        List<String> kind = types.kindOf(name);
        if (kind != null) {
            Schemas.addKind(out, kind.get(0), kind.get(1), kind.get(2));
        }
        return out;
    }

    private static ObjectNode body(Type type) {
        Type.Body body = type.body();
        ObjectNode out = Json.object();
        switch (body.shape()) {
            case STRUCT -> {
                out.put("type", "object");
                if (!body.required().isEmpty()) {
                    ArrayNode required = out.putArray("required");
                    body.required().forEach(required::add);
                }
                if (!body.fields().isEmpty()) {
                    ObjectNode properties = out.putObject("properties");
                    body.fields().forEach((name, field) -> properties.set(name, reference(field)));
                }
            }
            case MAP -> out.put("type", "object").set("additionalProperties", reference(type.element()));
            case LIST -> out.put("type", "array").set("items", reference(type.element()));
            case SCALAR -> scalar(out, type.name(), body.scalar());
            case ANY_WHOLE, ANY_BY_FIELD -> {
                if (!isUntyped(type.name())) {
                    out.put("type", "object");
                }
            }
        }
        if (body.whole() && body.shape() == Type.Shape.STRUCT) {
            out.put("x-kubernetes-map-type", "atomic");
        }
        return out;
    }

    /** What may be something else than an object. */
    private static boolean isUntyped(String name) {
        return name.startsWith(DEFINITIONS + "JSON");
    }

    private static ObjectNode reference(Type type) {
        ObjectNode out = type.name().isEmpty() ? body(type) : Json.object().put("$ref", REF + type.name());
        Schemas.addUse(out, type.use());
        return out;
    }

    private static void scalar(ObjectNode out, String name, String scalar) {
        switch (scalar) {
            case "int32", "int64" -> out.put("type", "integer").put("format", scalar);
            case "byte", "date-time", "int-or-string" -> out.put("type", "string").put("format", scalar);
            case "number" -> out.put("type", "number").put("format", "double");
            case "quantity" -> out.put("type", "string");
            default -> {
                if (!isUntyped(name)) {
                    out.put("type", scalar);
                }
            }
        }
    }
}
