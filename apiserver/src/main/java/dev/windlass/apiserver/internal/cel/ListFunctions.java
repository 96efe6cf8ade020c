package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import dev.cel.parser.CelParserBuilder;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.schema.GoDuration;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What Kubernetes adds to lists, and the formatting of texts, which the language's library has not. */
final class ListFunctions extends Functions {
    private static final List<CelType> ORDERED = List.of(SimpleType.INT, SimpleType.UINT, SimpleType.DOUBLE,
            SimpleType.BOOL, SimpleType.DURATION, SimpleType.TIMESTAMP, SimpleType.STRING, SimpleType.BYTES);
    private static final List<CelType> SUMMED = List.of(SimpleType.INT, SimpleType.UINT, SimpleType.DOUBLE,
            SimpleType.DURATION);

    static final String SORT_BY_KEYS = "@sortByAssociatedKeys";
    private static final CelMacro SORT_BY = CelMacro.newReceiverMacro("sortBy", 2, ListFunctions::sortBy);
    private static final long LONGEST_RANGE = 1_000_000;

    ListFunctions() {
        for (CelType key : ORDERED) {
            member(SORT_BY_KEYS, "list_" + key.name() + "_sortByAssociatedKeys", Types.LIST,
                    args -> sorted((List<?>) args[0], (List<?>) args[1]), Types.LIST, ListType.create(key));
        }
        for (CelType type : ORDERED) {
            String name = type.name();
            ListType list = ListType.create(type);
            member("sort", "list_" + name + "_sort", list,
                    args -> sorted((List<?>) args[0], (List<?>) args[0]), list);
            member("isSorted", "list_" + name + "_is_sorted_bool", SimpleType.BOOL,
                    args -> isSorted((List<?>) args[0]), list);
            member("max", "list_" + name + "_max_" + name, type, args -> extreme((List<?>) args[0], 1, "max"), list);
            member("min", "list_" + name + "_min_" + name, type, args -> extreme((List<?>) args[0], -1, "min"), list);
        }
        for (CelType type : SUMMED) {
            member("sum", "list_" + type.name() + "_sum_" + type.name(), type,
                    args -> sum((List<?>) args[0], type), ListType.create(type));
        }
        undecided("isSorted", args -> isSorted((List<?>) args[0]), 1);
        undecided("max", args -> extreme((List<?>) args[0], 1, "max"), 1);
        undecided("min", args -> extreme((List<?>) args[0], -1, "min"), 1);
        undecided("sum", args -> sum((List<?>) args[0]), 1);
        undecided("sort", args -> sorted((List<?>) args[0], (List<?>) args[0]), 1);
        undecided(SORT_BY_KEYS, args -> sorted((List<?>) args[0], (List<?>) args[1]), 2);
        global("lists.range", "lists_range", ListType.create(SimpleType.INT), args -> range((Long) args[0]),
                SimpleType.INT);
        member("indexOf", "list_a_index_of_int", SimpleType.INT, args -> index((List<?>) args[0], args[1], false),
                Types.LIST, Types.ANY);
        member("lastIndexOf", "list_a_last_index_of_int", SimpleType.INT,
                args -> index((List<?>) args[0], args[1], true), Types.LIST, Types.ANY);
        member("unwrapOpt", "optional_unwrapOpt", Types.LIST,
                args -> ((List<?>) args[0]).stream().flatMap(each -> ((Optional<?>) each).stream()).toList(),
                ListType.create(OptionalType.create(Types.ANY)));
        member("format", "string_format", SimpleType.STRING,
                args -> Formatting.format((String) args[0], (List<?>) args[1]), SimpleType.STRING,
                ListType.create(SimpleType.DYN));
    }

    private static List<?> range(long size) throws CelEvaluationException {
        if (size < 0) {
            throw new CelEvaluationException("lists.range: size must be non-negative, got " + size);
        }
        if (size > LONGEST_RANGE) {
            throw new CelEvaluationException(
                    "lists.range: size " + size + " exceeds maximum allowed (" + LONGEST_RANGE + ")");
        }
        return LongStream.range(0, size).boxed().toList();
    }

    @Override
    public void setParserOptions(CelParserBuilder builder) {
        builder.addMacros(SORT_BY);
    }

