package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.schema.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A quantity as expressions see it: two of the same value are equal, however they are written. Whether it is an integer
 * depends on how the real server keeps it, though: what has many digits, a fraction of something binary and what is more
 * than 64 bits hold it keeps as something that never is one.
 *
 * @param value
 *            with as many digits after the point as it is kept with
 * @param small
 *            whether it is kept as 64 bits and a power of ten
 */
record Amount(BigDecimal value, boolean small) {
    private static final Pattern FORM = Pattern.compile("([+-]?)0*(\\d*)(?:\\.(\\d*))?([a-zA-Z]*)([-+]?\\d*)");
    private static final Pattern EXPONENT = Pattern.compile("[eE][-+]?\\d+");
    private static final String DECIMALS = "numkMGTPE";
    private static final String BINARIES = "KMGTPE";
    private static final int MOST_DIGITS = 18;
    private static final int MOST_BINARY_DIGITS = 15;
    private static final int SMALLEST_POWER = -9;
    /** How many digits the powers of 1024 take, from the first on. */
    private static final int[] BINARY_DIGITS = {3, 6, 9, 12, 15, 18};
    private static final int[] DECIMAL_POWERS = {-9, -6, -3, 3, 6, 9, 12, 15, 18};
    private static final int BITS = 63;

    /** @throws IllegalArgumentException when it is none */
    static Amount parse(String text) {
        String problem = Quantity.problem(text);
        Quantity quantity = problem == null ? Quantity.parse(text) : null;
        if (quantity == null) {
            throw new IllegalArgumentException(problem == null ? Quantity.BAD_SHAPE : problem);
        }
        BigDecimal small = small(text);
        return small == null
                ? new Amount(quantity.value().signum() == 0
                        ? BigDecimal.ZERO
                        : quantity.value().setScale(-SMALLEST_POWER), false)
                : new Amount(small, true);
    }

    static Amount of(long number) {
        return new Amount(BigDecimal.valueOf(number), true);
    }

    /** What is kept as 64 bits and a power of ten, or null when it has too many digits. */
    private static @Nullable BigDecimal small(String text) {
        Matcher found = FORM.matcher(text);
        if (!found.matches()) {
            return null;
        }
        String fraction = found.group(3) == null ? "" : found.group(3);
        String digits = (found.group(2).isEmpty() ? "0" : found.group(2)) + fraction;
        String suffix = found.group(4) + found.group(5);
        int binary = suffix.endsWith("i") ? BINARIES.indexOf(suffix.charAt(0)) : -1;
        int power = binary < 0 ? power(suffix) - fraction.length() : 0;
        boolean many = binary < 0
                ? digits.length() > MOST_DIGITS
                : !fraction.isEmpty() || digits.length() >= MOST_BINARY_DIGITS - BINARY_DIGITS[binary];
        if (many || power < SMALLEST_POWER) {
            return null;
        }
        BigInteger number = new BigInteger(found.group(1) + digits)
                .shiftLeft(binary < 0 ? 0 : (binary + 1) * 10);
        return new BigDecimal(number, -power);
    }

    private static int power(String suffix) {
        return suffix.isEmpty()
                ? 0
                : EXPONENT.matcher(suffix).matches()
                        ? Integer.parseInt(suffix.substring(1))
                        : DECIMAL_POWERS[DECIMALS.indexOf(suffix)];
    }

    Amount plus(Amount other) {
        if (small && other.small) {
            if (other.value.signum() == 0) {
                return this;
            }
            if (value.signum() == 0) {
                return other;
            }
        }
        BigDecimal sum = value.add(other.value);
        return new Amount(sum, small && other.small && sum.unscaledValue().bitLength() <= BITS);
    }

    /** The least of 64 bits has no opposite, and stays what it is, as there. */
    Amount minus(Amount other) {
        BigDecimal opposite = other.small
                ? new BigDecimal(BigInteger.valueOf(-other.value.unscaledValue().longValue()), other.value.scale())
                : other.value.negate();
        return plus(new Amount(opposite, other.small));
    }

    /** The whole number that it is, or null when it is none that expressions know. */
    @Nullable
    Long integer() {
        if (!small || value.scale() > 0) {
            return null;
        }
        BigInteger whole = value.toBigIntegerExact();
        return whole.bitLength() <= BITS ? whole.longValue() : null;
    }

    /** Near what it is: the digits and the power of ten are rounded one by one. */
    double approximate() {
        double digits = value.unscaledValue().doubleValue();
        int power = -value.scale();
        return power == 0
                ? digits
                : digits * (power < 0 ? 1 / Double.parseDouble("1e" + -power) : Double.parseDouble("1e" + power));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Amount amount && value.compareTo(amount.value) == 0;
    }

    @Override
    public int hashCode() {
        return value.stripTrailingZeros().hashCode();
    }
}
