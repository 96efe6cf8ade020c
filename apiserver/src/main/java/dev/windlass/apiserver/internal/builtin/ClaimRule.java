package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Claims of volumes: protected like volumes, and one that names no class gets the default one. */
final class ClaimRule implements KindRule {
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    private final KindRule protection;
    private final DefaultClass defaultClass;

    ClaimRule(KindRule protection, DefaultClass defaultClass) {
        this.protection = protection;
        this.defaultClass = defaultClass;
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        protection.prepareCreate(object, dryRun);
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        protection.admit(object, old);
        if (old != null) {
            return;
        }
        ObjectNode spec = Json.child(object, "spec");
        if (!spec.has("storageClassName")
                && Json.text(object, "metadata", "annotations", CLASS_ANNOTATION) == null) {
            String name = defaultClass.name();
            if (name != null) {
                spec.put("storageClassName", name);
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        protection.validate(object, old, errors);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        protection.validateStatus(object, old, errors);
    }
}
