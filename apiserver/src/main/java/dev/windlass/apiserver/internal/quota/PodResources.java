package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a pod needs as a whole: what its specification says, or more while a node still gives it more. Stateless.
 */
final class PodResources {
    private static final String REQUESTS = "requests";
    private static final String LIMITS = "limits";
    private static final String ALLOCATED = "allocatedResources";

    private PodResources() {
    }

    /** Says what one container has. */
    private interface Source {
        /** @param status missing when nothing is known */
        JsonNode of(JsonNode container, JsonNode status);
    }

    /** Whether the pod says it itself, and its containers need not. */
    static boolean areSaidForThePod(JsonNode spec) {
        return List.of(REQUESTS, LIMITS).stream().anyMatch(each -> !ofThePod(spec, each).isEmpty());
    }

    private static ResourceList ofThePod(JsonNode spec, String which) {
        TreeMap<String, Quantity> amounts = ResourceList.of(spec.path("resources").path(which)).amounts();
        amounts.keySet().removeIf(
                name -> !name.equals("cpu") && !name.equals("memory") && !name.startsWith("hugepages-"));
        return new ResourceList(amounts);
    }

    static ResourceList requests(ObjectNode pod) {
        JsonNode spec = pod.path("spec");
        return effective(pod, REQUESTS)
                .max(sum(pod, (container, status) -> firstOf(status.path(ALLOCATED), wanted(pod, container, REQUESTS))))
                .with(ofThePod(spec, REQUESTS)).plus(ResourceList.of(spec.path("overhead")));
    }

    static ResourceList limits(ObjectNode pod) {
        JsonNode spec = pod.path("spec");
        ResourceList limits = effective(pod, LIMITS).with(ofThePod(spec, LIMITS));
        return limits.plus(ResourceList.of(spec.path("overhead")).only(limits.withoutZeros().names()));
    }

    /** What is wanted, unless that cannot be, and what there is. */
    private static ResourceList effective(ObjectNode pod, String which) {
        ResourceList actual = sum(pod, (container, status) -> firstOf(status.path("resources").path(which),
                which.equals(REQUESTS) ? status.path(ALLOCATED) : Json.object(), wanted(pod, container, which)));
        return isInfeasible(pod)
                ? actual
                : sum(pod, (container, _) -> container.path("resources").path(which)).max(actual);
    }

    private static JsonNode wanted(ObjectNode pod, JsonNode container, String which) {
        return isInfeasible(pod) ? Json.object() : container.path("resources").path(which);
    }

    private static boolean isInfeasible(ObjectNode pod) {
        return pod.path("status").path("conditions").valueStream()
                .filter(each -> Json.textOrEmpty(each, "type").equals("PodResizePending")).findFirst()
                .map(each -> Json.textOrEmpty(each, "reason").equals("Infeasible")).orElse(false);
    }

    private static JsonNode firstOf(JsonNode... all) {
        for (JsonNode each : all) {
            if (!each.isEmpty()) {
                return each;
            }
        }
        return Json.object();
    }

    /** At most at one time: containers that run first do so one by one, beside those of them that then stay. */
    private static ResourceList sum(ObjectNode pod, Source source) {
        ResourceList together = ResourceList.EMPTY;
        for (JsonNode container : pod.path("spec").path("containers")) {
            together = together.plus(ResourceList.of(source.of(container, status(pod, container))));
        }
        ResourceList staying = ResourceList.EMPTY;
        ResourceList first = ResourceList.EMPTY;
        for (JsonNode container : pod.path("spec").path("initContainers")) {
            ResourceList now = ResourceList.of(source.of(container, status(pod, container)));
            if (Json.textOrEmpty(container, "restartPolicy").equals("Always")) {
                together = together.plus(now);
                staying = staying.plus(now);
                first = first.max(staying);
            } else {
                first = first.max(now.plus(staying));
            }
        }
        return together.max(first);
    }

    private static JsonNode status(ObjectNode pod, JsonNode container) {
        for (String list : List.of("containerStatuses", "initContainerStatuses")) {
            for (JsonNode each : pod.path("status").path(list)) {
                if (Json.textOrEmpty(each, "name").equals(Json.textOrEmpty(container, "name"))) {
                    return each;
                }
            }
        }
        return Json.object();
    }
}
