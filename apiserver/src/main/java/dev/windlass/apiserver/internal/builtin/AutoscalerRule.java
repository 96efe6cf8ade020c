package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.AutoscalerFields;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Horizontal pod autoscalers. Nobody scales here. */
final class AutoscalerRule implements KindRule {
    private static final KindRule CHECKS = new Checked(AutoscalerChecks::autoscaler, StatusChecks::autoscaler);
    private static final int UTILIZATION = 80;

    private static boolean isOld(ObjectNode object) {
        return Json.textOrEmpty(object, "apiVersion").equals("autoscaling/v1");
    }

    /** As version 2 has it. */
    private static ObjectNode whole(ObjectNode object) {
        return isOld(object) ? AutoscalerFields.read(object) : object;
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        if (isOld(object)) {
            AutoscalerFields.settle(object);
            return;
        }
        AutoscalerFields.dropAnnotations(object);
        ObjectNode spec = Defaults.child(object, "spec");
        if (spec.path("metrics").isEmpty()) {
            ObjectNode resource = spec.putArray("metrics").addObject().put("type", "Resource").putObject("resource");
            resource.put("name", "cpu").putObject("target").put("type", "Utilization").put("averageUtilization",
                    UTILIZATION);
        }
        AutoscalerFields.fillBehavior(spec);
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        if (isOld(object)) {
            AutoscalerFields.dropStatus(object);
        }
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        if (isOld(object)) {
            AutoscalerFields.keepStatus(old, object);
        }
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        if (isOld(object)) {
            AutoscalerFields.keepSpec(old, object);
        }
    }

    /** What is wanted stands in annotations too. */
    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return !Json.alike(whole(old).get("spec"), whole(object).get("spec"));
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        CHECKS.validate(whole(object), old == null ? null : whole(old), errors);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        CHECKS.validateStatus(whole(object), whole(old), errors);
    }
}
