package dev.windlass.apiserver.internal.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.windlass.apiserver.internal.json.GoText;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks a custom resource against its structural schema and words what it finds as the real server does. One use each; not thread-safe. */
public final class SchemaValidation {
    private static final Set<String> TYPE_AND_METADATA = Set.of("apiVersion", "kind", "metadata");

    private static final double MOST_EXACT = (1L << 53) - 1;
    private static final double EPSILON = 1e-9;

    private final List<FieldError> errors = new ArrayList<>();
    private int looks;

    /** Of the part that is checked, when that is not the whole object. */
    private final String root;

    private SchemaValidation(String root) {
        this.root = root;
    }

    /** @param old what the object was; null when it is new. What has not been changed is not held against the schema. */
    public static List<FieldError> validate(ObjectNode object, @Nullable ObjectNode old, ObjectNode schema) {
        SchemaValidation validation = new SchemaValidation("");
        validation.check("", object, old, schema, true);
        return validation.errors;
    }

    /** Checks a change of the status alone: messages name fields as if it were the whole. */
    public static List<FieldError> validateStatus(ObjectNode object, ObjectNode old, ObjectNode schema) {
        SchemaValidation validation = new SchemaValidation("status");
        JsonNode status = object.get("status");
        JsonNode statusSchema = schema.path("properties").get("status");
        if (status != null && statusSchema != null) {
            validation.check("", status, old.get("status"), statusSchema, false);
        }
        return validation.errors;
    }

    /** Checks a value inside of an object. */
    public static List<FieldError> validate(String path, JsonNode value, JsonNode schema) {
        List<FieldError> errors = of(path, value, schema, "").errors;
        errors.addAll(ListTypes.problems(path, value, schema));
        return errors;
    }

    private static SchemaValidation of(String path, JsonNode value, JsonNode schema, String root) {
        SchemaValidation validation = new SchemaValidation(root);
        validation.check(path, value, null, schema, false);
        return validation;
    }

    /** A value of the wrong type is held against all the rest, too. */
    private void check(String path, JsonNode value, @Nullable JsonNode old, JsonNode schema, boolean resource) {
        if (old != null && Json.same(value, old)) {
            return;
        }
        looks += looks(value, schema);
        checkType(path, value, schema);
        if (!value.isNull()) {
            checkCombinations(path, value, schema);
        }
        if (value.isString()) {
            checkString(path, value.stringValue(), value, schema);
        } else if (value.isNumber()) {
            checkNumber(path, value, schema);
        } else if (value instanceof ArrayNode array) {
            checkArray(path, array, old, schema);
        }
        checkEnum(path, value, schema);
        if (value instanceof ObjectNode object) {
            checkObject(path, object, old, schema,
                    resource || Json.flag(schema, false, "x-kubernetes-embedded-resource"));
        }
    }

    private void checkType(String path, JsonNode value, JsonNode schema) {
        List<String> wanted = typesOf(schema);
        if (wanted.isEmpty()) {
            return;
        }
        if (value.isNull()) {
            if (!Json.flag(schema, false, "nullable")) {
                typeError(path, String.join(",", wanted), "null");
            }
            return;
        }
        String found = typeOf(value);
        boolean right = wanted.contains(found)
                || (found.equals("number") && wanted.contains("integer") && isWhole(value.doubleValue()))
                || (found.equals("integer") && wanted.contains("number"));
        String format = formatOf(schema);
        if (!right && !format.isEmpty() && !value.isString() && !value.isArray()) {
            typeError(path, format, sizeOf(value));
        } else if (!right && (format.isEmpty() || wanted.contains("integer") || wanted.contains("number"))) {
            typeError(path, String.join(",", wanted), found);
        }
    }

