package dev.windlass.apiserver.internal.crd;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether a schema is structural: everything that it says of a field is said of one that has a type, outside of {@code allOf}, {@code anyOf}, {@code oneOf}
 * and {@code not}. One use each.
 */
final class StructuralChecks {
    private static final JsonNode INT_OR_STRING = Json.parse("[{\"type\":\"integer\"},{\"type\":\"string\"}]");
    private static final List<String> JUNCTORS = List.of("anyOf", "allOf", "oneOf");
    /** What may not be said inside of junctors, and how that is told. */
    private static final Map<String, String> FORBIDDEN = Map.ofEntries(
            Map.entry("type", "must be empty to be structural"), Map.entry("title", "must be empty to be structural"),
            Map.entry("description", "must be empty to be structural"),
            Map.entry("default", "must be undefined to be structural"),
            Map.entry("additionalProperties", "must be undefined to be structural"),
            Map.entry("nullable", "must be false to be structural"),
            Map.entry("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
            Map.entry("x-kubernetes-embedded-resource", "must be false to be structural"),
            Map.entry("x-kubernetes-int-or-string", "must be false to be structural"),
            Map.entry("x-kubernetes-list-map-keys", "must be empty to be structural"),
            Map.entry("x-kubernetes-list-type", "must be undefined to be structural"),
            Map.entry("x-kubernetes-map-type", "must be undefined to be structural"),
            Map.entry("x-kubernetes-validations", "must be empty to be structural"));
    private static final Set<String> UNSUPPORTED = Set.of("id", "$schema", "$ref", "patternProperties", "dependencies",
            "additionalItems", "definitions");

    private enum Level {
        ROOT("at the root"), ITEM("for specified array items"), FIELD("for specified object fields");

        private final String where;

        Level(String where) {
            this.where = where;
        }
    }

    private final List<FieldError> errors = new ArrayList<>();

    private StructuralChecks() {
    }

    static List<FieldError> check(JsonNode schema, String path) {
        StructuralChecks checks = new StructuralChecks();
        checks.invariants(schema, Level.ROOT, path);
        checks.completeness(schema, schema, path, path);
        return checks.errors.stream().sorted(Comparator.comparing(FieldError::message)).toList();
    }

    /**
     * Something that no structural schema can be made of, whatever else it says.
     *
     * @return null when there is nothing such
     */
    static @Nullable String unsupported(JsonNode schema) {
        List<String> found = new ArrayList<>();
        Schemas.forEach(schema, each -> {
            UNSUPPORTED.stream().filter(name -> isSet(each, name)).sorted()
                    .forEach(name -> found.add("OpenAPIV3Schema '" + (name.equals("$schema") ? "schema" : name)
                            + "' is not supported"));
            if (each.path("items").isArray()) {
                found.add("OpenAPIV3Schema 'items' must be a schema, but is an array");
            }
            if (each.path("x-kubernetes-preserve-unknown-fields").isBoolean()
                    && !Json.flag(each, true, "x-kubernetes-preserve-unknown-fields")) {
                found.add("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined");
            }
        });
        return found.isEmpty() ? null : found.getFirst();
    }

    private static boolean isSet(JsonNode schema, String name) {
        JsonNode value = schema.get(name);
        if (value == null || value.isNull()) {
            return false;
        }
        return switch (name) {
            case "id", "$schema", "$ref", "type", "title", "description" -> !value.asString("").isEmpty();
            case "nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
                    "x-kubernetes-int-or-string" ->
                value.booleanValue(false);
            case "additionalProperties" -> value.isObject() || value.booleanValue(false);
            case "x-kubernetes-list-map-keys", "x-kubernetes-validations", "patternProperties", "dependencies",
                    "definitions" ->
                !value.isEmpty();
            default -> true;
        };
    }

    private void required(String field, String detail) {
        errors.add(FieldError.required(field, detail));
    }

    private void forbidden(String field, String detail) {
        errors.add(FieldError.forbidden(field, detail));
    }

    private static String property(String path, String name) {
        return path + ".properties[" + name + "]";
    }

    private void invariants(JsonNode schema, Level level, String path) {
        String type = Json.textOrEmpty(schema, "type");
        JsonNode items = Json.find(schema, "items");
        if (type.equals("array") && items == null) {
            required(path + ".items", "must be specified");
        }
        if (items != null) {
            invariants(items, Level.ITEM, path + ".items");
        }
        JsonNode properties = schema.path("properties");
        properties.properties()
                .forEach(each -> invariants(each.getValue(), Level.FIELD, property(path, each.getKey())));
        JsonNode additional = Json.find(schema, "additionalProperties");
        if (additional != null) {
            if (level == Level.ROOT) {
                forbidden(path + ".additionalProperties", "must not be used at the root");
            }
            if (additional.isObject()) {
                invariants(additional, Level.FIELD, path + ".additionalProperties");
            }
        }
        extensions(schema, path);
        junctors(schema, level, path, isIntOrString(schema.get("anyOf")),
                isIntOrString(schema.path("allOf").path(0).get("anyOf")));
        boolean embedded = isSet(schema, "x-kubernetes-embedded-resource");
        type(schema, type, level, path);
        if (embedded && additional != null) {
            forbidden(path + ".additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            errors.add(FieldError.invalid(path + ".type", type, "must be object at the root"));
        }
        resource(properties, level, level == Level.ROOT || embedded, path);
        if (embedded && !isSet(schema, "x-kubernetes-preserve-unknown-fields") && properties.isEmpty()) {
            required(path + ".properties", "must not be empty if x-kubernetes-embedded-resource is true without"
                    + " x-kubernetes-preserve-unknown-fields");
        }
    }

    private void type(JsonNode schema, String type, Level level, String path) {
        if (isSet(schema, "x-kubernetes-embedded-resource") && !type.equals("object")) {
            String must = "must be object if x-kubernetes-embedded-resource is true";
            if (type.isEmpty()) {
                required(path + ".type", must);
            } else {
                errors.add(FieldError.invalid(path + ".type", type, must));
            }
        } else if (type.isEmpty() && !isSet(schema, "x-kubernetes-int-or-string")
                && !isSet(schema, "x-kubernetes-preserve-unknown-fields")) {
            required(path + ".type", "must not be empty " + level.where);
        }
    }

    /** Of type and metadata of a resource little can be said. */
    private void resource(JsonNode properties, Level level, boolean resource, String path) {
        for (String name : List.of("kind", "apiVersion")) {
            JsonNode property = properties.get(name);
            if (resource && property != null && !Json.textOrEmpty(property, "type").equals("string")) {
                errors.add(FieldError.invalid(property(path, name) + ".type", Json.textOrEmpty(property, "type"),
                        "must be string"));
            }
        }
        JsonNode metadata = properties.get("metadata");
        if (metadata == null) {
            return;
        }
        String at = property(path, "metadata");
        if (resource && !Json.textOrEmpty(metadata, "type").equals("object")) {
            errors.add(FieldError.invalid(at + ".type", Json.textOrEmpty(metadata, "type"), "must be object"));
        }
        if (level == Level.ROOT && saysMoreThanNames(metadata)) {
            forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly"
                    + " specified");
        }
    }

    private static boolean saysMoreThanNames(JsonNode metadata) {
        JsonNode properties = metadata.path("properties");
        boolean names = properties.propertyNames().stream().allMatch(Set.of("name", "generateName")::contains);
        ObjectNode rest = (ObjectNode) metadata.deepCopy();
        rest.remove(List.of("type", "default"));
        if (names) {
            rest.remove("properties");
        }
        return !rest.isEmpty();
    }

    private static boolean isIntOrString(@Nullable JsonNode alternatives) {
        return alternatives != null && Json.same(alternatives, INT_OR_STRING);
    }

    private void extensions(JsonNode schema, String path) {
        if (isSet(schema, "x-kubernetes-int-or-string")) {
            for (String name : List.of("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")) {
                if (isSet(schema, name)) {
                    errors.add(FieldError.invalid(path + "." + name, schema.get(name),
                            "must be false if x-kubernetes-int-or-string is true"));
                }
            }
        }
    }

    private void junctors(JsonNode schema, Level level, String path, boolean skipAnyOf, boolean skipFirstAllOf) {
        for (String name : JUNCTORS) {
            if (name.equals("anyOf") && skipAnyOf) {
                continue;
            }
            int index = 0;
            for (JsonNode each : schema.path(name)) {
                boolean skip = name.equals("allOf") && index == 0 && skipFirstAllOf;
                nested(each, level, path + "." + name + "[" + index++ + "]", skip);
            }
        }
        JsonNode not = Json.find(schema, "not");
        if (not != null) {
            nested(not, level, path + ".not", false);
        }
        String pattern = Json.textOrEmpty(schema, "pattern");
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            errors.add(FieldError.invalid(path + ".pattern", pattern,
                    "must be a valid regular expression, but isn't: " + e.getMessage()));
        }
    }

