package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.net.ServingPair;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Secrets: what is written as text is kept as bytes. */
final class SecretRule implements KindRule {

    @Override
    public void fillDefaults(ObjectNode object) {
        if (object.remove("stringData") instanceof ObjectNode text && !text.isEmpty()) {
            ObjectNode data = Defaults.child(object, "data");
            text.properties().forEach(entry -> data.put(entry.getKey(),
                    Base64.getEncoder()
                            .encodeToString(entry.getValue().stringValue("").getBytes(StandardCharsets.UTF_8))));
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Field secret = Field.of(object, errors);
        if (old != null) {
            secret.at("type").immutable(Field.of(old, errors).at("type"));
        }
        Checks.immutableData(object, old, List.of("data"), _ -> false, errors);
        SecretChecks.secret(secret);
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (Json.textOrEmpty(object, "type").equals(SecretChecks.TLS)) {
            Field data = Field.of(object, List.of()).at("data");
            String problem = ServingPair.problem(SecretChecks.bytes(data.key(SecretChecks.CERTIFICATE)),
                    SecretChecks.bytes(data.key(SecretChecks.KEY)));
            if (!problem.isEmpty()) {
                warnings.add(problem);
            }
        }
    }
}
