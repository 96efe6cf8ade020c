package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code "%s".format([…])}. Stateless. */
final class Formatting {
    private Formatting() {
    }

    static String format(String text, List<?> arguments) throws CelEvaluationException {
        StringBuilder out = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int end = i + 1;
            while (end < text.length() && (text.charAt(end) == '.' || Character.isDigit(text.charAt(end)))) {
                end++;
            }
            if (end >= text.length()) {
                throw new CelEvaluationException("unexpected end of string");
            }
            char clause = text.charAt(end);
            if (clause == '%') {
                out.append('%');
            } else {
                if (used >= arguments.size()) {
                    throw new CelEvaluationException("index " + used + " out of range");
                }
                out.append(clause(clause, text.substring(i + 1, end), arguments.get(used++)));
            }
            i = end;
        }
        return out.toString();
    }

    private static int digits(String precision) throws CelEvaluationException {
        if (precision.isEmpty()) {
            return 6;
        }
        if (!precision.matches("\\.\\d{1,3}")) {
            throw new CelEvaluationException("could not parse formatting clause: \"" + precision
                    + "\" is no precision; use a point and at most three digits");
        }
        return Integer.parseInt(precision.substring(1));
    }

    private static String clause(char clause, String precision, Object value) throws CelEvaluationException {
        int digits = digits(precision);
        return switch (clause) {
            case 's' -> show(value);
            case 'd' -> value instanceof Long || value instanceof Double ? show(value) : wrong(value, "d");
            case 'f' -> new BigDecimal(number(value)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
            case 'e' -> String.format(Locale.ROOT, "%." + digits + "e", number(value));
            case 'b' -> value instanceof Boolean truth
                    ? (truth ? "1" : "0")
                    : value instanceof Long whole ? Long.toBinaryString(whole) : wrong(value, "b");
            case 'o' -> value instanceof Long whole ? Long.toOctalString(whole) : wrong(value, "o");
            case 'x' -> hex(value);
            case 'X' -> hex(value).toUpperCase(Locale.ROOT);
            default -> throw new CelEvaluationException(
                    "could not parse formatting clause: unrecognized formatting clause \"" + clause + "\"");
        };
    }

    private static String wrong(Object value, String clause) throws CelEvaluationException {
        throw new CelEvaluationException("error during formatting: %" + clause + " cannot show " + show(value));
    }

    private static double number(Object value) throws CelEvaluationException {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new CelEvaluationException("error during formatting: " + show(value) + " is no number");
    }

    private static String hex(Object value) throws CelEvaluationException {
        return switch (value) {
            case Long whole -> Long.toHexString(whole);
            case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
            case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
            default -> wrong(value, "x");
        };
    }

    /** A value as texts have it. */
    static String show(Object value) {
        return switch (value) {
            case NullValue _ -> "null";
            case Double number -> number == Math.rint(number) && Math.abs(number) < 1e15
                    ? Long.toString(number.longValue())
                    : number.toString();
            case Duration duration -> new BigDecimal(duration.getSeconds())
                    .add(BigDecimal.valueOf(duration.getNano(), 9)).stripTrailingZeros().toPlainString() + "s";
            case List<?> list -> list.stream().map(Formatting::show).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map -> map.entrySet().stream()
                    .map(each -> show(each.getKey()) + ": " + show(each.getValue())).sorted()
                    .collect(Collectors.joining(", ", "{", "}"));
            case CelByteString bytes -> bytes.toStringUtf8();
            default -> value.toString();
        };
    }
}
