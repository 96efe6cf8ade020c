package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The requests that a webhook or a policy is about.
 *
 * @param rules
 *            one of which must meet a request
 * @param excluded
 *            none of which may
 * @param all
 *            whether every request is meant when there are no rules
 * @param exact
 *            whether only the versions that its rules name are meant
 */
public record Scope(List<Rule> rules, List<Rule> excluded, boolean all, boolean exact, LabelSelector namespaces,
        LabelSelector objects) {

    static Scope ofWebhook(JsonNode hook) {
        return new Scope(Rule.all(hook.path("rules")), List.of(), false, isExact(hook),
                selector(hook, "namespaceSelector"), selector(hook, "objectSelector"));
    }

    /** @param resources the {@code matchConstraints} of a policy, or the {@code matchResources} of a binding */
    public static Scope ofPolicy(JsonNode resources) {
        return new Scope(Rule.all(resources.path("resourceRules")), Rule.all(resources.path("excludeResourceRules")),
                true, isExact(resources), selector(resources, "namespaceSelector"),
                selector(resources, "objectSelector"));
    }

    private static boolean isExact(JsonNode described) {
        return Json.textOrEmpty(described, "matchPolicy").equals("Exact");
    }

    private static LabelSelector selector(JsonNode described, String field) {
        return LabelSelector.ofObject(described.path(field));
    }
}
