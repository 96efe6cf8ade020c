package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads an object of a built-in kind as Go would: nulls are as good as missing, unknown fields are dropped and told, and what has the wrong type is an error.
 * One use each; not thread-safe.
 */
public final class TypeCheck {
    private static final String SCHEMA = "JSONSchemaProps";

    private final boolean converting;
    private final List<String> unknown = new ArrayList<>();
    private @Nullable String mismatch;
    private @Nullable String end;
    private boolean inSchema;

    public TypeCheck() {
        this(false);
    }

    private TypeCheck(boolean converting) {
        this.converting = converting;
    }

    /** Reads what Go has read before without knowing what it is, as it is with patches, and now converts. */
    public static TypeCheck ofConversion() {
        return new TypeCheck(true);
    }

    public boolean isConversion() {
        return converting;
    }

    /** Checks an object and changes it. */
    public void read(ObjectNode object, Type type, String kind) {
        struct(object, type, "", "", kind);
    }

    /** The paths of what was unknown. */
    public List<String> unknown() {
        return unknown;
    }

    /** What has the wrong type, in Go's words; null when nothing has. */
    public @Nullable String mismatch() {
        return end == null ? mismatch : end;
    }

    private void struct(ObjectNode object, Type type, String path, String goPath, String structName) {
        for (String name : fields(object, type)) {
            JsonNode value = object.get(name);
            if (!type.declares(name)) {
                object.remove(name);
                if (!inSchema) {
                    unknown.add(join(path, name));
                }
            } else if (value.isNull() || isNoSchema(value, type.field(name))) {
                object.remove(name);
            } else {
                Type declared = type.field(name);
                if (converting) {
                    value = GoConversion.numberFor(value, declared);
                    object.set(name, value);
                }
                String goName = declared.use().go().embedded() + name;
                value(value, declared, join(path, name), join(goPath, goName), structName);
            }
        }
    }

    /** In the order in which they came, or when it converts in that of the struct: it decides which error is told. */
    private List<String> fields(ObjectNode object, Type type) {
        List<String> names = new ArrayList<>(object.propertyNames());
        if (converting) {
            List<String> declared = List.copyOf(type.body().fields().keySet());
            names.sort(Comparator.comparingInt(declared::indexOf));
        }
        return names;
    }

    private void value(JsonNode value, Type type, String path, String goPath, String structName) {
        Type.Body body = type.body();
        switch (body.shape()) {
            case STRUCT -> {
                if (value instanceof ObjectNode object) {
                    struct(object, type, path, goPath, shortName(type, structName));
                } else {
                    wrong(value, type, structName, goPath, goType(type));
                }
            }
            case MAP -> map(value, type, path, goPath, structName);
            case LIST -> list(value, type, path, goPath, structName);
            case SCALAR -> scalar(value, type, structName, goPath);
            case ANY_WHOLE, ANY_BY_FIELD -> {
                if (body.element() != null) {
                    schemaOr(value, type, path, goPath);
                } // anything else is right
            }
        }
    }

    /** What is neither a schema nor several of them is read over. */
    private static boolean isNoSchema(JsonNode value, Type type) {
        return type.name().endsWith("OrArray") && (!value.isContainer() || value.isEmpty()) && !value.isObject();
    }

    /** Go reads these by themselves: it says nothing of unknown fields, and knows no other struct than the one around them. */
    private void schemaOr(JsonNode value, Type type, String path, String goPath) {
        if (converting) {
            TypeCheck reader = new TypeCheck();
            reader.schemaOr(value, type, "", "");
            say(reader.mismatch());
            return;
        }
        String before = mismatch;
        mismatch = null;
        boolean outermost = !inSchema;
        inSchema = true;
        if (value instanceof ObjectNode || (value.isArray() && type.name().endsWith("OrArray"))) {
            for (JsonNode schema : value.isArray() ? value : List.of(value)) {
                value(schema, type.element(), path, goPath, SCHEMA);
            }
        } else if (type.name().endsWith("OrBool") && !value.isBoolean()) {
            say("boolean or JSON schema expected");
        }
        inSchema = !outermost;
        stop(mismatch);
        mismatch = before;
    }

    private void map(JsonNode value, Type type, String path, String goPath, String structName) {
        if (!(value instanceof ObjectNode object)) {
            wrong(value, type, structName, goPath, goType(type));
            return;
        }
        Type.GoField item = type.use().go().item();
        Type element = item.type().isEmpty() ? type.element() : type.element().with(type.element().use().with(item));
        for (Map.Entry<String, JsonNode> entry : new ArrayList<>(object.properties())) {
            if (entry.getValue().isNull()) {
                // Go reads a null as the zero value.
                switch (type.element().body().scalar()) {
                    case "string", "byte" -> object.put(entry.getKey(), "");
                    case "quantity" -> object.put(entry.getKey(), "0");
                    default -> {
                        if (type.element().shape() == Type.Shape.STRUCT) {
                            object.putObject(entry.getKey());
                        } else {
                            object.remove(entry.getKey());
                        }
                    }
                }
            } else if (element.body().scalar().equals("byte") && isBytes(entry.getValue())) {
                object.put(entry.getKey(), base64(entry.getValue()));
            } else {
                // What is converted is told without its key.
                value(entry.getValue(), element, converting ? path : join(path, entry.getKey()), goPath, structName);
            }
        }
    }

