package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.FieldPaths;
import dev.windlass.apiserver.internal.schema.SchemaPruning;
import dev.windlass.apiserver.internal.schema.SchemaValidation;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with the schema of a definition. One use each. */
final class SchemaChecks {
    private static final Set<String> META = Set.of("metadata", "kind", "apiVersion");
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> REASONS = List.of("FieldValueDuplicate", "FieldValueForbidden",
            "FieldValueInvalid", "FieldValueRequired");
    /** What the root may say when the status is a resource of its own, by the names that the real server tells. */
    private static final List<String> ROOT_SHOWN = List.of("Description", "Type", "Format", "Title", "Maximum",
            "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength", "MinLength", "Pattern", "MaxItems",
            "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties", "ExternalDocs", "Example",
            "XPreserveUnknownFields", "XValidations");
    private static final Map<String, String> UNSUPPORTED = Map.of("additionalItems", "additionalItems is not supported",
            "patternProperties", "patternProperties is not supported", "definitions", "definitions is not supported",
            "dependencies", "dependencies is not supported", "$ref", "$ref is not supported", "id",
            "id is not supported");

    private final List<FieldError> errors = new ArrayList<>();

    /**
     * Where in a schema we are.
     *
     * @param noDefaults
     *            why there may be no defaults, null when there may
     * @param meta
     *            inside type or metadata of a resource
     */
    private record Place(String path, @Nullable String noDefaults, boolean meta) {
        Place at(String newPath) {
            return new Place(newPath, noDefaults, meta);
        }
    }

    private SchemaChecks() {
    }

