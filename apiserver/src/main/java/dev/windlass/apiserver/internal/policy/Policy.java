package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.admission.Scope;
import dev.windlass.apiserver.internal.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What all policies have.
 *
 * @param failsOpen
 *            whether a request goes on when it cannot be judged
 * @param params
 *            of what kind its parameters are; null when it has none
 */
record Policy(String name, Scope scope, boolean failsOpen, @Nullable ParamKind params) {

    /** The kind of parameters. */
    record ParamKind(String apiVersion, String kind) {
        static @Nullable ParamKind of(JsonNode described) {
            return described.isObject()
                    ? new ParamKind(Json.textOrEmpty(described, "apiVersion"), Json.textOrEmpty(described, "kind"))
                    : null;
        }

        @Override
        public String toString() {
            return (apiVersion.contains("/") ? apiVersion : "/" + apiVersion) + ", Kind=" + kind;
        }
    }

    static Policy of(String name, JsonNode spec) {
        return new Policy(name, Scope.ofPolicy(spec.path("matchConstraints")),
                Json.textOrEmpty(spec, "failurePolicy").equals("Ignore"), ParamKind.of(spec.path("paramKind")));
    }
}
