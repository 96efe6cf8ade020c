package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Surroundings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Kinds of storage that get a finalizer when they are made, so that nothing in use goes. */
final class ProtectedRule extends Checked {
    private static final String TRANSITION = "lastPhaseTransitionTime";

    private final String finalizer;
    private final Surroundings surroundings;

    ProtectedRule(String finalizer, Surroundings surroundings, Check check, Check status) {
        super(check, status);
        this.finalizer = finalizer;
        this.surroundings = surroundings;
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
            Defaults.child(object, "status").put("phase", "Pending").put(TRANSITION, surroundings.now());
        }
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        if (Json.textOrEmpty(object, "kind").equals("PersistentVolume")) {
            keepTransition(old, Defaults.child(object, "status"));
        }
    }

    /** Whoever changes the phase need not say when. */
    private void keepTransition(ObjectNode old, ObjectNode status) {
        String time = Json.textOrEmpty(status, TRANSITION);
        String before = Json.textOrEmpty(old, "status", TRANSITION);
        if (!Json.textOrEmpty(status, "phase").equals(Json.textOrEmpty(old, "status", "phase"))) {
            if (time.isEmpty() || time.equals(before)) {
                status.put(TRANSITION, surroundings.now());
            }
        } else if (time.isEmpty() && !before.isEmpty()) {
            status.put(TRANSITION, before);
        }
    }
}
