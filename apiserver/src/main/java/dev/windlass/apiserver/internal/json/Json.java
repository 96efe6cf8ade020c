package dev.windlass.apiserver.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** JSON and YAML to trees and back. Stateless. */
public final class Json {
    /** Loaded with the first YAML. */
    private static final class Yaml {
        private static final YAMLMapper MAPPER = YAMLMapper.builder().build();
    }

    private Json() {
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /**
     * Parses JSON.
     *
     * @throws tools.jackson.core.JacksonException when it is none
     */
    public static JsonNode parse(byte[] json) {
        return Trees.read(json);
    }

    public static JsonNode parse(String json) {
        return Trees.read(json);
    }

    /**
     * Parses YAML, of which JSON is a part.
     *
     * @throws MalformedYamlException when it is none
     */
    public static JsonNode parseYaml(byte[] yaml) {
        return GoYaml.read(new String(yaml, StandardCharsets.UTF_8));
    }

    /**
     * Parses a stream of YAML documents.
     *
     * @throws MalformedYamlException when it is none
     */
    public static List<JsonNode> parseYamlStream(String yaml) {
        return GoYaml.readAll(yaml);
    }

    public static String yaml(JsonNode node) {
        return Yaml.MAPPER.writeValueAsString(node);
    }

    public static byte[] bytes(JsonNode node) {
        return Trees.bytes(node);
    }

    public static String string(JsonNode node) {
        return Trees.string(node);
    }

    public static String string(String text) {
        return string(JsonNodeFactory.instance.stringNode(text));
    }

    /** As Go writes it: so that it can stand in HTML. */
    public static String stringInGo(JsonNode node) {
        return string(node).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
                .replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    /** The same with a line for each field and item, one space further in than what it is in. */
    public static String indentedInGo(JsonNode node) {
        String compact = stringInGo(node);
        StringBuilder out = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < compact.length(); i++) {
            char c = compact.charAt(i);
            if (quoted || c == '"') {
                quoted = quoted ? c != '"' : true;
                out.append(c);
                if (quoted && c == '\\') {
                    out.append(compact.charAt(++i));
                }
                continue;
            }
            boolean opens = c == '{' || c == '[';
            boolean closes = c == '}' || c == ']';
            boolean empty = closes && compact.charAt(i - 1) == (c == '}' ? '{' : '[');
            depth += opens ? 1 : closes ? -1 : 0;
            if (closes && !empty) {
                newLine(out, depth);
            }
            out.append(c);
            char next = i + 1 < compact.length() ? compact.charAt(i + 1) : ' ';
            if (c == ',' || (opens && next != '}' && next != ']')) {
                newLine(out, depth);
            } else if (c == ':') {
                out.append(' ');
            }
        }
        return out.toString();
    }

    private static void newLine(StringBuilder out, int depth) {
        out.append('\n').repeat(' ', depth);
    }

    /** A copy with the fields of objects by name, as Go writes what it knows nothing of. */
    public static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode out = object();
            object.properties().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(each -> out.set(each.getKey(), sorted(each.getValue())));
            return out;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode out = array();
            list.forEach(each -> out.add(sorted(each)));
            return out;
        }
        return node;
    }

    /** The first byte that is not white space, or 0. */
    public static byte firstByte(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        return 0;
    }

    public static @Nullable JsonNode find(@Nullable JsonNode node, String... path) {
        JsonNode current = node;
        for (String step : path) {
            if (current == null) {
                return null;
            }
            current = current.get(step);
        }
        return (current == null || current.isNull()) ? null : current;
    }

    /** The string at a path; null when there is none, or something else. */
    public static @Nullable String text(@Nullable JsonNode node, String... path) {
        JsonNode found = find(node, path);
        return (found != null && found.isString()) ? found.stringValue() : null;
    }

    /** The string at a path, or "". */
    public static String textOrEmpty(@Nullable JsonNode node, String... path) {
        String found = text(node, path);
        return found == null ? "" : found;
    }

    public static long number(@Nullable JsonNode node, long fallback, String... path) {
        JsonNode found = find(node, path);
        if (found == null || !found.isNumber()) {
            return fallback;
        }
        return found.isIntegralNumber() && found.canConvertToLong() ? found.longValue() : (long) found.doubleValue();
    }

    /** A list of texts. */
    public static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    public static boolean flag(@Nullable JsonNode node, boolean fallback, String... path) {
        JsonNode found = find(node, path);
        return (found != null && found.isBoolean()) ? found.booleanValue() : fallback;
    }

    public static @Nullable ObjectNode objectAt(@Nullable JsonNode node, String... path) {
        return find(node, path) instanceof ObjectNode object ? object : null;
    }

    public static @Nullable ArrayNode arrayAt(@Nullable JsonNode node, String... path) {
        return find(node, path) instanceof ArrayNode array ? array : null;
    }

    /** Lets an object have the members of another one, and no others. They are not copied. */
    public static void become(ObjectNode object, ObjectNode other) {
        object.removeAll();
        object.setAll(other);
    }

    /** Gives one object what the other has under a name, or takes it away. The value is not copied: both have it. */
    public static void share(String field, ObjectNode from, ObjectNode to) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }

    /** The object under a name, made when it is missing or something else. */
    public static ObjectNode child(ObjectNode parent, String name) {
        if (parent.get(name) instanceof ObjectNode object) {
            return object;
        }
        return parent.putObject(name);
    }

    /** A map of a built-in kind with nothing in it, which is not the same as an empty struct. */
    public static ObjectNode emptyMap() {
        return new EmptyMap();
    }

    /** Whether two trees say the same: numbers by value, fields in any order. */
    public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        return same(a, b, Json::sameNumber);
    }

    /** Whether two trees say the same of an object of a built-in kind: nothing, null and an empty list or map are alike. */
    public static boolean alike(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (isNothing(a) && isNothing(b)) {
            return true;
        }
        if (a instanceof ObjectNode left && b instanceof ObjectNode right) {
            return Stream.concat(left.propertyStream(), right.propertyStream()).map(Map.Entry::getKey).distinct()
                    .allMatch(field -> alike(left.get(field), right.get(field)));
        }
        if (a instanceof ArrayNode left && b instanceof ArrayNode right) {
            return left.size() == right.size()
                    && IntStream.range(0, left.size()).allMatch(i -> alike(left.get(i), right.get(i)));
        }
        return same(a, b);
    }

    private static boolean isNothing(@Nullable JsonNode value) {
        return value == null || value.isNull() || value.isMissingNode()
                || (value.isEmpty() && (value.isArray() || value instanceof EmptyMap));
    }

    /** Whether two trees are the same in Go, which reads an integer and a fraction as different things, also where they say the same. */
    public static boolean sameInGo(@Nullable JsonNode a, @Nullable JsonNode b) {
        return same(a, b, (x, y) -> x.isIntegralNumber() == y.isIntegralNumber() && sameNumber(x, y));
    }

    private static boolean same(@Nullable JsonNode a, @Nullable JsonNode b, BiPredicate<JsonNode, JsonNode> numbers) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        if (a instanceof ObjectNode left && b instanceof ObjectNode right) {
            if (left.size() != right.size()) {
                return false;
            }
            for (Map.Entry<String, JsonNode> field : left.properties()) {
                if (!same(field.getValue(), right.get(field.getKey()), numbers)) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof ArrayNode left && b instanceof ArrayNode right) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!same(left.get(i), right.get(i), numbers)) {
                    return false;
                }
            }
            return true;
        }
        boolean both = a.isNumber() && b.isNumber();
        return both ? numbers.test(a, b) : a.equals(b);
    }

    private static boolean sameNumber(JsonNode a, JsonNode b) {
        boolean whole = isLong(a) && isLong(b);
        return whole
                ? a.longValue() == b.longValue()
                : a.decimalValue().compareTo(b.decimalValue()) == 0;
    }

    /** Whether a value is an integer that fits into 64 bits. */
    public static boolean isLong(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong();
    }

    /** What Go calls the type of a value. */
    public static String goKind(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case ARRAY -> "array";
            default -> "object";
        };
    }
}
