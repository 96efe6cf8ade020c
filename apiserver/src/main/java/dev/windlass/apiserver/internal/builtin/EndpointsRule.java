package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Endpoints, which have been superseded. */
final class EndpointsRule implements KindRule {
    @Override
    public void warn(ObjectNode object, List<String> warnings) {
        warnings.add("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }
}
