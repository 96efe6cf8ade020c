package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Templates of pods that nobody makes pods from. */
final class PodTemplateRule implements KindRule {
    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        DisabledFields.drop(object.path("template"));
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        DisabledFields.drop(object.path("template"));
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        PodChecks.template(Field.of(object, errors).at("template"));
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (old == null || !Json.alike(old.path("template"), object.path("template"))) {
            PodWarnings.template(Field.of(object, new ArrayList<>()).at("template"), warnings);
        }
    }
}
