package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** The language's operators that compare values, and what depends on which are the same, as Go does it. Stateless. */
@SuppressWarnings("Immutable") // a body holds no state of its own
final class Comparisons {
    private static final Map<String, IntPredicate> ORDERS = Map.of("less", order -> order < 0, "less_equals",
            order -> order <= 0, "greater", order -> order > 0, "greater_equals", order -> order >= 0);
    private static final List<Operands> ORDERED = List.of(new Operands("double", Double.class, Double.class),
            new Operands("double_int64", Double.class, Long.class),
            new Operands("double_uint64", Double.class, UnsignedLong.class),
            new Operands("int64_double", Long.class, Double.class),
            new Operands("uint64_double", UnsignedLong.class, Double.class),
            new Operands("int64_uint64", Long.class, UnsignedLong.class),
            new Operands("uint64_int64", UnsignedLong.class, Long.class),
            new Operands("string", String.class, String.class),
            new Operands("timestamp", Moment.class, Moment.class));

    /** What is compared; {@code name} is how an operator is called that compares it. */
    private record Operands(String name, Class<?> first, Class<?> second) {
    }

    private Comparisons() {
    }

    /** By the names of what they replace. */
    static Map<String, CelFunctionBinding> bindings() {
        Map<String, CelFunctionBinding> all = new LinkedHashMap<>();
        ORDERS.forEach((name, wanted) -> ORDERED.forEach(each -> add(all, name + "_" + each.name(), each.first(),
                each.second(), (a, b) -> wanted.test(order(a, b)))));
        add(all, "equals", Object.class, Object.class, Equality::of);
        add(all, "not_equals", Object.class, Object.class, (a, b) -> Equality.compare(a, b) != Equality.Result.SAME);
        add(all, "in_list", Object.class, List.class, (item, list) -> Equality.contains((List<?>) list, item));
        add(all, "add_list", List.class, List.class, (a, b) -> joined((List<?>) a, (List<?>) b));
        return all;
    }

    /** What an operator does with two values. */
    private interface Body {
        Object apply(Object a, Object b) throws CelEvaluationException;
    }

    private static void add(Map<String, CelFunctionBinding> all, String id, Class<?> first, Class<?> second,
            Body body) {
        all.put(id, CelFunctionBinding.from(id, List.of(first, second), args -> body.apply(args[0], args[1])));
    }

    private static int order(Object a, Object b) throws CelEvaluationException {
        OptionalInt order = Order.of(a, b);
        if (order.isEmpty()) {
            throw new CelEvaluationException("NaN values cannot be ordered");
        }
        return order.getAsInt();
    }

    private static List<?> joined(List<?> a, List<?> b) {
        if (a instanceof SchemaList list && list.isKeyed()) {
            return list.plus(b);
        }
        if (!(a instanceof SchemaList) && (a.isEmpty() || b.isEmpty())) {
            return a.isEmpty() ? b : a;
        }
        List<Object> all = a instanceof SchemaList ? new ArrayList<>() : new Joined();
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    /** A list that has been two. */
    @SuppressWarnings("serial") // nobody serializes one
    static final class Joined extends ArrayList<Object> {
    }
}
