package dev.windlass.apiserver.internal.status;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What is wrong with one field, worded as Kubernetes words it. */
public record FieldError(String reason, String field, String body) {

    /** Why something was refused as a whole, for clients that look for it. */
    public static FieldError cause(String reason) {
        return new FieldError(reason, "", "");
    }

    public static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, "Required value" + suffix(detail));
    }

    public static FieldError invalid(String field, @Nullable JsonNode value, String detail) {
        return new FieldError("FieldValueInvalid", field, "Invalid value: " + show(value) + suffix(detail));
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

    public static FieldError internal(String field, String detail) {
        return new FieldError("InternalError", field, "Internal error: " + detail);
    }

    public static FieldError duplicate(String field, JsonNode value) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + show(value));
    }

    /** @param value of a type that has few, which Go writes as JSON */
    public static FieldError notSupported(String field, @Nullable JsonNode value, List<String> supported) {
        return new FieldError("FieldValueNotSupported", field, "Unsupported value: " + asJson(value)
                + (supported.isEmpty()
                        ? ""
                        : ": supported values: "
                                + supported.stream().map(GoText::quoted).collect(Collectors.joining(", "))));
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
