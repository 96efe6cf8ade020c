package dev.windlass.lifecycle;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * What something costs, per {@link CostDimension}: numbers from 0. Immutable.
 *
 * <p>The declared cost of a unit is what it needs at most while it runs; a quota admits it by that.
 */
public final class Cost {

    /** More than anything costs, and small enough that a million of them can be added up. */
    static final long MOST = 1_000_000_000_000L;

    private static final CostDimension[] DIMENSIONS = CostDimension.values();
    private static final Cost NONE = new Cost(new long[DIMENSIONS.length]);

    private final long[] amounts;

    private Cost(long[] amounts) {
        this.amounts = amounts;
    }

    /** Nothing. */
    public static Cost none() {
        return NONE;
    }

    /**
     * So much in one dimension.
     *
     * @throws IllegalArgumentException when it is negative or more than 10^12
     */
    public static Cost of(CostDimension dimension, long amount) {
        return NONE.and(dimension, amount);
    }

    /**
     * The same, with this amount in one dimension.
     *
     * @throws IllegalArgumentException when it is negative or more than 10^12
     */
    public Cost and(CostDimension dimension, long amount) {
        long[] next = amounts.clone();
        next[dimension.ordinal()] = checked("cost", dimension, amount);
        return of(next);
    }

    /** The same without a bound: for sums. */
    static Cost summed(CostDimension dimension, long amount) {
        long[] next = new long[DIMENSIONS.length];
        next[dimension.ordinal()] = amount;
        return of(next);
    }

    /** The sum. */
    public Cost plus(Cost other) {
        if (isNone()) {
            return other;
        }
        if (other.isNone()) {
            return this;
        }
        long[] next = amounts.clone();
        for (int i = 0; i < next.length; i++) {
            next[i] += other.amounts[i];
        }
        return new Cost(next);
    }

    /** What is left without the other; 0 in dimensions in which the other is more. */
    public Cost minus(Cost other) {
        if (other.isNone()) {
            return this;
        }
        long[] next = amounts.clone();
        for (int i = 0; i < next.length; i++) {
            next[i] = Math.max(0, next[i] - other.amounts[i]);
        }
        return of(next);
    }

    /** In each dimension the smaller one. */
    Cost atMost(Cost other) {
        return minus(minus(other));
    }

    private static Cost of(long[] amounts) {
        for (long amount : amounts) {
            if (amount != 0) {
                return new Cost(amounts);
            }
        }
        return NONE;
    }

    /** How much in one dimension. */
    public long in(CostDimension dimension) {
        return amounts[dimension.ordinal()];
    }

    long in(int dimension) {
        return amounts[dimension];
    }

    /** Whether it is nothing in every dimension. */
    public boolean isNone() {
        return Arrays.equals(amounts, NONE.amounts);
    }

    static long checked(String what, CostDimension dimension, long amount) {
        if (amount < 0 || amount > MOST) {
            throw new IllegalArgumentException("%s %s is %d: it must be between 0 and %d".formatted(what,
                    dimension.key(), amount, MOST));
        }
        return amount;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cost cost && Arrays.equals(amounts, cost.amounts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(amounts);
    }

    /** {@code watches=3, concurrency=4}; {@code nothing}. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        text.setEmptyValue("nothing");
        for (CostDimension dimension : DIMENSIONS) {
            if (in(dimension) != 0) {
                text.add(dimension.key() + "=" + in(dimension));
            }
        }
        return text.toString();
    }
}
