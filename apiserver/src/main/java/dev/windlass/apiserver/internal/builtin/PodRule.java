package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Pods. Nobody runs them here, so they stay pending until somebody writes their status. */
final class PodRule implements KindRule {

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        Defaults.put(spec, "enableServiceLinks", true);
        PodDefaults.fillSpec(spec);
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Checks.containers(Json.find(object, "spec", "containers"), "spec.containers", errors);
    }
}
