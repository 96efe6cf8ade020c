package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The types of a server's OpenAPI document, and values of them that are made at random: plausible ones for the most part. */
final class Schemas {
    private static final int DEEPEST = 3;
    private static final List<String> WORDS = List.of("a", "web", "b.example.com", "x/y", "example.com/z", "1", "10%",
            "Bad_Word", "", "/a/b", "10.1.2.3", "2001:db8::1", "10.0.0.0/8", "100m", "1Gi", "TCP", "True", "Always",
            "2020-01-01T00:00:00Z", "*", "kubernetes.io/x");
    private static final List<String> QUANTITIES = List.of("1", "100m", "1Gi", "0", "-1", "1.5", "x", "1e3", "0.5n");
    private static final List<Integer> NUMBERS = List.of(0, 1, 2, 5, 80, 100, -1, 70_000);

    private final JsonNode definitions;
    private final Random random;

    Schemas(JsonNode document, Random random) {
        this.definitions = document.path("definitions");
        this.random = random;
    }

    JsonNode of(String apiVersion, String kind) {
        String group = apiVersion.contains("/") ? apiVersion.replaceFirst("/.*", "") : "";
        String version = apiVersion.replaceFirst(".*/", "");
        for (JsonNode type : definitions) {
            for (JsonNode each : type.path("x-kubernetes-group-version-kind")) {
                if (each.path("group").asString("").equals(group) && each.path("version").asString("").equals(version)
                        && each.path("kind").asString("").equals(kind)) {
                    return type;
                }
            }
        }
        throw new IllegalArgumentException("the document has no " + kind + " of " + apiVersion);
    }

    /** What is said of a field, where a list or a map is passed through to what it holds; missing when nothing is. */
    JsonNode field(JsonNode type, String name) {
        JsonNode at = resolved(type);
        if (at.path("type").asString("").equals("array")) {
            return resolved(at.path("items"));
        }
        JsonNode field = at.path("properties").path(name);
        if (field.isMissingNode()) {
            field = at.path("additionalProperties");
        }
        return resolved(field);
    }

    List<String> fields(JsonNode type) {
        return new ArrayList<>(resolved(type).path("properties").properties().stream().map(Map.Entry::getKey).toList());
    }

    private JsonNode resolved(JsonNode type) {
        JsonNode reference = type.path("$ref");
        if (reference.isMissingNode() && type.path("allOf").size() == 1) {
            reference = type.path("allOf").path(0).path("$ref");
        }
        return reference.isMissingNode()
                ? type
                : definitions.path(reference.stringValue().replaceFirst("#/definitions/", ""));
    }

    JsonNode value(JsonNode type) {
        return value(type, 0);
    }

    private JsonNode value(JsonNode unresolved, int depth) {
        String reference = unresolved.path("$ref").asString(unresolved.path("allOf").path(0).path("$ref").asString(""));
        if (reference.endsWith("resource.Quantity")) {
            return text(any(QUANTITIES));
        }
        if (reference.endsWith("IntOrString")) {
            return random.nextBoolean() ? number() : text(any(WORDS));
        }
        JsonNode type = resolved(unresolved);
        return switch (type.path("type").asString("object")) {
            case "string" -> text(string(type));
            case "integer", "number" -> number();
            case "boolean" -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
            case "array" -> list(type, depth);
            default -> object(type, depth);
        };
    }

    private String string(JsonNode type) {
        if (type.path("enum").size() > 0 && random.nextInt(8) > 0) {
            return type.path("enum").get(random.nextInt(type.path("enum").size())).asString();
        }
        return switch (type.path("format").asString("")) {
            case "date-time" -> random.nextInt(6) > 0 ? "2020-01-0" + (1 + random.nextInt(9)) + "T00:00:00Z" : "soon";
            case "byte" -> random.nextInt(6) > 0 ? "YQ==" : "?";
            default -> any(WORDS);
        };
    }

    private ArrayNode list(JsonNode type, int depth) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = random.nextInt(3); i > 0; i--) {
            list.add(value(type.path("items"), depth + 1));
        }
        return list;
    }

    private ObjectNode object(JsonNode type, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (type.has("additionalProperties")) {
            for (int i = random.nextInt(3); i > 0; i--) {
                object.set(any(WORDS), value(type.path("additionalProperties"), depth + 1));
            }
            return object;
        }
        List<String> fields = fields(type);
        fields.removeAll(List.of("metadata", "kind", "apiVersion"));
        int most = depth >= DEEPEST ? 1 : 3;
        for (int i = Math.min(fields.size(), 1 + random.nextInt(most)); i > 0; i--) {
            String name = any(fields);
            object.set(name, value(type.path("properties").path(name), depth + 1));
        }
        type.path("required").forEach(each -> {
            String name = each.asString();
            if (!object.has(name) && random.nextInt(8) > 0) {
                object.set(name, value(type.path("properties").path(name), depth + 1));
            }
        });
        return object;
    }

    private JsonNode number() {
        return JsonNodeFactory.instance.numberNode(any(NUMBERS));
    }

    private static JsonNode text(String text) {
        return JsonNodeFactory.instance.stringNode(text);
    }

    /** One of some. */
    <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
