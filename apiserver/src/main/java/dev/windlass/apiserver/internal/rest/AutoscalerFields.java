package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.GoForm;
import dev.windlass.apiserver.internal.schema.TypeCheck;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Horizontal pod autoscalers are stored as {@code autoscaling/v2} has them. Version 1 shows the target for CPU as a number; all else that it has no fields for
 * stands in annotations, which are read back from what is written. Stateless.
 */
public final class AutoscalerFields {
    private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";
    private static final String METRICS = PREFIX + "metrics";
    private static final String BEHAVIOR = PREFIX + "behavior";
    private static final String CURRENT_METRICS = PREFIX + "current-metrics";
    private static final String CONDITIONS = PREFIX + "conditions";
    private static final List<String> OF_SPEC = List.of(METRICS, BEHAVIOR);
    private static final List<String> OF_STATUS = List.of(CURRENT_METRICS, CONDITIONS);
    private static final List<String> NEVER_SHOWN = List.of(PREFIX + "scale-down-tolerance",
            PREFIX + "scale-up-tolerance");
    private static final String UTILIZATION = "averageUtilization";
    private static final int USUAL_UTILIZATION = 80;
    private static final String[] CONDITION = {"type", "status", "lastTransitionTime", "reason", "message",
            "observedGeneration"};

    private AutoscalerFields() {
    }

    static ObjectNode fromStorage(ObjectNode stored) {
        ObjectNode shown = pick(stored, "kind", "apiVersion", "metadata").deepCopy();
        JsonNode spec = stored.path("spec");
        JsonNode status = stored.path("status");
        ObjectNode shownSpec = pick(spec, "scaleTargetRef", "minReplicas", "maxReplicas");
        ArrayNode others = Json.array();
        for (JsonNode metric : spec.path("metrics")) {
            JsonNode utilization = isCpu(metric) ? Json.find(metric, "resource", "target", UTILIZATION) : null;
            if (utilization == null) {
                others.add(AutoscalerMetrics.flat(metric, true));
            } else if (!shownSpec.has("targetCPUUtilizationPercentage")) {
                shownSpec.set("targetCPUUtilizationPercentage", utilization);
            }
        }
        ObjectNode shownStatus = pick(status, "observedGeneration", "lastScaleTime", "currentReplicas",
                "desiredReplicas");
        ArrayNode found = Json.array();
        for (JsonNode metric : status.path("currentMetrics")) {
            found.add(AutoscalerMetrics.flat(metric, false));
            JsonNode utilization = isCpu(metric) ? Json.find(metric, "resource", "current", UTILIZATION) : null;
            if (utilization != null) {
                shownStatus.set("currentCPUUtilizationPercentage", utilization);
            }
        }
        ArrayNode conditions = Json.array();
        for (JsonNode condition : status.path("conditions")) {
            ObjectNode each = Json.object().putNull("lastTransitionTime").setAll(pick(condition, CONDITION));
            conditions.add(pick(each, CONDITION));
        }
        dropAnnotations(shown);
        annotate(shown, METRICS, others.isEmpty() ? null : others);
        annotate(shown, CURRENT_METRICS, found.isEmpty() ? null : found);
        annotate(shown, BEHAVIOR, spec.get("behavior") instanceof ObjectNode behavior ? goBehavior(behavior) : null);
        annotate(shown, CONDITIONS, conditions.isEmpty() ? null : conditions);
        shown.set("spec", shownSpec);
        shown.set("status", shownStatus);
        GoForm.store(shown, ShownTypes.AUTOSCALER);
        return shown;
    }

    /** Brings an object of version 1 that somebody sends into the form in which it would be read again. */
    public static void settle(ObjectNode shown) {
        JsonNode managed = Json.find(shown, "metadata", "managedFields");
        Json.become(shown, fromStorage(read(shown)));
        if (managed != null) {
            Metadata.of(shown).set("managedFields", managed); // an empty list says something
        }
    }

    /** As it is stored. */
    static ObjectNode toStorage(ObjectNode shown) {
        ObjectNode stored = read(shown);
        fillBehavior(stored.path("spec"));
        GoForm.store(stored, ShownTypes.STORED_AUTOSCALER);
        return stored;
    }

