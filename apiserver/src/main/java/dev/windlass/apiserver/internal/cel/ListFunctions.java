package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import dev.cel.parser.CelParserBuilder;
import dev.cel.runtime.CelEvaluationException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
    private static final BigDecimal MAX_UINT = new BigDecimal(UnsignedLong.MAX_VALUE.bigIntegerValue());

    ListFunctions() {
        for (CelType key : ORDERED) {
            member(SORT_BY_KEYS, "list_" + key.name() + "_sortByAssociatedKeys", Types.LIST,
                    args -> sortBy((List<?>) args[0], (List<?>) args[1]), Types.LIST, ListType.create(key));
        }
        for (CelType type : ORDERED) {
            String name = type.name();
            ListType list = ListType.create(type);
            member("isSorted", "list_" + name + "_is_sorted_bool", SimpleType.BOOL,
                    args -> isSorted((List<?>) args[0]), list);
            member("max", "list_" + name + "_max_" + name, type, args -> extreme((List<?>) args[0], 1, "max"), list);
            member("min", "list_" + name + "_min_" + name, type, args -> extreme((List<?>) args[0], -1, "min"), list);
        }
        for (CelType type : SUMMED) {
            member("sum", "list_" + type.name() + "_sum_" + type.name(), type,
                    args -> sum((List<?>) args[0], type), ListType.create(type));
        }
        global("lists.range", "lists_range", ListType.create(SimpleType.INT), args -> {
            if ((Long) args[0] < 0) {
                throw new CelEvaluationException("lists.range: size must be non-negative, got " + args[0]);
            }
            return LongStream.range(0, (Long) args[0]).boxed().toList();
        }, SimpleType.INT);
        member("indexOf", "list_a_index_of_int", SimpleType.INT, args -> index((List<?>) args[0], args[1], false),
                Types.LIST, Types.ANY);
        member("lastIndexOf", "list_a_last_index_of_int", SimpleType.INT,
                args -> index((List<?>) args[0], args[1], true), Types.LIST, Types.ANY);
        member("format", "string_format", SimpleType.STRING,
                args -> Formatting.format((String) args[0], (List<?>) args[1]), SimpleType.STRING,
                ListType.create(SimpleType.DYN));
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

    private static List<?> sortBy(List<?> list, List<?> keys) {
        return IntStream.range(0, list.size()).boxed().sorted((a, b) -> compare(keys.get(a), keys.get(b)))
                .map(list::get).toList();
    }

    @SuppressWarnings("unchecked")
    private static int compare(Object a, Object b) {
        return ((Comparable<Object>) a).compareTo(b);
    }

    private static boolean isSorted(List<?> list) {
        for (int i = 1; i < list.size(); i++) {
            if (compare(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Object extreme(List<?> list, int sign, String name) throws CelEvaluationException {
        if (list.isEmpty()) {
            throw new CelEvaluationException(name + " called on empty list");
        }
        Object best = list.getFirst();
        for (Object each : list) {
            best = compare(each, best) * sign > 0 ? each : best;
        }
        return best;
    }

    private static Object sum(List<?> list, CelType type) throws CelEvaluationException {
        if (type.equals(SimpleType.DURATION)) {
            Duration sum = Duration.ZERO;
            for (Object each : list) {
                sum = sum.plus((Duration) each);
            }
            return sum;
        }
        if (type.equals(SimpleType.DOUBLE)) {
            return list.stream().mapToDouble(each -> ((Number) each).doubleValue()).sum();
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Object each : list) {
            sum = sum.add(new BigDecimal(each.toString()));
        }
        if (type.equals(SimpleType.UINT)) {
            if (sum.compareTo(MAX_UINT) > 0) {
                throw new CelEvaluationException("unsigned integer overflow");
            }
            return UnsignedLong.valueOf(sum.toBigInteger());
        }
        try {
            return sum.longValueExact();
        } catch (ArithmeticException e) {
            throw new CelEvaluationException("integer overflow", e);
        }
    }

    private static long index(List<?> list, Object item, boolean last) {
        for (int i = 0; i < list.size(); i++) {
            int at = last ? list.size() - 1 - i : i;
            if (Objects.equals(list.get(at), item)) {
                return at;
            }
        }
        return -1;
    }
}
