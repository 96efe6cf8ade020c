package dev.windlass.apiserver.internal.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks a custom resource against its structural schema and words what it finds as the real server does. One use each; not thread-safe. */
public final class SchemaValidation {
    private static final Set<String> TYPE_AND_METADATA = Set.of("apiVersion", "kind", "metadata");

    private final List<FieldError> errors = new ArrayList<>();

    private SchemaValidation() {
    }

    /** @param old what the object was; null when it is new. What has not been changed is not held against the schema. */
    public static List<FieldError> validate(ObjectNode object, @Nullable ObjectNode old, ObjectNode schema) {
        SchemaValidation validation = new SchemaValidation();
        validation.check("", object, old, schema, true);
        return validation.errors;
    }

    /** Checks a value inside of an object. */
    public static List<FieldError> validate(String path, JsonNode value, JsonNode schema) {
        return of(path, value, schema);
    }

    private static List<FieldError> of(String path, JsonNode value, JsonNode schema) {
        SchemaValidation validation = new SchemaValidation();
        validation.check(path, value, null, schema, false);
        return validation.errors;
    }

    private void check(String path, JsonNode value, @Nullable JsonNode old, JsonNode schema, boolean resource) {
        if (old != null && Json.same(value, old)) {
            return;
        }
        if (value.isNull() && Json.flag(schema, false, "nullable")) {
            return;
        }
        if (!checkType(path, value, schema)) {
            return;
        }
        checkEnum(path, value, schema);
        if (value.isString()) {
            checkString(path, value.stringValue(), value, schema);
        } else if (value.isNumber()) {
            checkNumber(path, value, schema);
        } else if (value.isArray()) {
            checkArray(path, value, old, schema);
        } else if (value instanceof ObjectNode object) {
            checkObject(path, object, old, schema,
                    resource || Json.flag(schema, false, "x-kubernetes-embedded-resource"));
        }
        checkCombinations(path, value, schema);
    }

