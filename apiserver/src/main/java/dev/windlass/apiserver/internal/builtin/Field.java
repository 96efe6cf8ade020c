package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * One field of an object that is checked: its value, where it is, and the list of what is wrong. What is said of it comes in the order in which it is asked.
 *
 * @param value
 *            missing when it is not set
 * @param path
 *            where it is told to be
 * @param place
 *            where it is
 */
record Field(JsonNode value, String path, String place, List<FieldError> errors) {
    private static final String IMMUTABLE = "field is immutable";
    private static final int MAX_PORT = 65_535;
    /** The whole of an object; its fields have no prefix. */
    static Field of(@Nullable JsonNode object, List<FieldError> errors) {
        return new Field(object == null ? MissingNode.getInstance() : object, "", "", errors);
    }

    Field at(String... names) {
        JsonNode node = value;
        StringBuilder at = new StringBuilder();
        for (String name : names) {
            node = node.path(name);
            at.append('.').append(name);
        }
        return inside(node, at.toString());
    }

    /** The entry of a map. */
    Field key(String name) {
        return inside(value.path(name), "[" + name + "]");
    }

    private Field inside(JsonNode node, String at) {
        String newPath = append(path, at);
        return new Field(node, newPath, place.equals(path) ? newPath : append(place, at), errors);
    }

    private static String append(String path, String at) {
        return path.isEmpty() && at.startsWith(".") ? at.substring(1) : path + at;
    }

    /** The same place, with the empty text where there is nothing. */
    static Field textAt(Field field) {
        return field.with(Json.object().stringNode(field.text()));
    }

    /** The same value, told to be elsewhere. */
    Field as(String otherPath) {
        return new Field(value, otherPath, place, errors);
    }

    /** Another value in its place. */
    Field with(JsonNode other) {
        return new Field(other, path, place, errors);
    }

