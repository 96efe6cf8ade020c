package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Endpoint slices, whose labels are part of what is wanted. */
final class EndpointSliceRule extends Warned {
    EndpointSliceRule() {
        super(EndpointSliceChecks::slice, StatusChecks::anything, KindWarnings::endpointSlice);
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        dropTopology(object);
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        if (dropTopology(object)) {
            long generation = Json.number(old, 0, "metadata", "generation") + 1; // it has been another one for a moment
            Json.child(object, "metadata").put("generation", generation);
        }
    }

    /**
     * Only an older version of the API could set it.
     *
     * @return whether there was any
     */
    private static boolean dropTopology(ObjectNode object) {
        boolean found = false;
        for (JsonNode endpoint : object.path("endpoints")) {
            JsonNode topology = endpoint instanceof ObjectNode fields ? fields.remove("deprecatedTopology") : null;
            found |= topology != null && !topology.isEmpty();
        }
        return found;
    }

    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.alike(Json.find(old, "metadata", "labels"), Json.find(object, "metadata", "labels"));
    }
}