    /** As version 2 has it, without its defaults. */
    public static ObjectNode read(ObjectNode shown) {
        ObjectNode stored = pick(shown, "kind", "apiVersion", "metadata").deepCopy();
        ObjectNode spec = pick(shown.path("spec"), "scaleTargetRef", "minReplicas", "maxReplicas").deepCopy();
        ObjectNode status = pick(shown.path("status"), "observedGeneration", "lastScaleTime", "currentReplicas",
                "desiredReplicas").deepCopy();
        JsonNode metrics = annotated(shown, METRICS, "spec", "metrics");
        ArrayNode all = spec.putArray("metrics");
        if (metrics != null) {
            metrics.forEach(all::add);
        }
        JsonNode wanted = Json.find(shown, "spec", "targetCPUUtilizationPercentage");
        if (wanted != null || all.isEmpty()) {
            JsonNode utilization = wanted == null ? spec.numberNode(USUAL_UTILIZATION) : wanted;
            addCpu(all, "target").put("type", "Utilization").set(UTILIZATION, utilization);
        }
        JsonNode behavior = annotated(shown, BEHAVIOR, "spec", "behavior");
        if (behavior != null && !behavior.isEmpty()) {
            spec.set("behavior", behavior);
        }
        JsonNode currentMetrics = annotated(shown, CURRENT_METRICS, "status", "currentMetrics");
        JsonNode found = Json.find(shown, "status", "currentCPUUtilizationPercentage");
        if (currentMetrics != null) {
            status.set("currentMetrics", currentMetrics);
        } else if (found != null) {
            addCpu(status.putArray("currentMetrics"), "current").set(UTILIZATION, found);
        }
        JsonNode conditions = annotated(shown, CONDITIONS, "status", "conditions");
        if (conditions != null) {
            status.set("conditions", conditions);
        }
        dropAnnotations(stored);
        stored.set("spec", spec);
        stored.set("status", status);
        GoForm.store(stored, ShownTypes.STORED_AUTOSCALER);
        return stored;
    }

    /** Takes out of an object what version 1 says of it in annotations. */
    public static void dropAnnotations(ObjectNode object) {
        if (Json.find(object, "metadata", "annotations") instanceof ObjectNode annotations) {
            annotations.remove(OF_SPEC);
            annotations.remove(OF_STATUS);
            annotations.remove(NEVER_SHOWN);
            if (annotations.isEmpty()) {
                Metadata.of(object).remove("annotations");
            }
        }
    }

    /** Takes out what annotations say of what is found. */
    public static void dropStatus(ObjectNode object) {
        keep(OF_STATUS, null, object);
    }

    /** Leaves what is found as it was, also what annotations say of it. */
    public static void keepStatus(ObjectNode old, ObjectNode object) {
        object.set("status", old.path("status").deepCopy());
        keep(OF_STATUS, old, object);
    }

    /** Leaves what is wanted as it was, also what annotations say of it. */
    public static void keepSpec(ObjectNode old, ObjectNode object) {
        object.set("spec", old.path("spec").deepCopy());
        keep(OF_SPEC, old, object);
    }

    private static void keep(List<String> names, @Nullable ObjectNode old, ObjectNode object) {
        for (String name : names) {
            JsonNode before = Json.find(old, "metadata", "annotations", name);
            if (before != null) {
                Json.child(Metadata.of(object), "annotations").set(name, before);
            } else if (Json.find(object, "metadata", "annotations") instanceof ObjectNode annotations) {
                annotations.remove(name);
            }
        }
    }

    /** Fills in how fast is scaled, where anything is said of it. */
    public static void fillBehavior(JsonNode spec) {
        if (spec.get("behavior") instanceof ObjectNode behavior) {
            fill(Json.child(behavior, "scaleUp"), 0, List.of(Map.entry("Pods", 4), Map.entry("Percent", 100)));
            fill(Json.child(behavior, "scaleDown"), -1, List.of(Map.entry("Percent", 100)));
        }
    }

    private static void fill(ObjectNode rules, int window, List<Map.Entry<String, Integer>> policies) {
        if (!rules.has("selectPolicy")) {
            rules.put("selectPolicy", "Max");
        }
        if (window >= 0 && !rules.has("stabilizationWindowSeconds")) {
            rules.put("stabilizationWindowSeconds", window);
        }
        if (!rules.has("policies")) {
            ArrayNode list = rules.putArray("policies");
            policies.forEach(each -> list.addObject().put("type", each.getKey()).put("value", each.getValue())
                    .put("periodSeconds", 15));
        }
    }

