package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Config maps. */
final class ConfigMapRule implements KindRule {

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Checks.immutableData(object, old, List.of("data", "binaryData"), "data"::equals, errors);
        Field data = Field.of(object, errors).at("data");
        Field binary = Field.of(object, errors).at("binaryData");
        Checks.configKeys(data.value(), data.path(), errors);
        data.value().propertyStream().map(Map.Entry::getKey).filter(binary.value()::has)
                .forEach(key -> data.key(key).invalid(key, "duplicate of key present in binaryData"));
        Checks.configKeys(binary.value(), binary.path(), errors);
        long size = data.value().valueStream()
                .mapToLong(text -> GoText.length(text.asString(""))).sum()
                + SecretChecks.size(binary);
        if (size > SecretChecks.MAX_SIZE) {
            errors.add(FieldError.tooLong("", SecretChecks.MAX_SIZE));
        }
    }
}
