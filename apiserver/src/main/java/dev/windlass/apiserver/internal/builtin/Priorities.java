package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What classes of priority mean for pods. Thread-safe. */
final class Priorities {
    private final Resources resources;

    Priorities(Resources resources) {
        this.resources = resources;
    }

    /** The class for pods that name none, null when there is none. */
    @Nullable
    ObjectNode defaultClass() {
        ResourceType type = type();
        return resources.shelf(type).snapshot("").objects().stream().map(each -> resources.decode(each, type))
                .filter(each -> Json.flag(each, false, "globalDefault"))
                .min(Comparator.comparingLong((ObjectNode each) -> Json.number(each, 0, "value"))).orElse(null);
    }

    private ResourceType type() {
        return resources.catalog().require("scheduling.k8s.io", "v1", "priorityclasses");
    }

    /**
     * Gives a new pod the priority of its class.
     *
     * @throws ApiException
     *             403 when there is no such class, or the pod says something else than it
     */
    void admit(ObjectNode pod) {
        ObjectNode spec = Json.child(pod, "spec");
        String named = Json.textOrEmpty(spec, "priorityClassName");
        ObjectNode priority = named.isEmpty() ? defaultClass() : find(named);
        if (priority == null && !named.isEmpty()) {
            throw forbidden(pod, "no PriorityClass with name " + named + " was found");
        }
        if (priority != null) {
            spec.put("priorityClassName", Metadata.name(priority));
        }
        long value = Json.number(priority, 0, "value");
        if (spec.has("priority") && Json.number(spec, 0, "priority") != value) {
            throw forbidden(pod, "the integer value of priority (" + Json.number(spec, 0, "priority")
                    + ") must not be provided in pod spec; priority admission controller computed " + value
                    + " from the given PriorityClass name");
        }
        spec.put("priority", (int) value);
        String policy = Json.textOrEmpty(priority, "preemptionPolicy");
        String wanted = policy.isEmpty() ? "PreemptLowerPriority" : policy;
        String given = Json.textOrEmpty(spec, "preemptionPolicy");
        if (spec.has("preemptionPolicy") && !given.equals(wanted)) {
            throw forbidden(pod, "the string value of PreemptionPolicy (" + given
                    + ") must not be provided in pod spec; priority admission controller computed " + wanted
                    + " from the given PriorityClass name");
        }
        spec.put("preemptionPolicy", wanted);
    }

    private @Nullable ObjectNode find(String name) {
        return resources.read(type(), "", name);
    }

    private static ApiException forbidden(ObjectNode pod, String why) {
        return ApiException.forbidden("", "pods", Metadata.toldName(pod), why, List.of());
    }
}
