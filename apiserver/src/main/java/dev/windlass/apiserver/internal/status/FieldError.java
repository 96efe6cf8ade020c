package dev.windlass.apiserver.internal.status;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.LineDiff;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What is wrong with one field, worded as Kubernetes words it.
 *
 * @param shown
 *            what it shows of an object, where that has another form than the one in the body
 */
public record FieldError(String reason, String field, String body, @Nullable Shown shown) {

    /**
     * Values that are shown in the form that the real server has them in, as soon as it is known of what type they are.
     *
     * @param place
     *            where they are in the object
     * @param body
     *            what is said, with the form that is given
     */
    public record Shown(String place, Function<UnaryOperator<JsonNode>, String> body) {
    }

    public FieldError(String reason, String field, String body) {
        this(reason, field, body, null);
    }

    private static FieldError showing(String reason, String field, @Nullable JsonNode value,
            Function<@Nullable JsonNode, String> body) {
        return value == null || !value.isContainer()
                ? new FieldError(reason, field, body.apply(value))
                : showing(reason, field, form -> body.apply(form.apply(value)));
    }

    private static FieldError showing(String reason, String field, Function<UnaryOperator<JsonNode>, String> body) {
        return new FieldError(reason, field, body.apply(UnaryOperator.identity()), new Shown(field, body));
    }

    /** The same, of values that are elsewhere in the object than where it is told that they are. */
    public FieldError of(String place) {
        return shown == null ? this : new FieldError(reason, field, body, new Shown(place, shown.body()));
    }

    /** The same with its values in another form, which depends on where they are. */
    public FieldError in(BiFunction<JsonNode, String, JsonNode> form) {
        return shown == null
                ? this
                : new FieldError(reason, field, shown.body().apply(value -> form.apply(value, shown.place())));
    }

    /** Why something was refused as a whole, for clients that look for it. */
    public static FieldError cause(String reason) {
        return new FieldError(reason, "", "");
    }

    public static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, "Required value" + suffix(detail));
    }

    public static FieldError invalid(String field, @Nullable JsonNode value, String detail) {
        return showing("FieldValueInvalid", field, value, told -> "Invalid value: " + show(told) + suffix(detail));
    }

    public static FieldError invalid(String field, String value, String detail) {
        return invalid(field, JsonNodeFactory.instance.stringNode(value), detail);
    }

    /** Of a text that is of a type of its own, or may be missing, and which Go therefore writes as JSON. */
    public static FieldError invalidAsJson(String field, String value, String detail) {
        return new FieldError("FieldValueInvalid", field,
                "Invalid value: " + asJson(JsonNodeFactory.instance.stringNode(value)) + suffix(detail));
    }

    public static FieldError type(String field, String value, String detail) {
        return new FieldError("FieldValueTypeInvalid", field, "Invalid value: " + value + suffix(detail));
    }

    public static FieldError forbidden(String field, String detail) {
        return new FieldError("FieldValueForbidden", field, "Forbidden" + suffix(detail));
    }

    /** @param part what is compared of the values, when they are in the form of the real server */
    public static FieldError changed(String field, String detail, JsonNode before, JsonNode after,
            UnaryOperator<JsonNode> part) {
        return showing("FieldValueForbidden", field, form -> "Forbidden: " + detail + "\n"
                + LineDiff.between(part.apply(form.apply(before)), part.apply(form.apply(after))));
    }

    public static FieldError internal(String field, String detail) {
        return new FieldError("InternalError", field, "Internal error: " + detail);
    }

    public static FieldError duplicate(String field, JsonNode value) {
        return duplicate(field, value, "");
    }

    public static FieldError duplicate(String field, JsonNode value, String detail) {
        return showing("FieldValueDuplicate", field, value, told -> "Duplicate value: " + show(told) + suffix(detail));
    }

    /** @param value of a type that has few, which Go writes as JSON */
    public static FieldError notSupported(String field, @Nullable JsonNode value, List<String> supported) {
        String values = supportedValues(supported);
        return showing("FieldValueNotSupported", field, value, told -> "Unsupported value: " + asJson(told) + values);
    }

    /** Of a text that is of no type of its own. */
    public static FieldError notSupported(String field, String value, List<String> supported) {
        return new FieldError("FieldValueNotSupported", field,
                "Unsupported value: " + GoText.quoted(value) + supportedValues(supported));
    }

    private static String supportedValues(List<String> supported) {
        return supported.isEmpty()
                ? ""
                : ": supported values: " + supported.stream().map(GoText::quoted).collect(Collectors.joining(", "));
    }

    public static FieldError tooLong(String field, int limit) {
        return new FieldError("FieldValueTooLong", field, "Too long: may not be more than " + limit + " bytes");
    }

    public static FieldError tooMany(String field, int actual, int limit) {
        return new FieldError("FieldValueTooMany", field,
                "Too many: " + actual + ": must have at most " + limit + (limit == 1 ? " item" : " items"));
    }

    public String message() {
        return field + ": " + body;
    }

    private static String suffix(String detail) {
        return detail.isEmpty() ? "" : ": " + detail;
    }

    private static String asJson(@Nullable JsonNode value) {
        return value == null ? "null" : Json.stringInGo(value);
    }

    /** A value as Go would print it in such a message. */
    public static String show(@Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return "null";
        }
        if (value.isNumber()) {
            return GoText.of(value);
        }
        return value.isString() ? GoText.quoted(value.stringValue()) : Json.stringInGo(value);
    }
}
