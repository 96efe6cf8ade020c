package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Config maps. */
final class ConfigMapRule implements KindRule {

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Checks.configKeys(object.get("data"), "data", errors);
        Checks.configKeys(object.get("binaryData"), "binaryData", errors);
        Checks.immutableData(object, old, List.of("data", "binaryData"), errors);
    }
}
