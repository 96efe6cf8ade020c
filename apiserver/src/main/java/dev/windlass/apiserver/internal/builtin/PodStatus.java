package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Metadata;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of the status that somebody tells of a pod, before it is checked. Stateless. */
final class PodStatus {
    /** The statuses of its containers, in the order in which they are checked. */
    static final List<String> CONTAINERS = List.of("containerStatuses", "initContainerStatuses",
            "ephemeralContainerStatuses");
    /** Of what the server itself or a driver has set, clients that do not know of it say nothing. */
    private static final List<String> KEPT = List.of("resourceClaimStatuses", "extendedResourceClaimStatus");
    /** Of features that are off unless somebody turns them on. */
    private static final List<String> DISABLED = List.of("nodeAllocatableResourceClaimStatuses", "volumeHealth");
    private static final String GENERATION = "observedGeneration";

    private PodStatus() {
    }

    static void prepare(ObjectNode old, ObjectNode object) {
        for (String field : List.of("ownerReferences", "deletionTimestamp")) {
            Json.share(field, Metadata.of(old), Metadata.of(object));
        }
        ObjectNode status = Json.child(object, "status");
        JsonNode before = old.path("status");
        for (String field : KEPT) {
            if (Json.find(status, field) == null && before.has(field)) {
                status.set(field, before.path(field).deepCopy());
            } else if (status.path(field).isArray() && status.path(field).isEmpty()) {
                status.remove(field); // an empty list, other than none, is meant
            }
        }
        if (status.path("qosClass").asString("").isEmpty() && before.has("qosClass")) {
            status.set("qosClass", before.path("qosClass"));
        }
        keepGenerations(before, status);
        DisabledFields.drop(object);
        status.remove(DISABLED);
        for (String list : CONTAINERS) {
            Defaults.each(status.path(list),
                    container -> Defaults.each(container.path("volumeMounts"), mount -> mount.remove("volumeStatus")));
        }
    }

    /** Which generation has been seen is never unsaid. Several conditions may have a type. */
    private static void keepGenerations(JsonNode before, ObjectNode status) {
        keepGeneration(before, status);
        Map<String, Deque<JsonNode>> known = new HashMap<>();
        for (JsonNode condition : before.path("conditions")) {
            known.computeIfAbsent(Json.textOrEmpty(condition, "type"), _ -> new ArrayDeque<>()).add(condition);
        }
        Defaults.each(status.path("conditions"), condition -> {
            JsonNode old = known.getOrDefault(Json.textOrEmpty(condition, "type"), new ArrayDeque<>()).poll();
            if (old != null) {
                keepGeneration(old, condition);
            }
        });
    }

    private static void keepGeneration(JsonNode before, ObjectNode now) {
        if (Json.number(now, 0, GENERATION) == 0 && Json.number(before, 0, GENERATION) != 0) {
            now.set(GENERATION, before.path(GENERATION));
        }
    }
}
