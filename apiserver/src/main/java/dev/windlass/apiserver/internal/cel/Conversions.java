package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import dev.cel.runtime.CelStandardFunctions;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.schema.GoDuration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the language does itself, as Go does it: what it reads from texts, how it writes numbers, and what is left of a division by nothing. Immutable. */
final class Conversions implements CelRuntimeLibrary {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?"
            + "|[-+]?0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)[pP][-+]?\\d+");
    private static final Pattern BETWEEN_DIGITS = Pattern.compile("(?<=\\d)_(?=\\d)");

    private final Map<String, CelFunctionBinding> bindings = new LinkedHashMap<>();

    Conversions() {
        bind("string_to_int64", String.class, text -> read("int", text, Long::parseLong));
        bind("string_to_uint64", String.class,
                text -> read("uint", text, each -> UnsignedLong.valueOf(text)));
        bind("string_to_double", String.class, text -> read("double", text, Conversions::number));
        bind("string_to_bool", String.class, text -> switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw unreadable("bool");
        });
        bind("string_to_duration", String.class, text -> read("google.protobuf.Duration", text, GoDuration::exactly));
        bind("double_to_string", Double.class, GoText::shortest);
        bind("double_to_int64", Double.class, number -> {
            if (Double.isNaN(number) || number <= Long.MIN_VALUE || number >= Long.MAX_VALUE) {
                throw new CelEvaluationException("integer overflow");
            }
            return number.longValue();
        });
        bind("double_to_uint64", Double.class, number -> unsigned(new BigDecimal(finite(number)).toBigInteger()));
        bind("uint64_to_int64", UnsignedLong.class, number -> {
            if (number.longValue() < 0) {
                throw new CelEvaluationException("integer overflow");
            }
            return number.longValue();
        });
        bind("int64_to_uint64", Long.class, number -> unsigned(BigInteger.valueOf(number)));
        bindings.putAll(TimeFunctions.bindings());
        bindings.putAll(Comparisons.bindings());
        bindings.put("modulo_int64", CelFunctionBinding.from("modulo_int64", Long.class, Long.class, (a, b) -> {
            if (b == 0) {
                throw new CelEvaluationException("modulus by zero");
            }
            if (a == Long.MIN_VALUE && b == -1) {
                throw new CelEvaluationException("integer overflow");
            }
            return a % b;
        }));
        bindings.put("modulo_uint64",
                CelFunctionBinding.from("modulo_uint64", UnsignedLong.class, UnsignedLong.class, (a, b) -> {
                    if (b.equals(UnsignedLong.ZERO)) {
                        throw new CelEvaluationException("modulus by zero");
                    }
                    return a.mod(b);
                }));
    }

    /** Reads a text; what it cannot read it refuses, or makes nothing of. */
    private interface Reading {
        @Nullable
        Object of(String text);
    }

    private <T> void bind(String id, Class<T> type, CelFunctionOverload.Unary<T> body) {
        bindings.put(id, CelFunctionBinding.from(id, type, body));
    }

    private static Object read(String type, String text, Reading reading) throws CelEvaluationException {
        try {
            Object value = reading.of(text);
            if (value != null) {
                return value;
            }
        } catch (IllegalArgumentException | DateTimeException _) {
            // is said below
        }
        throw unreadable(type);
    }

    static CelEvaluationException unreadable(String type) {
        return new CelEvaluationException("type conversion error from 'string' to '" + type + "'");
    }

    private static double finite(double number) throws CelEvaluationException {
        if (!Double.isFinite(number) || number < 0) {
            throw new CelEvaluationException("unsigned integer overflow");
        }
        return number;
    }

    private static UnsignedLong unsigned(BigInteger number) throws CelEvaluationException {
        if (number.signum() < 0 || number.bitLength() > Long.SIZE) {
            throw new CelEvaluationException("unsigned integer overflow");
        }
        return UnsignedLong.valueOf(number);
    }

    private static Double number(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> {
                String digits = BETWEEN_DIGITS.matcher(text).replaceAll("");
                if (!NUMBER.matcher(digits).matches()) {
                    throw new IllegalArgumentException(text);
                }
                double number = Double.parseDouble(digits);
                if (Double.isInfinite(number)) {
                    throw new IllegalArgumentException(text);
                }
                yield number;
            }
        };
    }

    @Override
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.setStandardFunctions(CelStandardFunctions.newBuilder()
                .filterFunctions((_, overload) -> !bindings
                        .containsKey(((Enum<?>) overload).name().toLowerCase(Locale.ROOT)))
                .build()).addFunctionBindings(bindings.values());
    }
}
