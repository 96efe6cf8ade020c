package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.webhook.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * One webhook of a configuration.
 *
 * @param id
 *            which no other one of its kind has
 * @param scope
 *            what it wants to be asked about
 * @param failsOpen
 *            whether a request goes on when it cannot be asked
 * @param again
 *            whether it wants to be asked again when others have changed what it has seen
 * @param reviews
 *            the versions of reviews that it takes, the best one first
 * @param conditions
 *            which must hold for it to be asked
 */
record Hook(String id, String name, Endpoint endpoint, Scope scope, boolean failsOpen, Duration timeout,
        boolean again, List<String> reviews, Conditions conditions) {
    private static final long DEFAULT_TIMEOUT = 10;

    /** @param configuration the name of what it is part of */
    static Hook of(String configuration, int index, JsonNode hook) {
        String name = Json.textOrEmpty(hook, "name");
        List<String> reviews = new ArrayList<>();
        hook.path("admissionReviewVersions").forEach(each -> reviews.add(each.stringValue("")));
        return new Hook(configuration + "/" + index + "/" + name, name, Endpoint.of(hook.path("clientConfig")),
                Scope.ofWebhook(hook), Json.textOrEmpty(hook, "failurePolicy").equals("Ignore"),
                Duration.ofSeconds(Json.number(hook, DEFAULT_TIMEOUT, "timeoutSeconds")),
                Json.textOrEmpty(hook, "reinvocationPolicy").equals("IfNeeded"), reviews,
                new Conditions(hook.path("matchConditions"), false));
    }
}
