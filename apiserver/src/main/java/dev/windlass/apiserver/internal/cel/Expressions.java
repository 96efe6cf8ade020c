package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.extensions.CelComprehensionsExtensions;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions.Function;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

import static dev.cel.extensions.CelListsExtensions.Function.DISTINCT;
import static dev.cel.extensions.CelListsExtensions.Function.FLATTEN;
import static dev.cel.extensions.CelListsExtensions.Function.SLICE;
import static dev.cel.extensions.CelStringExtensions.Function.LOWER_ASCII;
import static dev.cel.extensions.CelStringExtensions.Function.QUOTE;
import static dev.cel.extensions.CelStringExtensions.Function.REPLACE;
import static dev.cel.extensions.CelStringExtensions.Function.SPLIT;
import static dev.cel.extensions.CelStringExtensions.Function.TRIM;
import static dev.cel.extensions.CelStringExtensions.Function.UPPER_ASCII;

/** Compiles expressions and evaluates them, in Kubernetes' environment. Thread-safe. */
final class Expressions {
    /** What one evaluation may cost. */
    private static final long MOST = 1_000_000;
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .enableOptionalSyntax(true).populateMacroCalls(true)
            .build();
    private static final CelComprehensionsExtensions PAIRS = CelExtensions.comprehensions();
    private static final List<Library> LIBRARIES = List.of(
            Library.of(CelExtensions.strings(LOWER_ASCII, UPPER_ASCII, QUOTE, REPLACE, SPLIT, TRIM)),
            Library.of(CelExtensions.lists(SLICE, FLATTEN, DISTINCT, Function.REVERSE)),
            Library.of(CelExtensions.sets(OPTIONS)), Library.of(CelExtensions.optional()),
            new Library(Macros.ofPairs(PAIRS), PAIRS), Library.of(new TextFunctions()),
            Library.of(new ListFunctions()), Library.of(new KubernetesFunctions()), Library.of(new AccessFunctions()));
    /** Those that the library does not let expressions name, and the real server does. */
    private static final List<CelType> TYPES = List.of(Types.IP, Types.CIDR, SimpleType.TIMESTAMP, SimpleType.DURATION);
    private static final PatchFunctions PATCHING = new PatchFunctions();
    private static final CelRuntime RUNTIME = runtime();

    private final CelCompiler compiler;

    /** Functions, as the compiler and as the runtime knows them. */
    private record Library(CelCompilerLibrary compiled, CelRuntimeLibrary run) {
        static <T extends CelCompilerLibrary & CelRuntimeLibrary> Library of(T both) {
            return new Library(both, both);
        }
    }

    private static CelRuntime runtime() {
        CelRuntimeBuilder builder = CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(OPTIONS)
                .setStandardEnvironmentEnabled(false)
                .addLibraries(new DynamicFunctions(), new Conversions(), PATCHING);
        LIBRARIES.forEach(each -> builder.addLibraries(each.run()));
        return builder.build();
    }

    /**
     * A program, and what it was made of.
     *
     * @param charges
     *            what its parts cost
     * @param problem
     *            why no program could be made of it in the real server, empty when it could
     */
    record Compiled(CelRuntime.Program program, CelAbstractSyntaxTree tree, Charges charges, boolean usesOldSelf,
            String problem) {
        CelType type() {
            return tree.getResultType();
        }

        Object eval(Map<String, ?> variables) throws CelEvaluationException {
            Outcome outcome = run(variables);
            if (outcome.problem() != null) {
                throw outcome.problem();
            }
            return Objects.requireNonNull(outcome.value());
        }

        /** One evaluation, and what it has cost. */
        Outcome run(Map<String, ?> variables) {
            Spending spending = new Spending(charges, MOST);
            try {
                Object value = program.trace(variables, Mismatches.TOLD, spending);
                if (!spending.isOver()) {
                    return new Outcome(value, null, spending.spent());
                }
            } catch (CelEvaluationException e) {
                if (!spending.isOver()) {
                    return new Outcome(null, e, spending.spent());
                }
            } catch (Spending.OverLimitException _) {
                // is told below
            }
            return new Outcome(null, new CelEvaluationException(Spending.OVER), spending.spent());
        }
    }

    /**
     * What an evaluation has come to.
     *
     * @param value
     *            null when it has failed
     * @param problem
     *            why it has failed
     */
    record Outcome(@Nullable Object value, @Nullable CelEvaluationException problem, long cost) {
    }

    /** An expression that means nothing here; the message shows where. */
    static final class CompilationException extends Exception {
        private static final long serialVersionUID = 1;

        CompilationException(String message) {
            super(message);
        }
    }

    /** @param variables names and types of what expressions can speak of */
    Expressions(CelTypeProvider types, Map<String, CelType> variables) {
        this(types, variables, false);
    }

    /** @param patching whether they may make patches */
    Expressions(CelTypeProvider types, Map<String, CelType> variables, boolean patching) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder().setOptions(OPTIONS)
                .setStandardMacros(List.of()).addMacros(Macros.ALL).setTypeProvider(types);
        LIBRARIES.forEach(each -> builder.addLibraries(each.compiled()));
        TYPES.forEach(each -> builder.addVar(each.name(), TypeType.create(each)));
        new LinkedHashMap<>(variables).forEach(builder::addVar);
        if (patching) {
            builder.addLibraries(PATCHING);
        }
        compiler = builder.build();
    }

    Compiled compile(String expression) throws CompilationException {
        CelValidationResult parsed = compiler.parse(expression);
        if (parsed.hasError()) {
            throw new CompilationException(Problems.ofCompilation(parsed, null));
        }
        CelValidationResult checked = compiler.check(tree(parsed));
        if (checked.hasError()) {
            throw new CompilationException(Problems.ofCompilation(checked, tree(parsed)));
        }
        CelAbstractSyntaxTree tree = tree(checked);
        List<CelIssue> issues = Literals.check(tree, RUNTIME);
        if (!issues.isEmpty()) {
            throw new CompilationException(Problems.shown(issues, tree.getSource()));
        }
        try {
            boolean old = tree.getReferenceMap().values().stream().anyMatch(each -> each.name().equals("oldSelf"));
            return new Compiled(RUNTIME.createProgram(DynamicTree.of(tree)), tree, new Charges(tree), old,
                    Literals.unusable(tree, RUNTIME));
        } catch (CelEvaluationException e) {
            throw new CompilationException(String.valueOf(e.getMessage()));
        }
    }

    private static CelAbstractSyntaxTree tree(CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new IllegalStateException(e); // has been asked for errors
        }
    }
}
