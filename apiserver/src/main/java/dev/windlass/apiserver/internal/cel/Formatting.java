package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.TypeType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.schema.GoDuration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code "%s".format([…])}. Stateless. */
final class Formatting {
    private static final int DIGITS = 6;
    private static final String CLAUSES = "sdfebxXo";
    private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private Formatting() {
    }

    /** What puts a value into the place of a clause. */
    @FunctionalInterface
    interface Filling {
        String of(char clause, int digits, int index) throws CelEvaluationException;
    }

    static String format(String text, List<?> arguments) throws CelEvaluationException {
        return fill(text, arguments.size(),
                (clause, digits, index) -> clause(clause, digits, arguments.get(index)));
    }

    /** Goes through a text and has its clauses filled. */
    static String fill(String text, int arguments, Filling filling) throws CelEvaluationException {
        StringBuilder out = new StringBuilder();
        int index = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (text.startsWith("%%", i)) {
                out.append(text.charAt(++i));
                continue;
            }
            if (i + 1 >= text.length()) {
                throw new CelEvaluationException("unexpected end of string");
            }
            if (index >= arguments) {
                throw new CelEvaluationException("index " + index + " out of range");
            }
            int end = endOfPrecision(text, i + 1);
            int digits = end == i + 1 ? DIGITS : precision(text.substring(i + 2, end));
            char clause = text.charAt(end);
            if (CLAUSES.indexOf(clause) < 0) {
                throw unreadable("unrecognized formatting clause \"" + clause + "\"");
            }
            out.append(filling.of(clause, digits, index++));
            i = end;
        }
        return out.toString();
    }

    private static int endOfPrecision(String text, int start) throws CelEvaluationException {
        if (text.charAt(start) != '.') {
            return start;
        }
        int end = start + 1;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end >= text.length()) {
            throw unreadable("error while parsing precision: could not find end of precision specifier");
        }
        return end;
    }

    private static int precision(String digits) throws CelEvaluationException {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw unreadable("error while parsing precision: error while converting precision to integer: "
                    + "strconv.Atoi: parsing \"" + digits + "\": "
                    + (digits.isEmpty() ? "invalid syntax" : "value out of range"));
        }
    }

    private static CelEvaluationException unreadable(String why) {
        return new CelEvaluationException("could not parse formatting clause: " + why);
    }

    /** Says that a clause is for something else. */
    static CelEvaluationException unfit(char clause, String type) {
        return new CelEvaluationException("error during formatting: " + switch (clause) {
            case 'd' -> "decimal clause can only be used on integers";
            case 'f' -> "fixed-point clause can only be used on doubles";
            case 'e' -> "scientific clause can only be used on doubles";
            case 'b' -> "only integers and bools can be formatted as binary";
            case 'o' -> "octal clause can only be used on integers";
            case 'x', 'X' -> "only integers, byte buffers, and strings can be formatted as hex";
            default ->
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
        } + ", was given " + type);
    }

    private static String clause(char clause, int digits, Object value) throws CelEvaluationException {
        BigInteger whole = switch (value) {
            case Long number -> BigInteger.valueOf(number);
            case UnsignedLong number -> number.bigIntegerValue();
            default -> null;
        };
        String shown = switch (clause) {
            case 'd' -> whole == null ? null : whole.toString();
            case 'o' -> whole == null ? null : whole.toString(8);
            case 'b' -> value instanceof Boolean truth ? (truth ? "1" : "0") : whole == null ? null : whole.toString(2);
            case 'x', 'X' -> switch (value) {
                case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
                case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
                default -> whole == null ? null : whole.toString(16);
            };
            case 'f' -> fixed(value, digits);
            case 'e' -> scientific(value, digits);
            default -> show(value);
        };
        if (shown == null) {
            throw unfit(clause, typeName(value));
        }
        return clause == 'X' ? shown.toUpperCase(Locale.ROOT) : shown;
    }

    private static String fixed(Object value, int digits) throws CelEvaluationException {
        double number = number('f', value);
        return Double.isFinite(number)
                ? String.format(Locale.ENGLISH, "%,." + digits + "f",
                        new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN))
                : endless(number);
    }

    /** The precision is taken for the width, as in Go. */
    private static String scientific(Object value, int width) throws CelEvaluationException {
        double number = number('e', value);
        String shown = endless(number);
        if (Double.isFinite(number)) {
            String all = String.format(Locale.ROOT, "%." + DIGITS + "e", number);
            int power = all.indexOf('e');
            shown = all.substring(0, power) + "×10" + all.substring(power + 1).chars()
                    .mapToObj(Formatting::raised).collect(Collectors.joining());
        }
        return " ".repeat(Math.max(0, width - shown.length())) + shown;
    }

    private static String raised(int c) {
        return c == '-' ? "⁻" : c == '+' ? "" : RAISED.substring(c - '0', c - '0' + 1);
    }

    private static double number(char clause, Object value) throws CelEvaluationException {
        return switch (value) {
            case Double number -> number;
            case String text when text.matches("NaN|-?Infinity") -> Double.parseDouble(text);
            default -> throw unfit(clause, typeName(value));
        };
    }

    private static String endless(double number) {
        return Double.isNaN(number) ? "NaN" : number < 0 ? "-∞" : "∞";
    }

    /** A value as a text of its own. */
    static String show(Object value) throws CelEvaluationException {
        return switch (value) {
            case List<?> list -> {
                StringBuilder shown = new StringBuilder();
                for (Object each : list) {
                    shown.append(shown.isEmpty() ? "" : ", ").append(inside(each));
                }
                yield "[" + shown + "]";
            }
            case Map<?, ?> map -> {
                Map<String, String> shown = new TreeMap<>();
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    shown.put(key(each.getKey()), inside(each.getValue()));
                }
                yield shown.entrySet().stream().map(each -> each.getKey() + ":" + each.getValue())
                        .collect(Collectors.joining(", ", "{", "}"));
            }
            case NullValue _ -> "null";
            case Double number -> GoText.shortest(number);
            case Duration duration -> seconds(duration) + "s";
            case CelByteString bytes -> text(bytes);
            case Moment time -> time.toString();
            case TypeType type -> type.containingTypeName();
            case Long _,UnsignedLong _,Boolean _,String _ -> value.toString();
            default -> throw unfit('s', typeName(value));
        };
    }

    /** With as many digits as a double has. */
    private static String seconds(Duration duration) {
        BigInteger[] parts = GoDuration.nanos(duration).divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        double seconds = parts[0].doubleValue() + parts[1].doubleValue() / 1e9;
        return seconds == 0 ? "0" : new BigDecimal(Double.toString(seconds)).stripTrailingZeros().toPlainString();
    }

    /** A value as the language writes it. */
    private static String inside(Object value) throws CelEvaluationException {
        return switch (value) {
            case String text -> GoText.quoted(text);
            case CelByteString bytes -> "b" + GoText.quoted(text(bytes));
            case Duration _ -> "duration(\"" + show(value) + "\")";
            case Moment _ -> "timestamp(\"" + show(value) + "\")";
            case Double number when !Double.isFinite(number) -> "\"" + show(value) + "\"";
            case Double number -> new BigDecimal(number).setScale(DIGITS, RoundingMode.HALF_EVEN).toPlainString();
            default -> show(value);
        };
    }

    private static String key(Object key) throws CelEvaluationException {
        return switch (key) {
            case String _,Long _,UnsignedLong _,Boolean _ -> inside(key);
            default -> throw new CelEvaluationException(
                    "error during formatting: no formatting function for map key of type " + typeName(key));
        };
    }

    private static String text(CelByteString bytes) throws CelEvaluationException {
        if (!bytes.isValidUtf8()) {
            throw new CelEvaluationException("error during formatting: could not convert argument "
                    + "\"invalid UTF-8 in bytes, cannot convert to string\" to string");
        }
        return bytes.toStringUtf8();
    }

    static String typeName(Object value) {
        return switch (value) {
            case Long _ -> "int";
            case UnsignedLong _ -> "uint";
            case Double _ -> "double";
            case Boolean _ -> "bool";
            case String _ -> "string";
            case CelByteString _ -> "bytes";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "map";
            case Duration _ -> "google.protobuf.Duration";
            case Moment _ -> "google.protobuf.Timestamp";
            case NullValue _ -> "null_type";
            case TypeType _ -> "type";
            case Optional<?> _ -> "optional_type";
            default -> Types.name(value);
        };
    }

    /** Whether values of a type can stand for a clause, as far as the type tells. */
    static boolean fits(char clause, CelKind kind) {
        return kind == CelKind.DYN || switch (clause) {
            case 'd', 'o' -> kind == CelKind.INT || kind == CelKind.UINT;
            case 'f', 'e' -> kind == CelKind.DOUBLE || kind == CelKind.STRING;
            case 'b' -> kind == CelKind.INT || kind == CelKind.UINT || kind == CelKind.BOOL;
            case 'x', 'X' -> kind == CelKind.INT || kind == CelKind.UINT || kind == CelKind.STRING
                    || kind == CelKind.BYTES;
            default -> kind != CelKind.STRUCT && kind != CelKind.OPAQUE;
        };
    }
}