    /** Bytes may be told one by one. */
    private static boolean isBytes(JsonNode value) {
        return value.isArray() && value.valueStream()
                .allMatch(each -> each.isIntegralNumber() && each.canConvertToInt() && (each.intValue() & ~0xff) == 0);
    }

    private static String base64(JsonNode list) {
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) list.get(i).intValue();
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void list(JsonNode value, Type type, String path, String goPath, String structName) {
        if (!(value instanceof ArrayNode array)) {
            wrong(value, type, structName, goPath, goType(type));
            return;
        }
        Type.GoField item = type.use().go().item();
        Type element = item.type().isEmpty() ? type.element() : type.element().with(type.element().use().with(item));
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i).isNull()) {
                continue; // as good as empty
            }
            if (converting) {
                array.set(i, GoConversion.numberFor(array.get(i), element));
            }
            value(array.get(i), element, path + "[" + i + "]", goPath, structName);
        }
    }

    private void scalar(JsonNode value, Type type, String structName, String goPath) {
        switch (type.body().scalar()) {
            case "quantity" -> stop(Quantity.problem(value.isContainer() ? "{" : value.asString()));
            case "date-time" -> time(value, type, structName, goPath);
            case "byte" -> {
                if (value.isString()) {
                    String problem = GoValues.base64Problem(value.stringValue());
                    say(problem != null && converting ? "error decoding from json: " + problem : problem);
                } else {
                    bytes(value, type, structName, goPath);
                }
            }
            case "int-or-string" -> {
                if (!value.isString() && !(value.isIntegralNumber() && value.canConvertToInt())) {
                    stop(problem(value, type, structName, goPath, "int32"));
                }
            }
            default -> {
                if (!fits(value, type.body().scalar())) {
                    wrong(value, type, structName, goPath, goType(type));
                }
            }
        }
    }

    /** What is told neither as a text nor byte by byte. */
    private void bytes(JsonNode value, Type type, String structName, String goPath) {
        if (!converting && value.isArray()) {
            value.valueStream().filter(each -> !each.isNumber()).findFirst()
                    .ifPresent(each -> wrong(each, type, structName, goPath, "uint8"));
        }
        wrong(value, type, structName, goPath, goType(type));
    }

    private static boolean fits(JsonNode value, String scalar) {
        return switch (scalar) {
            case "string" -> value.isString();
            case "int32" -> value.isIntegralNumber() && value.canConvertToInt();
            case "int64" -> Json.isLong(value);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> true;
        };
    }

    private void time(JsonNode value, Type type, String structName, String goPath) {
        if (!value.isString()) {
            stop(problem(value, type, structName, goPath, "string"));
            return;
        }
        stop(GoValues.timeProblem(value.stringValue(), type.name().endsWith(".MicroTime")));
    }

    private void say(@Nullable String problem) {
        if (mismatch == null) {
            mismatch = problem;
        }
    }

    /** What a type says that reads itself ends the reading, and counts more than what has been wrong before; what is converted ends at once in any case. */
    private void stop(@Nullable String problem) {
        if (converting) {
            say(problem);
        } else if (end == null) {
            end = problem;
        }
    }

    private void wrong(JsonNode value, Type type, String structName, String goPath, String wanted) {
        say(problem(value, type, structName, goPath, wanted));
    }

    private String problem(JsonNode value, Type type, String structName, String goPath, String wanted) {
        return converting
                ? GoConversion.mismatch(value, type, goType(type))
                : "json: cannot unmarshal " + found(value, wanted) + " into Go struct field " + structName + "."
                        + goPath + " of type " + wanted;
    }

    private static String found(JsonNode value, String wanted) {
        return Json.goKind(value) + (value.isNumber() && wanted.startsWith("int") ? " " + Json.string(value) : "");
    }

    private static String goType(Type type) {
        String said = type.use().go().type();
        if (!said.isEmpty()) {
            return said;
        }
        return switch (type.shape()) {
            case LIST -> "[]" + goType(type.element());
            case MAP -> "map[string]" + goType(type.element());
            case SCALAR -> goScalar(type.body().scalar());
            default -> qualifiedName(type);
        };
    }

    /** A type's name with its package, as Go shows it: {@code v1.PodSpec}. */
    private static String qualifiedName(Type type) {
        int last = type.name().lastIndexOf('.');
        return type.name().substring(type.name().lastIndexOf('.', last - 1) + 1);
    }

    private static String goScalar(String scalar) {
        return switch (scalar) {
            case "boolean" -> "bool";
            case "number" -> "float64";
            case "byte" -> "[]uint8";
            case "date-time" -> "v1.Time";
            case "quantity" -> "resource.Quantity";
            case "int-or-string" -> "intstr.IntOrString";
            default -> scalar;
        };
    }

    private String shortName(Type type, String fallback) {
        if (inSchema) {
            return SCHEMA;
        }
        return type.name().isEmpty() ? fallback : type.name().substring(type.name().lastIndexOf('.') + 1);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
