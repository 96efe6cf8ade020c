package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.admission.Scope;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What puts a policy to use.
 *
 * @param scope
 *            to which it narrows the policy; null when it does not
 * @param params
 *            where the parameters are; null for none
 * @param actions
 *            what comes of a violation; of a policy that validates
 */
record Binding(String name, String policy, @Nullable Scope scope, @Nullable ParamRef params, List<String> actions) {

    /**
     * Where parameters are.
     *
     * @param namespace
     *            empty for the one of the request
     * @param selector
     *            null when there is a name
     * @param required
     *            whether there must be some
     */
    record ParamRef(String name, String namespace, @Nullable LabelSelector selector, boolean required) {
        static @Nullable ParamRef of(JsonNode described) {
            JsonNode selector = described.path("selector");
            return described.isObject()
                    ? new ParamRef(Json.textOrEmpty(described, "name"), Json.textOrEmpty(described, "namespace"),
                            selector.isObject() ? LabelSelector.ofObject(selector) : null,
                            Json.textOrEmpty(described, "parameterNotFoundAction").equals("Deny"))
                    : null;
        }
    }

    static Binding of(String name, JsonNode spec) {
        List<String> actions = new ArrayList<>();
        spec.path("validationActions").forEach(each -> actions.add(each.stringValue("")));
        JsonNode scope = spec.path("matchResources");
        return new Binding(name, Json.textOrEmpty(spec, "policyName"), scope.isObject() ? Scope.ofPolicy(scope) : null,
                ParamRef.of(spec.path("paramRef")), actions);
    }
}
