package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Ingresses: one that names no class gets the default one. */
final class IngressRule extends Warned {
    static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

    private final DefaultClass defaultClass;

    IngressRule(DefaultClass defaultClass) {
        super(IngressChecks::ingress, StatusChecks::ingress, KindWarnings::ingress);
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
    public void warnOfValidStatus(ObjectNode object, ObjectNode old, List<String> warnings) {
        StatusChecks.warnOfBalancers(object, warnings);
    }
}
