package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.admission.Exempt;
import dev.windlass.apiserver.internal.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Configurations of webhooks. */
final class WebhookConfigurationRule extends Checked {
    private static final String ANY = "*";

    WebhookConfigurationRule(Check check) {
        super(check);
    }

    /** Of these also a list counts that is empty where there was none. */
    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.same(old.get("webhooks"), object.get("webhooks"));
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        int hook = 0;
        for (JsonNode each : object.path("webhooks")) {
            int rule = 0;
            for (JsonNode described : each.path("rules")) {
                String at = "webhooks[" + hook + "].rules[" + rule++ + "]: ";
                exempt(described).forEach(resource -> warnings.add(
                        at + resource + " is excluded from admission webhooks; this rule will have no effect"));
            }
            hook++;
        }
    }

    /** What a rule names that nobody is asked about; of one that means all it is not known whether it means this. */
    private static Set<String> exempt(JsonNode rule) {
        Set<String> named = new LinkedHashSet<>();
        for (JsonNode group : rule.path("apiGroups")) {
            for (JsonNode resource : rule.path("resources")) {
                if (group.asString("").equals(ANY) || resource.asString("").equals(ANY)) {
                    return Set.of();
                }
                if (Exempt.isReview(group.asString(""), resource.asString(""))) {
                    named.add(resource.asString("") + "." + group.asString(""));
                }
            }
        }
        return named;
    }
}
