package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Endpoint slices, whose labels are part of what is wanted. */
final class EndpointSliceRule implements KindRule {
    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.alike(Json.find(old, "metadata", "labels"), Json.find(object, "metadata", "labels"));
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(CoreChecks::endpointSlice).validate(object, old, errors);
    }
}
