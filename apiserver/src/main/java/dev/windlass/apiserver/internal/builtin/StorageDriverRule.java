package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Drivers of storage. They have no generation until they are changed for the first time. */
final class StorageDriverRule implements KindRule {
    private final KindRule checks = new Checked(StorageChecks::driver);

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        if (!Json.alike(old.get("spec"), object.get("spec"))) {
            Metadata.of(object).put("generation", Json.number(old, 0, "metadata", "generation") + 1);
        }
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        JsonNode requests = object.path("spec").path("tokenRequests");
        boolean changed = old == null || !Json.alike(Json.find(old, "spec", "tokenRequests"),
                Json.find(object, "spec", "tokenRequests"));
        if (changed && !requests.isEmpty()
                && !object.path("spec").has("serviceAccountTokenInSecrets")) {
            warnings.add(
                    "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent"
                            + " possible logging of tokens in volume attributes");
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        checks.validate(object, old, errors);
    }
}
