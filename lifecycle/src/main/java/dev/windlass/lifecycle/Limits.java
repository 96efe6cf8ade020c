package dev.windlass.lifecycle;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How much all units of a scope together may cost, per {@link CostDimension}: a number from 0, or no limit. Immutable.
 *
 * <p>Limits are ceilings and reserve nothing: what runs in a scope must fit under the limits of that scope and of every scope
 * around it.
 */
public final class Limits {

    private static final CostDimension[] DIMENSIONS = CostDimension.values();
    private static final long UNLIMITED = Long.MAX_VALUE;
    private static final Pattern SEPARATORS = Pattern.compile("[\\s,]+");
    private static final Pattern AROUND_EQUALS = Pattern.compile("\\s*=\\s*");
    private static final Limits NONE = new Limits(unlimited());

    private final long[] most;

    private Limits(long[] most) {
        this.most = most;
    }

    private static long[] unlimited() {
        long[] most = new long[DIMENSIONS.length];
        Arrays.fill(most, UNLIMITED);
        return most;
    }

    /** No limit at all. */
    public static Limits none() {
        return NONE;
    }

    /**
     * A limit in one dimension.
     *
     * @throws IllegalArgumentException when it is negative or more than 10^12
     */
    public static Limits of(CostDimension dimension, long most) {
        return NONE.and(dimension, most);
    }

    /**
     * The same, with this limit in one dimension.
     *
     * @throws IllegalArgumentException when it is negative or more than 10^12
     */
    public Limits and(CostDimension dimension, long limit) {
        return with(dimension, Cost.checked("limit", dimension, limit));
    }

    /** The same, without a limit in this dimension. */
    public Limits without(CostDimension dimension) {
        return with(dimension, UNLIMITED);
    }

    private Limits with(CostDimension dimension, long limit) {
        long[] next = most.clone();
        next[dimension.ordinal()] = limit;
        return new Limits(next);
    }

    /** The limit in one dimension; empty when there is none. */
    public OptionalLong limit(CostDimension dimension) {
        long limit = most[dimension.ordinal()];
        return limit == UNLIMITED ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    /** The limit, or a number that nothing reaches. */
    long most(int dimension) {
        return most[dimension];
    }

    /** Whether there is no limit in any dimension. */
    public boolean isNone() {
        return Arrays.equals(most, NONE.most);
    }

    /** Whether this one is stricter than the other in some dimension. */
    boolean lowersAny(Limits before) {
        for (int i = 0; i < most.length; i++) {
            if (most[i] < before.most[i]) {
                return true;
            }
        }
        return false;
    }

    /** All limits of a text; see {@link #parse(String)}. Dimensions that the text does not name are not limited. */
    public static Limits parse(String text) {
        return NONE.parseOver(text);
    }

    /**
     * These limits with those of a text: entries {@code dimension=number}, separated by commas or white space. Numbers may end
     * in {@code Ki}, {@code Mi} or {@code Gi}; {@code none} takes a limit away, and as the whole text takes all away. For example
     * {@code watches=40, cached-bytes=64Mi}.
     *
     * @throws IllegalArgumentException when the text is empty, or an entry is malformed or names an unknown dimension or the same one twice; names
     *     the entry
     */
    public Limits parseOver(String text) {
        if (text.strip().equalsIgnoreCase("none")) {
            return NONE;
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "no limits are given: write dimension=number, for example watches=40, or none to take all away");
        }
        Limits limits = this;
        boolean[] named = new boolean[DIMENSIONS.length];
        for (String entry : entries(text)) {
            int equals = entry.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "limit \"%s\" has no \"=\": write dimension=number, for example watches=40".formatted(entry));
            }
            CostDimension dimension = CostDimension.parse(entry.substring(0, equals));
            if (named[dimension.ordinal()]) {
                throw new IllegalArgumentException("%s is limited twice: keep one entry".formatted(dimension.key()));
            }
            named[dimension.ordinal()] = true;
            String number = entry.substring(equals + 1);
            limits = number.equalsIgnoreCase("none")
                    ? limits.without(dimension)
                    : limits.and(dimension, number(entry, number));
        }
        return limits;
    }

    private static List<String> entries(String text) {
        return SEPARATORS.splitAsStream(AROUND_EQUALS.matcher(text).replaceAll("="))
                .filter(Predicate.not(String::isEmpty)).toList();
    }

    private static long number(String entry, String text) {
        String digits = text;
        long factor = 1;
        for (String suffix : new String[]{"Ki", "Mi", "Gi"}) {
            factor *= 1024;
            if (text.endsWith(suffix)) {
                digits = text.substring(0, text.length() - suffix.length());
                break;
            }
        }
        try {
            return Math.multiplyExact(Long.parseLong(digits), digits.equals(text) ? 1 : factor);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "limit \"%s\": \"%s\" is not a whole number, optionally with Ki, Mi or Gi, nor none".formatted(
                            entry,
                            text),
                    e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Limits limits && Arrays.equals(most, limits.most);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(most);
    }

    /** {@code watches=40, concurrency=16}; {@code none}. What {@link #parse(String)} reads. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        text.setEmptyValue("none");
        for (CostDimension dimension : DIMENSIONS) {
            limit(dimension).ifPresent(limit -> text.add(dimension.key() + "=" + limit));
        }
        return text.toString();
    }
}