    private void nested(JsonNode schema, Level level, String path, boolean skipAnyOf) {
        junctors(schema, level, path, skipAnyOf, false);
        JsonNode items = Json.find(schema, "items");
        if (items != null) {
            nested(items, level, path + ".items", false);
        }
        schema.path("properties").properties()
                .forEach(each -> nested(each.getValue(), Level.FIELD, property(path, each.getKey()), false));
        FORBIDDEN.forEach((name, detail) -> {
            if (isSet(schema, name)) {
                forbidden(path + "." + name, detail);
            }
        });
        if (schema.path("properties").has("metadata")) {
            forbidden(property(path, "metadata"), "must not be specified in a nested context");
        }
    }

    /** What junctors speak of must be there outside of them. */
    private void completeness(JsonNode said, @Nullable JsonNode schema, String at, String from) {
        if (schema == null) {
            required(at, "because it is defined in " + from);
            return;
        }
        JsonNode not = Json.find(said, "not");
        if (not != null) {
            nestedCompleteness(not, schema, at, from + ".not");
        }
        for (String name : List.of("allOf", "anyOf", "oneOf")) {
            int index = 0;
            for (JsonNode each : said.path(name)) {
                nestedCompleteness(each, schema, at, from + "." + name + "[" + index++ + "]");
            }
        }
    }

    private void nestedCompleteness(JsonNode said, @Nullable JsonNode schema, String at, String from) {
        if (schema == null) {
            required(at, "because it is defined in " + from);
            return;
        }
        completeness(said, schema, at, from);
        JsonNode items = Json.find(said, "items");
        if (items != null) {
            nestedCompleteness(items, Json.find(schema, "items"), at + ".items", from + ".items");
        }
        said.path("properties").properties().forEach(each -> nestedCompleteness(each.getValue(),
                schema.path("properties").get(each.getKey()), property(at, each.getKey()),
                property(from, each.getKey())));
    }
}
