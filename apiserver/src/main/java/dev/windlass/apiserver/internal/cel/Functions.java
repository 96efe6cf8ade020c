package dev.windlass.apiserver.internal.cel;

import dev.cel.checker.CelCheckerBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A set of functions for expressions: what they take and give, and what they do. Filled once, then immutable. */
@SuppressWarnings("Immutable") // a body holds no state of its own
abstract class Functions implements CelCompilerLibrary, CelRuntimeLibrary {
    private final Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
    private final List<CelFunctionBinding> bound = new ArrayList<>();

    /** What a function does. */
    @FunctionalInterface
    interface Body {
        Object apply(Object[] arguments) throws CelEvaluationException;
    }

    /** A function that is called on a value: its first argument. */
    void member(String name, String id, CelType result, Body body, CelType receiver, CelType... arguments) {
        List<CelType> types = new ArrayList<>(List.of(receiver));
        types.addAll(List.of(arguments));
        add(name, CelOverloadDecl.newMemberOverload(id, result, types), body, types.size());
    }

    /** A function by itself. */
    void global(String name, String id, CelType result, Body body, CelType... arguments) {
        add(name, CelOverloadDecl.newGlobalOverload(id, result, List.of(arguments)), body, arguments.length);
    }

    /** A function of lists of which the types tell only that much; its other forms are declared. */
    void undecided(String name, Body body, int count) {
        bound.add(
                CelFunctionBinding.from(DynamicFunctions.any(name), Collections.nCopies(count, Object.class), args -> {
                    if (!(args[0] instanceof List<?>) || !(args[count - 1] instanceof List<?>)) {
                        throw new CelEvaluationException(
                                Mismatches.NO_OVERLOAD + ": "
                                        + (name.equals("sort") ? name : Mismatches.signature(name, args)));
                    }
                    return body.apply(args);
                }));
    }

    private void add(String name, CelOverloadDecl overload, Body body, int count) {
        declared.computeIfAbsent(name, _ -> new ArrayList<>()).add(overload);
        List<Class<?>> classes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            classes.add(Types.javaClass(overload.parameterTypes().get(i)));
        }
        bound.add(CelFunctionBinding.from(overload.overloadId(), classes, body::apply));
    }

    @Override
    public void setCheckerOptions(CelCheckerBuilder builder) {
        declared.forEach((name, overloads) -> builder
                .addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(name, overloads)));
    }

    @Override
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.addFunctionBindings(bound);
    }
}
