package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes objects of built-in kinds as Go does after it has read them: structs are there even when all in them is empty, numbers and texts that are zero only
 * where the field says so, and quantities and times have one form. Stateless.
 */
public final class GoForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'");
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private static final String WRITTEN = "0000-00-00T00:00:00Z";

    /** The one struct in which amounts of resources are not rounded to the thousandth. */
    private static final String UNROUNDED = ".node.v1.Overhead";

    private GoForm() {
    }

    /** {@code WHOLE} is what is in something that is compared as a whole. */
    private enum Form {
        READ, READ_OF_SCHEMA, WRITTEN, STORED, COMPARED, WHOLE;

        Form inside(Type type) {
            if (this == COMPARED && type.isWhole()) {
                return type.shape() == Type.Shape.LIST ? READ : WHOLE;
            }
            return this == WHOLE && type.shape() == Type.Shape.LIST ? READ : this;
        }
    }

    /** Brings an object into the form that Go has in memory, where an empty list or map is there; its types must be right. */
    public static void shape(ObjectNode object, Type type) {
        shape(object, type, Form.READ);
    }

    /** Brings an object into the form in which Go shows it: an empty list or map is there if its field always is. */
    public static void write(ObjectNode object, Type type) {
        shape(object, type, Form.WRITTEN);
    }

    /**
     * Brings an object into the form in which it is compared with what is stored: as Go shows it, but for the items of lists that are compared as a whole, of
     * which Go looks at the memory, where an empty list or map is there.
     */
    public static void compare(ObjectNode object, Type type) {
        shape(object, type, Form.COMPARED);
    }

    /** Brings an object into the form in which it comes back from where it is stored: nothing tells an empty list or map from none. */
    public static void store(ObjectNode object, Type type) {
        shape(object, type, Form.STORED);
    }

    private static void shape(ObjectNode object, Type type, Form whole) {
        Form form = whole == Form.READ && type.name().endsWith(".JSONSchemaProps") ? Form.READ_OF_SCHEMA : whole;
        if (type.shape() == Type.Shape.STRUCT) {
            int digits = type.name().endsWith(UNROUNDED) ? Quantity.SMALLEST : Quantity.SMALLEST_OF_RESOURCES;
            for (Map.Entry<String, Type> field : type.body().fields().entrySet()) {
                // Taken out and put in again they are in the order of the struct, in which messages show them.
                JsonNode shaped = field(object.remove(field.getKey()), field.getValue(), form, digits);
                if (shaped != null) {
                    object.set(field.getKey(), shaped);
                }
            }
        }
    }

    /** What an object looks like in which nothing has been set. */
    public static ObjectNode zero(Type type) {
        ObjectNode zero = Json.object();
        shape(zero, type);
        return zero;
    }

    /**
     * @param digits
     *            how many amounts of resources may have after the point
     * @return null when the field is not written
     */
    private static @Nullable JsonNode field(@Nullable JsonNode value, Type type, Form form, int digits) {
        Type.GoField go = type.use().go();
        JsonNode given = value == null || value.isNull() ? null : value;
        if (given == null && go.pointer()) {
            return go.omitEmpty() ? null : NODES.nullNode();
        }
        JsonNode shaped = given == null ? zeroOf(type) : value(given, type, form, digits);
        boolean struct = type.shape() == Type.Shape.STRUCT || isTime(type) || isQuantity(type);
        if (go.pointer() || (struct && !go.omitZero())) {
            return shaped;
        }
        boolean zero = isZero(shaped, type);
        if (zero && (go.omitEmpty() || go.omitZero())) {
            return given != null && countsEvenWhenEmpty(type, form) ? shaped : null;
        }
        boolean kept = type.shape() == Type.Shape.LIST || type.shape() == Type.Shape.MAP;
        boolean lost = kept ? form == Form.STORED : !struct;
        return zero && shaped.isContainer() && lost ? NODES.nullNode() : shaped;
    }

    /** Lists and maps are told as they were sent; of a schema only one map is, which is refused for being there. */
    private static boolean countsEvenWhenEmpty(Type type, Form form) {
        return switch (type.shape()) {
            case MAP -> form == Form.READ || (form == Form.READ_OF_SCHEMA
                    && type.element().name().endsWith(".JSONSchemaPropsOrStringArray"));
            case LIST -> form == Form.READ;
            default -> false;
        };
    }

    private static boolean isTime(Type type) {
        return type.body().scalar().equals("date-time");
    }

    private static boolean isQuantity(Type type) {
        return type.body().scalar().equals("quantity") || type.body().scalar().equals("int-or-string");
    }

    private static boolean isZero(JsonNode value, Type type) {
        if (type.shape() == Type.Shape.STRUCT) {
            return value.equals(zero(type));
        }
        if (type.shape() == Type.Shape.ANY_WHOLE || type.shape() == Type.Shape.ANY_BY_FIELD) {
            return value.isNull();
        }
        return value.isNull() || (value.isContainer() && value.isEmpty())
                || (value.isString() && value.stringValue().isEmpty())
                || (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() == 0);
    }

    /** What there is of a type where nothing has been set. */
    public static JsonNode zeroOf(Type type) {
        return switch (type.shape()) {
            case STRUCT -> zero(type);
            case SCALAR -> switch (type.body().scalar()) {
                case "string" -> NODES.stringNode("");
                case "int32", "int64", "number", "int-or-string" -> NODES.numberNode(0);
                case "boolean" -> NODES.booleanNode(false);
                case "quantity" -> NODES.stringNode("0");
                default -> NODES.nullNode();
            };
            case MAP, LIST, ANY_WHOLE, ANY_BY_FIELD -> NODES.nullNode();
        };
    }

    private static JsonNode value(JsonNode value, Type type, Form whole, int digits) {
        Form form = whole.inside(type);
        switch (type.shape()) {
            case STRUCT -> {
                if (value instanceof ObjectNode object) {
                    shape(object, type, form);
                }
            }
            case MAP -> {
                if (value instanceof ObjectNode map) {
                    if (map.isEmpty()) {
                        return Json.emptyMap();
                    }
                    boolean amounts = type.element().body().scalar().equals("quantity");
                    map.properties().forEach(entry -> entry.setValue(amounts
                            ? quantity(entry.getValue(), digits)
                            : element(entry.getValue(), type.element(), form)));
                }
            }
            case LIST -> {
                if (value instanceof ArrayNode list) {
                    for (int i = 0; i < list.size(); i++) {
                        list.set(i, element(list.get(i), type.element(), form));
                    }
                }
            }
            case SCALAR -> {
                return scalar(value, type);
            }
            case ANY_WHOLE, ANY_BY_FIELD -> {
                if (type.body().element() != null) {
                    for (JsonNode each : value.isArray() ? value : List.of(value)) {
                        value(each, type.element(), form, digits);
                    }
                } // all else stays as it is
            }
        }
        return value;
    }

    private static JsonNode element(JsonNode value, Type type, Form form) {
        return value.isNull() ? zeroOf(type) : value(value, type, form, Quantity.SMALLEST_OF_RESOURCES);
    }

    private static JsonNode scalar(JsonNode value, Type type) {
        return switch (type.body().scalar()) {
            case "quantity" -> quantity(value, Quantity.SMALLEST);
            // Go reads over the ends of lines, and over bits beyond the last byte.
            case "byte" -> value.isString()
                    ? NODES.stringNode(Base64.getEncoder()
                            .encodeToString(Base64.getMimeDecoder().decode(value.stringValue())))
                    : value;
            case "date-time" -> value.isString() ? time(value, type.name().endsWith(".MicroTime")) : value;
            default -> value;
        };
    }

    /** @param digits how many it may have after the point; what is less is rounded up */
    private static JsonNode quantity(JsonNode value, int digits) {
        Quantity quantity = Quantity.parse(value.asString("").strip());
        return quantity == null ? value : NODES.stringNode(quantity.atMost(digits).canonical());
    }

    private static JsonNode time(JsonNode value, boolean micro) {
        if (value.stringValue().isEmpty()) {
            return NODES.nullNode();
        }
        if (!micro && isWritten(value.stringValue())) {
            return value; // to read and write it again would take longer than all the rest of an object
        }
        try {
            return NODES.stringNode((micro ? MICROS : SECONDS)
                    .format(OffsetDateTime.parse(value.stringValue()).withOffsetSameInstant(ZoneOffset.UTC)));
        } catch (DateTimeException _) {
            return value;
        }
    }

    /** Whether a time has the form already in which it would be written. */
    private static boolean isWritten(String time) {
        if (time.length() != WRITTEN.length()) {
            return false;
        }
        for (int i = 0; i < time.length(); i++) {
            char c = time.charAt(i);
            if (WRITTEN.charAt(i) == '0' ? c < '0' || c > '9' : c != WRITTEN.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
