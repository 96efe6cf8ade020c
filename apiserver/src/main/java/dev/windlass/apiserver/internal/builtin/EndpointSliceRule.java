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
        dropTopology(object);
    }

    /** Only an older version of the API could set it. */
    private static void dropTopology(ObjectNode object) {
        for (JsonNode endpoint : object.path("endpoints")) {
            if (endpoint instanceof ObjectNode fields) {
                fields.remove("deprecatedTopology");
            }
        }
    }

    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.alike(Json.find(old, "metadata", "labels"), Json.find(object, "metadata", "labels"));
    }
}
