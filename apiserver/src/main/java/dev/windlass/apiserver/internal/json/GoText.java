package dev.windlass.apiserver.internal.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Values as Go prints them: those of JSON once it has read them, {@code map[a:1 b:[x <nil>]]}, and texts in quotes. Stateless. */
public final class GoText {
    private static final int LEAST_EXPONENT = -4;
    private static final int SHORT = 6;
    private static final String ESCAPED = "\u0007\b\f\n\r\t\u000b\"\\";
    private static final String ESCAPES = "abfnrtv\"\\";
    private static final char NEXT_LINE = '\u0085';
    private static final int DELETE = 0x7f;

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
            return shortest(value.doubleValue());
        }
        return value.isNull() ? "<nil>" : value.asString();
    }

    /** As few digits as tell it from others, with an exponent when it is small or large. */
    public static String shortest(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return shortest(new BigDecimal(Double.toString(value)), SHORT);
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

    /** A text in quotes; what is not printable, or no text, is told by numbers. */
    public static String quoted(byte[] utf8) {
        StringBuilder out = new StringBuilder("\"");
        for (int at = 0; at < utf8.length;) {
            int length = Math.max(1, Integer.numberOfLeadingZeros(~(utf8[at] << (Integer.SIZE - Byte.SIZE))));
            String one = new String(utf8, at, Math.min(length, utf8.length - at), StandardCharsets.UTF_8);
            boolean isText = length == 1
                    ? utf8[at] >= 0
                    : at + length <= utf8.length && one.codePointCount(0, one.length()) == 1
                            && one.getBytes(StandardCharsets.UTF_8)[0] == utf8[at];
            out.append(isText ? quoted(one.codePointAt(0)) : "\\x%02x".formatted(utf8[at] & 0xff));
            at += isText ? length : 1;
        }
        return out.append('"').toString();
    }

    /** A text in quotes; what is not printable is told by numbers. */
    public static String quoted(String text) {
        return quoted(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text in quotes, as Go's package of times has it: what is not ASCII is told by its bytes. */
    public static String quotedAscii(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            if (each < ' ') {
                out.append("\\x%02x".formatted(each & 0xff));
            } else {
                out.append(each == '"' || each == '\\' ? "\\" : "").append((char) each);
            }
        }
        return out.append('"').toString();
    }

    private static String quoted(int point) {
        int escape = ESCAPED.indexOf(point);
        if (escape >= 0) {
            return "\\" + ESCAPES.charAt(escape);
        }
        if (isPrintable(point)) {
            return Character.toString(point);
        }
        String form = point < ' ' || point == DELETE
                ? "\\x%02x"
                : Character.isBmpCodePoint(point) ? "\\u%04x" : "\\U%08x";
        return form.formatted(point);
    }

    /** Whether Go prints a character as it is. */
    public static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** Without the space around it, which is that of Unicode. */
    public static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    public static boolean isBlank(String text) {
        return trimmed(text).isEmpty();
    }

    /** What stands between spaces. */
    public static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isSpace(text.charAt(i))) {
                if (i > start) {
                    fields.add(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return fields;
    }

    /** How long Go says that a text is: by its bytes. */
    public static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isSpace(char character) {
        return Character.isSpaceChar(character) || (character >= '\t' && character <= '\r')
                || character == NEXT_LINE;
    }
}
