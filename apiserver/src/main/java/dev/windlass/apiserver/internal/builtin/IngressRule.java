package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Ingresses: one that names no class gets the default one. */
final class IngressRule implements KindRule {
    static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

    private final DefaultClass defaultClass;
    private final KindRule checks = new Checked(IngressChecks::ingress, StatusChecks::ingress);

    IngressRule(DefaultClass defaultClass) {
        this.defaultClass = defaultClass;
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = Json.child(object, "spec");
        if (old != null || spec.has("ingressClassName")
                || Json.text(object, "metadata", "annotations", CLASS_ANNOTATION) != null) {
            return;
        }
        String name = defaultClass.name();
        if (name != null) {
            spec.put("ingressClassName", name);
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        checks.validate(object, old, errors);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        checks.validateStatus(object, old, errors);
    }

    @Override
    public void warnOfValidStatus(ObjectNode object, ObjectNode old, List<String> warnings) {
        for (Field ingress : Field.of(object, new ArrayList<>()).at("status", "loadBalancer", "ingress").items()) {
            String warning = Addresses.addressWarning(ingress.at("ip").text());
            if (!warning.isEmpty()) {
                warnings.add(ingress.path() + ": " + warning);
            }
        }
    }
}