    private static boolean isCpu(JsonNode metric) {
        return Json.textOrEmpty(metric, "type").equals("Resource")
                && Json.textOrEmpty(metric, "resource", "name").equals("cpu");
    }

    private static ObjectNode addCpu(ArrayNode metrics, String holder) {
        return metrics.addObject().put("type", "Resource").putObject("resource").put("name", "cpu").putObject(holder);
    }

    private static void annotate(ObjectNode object, String name, @Nullable JsonNode value) {
        if (value != null) {
            Json.child(Metadata.of(object), "annotations").put(name, Json.stringInGo(value));
        }
    }

    /** What an annotation says, as version 2 has it; null when it says nothing, or something that cannot be read there. */
    private static @Nullable JsonNode annotated(ObjectNode shown, String name, String half, String field) {
        String text = Json.text(shown, "metadata", "annotations", name);
        if (text == null) {
            return null;
        }
        JsonNode said;
        try {
            said = Json.parse(text);
        } catch (JacksonException _) {
            return null; // the real server passes over it too
        }
        JsonNode value = switch (name) {
            case METRICS -> nested(said, true);
            case CURRENT_METRICS -> nested(said, false);
            case BEHAVIOR -> behavior(said);
            default -> said.isNull() ? Json.array() : said;
        };
        ObjectNode tried = Json.object();
        tried.putObject(half).set(field, value);
        TypeCheck check = new TypeCheck();
        check.read(tried, ShownTypes.STORED_AUTOSCALER, "HorizontalPodAutoscaler");
        return check.mismatch() == null ? tried.path(half).get(field) : null;
    }

    private static JsonNode nested(JsonNode said, boolean wanted) {
        if (!said.isArray()) {
            return said.isNull() ? Json.array() : said;
        }
        ArrayNode out = Json.array();
        said.forEach(each -> out.add(each.isNull() ? Json.object() : AutoscalerMetrics.nested(each, wanted)));
        return out;
    }

    /** The real server writes the fields by their names in Go, and reads them in any case. */
    private static JsonNode behavior(JsonNode said) {
        if (!said.isObject()) {
            return said.isNull() ? Json.object() : said;
        }
        ObjectNode out = pickAnyCase(said, "scaleUp", "scaleDown");
        for (String direction : List.of("scaleUp", "scaleDown")) {
            if (out.get(direction) instanceof ObjectNode given) {
                ObjectNode rules = pickAnyCase(given, "stabilizationWindowSeconds", "selectPolicy", "policies",
                        "tolerance");
                if (rules.get("policies") instanceof ArrayNode policies) {
                    ArrayNode list = rules.putArray("policies");
                    policies.forEach(each -> list.add(
                            each.isObject() ? pickAnyCase(each, "type", "value", "periodSeconds") : each));
                }
                out.set(direction, rules);
            }
        }
        return out;
    }

    private static ObjectNode goBehavior(ObjectNode behavior) {
        ObjectNode out = Json.object();
        for (String direction : List.of("scaleUp", "scaleDown")) {
            JsonNode given = behavior.get(direction);
            if (given == null) {
                out.putNull(capital(direction));
                continue;
            }
            ObjectNode rules = out.putObject(capital(direction));
            for (String field : List.of("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance")) {
                JsonNode value = given.get(field);
                rules.set(capital(field), value == null ? out.nullNode() : value);
            }
            if (given.get("policies") instanceof ArrayNode policies) {
                ArrayNode list = rules.putArray("Policies");
                policies.forEach(each -> list.addObject().put("Type", Json.textOrEmpty(each, "type"))
                        .put("Value", Json.number(each, 0, "value"))
                        .put("PeriodSeconds", Json.number(each, 0, "periodSeconds")));
            }
        }
        return out;
    }

    private static String capital(String field) {
        return Character.toUpperCase(field.charAt(0)) + field.substring(1);
    }

    private static ObjectNode pickAnyCase(JsonNode from, String... fields) {
        ObjectNode out = Json.object();
        for (String field : fields) {
            from.properties().forEach(each -> {
                if (each.getKey().equalsIgnoreCase(field) && !each.getValue().isNull()) {
                    out.set(field, each.getValue());
                }
            });
        }
        return out;
    }

    /** Some fields of an object that it has, in this order. */
    static ObjectNode pick(JsonNode from, String... fields) {
        ObjectNode out = Json.object();
        for (String field : fields) {
            JsonNode value = from.get(field);
            if (value != null) {
                out.set(field, value);
            }
        }
        return out;
    }
}
