package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.RequestExpression;
import dev.windlass.apiserver.internal.cel.RequestExpressions;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A policy that changes objects, compiled. Immutable once made; thread-safe. */
final class Mutator {
    private final boolean failsOpen;
    private final boolean again;
    private final RequestExpressions expressions;
    private final Conditions conditions;
    private final List<Mutation> mutations = new ArrayList<>();

    /**
     * One change.
     *
     * @param applied
     *            whether it comes to a configuration that is applied, and not to a JSON patch
     */
    record Mutation(boolean applied, RequestExpression expression) {
    }

    private Mutator(JsonNode spec) {
        failsOpen = Json.textOrEmpty(spec, "failurePolicy").equals("Ignore");
        again = Json.textOrEmpty(spec, "reinvocationPolicy").equals("IfNeeded");
        expressions = RequestExpressions.ofPolicy(spec);
        conditions = new Conditions(spec.path("matchConditions"), spec.path("paramKind").isObject());
        for (JsonNode each : spec.path("mutations")) {
            boolean applied = Json.textOrEmpty(each, "patchType").equals("ApplyConfiguration");
            mutations.add(new Mutation(applied, applied
                    ? expressions.compileConfiguration(Json.textOrEmpty(each, "applyConfiguration", "expression"))
                    : expressions.compilePatch(Json.textOrEmpty(each, "jsonPatch", "expression"))));
        }
    }

    /** @param spec of a policy */
    static Mutator of(JsonNode spec) {
        return new Mutator(spec);
    }

    /** Whether it wants to be asked again when others have changed what it has seen. */
    boolean again() {
        return again;
    }

    List<Mutation> mutations() {
        return mutations;
    }

    /** Whether its conditions hold. */
    boolean concerns(RequestFacts facts) throws Conditions.UndecidedException {
        try {
            return conditions.hold(facts);
        } catch (Conditions.UndecidedException e) {
            if (failsOpen) {
                return false;
            }
            throw e;
        }
    }

    /** @param namespace in which the request is; null when it is in none */
    RequestFacts complete(RequestFacts facts, @Nullable JsonNode namespace) {
        return expressions.withVariables(facts.inNamespace(namespace));
    }
}
