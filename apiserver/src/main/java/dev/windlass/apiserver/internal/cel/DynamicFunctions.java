package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is done with values of which only turns out what they are when it is done. Expressions cannot name these functions. Stateless. */
final class DynamicFunctions implements CelRuntimeLibrary {
    static final String HAS = "@has";
    static final String AT = "@at";
    static final String OPTIONAL_AT = "@optionalAt";
    static final String TRUTH = "@truth";
    static final String PLAIN = "@plain";
    static final String MAKE = "@make";
    static final String MAKE_MAP = "@makeMap";
    static final String RANGE = "@range";
    static final String RANGE_OF_PAIRS = "@rangeOfPairs";
    static final String NO_TIME = "@noTime";
    static final String UNWRAP = "@unwrap";
    private static final String ANY = "@any_";
    /** Functions of lists, of which the library takes none when the list can be of any of their types. */
    static final Set<String> ANY_LIST = Set.of("sum", "min", "max", "isSorted", "sort", ListFunctions.SORT_BY_KEYS);

    static String any(String function) {
        return ANY + function;
    }

    /** What a function is called that may be one for any types. */
    static String named(String function) {
        return function.startsWith(ANY) ? function.substring(ANY.length()) : function;
    }

    @Override
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.addFunctionBindings(CelFunctionBinding.from(HAS, Object.class, String.class, DynamicFunctions::has),
                CelFunctionBinding.from(AT, Object.class, Object.class, DynamicFunctions::at),
                CelFunctionBinding.from(OPTIONAL_AT, Object.class, Object.class, DynamicFunctions::optionalAt),
                CelFunctionBinding.from(TRUTH, Object.class, DynamicFunctions::truth),
                CelFunctionBinding.from(PLAIN, Object.class, DynamicFunctions::plain),
                CelFunctionBinding.from(RANGE, Object.class, value -> range(value, false)),
                CelFunctionBinding.from(RANGE_OF_PAIRS, Object.class, value -> range(value, true)),
                CelFunctionBinding.from(NO_TIME, Object.class, DynamicFunctions::noTime),
                CelFunctionBinding.from(any("value"), Optional.class, DynamicFunctions::optionalValue),
                CelFunctionBinding.from(any("hasValue"), Optional.class, DynamicFunctions::hasValue),
                CelFunctionBinding.from(UNWRAP, Object.class, String.class, DynamicFunctions::unwrapped),
                CelFunctionBinding.from(MAKE_MAP, List.of(List.class, List.class, List.class), DynamicFunctions::map),
                CelFunctionBinding.from(MAKE, String.class, Map.class, (type, fields) -> Patches.make(type, fields)));
    }

    private static Object truth(Object value) throws CelEvaluationException {
        if (!(value instanceof Boolean)) {
            throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
        }
        return value;
    }

    private static Object has(Object holder, String name) throws CelEvaluationException {
        return found(held(holder), name) != null;
    }

    private static Object at(Object holder, Object key) throws CelEvaluationException {
        if (holder instanceof Optional<?>) {
            return optionalAt(holder, key);
        }
        Object value = found(holder, key);
        if (value == null) {
            throw new CelEvaluationException(
                    (holder instanceof List<?> ? "index out of bounds: " : "no such key: ") + Formatting.show(key));
        }
        return value;
    }

    private static Object optionalAt(Object holder, Object key) throws CelEvaluationException {
        return Optional.ofNullable(found(held(holder), key));
    }

    private static @Nullable Object held(Object holder) {
        return holder instanceof Optional<?> optional ? optional.orElse(null) : holder;
    }

    /** The library knows timestamps of its own only. */
    private static Object plain(Object value) {
        return value instanceof Moment moment ? moment.instant() : value;
    }

    /** What a macro goes through. */
    private static Object range(Object value, boolean pairs) throws CelEvaluationException {
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            return value;
        }
        throw new CelEvaluationException(pairs
                ? "unsupported comprehension range type: " + GoTypes.of(value)
                : "got '" + GoTypes.of(value) + "', expected iterable type");
    }

    /** The first moment of all is none. */
    private static Object noTime(Object value) {
        return value instanceof Moment moment && moment.isFirst() ? NullValue.NULL_VALUE : value;
    }

    private static Object hasValue(Optional<?> optional) {
        return optional.isPresent();
    }

    private static Object optionalValue(Optional<?> optional) throws CelEvaluationException {
        if (optional.isEmpty()) {
            throw new CelEvaluationException("optional.none() dereference");
        }
        return optional.get();
    }

    private static Object unwrapped(Object value, String function) throws CelEvaluationException {
        if (!(value instanceof List<?> list) || !list.stream().allMatch(Optional.class::isInstance)) {
            throw new CelEvaluationException(Mismatches.NO_OVERLOAD + ": " + Mismatches.signature(function, value));
        }
        return list.stream().flatMap(each -> ((Optional<?>) each).stream()).toList();
    }

    /** Of what has the same key the last counts, also when it is an optional that has no value. */
    private static Object map(Object[] parts) throws CelEvaluationException {
        List<?> keys = (List<?>) parts[0];
        List<?> values = (List<?>) parts[1];
        List<?> optional = (List<?>) parts[2];
        Map<Object, Object> made = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            Object key = keys.get(i);
            if (key instanceof CelByteString) {
                throw new CelEvaluationException("internal error: runtime error: hash of unhashable type types.Bytes");
            }
            Object value = values.get(i);
            if (optional.contains((long) i)) {
                if (!(value instanceof Optional<?> perhaps)) {
                    throw new CelEvaluationException(Mismatches.NO_OVERLOAD);
                }
                value = perhaps.orElse(null);
            }
            if (value == null) {
                made.remove(key);
            } else {
                made.put(key, value);
            }
        }
        return made;
    }

    private static @Nullable Object found(@Nullable Object holder, Object key) throws CelEvaluationException {
        if (!GoTypes.isQualifier(key)) {
            throw new CelEvaluationException(GoTypes.notQualifier(key));
        }
        return switch (holder) {
            case List<?> list -> item(list, key);
            case Map<?, ?> map -> value(map, key);
            case null, default -> null;
        };
    }

    private static @Nullable Object item(List<?> list, Object key) throws CelEvaluationException {
        long index = switch (key) {
            case Long whole -> whole;
            case UnsignedLong whole -> whole.bigIntegerValue().min(UnsignedLong.valueOf(Long.MAX_VALUE)
                    .bigIntegerValue()).longValue();
            case Double number when number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE ->
                number.longValue();
            case Double number -> throw new CelEvaluationException(
                    "unsupported index value " + Formatting.show(number) + " in list");
            default -> throw new CelEvaluationException(
                    "unsupported index type '" + Formatting.typeName(key) + "' in list");
        };
        if (index < 0 || index >= list.size()) {
            return null;
        }
        if (list instanceof SchemaList && !(key instanceof Long)) {
            throw new CelEvaluationException("unsupported index: " + Formatting.show(key));
        }
        return list.get((int) index);
    }

    /** Numbers that are equal are the same key. */
    static @Nullable Object value(Map<?, ?> map, Object key) {
        Object value = map.get(key);
        return switch (key) {
            case Long number when value == null && number >= 0 -> map.get(UnsignedLong.valueOf(number));
            case UnsignedLong number when value == null && number.longValue() >= 0 -> map.get(number.longValue());
            case Double number when value == null && number == Math.rint(number)
                    && Math.abs(number) < Long.MAX_VALUE ->
                value(map, number.longValue());
            default -> value;
        };
    }
}