    static List<FieldError> check(ObjectNode schema, boolean status, boolean structural, String at) {
        SchemaChecks checks = new SchemaChecks();
        String path = at + ".openAPIV3Schema";
        if (status) {
            checks.checkRoot(schema, path);
        }
        if (Json.flag(schema, false, "nullable")) {
            checks.errors.add(FieldError.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        String unsupported = structural ? StructuralChecks.unsupported(schema) : null;
        if (structural && unsupported == null) {
            List<FieldError> found = StructuralChecks.check(schema, path);
            if (found.isEmpty()) {
                checks.checkDefaults(schema, path, true);
            }
            checks.errors.addAll(found);
        }
        checks.visit(schema, new Place(path, null, false), true);
        if (checks.errors.isEmpty() && unsupported != null) {
            checks.errors.add(FieldError.invalid(path, "", unsupported));
        }
        if (checks.errors.isEmpty() && structural) {
            RuleChecks.check(schema, path, checks.errors);
        }
        return checks.errors;
    }

    private void checkRoot(ObjectNode schema, String path) {
        for (Map.Entry<String, JsonNode> each : GoPrint.schema(schema).properties()) {
            JsonNode value = each.getValue();
            boolean unset = value.isNull() || (value.isString() && value.stringValue().isEmpty())
                    || (value.isBoolean() && !value.booleanValue());
            if (unset) {
                continue;
            }
            if (each.getKey().equals("Type")) {
                if (!value.stringValue("").equals("object")) {
                    errors.add(FieldError.invalid(path + ".type", value,
                            "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
                    return;
                }
            } else if (!ROOT_SHOWN.contains(each.getKey())) {
                errors.add(FieldError.invalid(path, GoPrint.schema(schema), "only [" + String.join(" ", ROOT_SHOWN)
                        + "] fields are allowed at the root of the schema if the status subresource is enabled"));
                return;
            }
        }
    }

    /** Defaults must be what the schema accepts. */
    private void checkDefaults(JsonNode schema, String path, boolean resource) {
        boolean embedded = resource || Json.flag(schema, false, "x-kubernetes-embedded-resource");
        JsonNode fallback = Json.find(schema, "default");
        if (fallback != null) {
            List<String> unknown = new ArrayList<>();
            SchemaPruning.prune(fallback.deepCopy(), schema, unknown);
            if (!unknown.isEmpty()) {
                errors.add(FieldError.invalid(path + ".default", fallback, "must not have unknown fields"));
            }
            if (embedded && fallback.isObject()) {
                for (String name : List.of("apiVersion", "kind")) {
                    if (Json.textOrEmpty(fallback, name).isEmpty()) {
                        errors.add(FieldError.required(path + ".default." + name, ""));
                    }
                }
            }
            SchemaValidation.validate("", fallback, schema).forEach(each -> errors.add(new FieldError(each.reason(),
                    path + ".default" + below(each.field()), each.body())));
        }
        JsonNode items = Json.find(schema, "items");
        if (items != null) {
            checkDefaults(items, path + ".items", false);
        }
        for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
            if (!(embedded && META.contains(each.getKey()))) {
                checkDefaults(each.getValue(), path + ".properties[" + each.getKey() + "]", false);
            }
        }
    }

    private static String below(String field) {
        if (field.equals("<nil>")) {
            return "";
        }
        return field.startsWith("[") ? field : "." + field;
    }

    private void visit(JsonNode schema, Place place, boolean root) {
        String path = place.path();
        checkKeywords(schema, place);
        if (Json.flag(schema, false, "uniqueItems")) {
            errors.add(FieldError.forbidden(path + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
        JsonNode properties = schema.path("properties");
        JsonNode additional = Json.find(schema, "additionalProperties");
        if (additional != null) {
            if (!properties.isEmpty() && (additional.isObject() || !additional.booleanValue(false))) {
                errors.add(FieldError.forbidden(path + ".additionalProperties",
                        "additionalProperties and properties are mutual exclusive"));
            }
            Place inside = place.meta()
                    ? new Place(path + ".additionalProperties",
                            "inside additionalProperties applying to object metadata",
                            true)
                    : place.at(path + ".additionalProperties");
            if (additional.isObject()) {
                visit(additional, inside, false);
            }
        }
        boolean embedded = Json.flag(schema, false, "x-kubernetes-embedded-resource");
        for (Map.Entry<String, JsonNode> each : properties.properties()) {
            boolean meta = (root || embedded) && META.contains(each.getKey());
            visit(each.getValue(), new Place(path + ".properties[" + each.getKey() + "]",
                    meta && root ? "in top-level " + each.getKey() : place.noDefaults(), place.meta() || meta), false);
        }
        visitJunctors(schema, place);
        JsonNode items = Json.find(schema, "items");
        if (items != null && items.isObject()) {
            visit(items, place.at(path + ".items"), false);
        }
        if (schema.path("x-kubernetes-preserve-unknown-fields").isBoolean()
                && !Json.flag(schema, false, "x-kubernetes-preserve-unknown-fields")) {
            errors.add(FieldError.invalid(path + ".x-kubernetes-preserve-unknown-fields",
                    schema.get("x-kubernetes-preserve-unknown-fields"), "must be true or undefined"));
        }
        ListChecks.check(schema, path, errors);
        checkRules(schema, path);
    }

    private void visitJunctors(JsonNode schema, Place place) {
        JsonNode not = Json.find(schema, "not");
        if (not != null) {
            visit(not, place.at(place.path() + ".not"), false);
        }
        for (String name : List.of("allOf", "oneOf", "anyOf")) {
            int index = 0;
            for (JsonNode each : schema.path(name)) {
                visit(each, place.at(place.path() + "." + name + "[" + index++ + "]"), false);
            }
        }
    }

    private void checkKeywords(JsonNode schema, Place place) {
        String path = place.path();
        String type = Json.textOrEmpty(schema, "type");
        if (!type.isEmpty() && !TYPES.contains(type)) {
            errors.add(FieldError.notSupported(path + ".type", type, TYPES));
        }
        if (schema.hasNonNull("default") && place.noDefaults() != null) {
            errors.add(FieldError.forbidden(path + ".default", "must not be set " + place.noDefaults()));
        }
        UNSUPPORTED.forEach((name, detail) -> {
            JsonNode value = schema.get(name);
            boolean none = value != null && value.isObject() && value.isEmpty() && !name.equals("dependencies");
            if (value != null && !value.isNull() && !none
                    && !(value.isString() && value.stringValue().isEmpty())) {
                errors.add(FieldError.forbidden(path + "." + name, detail));
            }
        });
        if (type.equals("null")) {
            errors.add(FieldError.forbidden(path + ".type",
                    "type cannot be set to null, use nullable as an alternative"));
        }
        if (schema.path("items").isArray()) {
            errors.add(FieldError.forbidden(path + ".items", "items must be a schema object and not an array"));
        }
        if (place.meta() && Json.flag(schema, false, "x-kubernetes-embedded-resource")) {
            errors.add(FieldError.forbidden(path + ".x-kubernetes-embedded-resource",
                    "must not be used inside of resource meta"));
        }
    }

    private void checkRules(JsonNode schema, String path) {
        int index = 0;
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            checkRule(schema, rule, path + ".x-kubernetes-validations[" + index++ + "]");
        }
    }

    private void checkRule(JsonNode schema, JsonNode rule, String at) {
        String expression = GoText.trimmed(Json.textOrEmpty(rule, "rule"));
        String message = Json.textOrEmpty(rule, "message");
        if (expression.isEmpty()) {
            errors.add(FieldError.required(at + ".rule", "rule is not specified"));
        } else if (!message.isEmpty() && GoText.isBlank(message)) {
            errors.add(FieldError.invalid(at + ".message", message, "must be non-empty if specified"));
        } else if (hasBreaks(GoText.trimmed(message))) {
            errors.add(FieldError.invalid(at + ".message", message, "must not contain line breaks"));
        } else if (hasBreaks(expression) && GoText.isBlank(message)) {
            errors.add(FieldError.required(at + ".message",
                    "message must be specified if rule contains line breaks"));
        }
        String messageExpression = Json.textOrEmpty(rule, "messageExpression");
        if (!messageExpression.isEmpty() && GoText.isBlank(messageExpression)) {
            errors.add(FieldError.required(at + ".messageExpression",
                    "messageExpression must be non-empty if specified"));
        }
        String reason = Json.text(rule, "reason");
        if (reason != null && !REASONS.contains(reason)) {
            errors.add(FieldError.notSupported(at + ".reason", rule.get("reason"), REASONS));
        }
        String fieldPath = Json.textOrEmpty(rule, "fieldPath");
        if (fieldPath.isEmpty()) {
            return;
        }
        if (GoText.isBlank(fieldPath)) {
            errors.add(FieldError.invalid(at + ".fieldPath", fieldPath, "must be non-empty if specified"));
        }
        if (hasBreaks(fieldPath)) {
            errors.add(FieldError.invalid(at + ".fieldPath", fieldPath, "must not contain line breaks"));
        }
        try {
            FieldPaths.follow(fieldPath, schema, true);
        } catch (IllegalArgumentException _) {
            errors.add(FieldError.invalid(at + ".fieldPath", fieldPath, "must be a valid path"));
        }
    }

    private static boolean hasBreaks(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }
}
