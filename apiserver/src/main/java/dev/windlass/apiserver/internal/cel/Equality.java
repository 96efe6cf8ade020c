package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Which values are the same. Stateless. */
final class Equality {
    /** What a comparison comes to: some values know only others of their kind. */
    enum Result {
        SAME, DIFFERENT, UNDEFINED;

        static Result of(boolean same) {
            return same ? SAME : DIFFERENT;
        }
    }

    private Equality() {
    }

    /** @throws CelEvaluationException when the first cannot be compared with the second */
    static boolean of(Object a, Object b) throws CelEvaluationException {
        Result result = compare(a, b);
        if (result == Result.UNDEFINED) {
            throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
        }
        return result == Result.SAME;
    }

    static Result compare(Object a, Object b) {
        if (a instanceof NullValue || b instanceof NullValue) {
            return Result.of(a.equals(b));
        }
        return switch (a) {
            case Number first when b instanceof Number second -> {
                var order = Order.of(first, second);
                yield Result.of(order.isPresent() && order.getAsInt() == 0);
            }
            case SchemaList first -> b instanceof List<?> second ? first.compare(second) : Result.UNDEFINED;
            case List<?> first when b instanceof List<?> second -> inOrder(first, second);
            case Map<?, ?> first when b instanceof Map<?, ?> second -> ofMaps(first, second);
            case SchemaValues.Known _ -> Result.UNDEFINED;
            case Optional<?> first when b instanceof Optional<?> second ->
                first.isPresent() && second.isPresent()
                        ? compare(first.get(), second.get())
                        : Result.of(first.isPresent() == second.isPresent());
            default ->
                a.getClass() != b.getClass() && Types.isOurs(a) ? Result.UNDEFINED : Result.of(Objects.equals(a, b));
        };
    }

    /** Whether two lists have the same items in the same order. Items that cannot be compared make no difference. */
    static Result inOrder(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return Result.DIFFERENT;
        }
        Iterator<?> others = b.iterator();
        for (Object each : a) {
            if (compare(each, others.next()) == Result.DIFFERENT) {
                return Result.DIFFERENT;
            }
        }
        return Result.SAME;
    }

    /** Whether a list has an item. */
    static boolean contains(List<?> list, Object item) {
        return list.stream().anyMatch(each -> compare(item, each) == Result.SAME);
    }

    private static Result ofMaps(Map<?, ?> a, Map<?, ?> b) {
        if (a.size() != b.size()) {
            return Result.DIFFERENT;
        }
        for (Map.Entry<?, ?> each : a.entrySet()) {
            Object other = DynamicFunctions.value(b, each.getKey());
            if (other == null || compare(each.getValue(), other) == Result.DIFFERENT) {
                return Result.DIFFERENT;
            }
        }
        return Result.SAME;
    }
}
