package dev.windlass.apiserver.internal.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An amount of a resource: a decimal number with a decimal or binary suffix or an exponent. Immutable.
 *
 * @param value
 *            exact, but nothing below a billionth
 * @param format
 *            in which it was written, and will be
 */
public record Quantity(BigDecimal value, Format format) {
    /** The families of suffixes. */
    public enum Format {
        BINARY, DECIMAL, EXPONENT
    }

    private static final Pattern FORM = Pattern.compile("([+-]?)([0-9]+\\.?[0-9]*|\\.[0-9]+)([a-zA-Z]*)([-+]?[0-9]*)");
    private static final Pattern SHAPE = Pattern.compile("([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final int DECIMAL_ONE = 3;
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    /** How many digits after the point are kept. */
    public static final int SMALLEST = 9;
    /** How many are kept of amounts of resources. */
    public static final int SMALLEST_OF_RESOURCES = 3;
    /** What is more in binary counts as this. */
    private static final BigDecimal MOST_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
    /** Nobody has so much; to write it out would take all memory. */
    private static final int LARGEST_EXPONENT = 1_000;

    /** What is wrong with a text that has not the shape of a quantity. */
    public static final String BAD_SHAPE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    /** What is wrong with one that has a suffix that is none. */
    public static final String BAD_SUFFIX = "unable to parse quantity's suffix";

    /** What is wrong with a text, or null when it is a quantity. */
    public static @Nullable String problem(String text) {
        if (!SHAPE.matcher(text).matches() || !FORM.matcher(text).matches()) {
            return BAD_SHAPE;
        }
        return parse(text) == null ? BAD_SUFFIX : null;
    }

    /** @return null when it is none */
    public static @Nullable Quantity parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        BigDecimal number = new BigDecimal(matcher.group(1) + matcher.group(2));
        String suffix = matcher.group(3);
        String exponent = matcher.group(4);
        if (suffix.equalsIgnoreCase("e") && !exponent.isEmpty() && !exponent.equals("+") && !exponent.equals("-")) {
            BigInteger power = new BigInteger(exponent);
            return power.abs().compareTo(BigInteger.valueOf(LARGEST_EXPONENT)) > 0
                    ? null
                    : bounded(number.scaleByPowerOfTen(power.intValue()), Format.EXPONENT);
        }
        if (!exponent.isEmpty()) {
            return null;
        }
        int binary = BINARY.indexOf(suffix);
        if (binary > 0) {
            BigDecimal value = number.multiply(new BigDecimal(KIBI.pow(binary)));
            return bounded(value.min(MOST_BINARY).max(MOST_BINARY.negate()), Format.BINARY);
        }
        int decimal = DECIMAL.indexOf(suffix);
        return decimal < 0
                ? null
                : bounded(number.scaleByPowerOfTen(3 * (decimal - DECIMAL_ONE)), Format.DECIMAL);
    }

    private static Quantity bounded(BigDecimal value, Format format) {
        return new Quantity(value.setScale(Math.min(SMALLEST, Math.max(0, value.scale())), RoundingMode.UP), format);
    }

    /** In its own format, unless there is nothing of it. */
    public Quantity plus(Quantity other) {
        return new Quantity(value.add(other.value), value.signum() == 0 ? other.format : format);
    }

    /** In its own format, unless there is nothing of it. */
    public Quantity minus(Quantity other) {
        return new Quantity(value.subtract(other.value), value.signum() == 0 ? other.format : format);
    }

    /** The same, or the next larger one that has no more digits after the point. */
    public Quantity atMost(int digits) {
        return value.scale() <= digits ? this : new Quantity(value.setScale(digits, RoundingMode.UP), format);
    }

    /** In the one form that each amount has: no fraction, and the largest suffix that allows it. */
    public String canonical() {
        if (value.signum() == 0) {
            return "0";
        }
        boolean small = value.abs().compareTo(new BigDecimal(KIBI)) < 0;
        boolean whole = value.stripTrailingZeros().scale() <= 0;
        return format == Format.BINARY && !small && whole ? binary() : decimal();
    }

    private String binary() {
        BigInteger number = value.toBigIntegerExact();
        int suffix = 0;
        while (suffix < BINARY.size() - 1 && number.mod(KIBI).signum() == 0) {
            number = number.divide(KIBI);
            suffix++;
        }
        return number + BINARY.get(suffix);
    }

    private String decimal() {
        BigDecimal stripped = value.stripTrailingZeros();
        int exponent = Math.floorDiv(-stripped.scale(), 3) * 3;
        exponent = Math.max(-SMALLEST, Math.min(exponent, 18));
        BigInteger number = stripped.scaleByPowerOfTen(-exponent).toBigIntegerExact();
        if (format == Format.EXPONENT) {
            return number + (exponent == 0 ? "" : "e" + exponent);
        }
        return number + DECIMAL.get(exponent / 3 + DECIMAL_ONE);
    }
}
