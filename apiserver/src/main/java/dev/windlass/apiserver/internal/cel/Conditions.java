package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What must be true of a request for somebody to be asked about it. Immutable once made; thread-safe. */
public final class Conditions {
    private final List<RequestExpression> conditions = new ArrayList<>();

    /** One of them could not be evaluated, and none was false. */
    public static final class UndecidedException extends Exception {
        private static final long serialVersionUID = 1;

        UndecidedException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Compiles one.
     *
     * @param params
     *            whether there may be parameters to speak of
     */
    public static RequestExpression compile(String expression, boolean params) {
        return new RequestExpressions(params, false).compile(expression, RequestExpression.Result.BOOL);
    }

    /**
     * Compiles them.
     *
     * @param matchConditions
     *            of a webhook or policy
     * @param params
     *            whether there may be parameters to speak of
     */
    public Conditions(JsonNode matchConditions, boolean params) {
        matchConditions.forEach(each -> conditions.add(compile(Json.textOrEmpty(each, "expression"), params)));
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    /**
     * Whether all of them hold.
     *
     * @throws UndecidedException
     *             when one could not be evaluated, and none is false
     */
    public boolean hold(RequestFacts facts) throws UndecidedException {
        Set<String> problems = new LinkedHashSet<>();
        for (RequestExpression each : conditions) {
            try {
                if (!Boolean.TRUE.equals(each.evaluate(facts))) {
                    return false;
                }
            } catch (RequestExpression.FailedException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new UndecidedException(
                    problems.size() == 1 ? problems.iterator().next() : "[" + String.join(", ", problems) + "]");
        }
        return true;
    }
}
