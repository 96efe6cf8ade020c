package dev.windlass.apiserver.internal.cel;

/** From how much to how much something costs, or how large it is. What would be more than a long can say is the most that it can. */
public record Range(long min, long max) {
    static final Range NONE = fixed(0);
    static final Range ONE = fixed(1);
    static final Range UNKNOWN = new Range(0, Long.MAX_VALUE);

    static Range fixed(long value) {
        return new Range(value, value);
    }

    Range plus(Range other) {
        return new Range(sum(min, other.min), sum(max, other.max));
    }

    Range times(Range other) {
        return new Range(product(min, other.min), product(max, other.max));
    }

    /** Rounded up. */
    Range times(double factor) {
        return new Range(scaled(min, factor), scaled(max, factor));
    }

    /** What encloses both. */
    Range or(Range other) {
        return new Range(Math.min(min, other.min), Math.max(max, other.max));
    }

    public static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    public static long product(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    private static long scaled(long value, double factor) {
        return (long) Math.ceil(value * factor); // a double that is too large becomes the largest long
    }
}
