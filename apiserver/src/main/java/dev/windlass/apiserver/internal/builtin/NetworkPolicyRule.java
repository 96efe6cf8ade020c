package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Network policies. */
final class NetworkPolicyRule implements KindRule {
    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (spec.path("policyTypes").isEmpty()) {
            ArrayNode types = spec.putArray("policyTypes").add("Ingress");
            if (!spec.path("egress").isEmpty()) {
                types.add("Egress");
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(NetworkingChecks::policy).validate(object, old, errors);
    }
}
