package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Endpoint slices, whose labels are part of what is wanted. */
final class EndpointSliceRule implements KindRule {
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

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        KindWarnings.endpointSlice(Field.of(object, new ArrayList<>()), Field.of(old, new ArrayList<>()), warnings);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(EndpointSliceChecks::slice).validate(object, old, errors);
    }
}
