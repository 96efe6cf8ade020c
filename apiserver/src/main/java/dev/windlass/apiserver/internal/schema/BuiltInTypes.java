package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The types of built-in kinds, as a real kube-apiserver describes them. The file is read once, a type when it is asked for. Thread-safe. */
public final class BuiltInTypes {
    private static final String OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    /** Three types of a definition: a schema, or else a list of them, of texts, or a flag. */
    private static final String SCHEMA_OR = ".JSONSchemaPropsOr";

    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, String> byKind = new LinkedHashMap<>();
    private final Map<String, Type.Body> bodies = new ConcurrentHashMap<>();

    private BuiltInTypes() {
    }

    public static BuiltInTypes read() {
        BuiltInTypes types = new BuiltInTypes();
        ResourceLines.forEach(BuiltInTypes.class, "types.jsonl", types::add);
        return types;
    }

    private void add(String line) {
        int nameEnd = line.indexOf('"', 2);
        String name = line.substring(2, nameEnd);
        lines.put(name, line);
        int gvk = line.lastIndexOf("\"gvk\":[");
        if (gvk >= 0) {
            byKind.put(line.substring(gvk + 7, line.indexOf(']', gvk)), name);
        }
    }

    /**
     * The type of a kind.
     *
     * @return unknown when there is none
     */
    public Type ofKind(String group, String version, String kind) {
        String name = byKind.get("\"" + group + "\",\"" + version + "\",\"" + kind + "\"");
        return name == null ? Type.unknown() : named(name);
    }

    public Type objectMeta() {
        return named(OBJECT_META);
    }

    /** A type by its name. */
    public Type named(String name) {
        return new Type(() -> body(name), Type.Use.PLAIN, name);
    }

    public List<String> names() {
        return new ArrayList<>(lines.keySet());
    }

    /**
     * What the documents of Kubernetes say of a type beside its structure.
     *
     * @param kind
     *            its group, version and kind; empty when it is no kind
     * @param unions
     *            the fields of which one is to be set; null when nothing is said of them
     */
    public record Extensions(List<String> kind, @Nullable JsonNode unions) {
    }

    public Extensions extensions(String name) {
        JsonNode description = described(name);
        return new Extensions(Json.texts(description.path("gvk")), description.get("u"));
    }

    private JsonNode described(String name) {
        String line = lines.get(name);
        if (line == null) {
            throw new IllegalStateException(
                    "type " + name + " is referred to but not in types.jsonl: run extract-structure.py again");
        }
        return Json.parse(line).get(1);
    }

    private Type.Body body(String name) {
        Type.Body known = bodies.get(name);
        if (known != null) {
            return known;
        }
        Type.Body read = readBody(described(name));
        int or = name.indexOf(SCHEMA_OR);
        if (or >= 0) {
            Type schema = named(name.substring(0, or) + SCHEMA_OR.replace("Or", ""));
            read = new Type.Body(read.shape(), "", Map.of(), List.of(), schema, read.whole());
        }
        bodies.put(name, read);
        return read;
    }

    private Type.Body readBody(JsonNode description) {
        JsonNode is = description.get("is");
        if (is != null) {
            return read(is).body();
        }
        Map<String, Type> fields = new LinkedHashMap<>();
        JsonNode go = description.path("g");
        description.path("f").properties().forEach(field -> {
            Type type = read(field.getValue());
            String said = Json.text(go, field.getKey());
            fields.put(field.getKey(),
                    said == null ? type : type.with(type.use().with(Type.GoField.parse(said))));
        });
        return new Type.Body(Type.Shape.STRUCT, "", fields, Json.texts(description.path("r")), null,
                Json.flag(description, false, "a"));
    }

    private Type read(JsonNode ref) {
        if (ref.isString()) {
            String text = ref.stringValue();
            if (text.startsWith("@")) {
                return named(text.substring(1));
            }
            return text.equals("any") ? Type.opaque() : Type.scalar(text);
        }
        Type base;
        if (ref.has("list")) {
            base = new Type(new Type.Body(Type.Shape.LIST, "", Map.of(), List.of(), read(ref.get("list")), false),
                    Type.Use.PLAIN);
        } else if (ref.has("map")) {
            base = new Type(new Type.Body(Type.Shape.MAP, "", Map.of(), List.of(), read(ref.get("map")), false),
                    Type.Use.PLAIN);
        } else {
            base = read(ref.get("ref"));
        }
        return base.with(new Type.Use(Json.textOrEmpty(ref, "t"), Json.texts(ref.path("k")),
                Json.textOrEmpty(ref, "mt"),
                Json.textOrEmpty(ref, "ps"), Json.textOrEmpty(ref, "pk"), Json.texts(ref.path("e")), ref.get("d"),
                Type.GoField.PLAIN));
    }
}
