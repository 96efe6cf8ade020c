package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What kinds and the types that they consist of are called and look like, in the words of one version of OpenAPI. Thread-safe. */
final class Definitions {
    static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    static final String PATCH = META + "Patch";
    private static final String UNTYPED = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";

    private final BuiltInTypes types;
    private final Version version;

    /** Of OpenAPI. */
    enum Version {
        V2("#/definitions/"), V3("#/components/schemas/");

        private final String refs;

        Version(String refs) {
            this.refs = refs;
        }

        /** To something of this name, and nothing else. */
        ObjectNode ref(String name) {
            return Json.object().put("$ref", refs + name);
        }

        /** The name that a reference refers to. */
        String referred(String ref) {
            return ref.substring(refs.length());
        }

        /** A reference to which more can be added. */
        ObjectNode open(String name) {
            ObjectNode ref = ref(name);
            if (this == V2) {
                return ref;
            }
            ObjectNode out = Json.object();
            out.putArray("allOf").add(ref);
            return out;
        }

        /** What each object has. */
        void addTypeAndMetadata(ObjectNode schema) {
            ObjectNode properties = Json.child(schema, "properties");
            properties.putObject("apiVersion").put("type", "string");
            properties.putObject("kind").put("type", "string");
            properties.set("metadata", open(META + "ObjectMeta"));
        }
    }

    Definitions(BuiltInTypes types, Version version) {
        this.types = types;
        this.version = version;
    }

    Version version() {
        return version;
    }

    // ---- names

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

    /** A reference to what a resource, its list or one of its sub-resources is described by. */
    ObjectNode ref(ResourceType type, String kind) {
        return version.ref(nameOf(type, kind));
    }

    private String builtInName(String group, String kindVersion, String kind) {
        String name = types.ofKind(group, kindVersion, kind).name();
        if (!name.isEmpty()) {
            return name;
        }
        String first = group.isEmpty() ? "core" : group.split("\\.", 2)[0];
        return "io.k8s.api." + first + "." + kindVersion + "." + kind;
    }

    String listName(ResourceType type) {
        if (type.isCustom()) {
            return Schemas.customName(type, type.listKind());
        }
        String item = nameOf(type, type.kind());
        return item.substring(0, item.lastIndexOf('.') + 1) + type.listKind();
    }

    // ---- schemas

    ObjectNode list(ResourceType type) {
        ObjectNode out = Json.object().put("type", "object");
        out.putArray("required").add("items");
        ObjectNode properties = out.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("items").put("type", "array").set("items", ref(type, type.kind()));
        properties.putObject("kind").put("type", "string");
        ObjectNode metadata = version.open(META + "ListMeta");
        if (version == Version.V3 && !type.isCustom()) {
            metadata.putObject("default");
        }
        properties.set("metadata", metadata);
        Schemas.addKind(out, type.group(), type.version(), type.listKind());
        addSelectableFields(out, type);
        return out;
    }

    private static void addSelectableFields(ObjectNode out, ResourceType type) {
        if (type.isCustom() && !type.traits().fields().isEmpty()) {
            ArrayNode fields = out.putArray("x-kubernetes-selectable-fields");
            type.traits().fields().forEach(each -> fields.addObject().put("fieldPath", each));
        }
    }

    ObjectNode custom(ResourceType type, CustomVersion custom) {
        ObjectNode out = version == Version.V2 ? CustomSchemas.inV2(custom) : CustomSchemas.inV3(custom);
        Schemas.addKind(out, type.group(), type.version(), type.kind());
        addSelectableFields(out, type);
        return out;
    }

    /** A type of built-in kinds. */
    ObjectNode named(String name) {
        ObjectNode out = body(types.named(name));
        BuiltInTypes.Extensions told = types.extensions(name);
        if (told.unions() != null) {
            out.set("x-kubernetes-unions", told.unions());
        }
        List<String> kind = told.kind();
        if (!kind.isEmpty()) {
            Schemas.addKind(out, kind.get(0), kind.get(1), kind.get(2));
        }
        return out;
    }

    private ObjectNode body(Type type) {
        Type.Body body = type.body();
        ObjectNode out = Json.object();
        switch (body.shape()) {
            case STRUCT -> {
                out.put("type", "object");
                Schemas.addAll(out, "required", body.required());
                if (!body.fields().isEmpty()) {
                    ObjectNode properties = out.putObject("properties");
                    body.fields().forEach((name, field) -> properties.set(name, field(field)));
                }
            }
            case MAP -> out.put("type", "object").set("additionalProperties", element(type.element()));
            case LIST -> out.put("type", "array").set("items", element(type.element()));
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
        return name.startsWith(UNTYPED);
    }

    private ObjectNode element(Type type) {
        ObjectNode out = type.name().isEmpty() ? body(type) : version.ref(type.name());
        addUse(out, type.use());
        return out;
    }

    private ObjectNode field(Type type) {
        ObjectNode out = type.name().isEmpty() ? body(type) : version.open(type.name());
        addUse(out, type.use());
        if (version == Version.V3) {
            addDefault(out, type);
        }
        return out;
    }

    /** How a field is merged, and what it can be. */
    private static void addUse(ObjectNode field, Type.Use use) {
        Schemas.addAll(field, "x-kubernetes-list-map-keys", use.keys());
        Schemas.addAll(field, "enum", use.values());
        put(field, "x-kubernetes-list-type", use.listType());
        put(field, "x-kubernetes-map-type", use.mapType());
        put(field, "x-kubernetes-patch-merge-key", use.mergeKey());
        put(field, "x-kubernetes-patch-strategy", use.patchStrategy());
    }

    private static void put(ObjectNode out, String field, String value) {
        if (!value.isEmpty()) {
            out.put(field, value);
        }
    }

    /** What a field is when it is not given: what is told of it, or else what Go has then, where that is written. */
    private static void addDefault(ObjectNode out, Type type) {
        Type.Use use = type.use();
        if (use.fallback() != null) {
            out.set("default", use.fallback());
        } else if (!use.go().pointer()) {
            if (type.shape() == Type.Shape.STRUCT) {
                out.putObject("default");
            } else if (type.name().isEmpty() && type.body().scalar().equals("string") && !use.go().omitEmpty()) {
                out.put("default", "");
            }
        }
    }

    private void scalar(ObjectNode out, String name, String scalar) {
        switch (scalar) {
            case "int32", "int64" -> out.put("type", "integer").put("format", scalar);
            case "byte", "date-time" -> out.put("type", "string").put("format", scalar);
            case "number" -> out.put("type", "number").put("format", "double");
            case "int-or-string" -> {
                out.put("format", scalar);
                oneOf(out, "integer", "string");
            }
            case "quantity" -> oneOf(out, "string", "number");
            default -> {
                if (!isUntyped(name)) {
                    out.put("type", scalar);
                }
            }
        }
    }

    /** The second version can only say that it is a text. */
    private void oneOf(ObjectNode out, String first, String second) {
        if (version == Version.V2) {
            out.put("type", "string");
        } else {
            out.putArray("oneOf").add(Json.object().put("type", first)).add(Json.object().put("type", second));
        }
    }
}
