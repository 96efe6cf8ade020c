package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;

/** Which of two values comes first. Stateless. */
final class Order {
    private Order() {
    }

    /** Whether values like this one come before or after others at all. */
    static boolean isOrdered(Object value) {
        return value instanceof Number || value instanceof Boolean || value instanceof String
                || value instanceof CelByteString || value instanceof Duration || value instanceof Moment;
    }

    /** @return empty when neither comes first, and they are not the same */
    static OptionalInt of(Object a, Object b) {
        return switch (a) {
            case Number first when b instanceof Number second -> ofNumbers(first, second);
            case Boolean first when b instanceof Boolean second -> OptionalInt.of(Boolean.compare(first, second));
            case String first when b instanceof String second -> OptionalInt.of(ofTexts(first, second));
            case CelByteString first when b instanceof CelByteString second ->
                OptionalInt.of(Arrays.compareUnsigned(first.toByteArray(), second.toByteArray()));
            case Duration first when b instanceof Duration second -> OptionalInt.of(first.compareTo(second));
            case Moment first when b instanceof Moment second -> OptionalInt.of(first.compareTo(second));
            default -> OptionalInt.empty();
        };
    }

    /** By characters, not by units of UTF-16. */
    private static int ofTexts(String a, String b) {
        return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
    }

    private static OptionalInt ofNumbers(Number a, Number b) {
        double first = a.doubleValue();
        double second = b.doubleValue();
        if (Double.isNaN(first) || Double.isNaN(second)) {
            return OptionalInt.empty();
        }
        if (a instanceof Double || b instanceof Double) {
            return OptionalInt.of(first < second ? -1 : first > second ? 1 : 0);
        }
        return OptionalInt.of(whole(a).compareTo(whole(b)));
    }

    private static BigInteger whole(Number number) {
        return number instanceof UnsignedLong unsigned
                ? unsigned.bigIntegerValue()
                : BigInteger.valueOf(number.longValue());
    }
}
