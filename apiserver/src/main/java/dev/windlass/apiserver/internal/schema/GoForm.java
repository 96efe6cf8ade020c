package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes objects of built-in kinds as Go does after it has read them: structs are there even when all in them is empty, empty lists are not, numbers and texts
 * that are zero only where the field says so, and quantities and times have one form. Stateless.
 */
public final class GoForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'");
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    /** Amounts of resources are kept to the thousandth. */
    private static final int SMALLEST_OF_RESOURCES = 3;

    private GoForm() {
    }

    /** Brings an object into the form; its types must be right. */
    public static void shape(ObjectNode object, Type type) {
        shape(object, type, false);
    }

    /** Brings an object into the form in which Go writes it: it leaves out also what counts though it is empty. */
    public static void write(ObjectNode object, Type type) {
        shape(object, type, true);
    }

    private static void shape(ObjectNode object, Type type, boolean written) {
        if (type.shape() == Type.Shape.STRUCT) {
            for (Map.Entry<String, Type> field : type.body().fields().entrySet()) {
                JsonNode shaped = field(object.get(field.getKey()), field.getValue(), written);
                if (shaped == null) {
                    object.remove(field.getKey());
                } else {
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

    /** @return null when the field is not written */
    private static @Nullable JsonNode field(@Nullable JsonNode value, Type type, boolean written) {
        Type.GoField go = type.use().go();
        JsonNode given = value == null || value.isNull() ? null : value;
        if (given == null && go.pointer()) {
            return go.omitEmpty() ? null : NODES.nullNode();
        }
        JsonNode shaped = given == null ? zeroOf(type) : value(given, type, written);
        boolean struct = type.shape() == Type.Shape.STRUCT || isTime(type) || isQuantity(type);
        if (go.pointer() || (struct && !go.omitZero())) {
            return shaped;
        }
        boolean zero = isZero(shaped, type);
        if (zero && (go.omitEmpty() || go.omitZero())) {
            return given != null && !written && countsEvenWhenEmpty(type) ? shaped : null;
        }
        // What is empty is not stored, and so comes back as nothing.
        return zero && shaped.isContainer() && !struct ? NODES.nullNode() : shaped;
    }

    /** The one field that is refused for being there, and the one that is emptied by that. What comes later must see them; they are never stored. */
    private static boolean countsEvenWhenEmpty(Type type) {
        return switch (type.shape()) {
            case MAP -> type.element().name().endsWith(".JSONSchemaPropsOrStringArray");
            case LIST -> type.element().name().endsWith(".PodResourceClaimStatus");
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

    private static JsonNode zeroOf(Type type) {
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

    private static JsonNode value(JsonNode value, Type type, boolean written) {
        switch (type.shape()) {
            case STRUCT -> {
                if (value instanceof ObjectNode object) {
                    shape(object, type, written);
                }
            }
            case MAP -> {
                if (value instanceof ObjectNode map) {
                    boolean amounts = type.element().body().scalar().equals("quantity");
                    map.properties().forEach(entry -> entry.setValue(amounts
                            ? quantity(entry.getValue(), SMALLEST_OF_RESOURCES)
                            : element(entry.getValue(), type.element(), written)));
                }
            }
            case LIST -> {
                if (value instanceof ArrayNode list) {
                    for (int i = 0; i < list.size(); i++) {
                        list.set(i, element(list.get(i), type.element(), written));
                    }
                }
            }
            case SCALAR -> {
                return scalar(value, type);
            }
            case ANY_WHOLE, ANY_BY_FIELD -> {
                // stays as it is
            }
        }
        return value;
    }

    private static JsonNode element(JsonNode value, Type type, boolean written) {
        return value.isNull() ? zeroOf(type) : value(value, type, written);
    }

    private static JsonNode scalar(JsonNode value, Type type) {
        return switch (type.body().scalar()) {
            case "quantity" -> quantity(value, Quantity.SMALLEST);
            // Go leaves out the ends of lines that it reads over.
            case "byte" -> value.isString()
                    ? NODES.stringNode(value.stringValue().replace("\n", "").replace("\r", ""))
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
        try {
            return NODES.stringNode((micro ? MICROS : SECONDS)
                    .format(OffsetDateTime.parse(value.stringValue()).withOffsetSameInstant(ZoneOffset.UTC)));
        } catch (DateTimeException _) {
            return value;
        }
    }
}
