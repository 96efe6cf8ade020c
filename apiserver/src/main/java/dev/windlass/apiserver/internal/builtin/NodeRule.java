package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Nodes: a new one is not ready until somebody says so. */
final class NodeRule implements KindRule {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        if (old != null) {
            return;
        }
        ObjectNode spec = Defaults.child(object, "spec");
        ArrayNode given = Json.arrayAt(spec, "taints");
        ArrayNode taints = given == null ? spec.putArray("taints") : given;
        for (JsonNode taint : taints) {
            if (Json.textOrEmpty(taint, "key").equals(NOT_READY)
                    && Json.textOrEmpty(taint, "effect").equals("NoSchedule")) {
                return;
            }
        }
        taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(CoreChecks::node).validate(object, old, errors);
    }
}
