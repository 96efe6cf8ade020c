package dev.windlass.apiserver.internal.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An expression about a request: compiled, or what is wrong with it. Immutable. */
public final class RequestExpression {
    private final String text;
    private final Expressions.@Nullable Compiled compiled;
    private final String problem;

    /** What an expression may come to. */
    public enum Result {
        BOOL("bool"), TEXT("string"), TEXT_OR_NULL("string", "null_type"), CONFIGURATION(PatchTypes.OBJECT), OPERATIONS(
                "list(" + PatchTypes.OPERATION + ")"),
        ANY;

        private final ImmutableList<String> types;

        Result(String... types) {
            this.types = ImmutableList.copyOf(types);
        }

        private static String shown(CelType type) {
            return type.equals(SimpleType.NULL_TYPE) ? "null_type" : CelTypes.format(type);
        }

        private String problem(CelType type) {
            if (types.isEmpty() || types.contains(shown(type))) {
                return "";
            }
            String wanted = types.size() == 1
                    ? types.getFirst()
                    : "one of [" + String.join(" ", types) + "]";
            return "must evaluate to " + wanted + " but got " + shown(type);
        }
    }

    /** It could not be evaluated. */
    public static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message, null, false, false);
        }
    }

    private RequestExpression(String text, Expressions.@Nullable Compiled compiled, String problem) {
        this.text = text;
        this.compiled = compiled;
        this.problem = problem;
    }

    static RequestExpression compile(String text, Result wanted, Expressions expressions) {
        try {
            Expressions.Compiled compiled = expressions.compile(text);
            return new RequestExpression(text, compiled, wanted.problem(compiled.type()));
        } catch (Expressions.CompilationException e) {
            return new RequestExpression(text, null, "compilation failed: " + e.getMessage());
        }
    }

    public String text() {
        return text;
    }

    /**
     * What is wrong with it.
     *
     * @param field
     *            where it stands
     * @param shown
     *            as what it is shown
     * @return null when nothing is
     */
    public @Nullable FieldError error(String field, String shown) {
        if (!problem.isEmpty()) {
            return FieldError.invalid(field, shown, problem);
        }
        return compiled == null || compiled.problem().isEmpty()
                ? null
                : FieldError.internal(field, "program instantiation failed: " + compiled.problem());
    }

    CelType type() {
        return compiled == null ? SimpleType.DYN : compiled.type();
    }

    /**
     * What it comes to.
     *
     * @return null when it comes to null
     */
    public @Nullable Object evaluate(RequestFacts facts) throws FailedException {
        try {
            Object value = value(facts);
            return value instanceof NullValue ? null : value;
        } catch (CelEvaluationException e) {
            throw new FailedException("expression '" + text + "' resulted in error: " + Failures.of(e));
        }
    }

    /** What it comes to when it makes a configuration to be applied. */
    public ObjectNode configuration(RequestFacts facts) throws FailedException {
        Object value = evaluate(facts);
        try {
            return value != null && Patches.json(value) instanceof ObjectNode made ? made : Json.object();
        } catch (IllegalArgumentException e) {
            throw new FailedException(String.valueOf(e.getMessage()));
        }
    }

    /** What it comes to when it makes the operations of a JSON patch. */
    public ArrayNode operations(RequestFacts facts) throws FailedException {
        Object value = evaluate(facts);
        try {
            return value instanceof List<?> made ? Patches.operations(made) : Json.array();
        } catch (IllegalArgumentException e) {
            throw new FailedException(String.valueOf(e.getMessage()));
        }
    }

    Object value(RequestFacts facts) throws FailedException, CelEvaluationException {
        if (compiled == null || !problem.isEmpty()) {
            throw new FailedException("compilation error: " + problem);
        }
        return compiled.eval(facts.values());
    }
}
