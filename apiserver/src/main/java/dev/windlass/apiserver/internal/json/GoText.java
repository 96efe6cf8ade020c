package dev.windlass.apiserver.internal.json;

import java.math.BigDecimal;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Values of JSON as Go prints them once it has read them: {@code map[a:1 b:[x <nil>]]}. Stateless. */
public final class GoText {
    private static final int LEAST_EXPONENT = -4;
    private static final int MOST_DIGITS = 21;
    private static final int SHORT = 6;

    private GoText() {
    }

    public static String of(JsonNode value) {
        if (value.isObject()) {
            TreeMap<String, String> fields = new TreeMap<>();
            value.properties().forEach(field -> fields.put(field.getKey(), of(field.getValue())));
            return fields.entrySet().stream().map(field -> field.getKey() + ":" + field.getValue())
                    .collect(Collectors.joining(" ", "map[", "]"));
        }
        if (value.isArray()) {
            return value.values().stream().map(GoText::of).collect(Collectors.joining(" ", "[", "]"));
        }
        if (value.isNumber() && !Json.isLong(value)) {
            return floating(value.doubleValue());
        }
        return value.isNull() ? "<nil>" : value.asString();
    }

    /** As few digits as tell it from others, with an exponent when it is very small or large. */
    private static String floating(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return shortest(new BigDecimal(Double.toString(value)), MOST_DIGITS);
    }

    /** As {@code strconv} writes it that is not told how. */
    public static String shortest(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf";
        }
        return value == 0 ? floating(value) : shortest(new BigDecimal(Double.toString(value)), SHORT);
    }

    /** @param most so many digits are written before the point, and an exponent in place of more */
    static String shortest(BigDecimal value, int most) {
        BigDecimal number = value.stripTrailingZeros();
        int exponent = number.precision() - number.scale() - 1;
        if (exponent >= LEAST_EXPONENT && exponent < most) {
            return number.toPlainString();
        }
        String digits = number.unscaledValue().abs().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return (number.signum() < 0 ? "-" : "") + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
