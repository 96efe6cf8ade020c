package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Surroundings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Persistent volumes: protected, and it is known since when one is in its phase. */
final class PersistentVolumeRule extends ProtectedRule {
    private static final String TRANSITION = "lastPhaseTransitionTime";

    private final Surroundings surroundings;

    PersistentVolumeRule(Surroundings surroundings) {
        super("kubernetes.io/pv-protection", PersistentVolumeChecks::check, StatusChecks::anything);
        this.surroundings = surroundings;
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        Defaults.child(object, "status").put("phase", "Pending").put(TRANSITION, surroundings.now());
    }

    /** Whoever changes the phase need not say when. */
    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        ObjectNode status = Defaults.child(object, "status");
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

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        PersistentVolumeChecks.warn(Field.of(object, new ArrayList<>()), warnings);
    }
}
