package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Leases. */
final class LeaseRule implements KindRule {

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        JsonNode duration = Json.find(object, "spec", "leaseDurationSeconds");
        if (duration != null && duration.longValue() <= 0) {
            errors.add(FieldError.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"));
        }
        Checks.notNegative(Json.find(object, "spec", "leaseTransitions"), "spec.leaseTransitions", errors);
    }
}
