package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionResolver;
import dev.cel.runtime.CelResolvedOverload;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Is asked when no function takes what it turns out to be given, and tells it in the words of the real server. Stateless. */
final class Mismatches implements CelFunctionResolver {
    static final Mismatches TOLD = new Mismatches();
    static final String NO_OVERLOAD = "no such overload";
    private static final Set<Class<?>> NUMBERS = Set.of(Long.class, UnsignedLong.class, Double.class);
    /** The types whose values know an operator there, also when they do not know it for the other operand. */
    private static final Map<String, Set<Class<?>>> OPERATORS = Map.of("_+_",
            Set.of(Long.class, UnsignedLong.class, Double.class, CelByteString.class, List.class), "_-_", NUMBERS,
            "_*_", NUMBERS, "_/_", NUMBERS, "_%_", Set.of(Long.class, UnsignedLong.class), "-_",
            Set.of(Long.class, UnsignedLong.class, Double.class, Boolean.class));
    private static final Set<Class<?>> COMPARED = Set.of(Long.class, UnsignedLong.class, Double.class, Boolean.class,
            CelByteString.class);
    /** They answer for whatever they are asked. */
    private static final Set<Class<?>> ANSWERING = Set.of(String.class, Moment.class, Duration.class);
    private static final Set<String> BRIEF = Set.of("!_", "_in_", "@in", "in", "contains", "startsWith", "endsWith",
            "find", "findAll", "matches", "_[_]", "_[?_]", "_?_:_");

    private Mismatches() {
    }

    @Override
    public Optional<CelResolvedOverload> findOverloadMatchingArgs(String function, Collection<String> overloads,
            Object[] args) throws CelEvaluationException {
        throw new CelEvaluationException(problem(function, args));
    }

    @Override
    public Optional<CelResolvedOverload> findOverloadMatchingArgs(String function, Object[] args)
            throws CelEvaluationException {
        throw new CelEvaluationException(problem(function, args));
    }

    private static String problem(String function, Object[] args) {
        if (BRIEF.contains(function)) {
            return NO_OVERLOAD;
        }
        if (function.equals(DynamicFunctions.any("matches"))) {
            return args[0] instanceof String ? NO_OVERLOAD : NO_OVERLOAD + ": matches";
        }
        if (function.equals("distinct")) {
            return "internal error: interface conversion: " + GoTypes.of(args[0])
                    + " is not traits.Lister: missing method " + GoTypes.missingOfList(args[0]);
        }
        if (function.equals("flatten")) {
            return args.length > 1 && !(args[1] instanceof Long)
                    ? "internal error: interface conversion: ref.Val is " + GoTypes.of(args[1]) + ", not types.Int"
                    : NO_OVERLOAD + ": " + GoTypes.general(args[0]) + "." + signature(function, allButFirst(args));
        }
        if (function.equals("size")) {
            return NO_OVERLOAD + ": size";
        }
        if (function.startsWith("_") || function.equals("-_")) {
            Set<Class<?>> knowing = OPERATORS.getOrDefault(function, COMPARED);
            boolean answers = ANSWERING.stream().anyMatch(each -> each.isInstance(args[0]))
                    || knowing.stream().anyMatch(each -> each.isInstance(args[0]));
            return answers ? NO_OVERLOAD : NO_OVERLOAD + ": " + function;
        }
        return NO_OVERLOAD + ": " + signature(function, args);
    }

    private static Object[] allButFirst(Object[] args) {
        return Arrays.copyOfRange(args, 1, args.length);
    }

    /** A function, and the types of what it is given. */
    static String signature(String called, Object... args) {
        String function = DynamicFunctions.named(called);
        return Arrays.stream(args).map(Formatting::typeName).collect(Collectors.joining(", ", function + "(", ")"));
    }
}
