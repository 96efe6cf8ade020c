package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What keeps a configuration from being merged by its type, in the words of the real server. It tells all of it, too, but the fields of an object in any
 * order.
 */
public final class TypedProblems {
    /** Of these the types say only that they are scalars. */
    private static final Set<String> ANY_SCALAR = Set.of("quantity", "date-time");

    private final List<String> found = new ArrayList<>();

    private TypedProblems() {
    }

    /** What is wrong with a configuration: what its type does not know, or has as something else. */
    public static List<String> in(ObjectNode configuration, Type type) {
        TypedProblems problems = new TypedProblems();
        problems.check(configuration, type, "");
        return problems.found;
    }

    private void check(JsonNode value, Type type, String path) {
        if (value.isNull()) {
            return;
        }
        switch (type.shape()) {
            case STRUCT, MAP -> fields(value, type, path);
            case LIST -> items(value, type, path);
            case SCALAR -> scalar(value, type, path);
            case ANY_WHOLE, ANY_BY_FIELD -> {
                // anything is right
            }
        }
    }

    private void fields(JsonNode value, Type type, String path) {
        if (!(value instanceof ObjectNode object)) {
            say(path, "expected map, got " + shown(value));
            return;
        }
        boolean closed = type.shape() == Type.Shape.STRUCT && type.body().element() == null;
        for (String name : new TreeSet<>(object.propertyNames())) {
            if (closed && !type.declares(name)) {
                say(path + "." + name, "field not declared in schema");
                return; // nor does the real server look at what comes after it
            }
            check(object.path(name), type.field(name), path + "." + name);
        }
    }

    private void items(JsonNode value, Type type, String path) {
        if (!(value instanceof ArrayNode list)) {
            say(path, "expected list, got " + shown(value));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode item = list.get(i);
            if (type.isWhole()) {
                check(item, type.element(), path + "[" + i + "]");
                continue;
            }
            String problem = type.use().listType().equals("set") ? setProblem(item) : keyProblem(item, type);
            if (problem != null) {
                say(path, "element " + i + ": " + problem);
                return; // nothing can be said of what comes after it
            }
            String step = Steps.readable(Steps.item(item, type));
            if (!seen.add(step)) {
                say(path, "duplicate entries for key " + step);
            }
            check(item, type.element(), path + step);
        }
    }

    private static @Nullable String setProblem(JsonNode item) {
        if (item.isObject()) {
            return "associative list without keys has an element that's a map type";
        }
        if (item.isArray()) {
            return "not supported: associative list with lists as elements";
        }
        return item.isNull() ? "associative list without keys has an element that's an explicit null" : null;
    }

    private static @Nullable String keyProblem(JsonNode item, Type list) {
        if (item.isNull()) {
            return "associative list with keys may not have a null element";
        }
        if (!item.isObject()) {
            return "associative list with keys may not have non-map elements";
        }
        List<String> keys = list.use().keys();
        // In built-in types, which have names, each key has a default.
        boolean named = !list.element().name().isEmpty() || keys.stream()
                .anyMatch(key -> item.has(key) || list.element().field(key).use().fallback() != null);
        return named
                ? null
                : "associative list with keys has an element that omits all key fields "
                        + keys.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"))
                        + " (and doesn't have default values for any key fields)";
    }

    private void scalar(JsonNode value, Type type, String path) {
        String scalar = type.body().scalar();
        if (scalar.equals("int-or-string")) {
            return; // may be anything for now
        }
        switch (scalar) {
            case "int32", "int64", "integer", "number" -> {
                if (!value.isNumber()) {
                    say(path, "expected numeric (int or float), got " + kind(value));
                }
            }
            case "boolean" -> {
                if (!value.isBoolean()) {
                    say(path, "expected boolean, got " + shown(value));
                }
            }
            default -> {
                if (ANY_SCALAR.contains(scalar) ? value.isContainer() : !value.isString()) {
                    say(path, ANY_SCALAR.contains(scalar)
                            ? "expected any scalar, got " + shown(value)
                            : "expected string, got &value.valueUnstructured{Value:" + syntax(value) + "}");
                }
            }
        }
    }

    private void say(String path, String problem) {
        found.add(path + ": " + problem);
    }

    private static String shown(JsonNode value) {
        return "&{" + GoText.of(value) + "}";
    }

    private static String kind(JsonNode value) {
        return value.isObject()
                ? "map[string]interface {}"
                : value.isArray() ? "[]interface {}" : value.isBoolean() ? "bool" : "string";
    }

    /** A value as Go's syntax has it. */
    private static String syntax(JsonNode value) {
        if (value instanceof ObjectNode object) {
            Map<String, String> sorted = new TreeMap<>();
            object.properties().forEach(field -> sorted.put(field.getKey(), syntax(field.getValue())));
            return sorted.entrySet().stream().map(each -> GoText.quoted(each.getKey()) + ":" + each.getValue())
                    .collect(Collectors.joining(", ", "map[string]interface {}{", "}"));
        }
        if (value.isArray()) {
            return value.values().stream().map(TypedProblems::syntax)
                    .collect(Collectors.joining(", ", "[]interface {}{", "}"));
        }
        return value.isNull()
                ? "interface {}(nil)"
                : value.isString() ? GoText.quoted(value.stringValue()) : GoText.of(value);
    }
}