    private static List<String> typesOf(JsonNode schema) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            return List.of("integer", "string");
        }
        String type = Json.textOrEmpty(schema, "type");
        return type.isEmpty() ? List.of() : List.of(type);
    }

    /** Empty when there is none, or none that the type could have. */
    private static String formatOf(JsonNode schema) {
        String format = Json.textOrEmpty(schema, "format");
        return !format.isEmpty() && Formats.isKnown(Json.textOrEmpty(schema, "type"), format) ? format : "";
    }

    private void typeError(String path, String wanted, String found) {
        String shown = GoText.quoted(found);
        errors.add(FieldError.type(shown(path), shown, path + " in body must be of type " + wanted + ": " + shown));
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> Json.isLong(value) ? "integer" : "number";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }

    private static String sizeOf(JsonNode value) {
        return !value.isNumber() ? "" : Json.isLong(value) ? "int64" : "float64";
    }

    /** Whether a number with a fraction or an exponent is an integer that is exact in all clients. */
    private static boolean isWhole(double number) {
        double whole = Math.rint(number);
        return Math.abs(number) <= MOST_EXACT && Math.abs(number - whole) <= EPSILON * Math.abs(whole);
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

    /** A fraction is as good as the integer towards zero. */
    private static boolean same(JsonNode allowed, JsonNode value) {
        if (allowed.isNumber() && value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return allowed.decimalValue()
                    .compareTo(Json.isLong(allowed) ? new BigDecimal(number.toBigInteger()) : number) == 0;
        }
        return allowed.equals(value);
    }

    private void checkString(String path, String text, JsonNode value, JsonNode schema) {
        int length = text.codePointCount(0, text.length());
        long most = Json.number(schema, Long.MAX_VALUE, "maxLength");
        long least = Json.number(schema, 0, "minLength");
        String pattern = Json.text(schema, "pattern");
        if (length > most) {
            errors.add(FieldError.tooLong(shown(path), (int) most));
        } else if (length < least) {
            invalid(path, value, "should be at least " + least + " chars long");
        } else if (pattern != null && !found(pattern, text)) {
            invalid(path, value, "should match '" + pattern + "'");
        }
        String format = Json.text(schema, "format");
        if (format != null && !Formats.accepts(format, text)) {
            String shown = GoText.quoted(text);
            errors.add(FieldError.type(shown(path), shown,
                    path + " in body must be of type " + format + ": " + shown));
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
        checkRange("Checked", path, value, schema);
        JsonNode factor = schema.get("multipleOf");
        if (factor != null) {
            checkRange("MultipleOf", path, factor, schema);
            if (!isMultiple(value, factor)) {
                invalid(path, value, "should be a multiple of " + Json.string(factor));
            }
        }
        JsonNode least = schema.get("minimum");
        if (least != null) {
            checkRange("Minimum boundary", path, least, schema);
            int order = number.compareTo(least.decimalValue());
            boolean exclusive = Json.flag(schema, false, "exclusiveMinimum");
            if (order < 0 || (order == 0 && exclusive)) {
                invalid(path, value,
                        "should be greater than " + (exclusive ? "" : "or equal to ") + Json.string(least));
            }
        }
        JsonNode most = schema.get("maximum");
        if (most != null) {
            checkRange("Maximum boundary", path, most, schema);
            int order = number.compareTo(most.decimalValue());
            boolean exclusive = Json.flag(schema, false, "exclusiveMaximum");
            if (order > 0 || (order == 0 && exclusive)) {
                invalid(path, value, "should be less than " + (exclusive ? "" : "or equal to ") + Json.string(most));
            }
        }
    }

    /** Of what has a fraction or an exponent in doubles, as the real server does. */
    private static boolean isMultiple(JsonNode value, JsonNode factor) {
        if (factor.decimalValue().signum() == 0) {
            return false;
        }
        return Json.isLong(value)
                ? value.decimalValue().remainder(factor.decimalValue()).signum() == 0
                : isWhole(value.doubleValue() / factor.doubleValue());
    }

    /** Holds a number against the size of its type. */
    private void checkRange(String what, String path, JsonNode number, JsonNode schema) {
        List<String> types = typesOf(schema);
        String format = formatOf(schema);
        boolean fits = types.equals(List.of("integer"))
                ? fits(number.decimalValue(), format.equals("int32") ? 31 : 63)
                : !(types.equals(List.of("number")) && format.equals("float"))
                        || Float.isFinite((float) number.doubleValue());
        if (!fits) {
            nameless(what + " value must be of type " + types.getFirst()
                    + (format.isEmpty() ? " (default format) in " : " with format " + format + " in ") + path);
        }
    }

    private static boolean fits(BigDecimal number, int bits) {
        return number.stripTrailingZeros().scale() <= 0 && number.toBigInteger().bitLength() <= bits;
    }

    private void checkArray(String path, ArrayNode array, @Nullable JsonNode old, JsonNode schema) {
        JsonNode items = schema.get("items");
        if (items != null) {
            for (int i = 0; i < array.size(); i++) {
                check(path + "[" + i + "]", array.get(i), Correlation.item(array.get(i), old, schema), items, false);
            }
        }
        long least = Json.number(schema, 0, "minItems");
        if (array.size() < least) {
            invalid(path, array.numberNode(array.size()), "should have at least " + least + " items");
        }
        long most = Json.number(schema, Long.MAX_VALUE, "maxItems");
        if (array.size() > most) {
            errors.add(FieldError.tooMany(shown(path), array.size(), (int) most));
        }
        if (Json.flag(schema, false, "uniqueItems") && new HashSet<>(items(array)).size() < array.size()) {
            invalid(path, array, "shouldn't contain duplicates");
        }
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
            invalid(path, object.numberNode(object.size()), "should have at least " + least + " properties");
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
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.stringValue())) {
                errors.add(FieldError.required(shown(child(path, required.stringValue())), ""));
            }
        }
    }

    private void checkCombinations(String path, JsonNode value, JsonNode schema) {
        if (schema.get("anyOf") instanceof ArrayNode any) {
            List<SchemaValidation> tried = tried(path, value, any);
            SchemaValidation right = tried.stream().filter(SchemaValidation::isRight).findFirst().orElse(null);
            if (right == null) {
                combination(path, "must validate at least one schema (anyOf)");
            }
            add(right == null ? nearest(tried) : right);
        }
        if (schema.get("oneOf") instanceof ArrayNode one) {
            List<SchemaValidation> tried = tried(path, value, one);
            List<SchemaValidation> right = tried.stream().filter(SchemaValidation::isRight).toList();
            if (right.size() != 1) {
                combination(path, "must validate one and only one schema (oneOf). " + (right.isEmpty()
                        ? "Found none valid"
                        : "Found " + right.size() + " valid alternatives"));
            }
            if (right.size() < 2) {
                add(right.isEmpty() ? nearest(tried) : right.getFirst());
            }
        }
        if (schema.get("allOf") instanceof ArrayNode all) {
            List<SchemaValidation> tried = tried(path, value, all);
            tried.forEach(this::add);
            if (!tried.stream().allMatch(SchemaValidation::isRight)) {
                combination(path, "must validate all the schemas (allOf)"
                        + (tried.stream().noneMatch(SchemaValidation::isRight) ? ". None validated" : ""));
            }
        }
        JsonNode not = schema.get("not");
        if (not != null && of(path, value, not, root).isRight()) {
            combination(path, "must not validate the schema (not)");
        }
    }

    private List<SchemaValidation> tried(String path, JsonNode value, ArrayNode schemas) {
        List<SchemaValidation> tried = new ArrayList<>();
        for (JsonNode each : schemas) {
            tried.add(of(path, value, each, root));
        }
        return tried;
    }

    private boolean isRight() {
        return errors.isEmpty();
    }

    /** The one in which most has been looked at, as the real server tells. */
    private static SchemaValidation nearest(List<SchemaValidation> tried) {
        return tried.stream().reduce((one, other) -> other.looks > one.looks ? other : one).orElseThrow();
    }

    private void add(SchemaValidation part) {
        errors.addAll(part.errors);
        looks += part.looks;
    }

    /**
     * What the real server counts when it looks at a value, besides what is in it: its type and the combinations twice, the values that are allowed and the
     * schema once, and what there is for a kind of value.
     */
    private static int looks(JsonNode value, JsonNode schema) {
        if (value.isNull()) {
            return 1;
        }
        boolean typed = !typesOf(schema).isEmpty() || schema.has("format");
        int ofKind = switch (value.getNodeType()) {
            case NUMBER, ARRAY -> 2;
            case OBJECT -> 1;
            case STRING -> Formats.isKnown("string", Json.textOrEmpty(schema, "format")) ? 2 : 1;
            default -> 0;
        };
        return (typed ? 6 : 4) + ofKind;
    }

    private void invalid(String path, @Nullable JsonNode value, String what) {
        errors.add(FieldError.invalid(shown(path), value, path + " in body " + what));
    }

    private void combination(String path, String what) {
        nameless(GoText.quoted(path) + " " + what);
    }

    /** Of these the real server does not say in their place where they are. */
    private void nameless(String what) {
        errors.add(FieldError.invalid(root.isEmpty() ? "<nil>" : root, "", what));
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private String shown(String path) {
        String whole = path.isEmpty() ? root : root.isEmpty() ? path : root + "." + path;
        return whole.isEmpty() ? "<nil>" : whole;
    }
}
