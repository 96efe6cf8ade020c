package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.GoNumbers;
import dev.windlass.apiserver.internal.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * How Go fills structs from maps, lists and scalars that it has read before: more leniently with numbers than when it reads JSON into structs, and
 * with other words for what does not fit. Stateless.
 */
final class GoConversion {
    private static final double TOO_LARGE = 0x1p63;

    private GoConversion() {
    }

    /** A value as a field takes it: floating numbers without a fraction become whole, and those that are too large for 32 bits lose what is above. */
    static JsonNode numberFor(JsonNode value, Type type) {
        if (type.shape() != Type.Shape.SCALAR || !value.isNumber()) {
            return value;
        }
        boolean narrow = type.body().scalar().equals("int32");
        if (!narrow && !type.body().scalar().equals("int64")) {
            return value;
        }
        if (Json.isLong(value)) {
            return narrow ? JsonNodeFactory.instance.numberNode((int) value.longValue()) : value;
        }
        double number = value.doubleValue();
        if (number != Math.rint(number)) {
            return value;
        }
        long whole = Math.abs(number) < TOO_LARGE ? (long) number : Long.MIN_VALUE; // what fits no long becomes this one
        return narrow
                ? JsonNodeFactory.instance.numberNode((int) whole)
                : JsonNodeFactory.instance.numberNode(whole);
    }

    /**
     * What Go says of a value that does not fit.
     *
     * @param goType
     *            what it calls the type
     */
    static String mismatch(JsonNode value, Type type, String goType) {
        return switch (type.shape()) {
            case STRUCT -> "cannot restore struct from: " + kind(value);
            case MAP -> "cannot restore map from " + kind(value);
            case LIST -> "cannot restore slice from " + kind(value);
            default -> scalar(value, type.body().scalar(), goType);
        };
    }

    private static String scalar(JsonNode value, String scalar, String goType) {
        return switch (scalar) {
            case "byte" -> "cannot restore slice from " + kind(value);
            case "date-time" -> "json: cannot unmarshal " + Json.goKind(value) + " into Go value of type string";
            case "int-or-string" -> "json: cannot unmarshal " + Json.goKind(value)
                    + (value.isNumber() ? " " + GoNumbers.text(value) : "") + " into Go value of type int32";
            case "string" -> Json.isLong(value) ? "cannot convert int64 to " + goType : "unrecognized type: string";
            case "int32", "int64" -> value.isNumber()
                    ? "cannot convert " + kind(value) + " to " + goType
                    : "unrecognized type: " + scalar;
            case "boolean" -> "unrecognized type: bool";
            default -> "unrecognized type: float64";
        };
    }

    private static String kind(JsonNode value) {
        if (value.isNumber()) {
            return Json.isLong(value) ? "int64" : "float64";
        }
        return value.isObject() ? "map" : value.isArray() ? "slice" : Json.goKind(value);
    }
}