    /** The library's own forgets of which type the items are. */
    private static Optional<CelExpr> sortBy(CelMacroExprFactory make, CelExpr target, List<CelExpr> arguments) {
        String item = arguments.get(0).identOrDefault().name();
        if (item.isEmpty()) {
            return Macros.notIdentifier(make, arguments.get(0));
        }
        String list = "@__sortBy_input__";
        String keys = make.getAccumulatorVarName();
        CelExpr step = make.newGlobalCall("_+_", make.newIdentifier(keys), make.newList(arguments.get(1)));
        CelExpr allKeys = make.fold(item, make.newIdentifier(list), keys, make.newList(), make.newBoolLiteral(true),
                step, make.newIdentifier(keys));
        return Optional.of(make.fold("#unused", make.newList(), list, target, make.newBoolLiteral(false),
                make.newIdentifier(list), make.newReceiverCall(SORT_BY_KEYS, make.newIdentifier(list), allKeys)));
    }

    /** A list in the order of the keys that its items have. */
    private static List<?> sorted(List<?> list, List<?> keys) throws CelEvaluationException {
        if (list.isEmpty()) {
            return list;
        }
        Object first = keys.getFirst();
        if (!Order.isOrdered(first)) {
            throw new CelEvaluationException("list elements must be comparable");
        }
        for (Object key : keys) {
            if (!Formatting.typeName(key).equals(Formatting.typeName(first))) {
                throw new CelEvaluationException("list elements must have the same type");
            }
        }
        return IntStream.range(0, list.size()).boxed()
                .sorted((a, b) -> Order.of(keys.get(a), keys.get(b)).orElse(0)).map(list::get).toList();
    }

    private static boolean isSorted(List<?> list) throws CelEvaluationException {
        checkOrdered(list);
        for (int i = 1; i < list.size(); i++) {
            if (Order.of(list.get(i - 1), list.get(i)).orElse(0) > 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkOrdered(List<?> list) throws CelEvaluationException {
        if (!list.stream().allMatch(Order::isOrdered)) {
            throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
        }
    }

    private static Object extreme(List<?> list, int sign, String name) throws CelEvaluationException {
        if (list.isEmpty()) {
            throw new CelEvaluationException(name + " called on empty list");
        }
        checkOrdered(list);
        Object best = list.getFirst();
        for (Object each : list) {
            best = Order.of(each, best).orElse(0) * sign > 0 ? each : best;
        }
        return best;
    }

    /** The sum of what only turns out to be a list of something that can be summed. */
    private static Object sum(List<?> list) throws CelEvaluationException {
        return sum(list, switch (list.isEmpty() ? 0L : list.getFirst()) {
            case Long _ -> SimpleType.INT;
            case UnsignedLong _ -> SimpleType.UINT;
            case Double _ -> SimpleType.DOUBLE;
            case Duration _ -> SimpleType.DURATION;
            default -> throw new CelEvaluationException(Mismatches.NO_OVERLOAD + ": sum(list)");
        });
    }

    private static Object sum(List<?> list, CelType type) throws CelEvaluationException {
        for (Object each : list) {
            if (!Types.javaClass(type).isInstance(each)) {
                throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
            }
        }
        if (type.equals(SimpleType.DOUBLE)) {
            double sum = 0;
            for (Object each : list) {
                sum += (Double) each; // one by one, as rounding tells
            }
            return sum;
        }
        BigInteger sum = BigInteger.ZERO;
        for (Object each : list) {
            sum = sum.add(switch (each) {
                case Duration duration -> GoDuration.nanos(duration);
                case UnsignedLong number -> number.bigIntegerValue();
                default -> BigInteger.valueOf((Long) each);
            });
        }
        boolean unsigned = type.equals(SimpleType.UINT);
        if (sum.bitLength() > (unsigned ? Long.SIZE : Long.SIZE - 1)) {
            throw new CelEvaluationException(unsigned ? "unsigned integer overflow" : "integer overflow");
        }
        return unsigned
                ? UnsignedLong.valueOf(sum)
                : type.equals(SimpleType.DURATION) ? Duration.ofNanos(sum.longValue()) : sum.longValue();
    }

    private static long index(List<?> list, Object item, boolean last) {
        for (int i = 0; i < list.size(); i++) {
            int at = last ? list.size() - 1 - i : i;
            if (Equality.compare(list.get(at), item) == Equality.Result.SAME) {
                return at;
            }
        }
        return -1;
    }
}
