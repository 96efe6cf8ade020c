package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Leases. What they have for an election by the server itself is dropped, since that is a feature that is off by default. */
final class LeaseRule implements KindRule {
    private static final List<String> OFF = List.of("strategy", "preferredHolder");

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        Json.child(object, "spec").remove(OFF);
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        Json.child(object, "spec").remove(OFF);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Field spec = Field.of(object, errors).at("spec");
        Field duration = spec.at("leaseDurationSeconds");
        if (duration.isSet() && duration.number() <= 0) {
            duration.invalid("must be greater than 0");
        }
        spec.at("leaseTransitions").notNegative();
    }
}
