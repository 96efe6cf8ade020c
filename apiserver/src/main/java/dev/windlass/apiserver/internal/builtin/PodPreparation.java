package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the real server works out for a new pod from what it says. Stateless. */
final class PodPreparation {
    private static final Set<String> OF_PODS = Set.of("cpu", "memory");
    private static final String HUGE = "hugepages-";
    private static final List<String> AFFINITY_LISTS = List.of("requiredDuringSchedulingIgnoredDuringExecution",
            "preferredDuringSchedulingIgnoredDuringExecution");

    private PodPreparation() {
    }

    /** Adds the pod's own labels to selectors that name their keys. */
    static void selectByOwnLabels(ObjectNode pod) {
        JsonNode labels = pod.path("metadata").path("labels");
        JsonNode spec = pod.path("spec");
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            for (String list : AFFINITY_LISTS) {
                for (JsonNode each : spec.path("affinity").path(kind).path(list)) {
                    select(each.has("podAffinityTerm") ? each.path("podAffinityTerm") : each, labels);
                }
            }
        }
        spec.path("topologySpreadConstraints").forEach(each -> select(each, labels));
    }

    private static void select(JsonNode term, JsonNode labels) {
        if (term.get("labelSelector") instanceof ObjectNode selector) {
            require(selector, term.path("matchLabelKeys"), "In", labels);
            require(selector, term.path("mismatchLabelKeys"), "NotIn", labels);
        }
    }

    private static void require(ObjectNode selector, JsonNode keys, String operator, JsonNode labels) {
        for (JsonNode key : keys) {
            JsonNode value = labels.get(key.asString(""));
            if (value != null) {
                selector.withArray("matchExpressions").addObject().put("key", key.asString(""))
                        .put("operator", operator).putArray("values").add(value);
            }
        }
    }

    /** A pod that something holds back says so. */
    static void holdBack(ObjectNode pod, String now) {
        if (!pod.path("spec").path("schedulingGates").isEmpty()) {
            Defaults.child(pod, "status").withArray("conditions").addObject().put("type", "PodScheduled")
                    .put("status", "False").put("reason", "SchedulingGated")
                    .put("message", "Scheduling is blocked due to non-empty scheduling gates")
                    .put("lastTransitionTime", now).putNull("lastProbeTime");
        }
    }

    /** What a pod asks for as a whole, where it does, comes from its containers as far as it does not say it. */
    static void fillResources(ObjectNode pod) {
        ObjectNode resources = Json.objectAt(pod, "spec", "resources");
        if (resources == null || (resources.path("requests").isEmpty() && resources.path("limits").isEmpty())) {
            return;
        }
        Field spec = Field.of(pod, new ArrayList<>()).at("spec");
        ObjectNode requests = Defaults.child(resources, "requests");
        ObjectNode limits = Defaults.child(resources, "limits");
        Map<String, Quantity> limited = ResourceChecks.total(spec, "limits");
        limited.forEach((name, amount) -> {
            if (name.startsWith(HUGE) && !requests.has(name)) {
                Defaults.put(limits, name, amount.canonical());
            }
        });
        ResourceChecks.total(spec, "requests").forEach((name, amount) -> {
            if (OF_PODS.contains(name)) {
                Defaults.put(requests, name, amount.canonical());
            }
        });
        limits.properties().stream().filter(each -> isOfPods(each.getKey()))
                .forEach(each -> requests.putIfAbsent(each.getKey(), each.getValue()));
        fillLimits(spec, requests, limits, limited);
        for (String each : List.of("requests", "limits")) {
            if (resources.path(each).isEmpty()) {
                resources.remove(each);
            }
        }
    }

    private static boolean isOfPods(String resource) {
        return OF_PODS.contains(resource) || resource.startsWith(HUGE);
    }

    /** A resource to which all containers are limited is limited for the pod. */
    private static void fillLimits(Field spec, ObjectNode requests, ObjectNode limits, Map<String, Quantity> limited) {
        Set<String> names = new LinkedHashSet<>(requests.propertyNames());
        names.removeIf(name -> !isOfPods(name) || limits.has(name) || PodScope.containers(spec).stream()
                .anyMatch(each -> !each.at("resources", "limits").value().has(name)));
        for (String name : names) {
            Quantity amount = limited.get(name);
            if (amount != null) {
                boolean more = Amounts.of(requests.path(name)).compareTo(amount.value()) > 0;
                limits.put(name, more ? requests.path(name).asString("") : amount.canonical());
            }
        }
    }

    /** How sure a pod can be of its resources. */
    static String quality(ObjectNode pod) {
        JsonNode spec = pod.path("spec");
        JsonNode ofPod = spec.path("resources");
        if (!ofPod.path("requests").isEmpty() || !ofPod.path("limits").isEmpty()) {
            return quality(ofPod);
        }
        Set<String> qualities = new LinkedHashSet<>();
        for (String list : List.of("initContainers", "containers")) {
            spec.path(list).forEach(container -> qualities.add(quality(container.path("resources"))));
        }
        return qualities.isEmpty() ? "BestEffort" : qualities.size() > 1 ? "Burstable" : qualities.iterator().next();
    }

    private static String quality(JsonNode resources) {
        Set<String> qualities = new LinkedHashSet<>();
        for (String name : OF_PODS) {
            int order = Amounts.of(resources.path("requests").path(name))
                    .compareTo(Amounts.of(resources.path("limits").path(name)));
            boolean none = Amounts.of(resources.path("limits").path(name)).signum() == 0;
            qualities.add(order != 0 ? "Burstable" : none ? "BestEffort" : "Guaranteed");
        }
        return qualities.size() > 1 ? "Burstable" : qualities.iterator().next();
    }
}
