package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Endpoint slices, whose labels and annotations are part of what is wanted. */
final class EndpointSliceRule implements KindRule {
    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !List.of("labels", "annotations", "ownerReferences", "finalizers").stream().allMatch(
                field -> Json.same(Json.find(old, "metadata", field), Json.find(object, "metadata", field)));
    }
}