    private boolean checkType(String path, JsonNode value, JsonNode schema) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            if (value.isString() || isInteger(value)) {
                return true;
            }
            typeError(path, value, "integer,string");
            return false;
        }
        String wanted = Json.text(schema, "type");
        if (wanted == null) {
            return true;
        }
        boolean right = switch (wanted) {
            case "string" -> value.isString();
            case "integer" -> isInteger(value);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> true;
        };
        if (!right) {
            typeError(path, value, wanted);
        }
        return right;
    }

    private void typeError(String path, JsonNode value, String wanted) {
        String found = FieldError.quote(typeOf(value));
        errors.add(
                FieldError.type(shown(path), found, name(path) + " in body must be of type " + wanted + ": " + found));
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> isInteger(value) ? "integer" : "number";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }

    private static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber() || (value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue()));
    }

    private void checkEnum(String path, JsonNode value, JsonNode schema) {
        JsonNode allowed = schema.get("enum");
        if (allowed == null) {
            return;
        }
        List<String> names = new ArrayList<>();
        for (JsonNode each : allowed) {
            if (same(each, value)) {
                return;
            }
            names.add(each.isString() ? each.stringValue() : Json.string(each));
        }
        errors.add(FieldError.notSupported(shown(path), value, names));
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.equals(b) || (a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0);
    }

    private void checkString(String path, String text, JsonNode value, JsonNode schema) {
        int length = text.codePointCount(0, text.length());
        long most = Json.number(schema, Long.MAX_VALUE, "maxLength");
        if (length > most) {
            errors.add(FieldError.tooLong(shown(path), (int) most));
        }
        long least = Json.number(schema, 0, "minLength");
        if (length < least) {
            invalid(path, value, "should be at least " + least + " chars long");
        }
        String pattern = Json.text(schema, "pattern");
        if (pattern != null && !found(pattern, text)) {
            invalid(path, value, "should match '" + pattern + "'");
        }
        String format = Json.text(schema, "format");
        if (format != null && !Formats.accepts(format, text)) {
            String shown = FieldError.quote(text);
            errors.add(FieldError.type(shown(path), shown,
                    name(path) + " in body must be of type " + format + ": " + shown));
        }
    }

    private static boolean found(String pattern, String text) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException _) {
            // Definitions with such a pattern are refused; refusing every value of an older one would be worse than letting it pass.
            return true;
        }
    }

    private void checkNumber(String path, JsonNode value, JsonNode schema) {
        BigDecimal number = value.decimalValue();
        JsonNode most = schema.get("maximum");
        if (most != null) {
            int order = number.compareTo(most.decimalValue());
            boolean exclusive = Json.flag(schema, false, "exclusiveMaximum");
            if (order > 0 || (order == 0 && exclusive)) {
                invalid(path, value, "should be less than " + (exclusive ? "" : "or equal to ") + Json.string(most));
            }
        }
        JsonNode least = schema.get("minimum");
        if (least != null) {
            int order = number.compareTo(least.decimalValue());
            boolean exclusive = Json.flag(schema, false, "exclusiveMinimum");
            if (order < 0 || (order == 0 && exclusive)) {
                invalid(path, value,
                        "should be greater than " + (exclusive ? "" : "or equal to ") + Json.string(least));
            }
        }
        JsonNode factor = schema.get("multipleOf");
        if (factor != null && (factor.decimalValue().signum() == 0
                || number.remainder(factor.decimalValue()).signum() != 0)) {
            invalid(path, value, "should be a multiple of " + Json.string(factor));
        }
        checkIntegerFormat(path, value, schema);
    }

    private void checkIntegerFormat(String path, JsonNode value, JsonNode schema) {
        String format = Json.text(schema, "format");
        if ("int32".equals(format) && value.isIntegralNumber() && !value.canConvertToInt()) {
            invalid(path, value, "Checked value must be of type integer with format int32");
        }
    }

    private void checkArray(String path, JsonNode array, @Nullable JsonNode old, JsonNode schema) {
        long most = Json.number(schema, Long.MAX_VALUE, "maxItems");
        if (array.size() > most) {
            errors.add(FieldError.tooMany(shown(path), array.size(), (int) most));
        }
        long least = Json.number(schema, 0, "minItems");
        if (array.size() < least) {
            invalid(path, array, "should have at least " + least + " items");
        }
        if (Json.flag(schema, false, "uniqueItems") && new HashSet<>(items(array)).size() < array.size()) {
            invalid(path, array, "shouldn't contain duplicates");
        }
        checkListType(path, array, schema);
        JsonNode items = schema.get("items");
        if (items != null) {
            for (int i = 0; i < array.size(); i++) {
                check(path + "[" + i + "]", array.get(i), Correlation.item(array.get(i), old, schema), items, false);
            }
        }
    }

    private void checkListType(String path, JsonNode array, JsonNode schema) {
        String type = Json.textOrEmpty(schema, "x-kubernetes-list-type");
        if (!type.equals("set") && !type.equals("map")) {
            return;
        }
        Set<JsonNode> seen = new HashSet<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode key = type.equals("set") ? array.get(i) : keyOf(array.get(i), schema);
            if (!seen.add(key)) {
                errors.add(FieldError.duplicate(shown(path + "[" + i + "]"), key));
            }
        }
    }

    private static JsonNode keyOf(JsonNode item, JsonNode schema) {
        ObjectNode key = Json.object();
        for (JsonNode name : schema.path("x-kubernetes-list-map-keys")) {
            JsonNode value = item.get(name.stringValue());
            if (value != null) {
                key.set(name.stringValue(), value);
            }
        }
        return key;
    }

    private static List<JsonNode> items(JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        return items;
    }

    private void checkObject(String path, ObjectNode object, @Nullable JsonNode old, JsonNode schema,
            boolean resource) {
        long most = Json.number(schema, Long.MAX_VALUE, "maxProperties");
        if (object.size() > most) {
            errors.add(FieldError.tooMany(shown(path), object.size(), (int) most));
        }
        long least = Json.number(schema, 0, "minProperties");
        if (object.size() < least) {
            invalid(path, object, "should have at least " + least + " properties");
        }
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.stringValue())) {
                errors.add(FieldError.required(child(path, required.stringValue()), ""));
            }
        }
        JsonNode properties = schema.path("properties");
        JsonNode additional = schema.get("additionalProperties");
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (resource && TYPE_AND_METADATA.contains(field.getKey())) {
                continue;
            }
            JsonNode property = properties.get(field.getKey());
            if (property == null && additional instanceof ObjectNode) {
                property = additional;
            }
            if (property != null) {
                JsonNode before = old == null ? null : old.get(field.getKey());
                check(child(path, field.getKey()), field.getValue(), before, property, false);
            }
        }
    }

    private void checkCombinations(String path, JsonNode value, JsonNode schema) {
        JsonNode all = schema.get("allOf");
        if (all != null) {
            boolean failed = false;
            for (JsonNode each : all) {
                List<FieldError> found = of(path, value, each);
                failed |= !found.isEmpty();
                errors.addAll(found);
            }
            if (failed) {
                combination(path, "must validate all the schemas (allOf)");
            }
        }
        JsonNode any = schema.get("anyOf");
        if (any != null && count(path, value, any) == 0) {
            combination(path, "must validate at least one schema (anyOf)");
            errors.addAll(of(path, value, any.get(0)));
        }
        JsonNode one = schema.get("oneOf");
        if (one != null) {
            int matching = count(path, value, one);
            if (matching != 1) {
                combination(path, "must validate one and only one schema (oneOf). "
                        + (matching == 0 ? "Found none valid" : "Found " + matching + " valid alternatives"));
            }
            if (matching == 0) {
                errors.addAll(of(path, value, one.get(0)));
            }
        }
        JsonNode not = schema.get("not");
        if (not != null && of(path, value, not).isEmpty()) {
            combination(path, "must not validate the schema (not)");
        }
    }

    private static int count(String path, JsonNode value, JsonNode schemas) {
        int matching = 0;
        for (JsonNode each : schemas) {
            if (of(path, value, each).isEmpty()) {
                matching++;
            }
        }
        return matching;
    }

    private void invalid(String path, @Nullable JsonNode value, String what) {
        errors.add(FieldError.invalid(shown(path), value, name(path) + " in body " + what));
    }

    /** Of these the real server does not say in their place where they are. */
    private void combination(String path, String what) {
        errors.add(FieldError.invalid("<nil>", "", FieldError.quote(path) + " " + what));
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String shown(String path) {
        return path.isEmpty() ? "<nil>" : path;
    }

    private static String name(String path) {
        return path;
    }
}
