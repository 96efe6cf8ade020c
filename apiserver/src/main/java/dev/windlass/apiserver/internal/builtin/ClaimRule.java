package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Claims of volumes: protected like volumes, one that names no class gets the default one, and both ways to say where the data comes from say the same. */
final class ClaimRule implements KindRule {
    static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
    static final String OLD_CLASS = "deprecated since v1.8; use \"storageClassName\" attribute instead";
    private static final String SOURCE = "dataSource";
    private static final String REFERENCE = "dataSourceRef";

    private final KindRule protection;
    private final DefaultClass defaultClass;

    ClaimRule(KindRule protection, DefaultClass defaultClass) {
        this.protection = protection;
        this.defaultClass = defaultClass;
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        protection.prepareCreate(object, dryRun);
        settleSources(Json.child(object, "spec"), Json.object());
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        protection.prepareUpdate(old, object);
        settleSources(Json.child(object, "spec"), Json.child(old, "spec"));
    }

    /** @param old what was wanted before; empty for a new claim */
    private static void settleSources(ObjectNode spec, ObjectNode old) {
        // Other namespaces are for a feature that is off.
        if (!Json.textOrEmpty(spec, REFERENCE, "namespace").isEmpty() && !old.hasNonNull(REFERENCE)) {
            spec.remove(REFERENCE);
        }
        boolean told = spec.hasNonNull(REFERENCE);
        if (!told && !old.hasNonNull(SOURCE) && !isClaimOrSnapshot(spec)) {
            spec.remove(SOURCE); // ignored since before it was looked at
        }
        if (!told && spec.get(SOURCE) instanceof ObjectNode source) {
            spec.set(REFERENCE, source.deepCopy());
        } else if (told && !spec.hasNonNull(SOURCE) && Json.textOrEmpty(spec, REFERENCE, "namespace").isEmpty()) {
            ObjectNode source = Json.child(spec, REFERENCE).deepCopy();
            source.remove("namespace");
            spec.set(SOURCE, source);
        }
    }

    private static boolean isClaimOrSnapshot(ObjectNode spec) {
        String group = Json.textOrEmpty(spec, SOURCE, "apiGroup");
        String kind = Json.textOrEmpty(spec, SOURCE, "kind");
        return group.isEmpty()
                ? kind.equals("PersistentVolumeClaim")
                : group.equals("snapshot.storage.k8s.io") && kind.equals("VolumeSnapshot");
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
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        Field now = Field.of(object, new ArrayList<>());
        if (now.at("metadata", "annotations", CLASS_ANNOTATION).isSet()) {
            now.at("metadata", "annotations").key(CLASS_ANNOTATION)
                    .warn(OLD_CLASS, warnings);
        }
        ClaimChecks.warnOfFractions(now.at("spec"), warnings);
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        // What a driver says of a volume's health is for a feature that is off.
        Json.child(object, "status").remove("healthStatus");
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        protection.validateStatus(object, old, errors);
    }
}