    List<Field> items() {
        List<Field> items = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            items.add(inside(value.path(i), "[" + i + "]"));
        }
        return items;
    }

    boolean isSet() {
        return !value.isMissingNode() && !value.isNull();
    }

    /** Not set, or a text, list or map in which nothing is. */
    boolean isEmpty() {
        return !isSet() || (value.isString() ? value.stringValue().isEmpty() : value.isContainer() && value.isEmpty());
    }

    String text() {
        return value.asString("");
    }

    /** Whether it is set to true. */
    boolean flag() {
        return value.asBoolean(false);
    }

    long number() {
        return value.isNumber() ? value.decimalValue().longValue() : 0;
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.asString("")));
        return texts;
    }

    void invalid(String detail) {
        invalid(value.isMissingNode() ? null : value, detail);
    }

    /** @param shown instead of the value of the field */
    void invalid(@Nullable JsonNode shown, String detail) {
        errors.add(FieldError.invalid(path, shown, detail).of(place));
    }

    /** @param inside one of its fields, of which it is told */
    void invalid(Field inside, String detail) {
        errors.add(FieldError.invalid(inside.path, value, detail).of(place));
    }

    void invalid(String shown, String detail) {
        errors.add(FieldError.invalid(path, shown, detail));
    }

    /** A text of a type of its own, or one that may be missing. */
    void invalidAsJson(String shown, String detail) {
        errors.add(FieldError.invalidAsJson(path, shown, detail));
    }

    void forbidden(String detail) {
        errors.add(FieldError.forbidden(path, detail));
    }

    /** It must not have been changed, and what has been is shown. */
    void changed(String detail, JsonNode before, JsonNode after) {
        changed(detail, before, after, UnaryOperator.identity());
    }

    /** @param part what is compared of the values, when they are in the form of the real server */
    void changed(String detail, JsonNode before, JsonNode after, UnaryOperator<JsonNode> part) {
        errors.add(FieldError.changed(path, detail, before, after, part).of(place));
    }

    void required(String detail) {
        errors.add(FieldError.required(path, detail));
    }

    void duplicate() {
        duplicate(value);
    }

    /** @param shown instead of the value of the field */
    void duplicate(JsonNode shown) {
        duplicate(shown, "");
    }

    /** @param shown instead of the value of the field */
    void duplicate(JsonNode shown, String detail) {
        errors.add(FieldError.duplicate(path, shown, detail).of(place));
    }

    /** Adds what the client should know of it; empty when there is nothing. */
    void warn(String what, List<String> warnings) {
        if (!what.isEmpty()) {
            warnings.add(path + ": " + what);
        }
    }

    /** Something that could not be found out. */
    void internal(String detail) {
        errors.add(FieldError.internal(path, detail));
    }

    void notFound() {
        errors.add(new FieldError("FieldValueNotFound", path, "Not found: " + FieldError.show(value)));
    }

    /** A value that is not a text cannot be one of these. */
    void unsupported(String... supported) {
        errors.add(FieldError.notSupported(path, isSet() ? value : null, List.of(supported)).of(place));
    }

    /** @param shown instead of the value of the field */
    void notOneOf(String shown, String... supported) {
        errors.add(FieldError.notSupported(path, Json.object().stringNode(shown), List.of(supported)));
    }

    void tooLong(int limit) {
        errors.add(FieldError.tooLong(path, limit));
    }

    /** @return whether it is there */
    boolean mustBeSet(String detail) {
        if (isEmpty()) {
            required(detail);
            return false;
        }
        return true;
    }

    /** A text must be one of these; one that is not set is the empty text. */
    void oneOf(String... supported) {
        if (!List.of(supported).contains(text())) {
            notOneOf(text(), supported);
        }
    }

    /** The same of a text that is of no type of its own. */
    void textOneOf(String... supported) {
        if (!List.of(supported).contains(text())) {
            errors.add(FieldError.notSupported(path, text(), List.of(supported)));
        }
    }

    void oneOfIfSet(String... supported) {
        if (isSet()) {
            oneOf(supported);
        }
    }

    void named(Function<String, List<String>> rule) {
        rule.apply(text()).forEach(problem -> invalid(text(), problem));
    }

    void requiredName(Function<String, List<String>> rule) {
        if (mustBeSet("")) {
            named(rule);
        }
    }

    boolean differs(Field other) {
        return !Json.alike(isSet() ? value : null, other.isSet() ? other.value() : null);
    }

    void immutable(Field before) {
        if (differs(before)) {
            invalid(isSet() ? value : null, IMMUTABLE);
        }
    }

    /** What is declared to be immutable at its type is told without its value. */
    void declaredImmutable(Field before) {
        if (differs(before)) {
            invalid((JsonNode) null, IMMUTABLE);
        }
    }

    void notNegative() {
        if (number() < 0) {
            invalid("must be greater than or equal to 0");
        }
    }

    void positive() {
        if (number() <= 0) {
            invalid(Json.object().numberNode(number()), "must be greater than zero");
        }
    }

    void between(long least, long most) {
        if (number() < least || number() > most) {
            invalid(Json.object().numberNode(number()), "must be between " + least + " and " + most + ", inclusive");
        }
    }

    void port() {
        if (number() < 1 || number() > MAX_PORT) {
            invalid(Json.object().numberNode(number()), "must be between 1 and 65535, inclusive");
        }
    }

    /** Whether there are no more items than these. */
    boolean atMost(int most) {
        int size = value.size();
        if (size > most) {
            errors.add(FieldError.tooMany(path, size, most));
        }
        return size <= most;
    }

    /** Each of the items once; what is there twice is told. */
    void unique(String... at) {
        Set<JsonNode> seen = new HashSet<>();
        for (Field item : items()) {
            Field key = item.at(at);
            if (!key.isEmpty() && !seen.add(key.value())) {
                key.duplicate();
            }
        }
    }

    /** A label selector, which may be missing. */
    void labelSelector() {
        at("matchLabels").labels();
        for (Field expression : at("matchExpressions").items()) {
            if (!expression.selectsByValues()) {
                expression.at("operator").invalidAsJson(expression.at("operator").text(),
                        "not a valid selector operator");
            }
            expression.at("key").named(NameRules::qualifiedName);
            expression.at("values").items().forEach(each -> each.named(NameRules::labelValue));
        }
    }

    /** Whether the operator of this expression is one that all selectors have; its values must be there, or must not. */
    boolean selectsByValues() {
        Field values = at("values");
        switch (at("operator").text()) {
            case "In", "NotIn" -> values.mustBeSet("must be specified when `operator` is 'In' or 'NotIn'");
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Keys and values of labels. */
    void labels() {
        for (Map.Entry<String, JsonNode> label : value.properties()) {
            NameRules.qualifiedName(label.getKey()).forEach(problem -> invalid(label.getKey(), problem));
        }
        // A value that several labels have is told once.
        value.valueStream().map(each -> each.asString("")).distinct()
                .forEach(each -> NameRules.labelValue(each).forEach(problem -> invalid(each, problem)));
    }
}
