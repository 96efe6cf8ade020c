package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Endpoints, which nobody should use any more. */
final class EndpointsRule implements KindRule {
    @Override
    public void warnOfRequest(Target target, Call call, List<String> warnings) {
        warnings.add("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(CoreChecks::endpoints).validate(object, old, errors);
    }
}
