package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
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
        Checks.configKeys(object.get("data"), "data", errors);
        if (old != null) {
            Field.of(object, errors).at("type").immutable(Field.of(old, errors).at("type"));
        }
        Checks.immutableData(object, old, List.of("data"), errors);
        if (Json.textOrEmpty(object, "type").equals("kubernetes.io/tls")) {
            for (String key : List.of("tls.crt", "tls.key")) {
                if (Json.find(object, "data", key) == null) {
                    errors.add(FieldError.required("data[" + key + "]", ""));
                }
            }
        }
    }
}
