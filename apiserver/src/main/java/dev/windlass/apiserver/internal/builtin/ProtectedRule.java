package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Surroundings;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Kinds of storage that get a finalizer when they are made, so that nothing in use goes. */
final class ProtectedRule implements KindRule {
    private final String finalizer;
    private final Surroundings surroundings;
    private final Checked.Check check;

    ProtectedRule(String finalizer, Surroundings surroundings, Checked.Check check) {
        this.finalizer = finalizer;
        this.surroundings = surroundings;
        this.check = check;
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
        if (old == null && !finalizers.contains(finalizer)) {
            finalizers.add(finalizer);
            Metadata.setFinalizers(object, finalizers);
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        if (Json.textOrEmpty(object, "kind").equals("PersistentVolume")) {
            Defaults.child(object, "status").put("phase", "Pending").put("lastPhaseTransitionTime", surroundings.now());
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(check).validate(object, old, errors);
    }
}
