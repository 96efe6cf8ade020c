package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Horizontal pod autoscalers. Nobody scales here. */
final class AutoscalerRule implements KindRule {
    private static final int UTILIZATION = 80;

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (Json.textOrEmpty(object, "apiVersion").equals("autoscaling/v1")) {
            Defaults.put(spec, "targetCPUUtilizationPercentage", UTILIZATION);
        }
        if (!Json.textOrEmpty(object, "apiVersion").equals("autoscaling/v2")) {
            return;
        }
        if (spec.path("metrics").isEmpty()) {
            ObjectNode resource = spec.putArray("metrics").addObject().put("type", "Resource").putObject("resource");
            resource.put("name", "cpu").putObject("target").put("type", "Utilization").put("averageUtilization",
                    UTILIZATION);
        }
        if (spec.get("behavior") instanceof ObjectNode behavior) {
            fill(Defaults.child(behavior, "scaleUp"), 0, List.of(Map.entry("Pods", 4), Map.entry("Percent", 100)));
            fill(Defaults.child(behavior, "scaleDown"), -1, List.of(Map.entry("Percent", 100)));
        }
    }

    private static void fill(ObjectNode rules, int window, List<Map.Entry<String, Integer>> policies) {
        Defaults.put(rules, "selectPolicy", "Max");
        if (window >= 0) {
            Defaults.put(rules, "stabilizationWindowSeconds", window);
        }
        if (!rules.has("policies")) {
            var list = rules.putArray("policies");
            policies.forEach(each -> list.addObject().put("type", each.getKey()).put("value", each.getValue())
                    .put("periodSeconds", 15));
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(AutoscalerChecks::autoscaler).validate(object, old, errors);
    }
}
