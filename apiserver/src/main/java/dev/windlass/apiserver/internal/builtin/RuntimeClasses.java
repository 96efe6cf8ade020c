package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.schema.Quantity;
import dev.windlass.apiserver.internal.status.ApiException;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What classes of container runtimes mean for new pods: they must be there, and say what running the pod takes beside its containers, and where. Thread-safe. */
final class RuntimeClasses implements WriteGuard {
    private final Resources resources;

    RuntimeClasses(Resources resources) {
        this.resources = resources;
    }

    /**
     * Gives a new pod what its class says.
     *
     * @throws ApiException
     *             403 when there is no such class, or the pod says something else than it
     */
    void admit(ObjectNode pod) {
        ObjectNode runtimeClass = classOf(pod);
        ObjectNode spec = Json.child(pod, "spec");
        JsonNode overhead = Json.find(runtimeClass, "overhead");
        if (overhead != null) {
            if (!spec.path("overhead").isEmpty()
                    && !sameAmounts(overhead.path("podFixed"), spec.path("overhead"), Quantity.SMALLEST)) {
                throw mismatch(pod);
            }
            put(spec, "overhead", overhead.path("podFixed"));
        }
        JsonNode scheduling = Json.find(runtimeClass, "scheduling");
        if (scheduling != null) {
            select(pod, spec, scheduling.path("nodeSelector"));
            put(spec, "tolerations", Tolerations.merged(spec.path("tolerations"), scheduling.path("tolerations")));
        }
    }

    private static void put(ObjectNode spec, String field, JsonNode value) {
        if (value.isEmpty()) {
            spec.remove(field);
        } else {
            spec.set(field, value.deepCopy());
        }
    }

    private static void select(ObjectNode pod, ObjectNode spec, JsonNode wanted) {
        Map<String, JsonNode> labels = new TreeMap<>();
        wanted.properties().forEach(label -> labels.put(label.getKey(), label.getValue()));
        labels.forEach((key, value) -> {
            String given = Json.text(spec, "nodeSelector", key);
            if (given != null && !given.equals(value.asString())) {
                throw forbidden(pod, "conflict: runtimeClass.scheduling.nodeSelector[" + key + "] = " + value.asString()
                        + "; pod.spec.nodeSelector[" + key + "] = " + given);
            }
            Json.child(spec, "nodeSelector").set(key, value);
        });
    }

    /** What others have made of the overhead of a new pod must be what its class says, too. */
    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        if (old != null || !target.type().storageId().equals("/pods") || !target.subresource().isEmpty()) {
            return;
        }
        JsonNode overhead = Json.find(classOf(object), "overhead");
        JsonNode given = object.path("spec").path("overhead");
        if (overhead == null && given.isObject()) {
            throw forbidden(object,
                    "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
        if (overhead != null && !sameAmounts(overhead.path("podFixed"), given, Quantity.SMALLEST_OF_RESOURCES)) {
            throw mismatch(object);
        }
    }

    /** @param digits that are compared after the point: what a pod is given is rounded up */
    private static boolean sameAmounts(JsonNode some, JsonNode others, int digits) {
        return some.size() == others.size() && some.properties().stream().allMatch(each -> {
            JsonNode other = others.get(each.getKey());
            return other != null
                    && Amounts.of(each.getValue()).setScale(digits, RoundingMode.UP).compareTo(Amounts.of(other)) == 0;
        });
    }

    private @Nullable ObjectNode classOf(ObjectNode pod) {
        String name = Json.text(pod, "spec", "runtimeClassName");
        if (name == null) {
            return null;
        }
        ObjectNode found = resources.read(resources.catalog().require("node.k8s.io", "v1", "runtimeclasses"), "", name);
        if (found == null) {
            throw notFound(pod, name);
        }
        return found;
    }

    /** The real server asks itself for the class, which it cannot do for what is no name at all. */
    private static ApiException notFound(ObjectNode pod, String name) {
        if (name.isEmpty()) {
            return ApiException.of(500, "", "resource name may not be empty");
        }
        List<String> problems = NameRules.pathSegment(name);
        return problems.isEmpty()
                ? forbidden(pod, "pod rejected: RuntimeClass " + GoText.quoted(name) + " not found")
                : ApiException.of(500, "", "invalid resource name " + GoText.quoted(name) + ": ["
                        + String.join(" ", problems) + "]");
    }

    private static ApiException mismatch(ObjectNode pod) {
        return forbidden(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }

    private static ApiException forbidden(ObjectNode pod, String why) {
        return ApiException.forbidden("", "pods", Metadata.toldName(pod), why, List.of());
    }
}
