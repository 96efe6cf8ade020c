package dev.windlass.apiserver.internal.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Numbers as Go writes them again that has read them: a fraction without a remainder as an integer, and what no long can hold as near as a double can. Stateless. */
public final class GoNumbers {
    /** From here on with an exponent. */
    private static final double MOST = 1e21;
    /** And up to here. */
    private static final double LEAST = 1e-6;

    private GoNumbers() {
    }

    /** A number that Go has as a float. */
    static JsonNode written(double value) {
        if (value != Math.rint(value) || Math.abs(value) >= MOST) {
            return JsonNodeFactory.instance.numberNode(value);
        }
        BigInteger whole = new BigDecimal(Double.toString(value)).toBigInteger();
        return whole.bitLength() < Long.SIZE
                ? JsonNodeFactory.instance.numberNode(whole.longValue())
                : JsonNodeFactory.instance.numberNode(whole);
    }

    /** What Go writes for a number that it has read as an integer or a float. */
    public static String text(JsonNode number) {
        double value = number.doubleValue();
        if (Json.isLong(number)) {
            return number.asString();
        }
        return Math.abs(value) < LEAST || Math.abs(value) >= MOST
                ? GoText.shortest(value).replace("e-0", "e-")
                : new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    /** Brings all numbers of a tree into the form in which Go writes them. */
    public static void settle(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(settled(field.getValue())));
        } else if (tree instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, settled(array.get(i)));
            }
        }
    }

    private static JsonNode settled(JsonNode value) {
        if (value.isNumber()) {
            return Json.isLong(value) ? value : written(value.doubleValue());
        }
        settle(value);
        return value;
    }
}
