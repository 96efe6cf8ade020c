package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
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

    /** Of these also a list counts that is empty where there was none. */
    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.same(old.get("spec"), object.get("spec"));
    }

    @Override
    public void warn(ObjectNode object, List<String> warnings) {
        for (Field peer : NetworkingChecks.peers(Field.of(object, new ArrayList<>()))) {
            List<Field> ranges = new ArrayList<>(List.of(peer.at("ipBlock", "cidr")));
            ranges.addAll(peer.at("ipBlock", "except").items());
            for (Field range : ranges) {
                range.warn(Addresses.cidrWarning(range.text()), warnings);
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(NetworkingChecks::policy).validate(object, old, errors);
    }
}
