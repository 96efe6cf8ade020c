package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Nodes: a new one is not ready until somebody says so. */
final class NodeRule implements KindRule {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    /** Of the two fields for the same, the older one is heeded. What can be allocated is everything, unless it is said. */
    @Override
    public void fillDefaults(ObjectNode object) {
        String range = Json.textOrEmpty(object, "spec", "podCIDR");
        String first = object.path("spec").path("podCIDRs").path(0).asString("");
        if (!range.isEmpty() && !range.equals(first)) {
            Json.child(object, "spec").putArray("podCIDRs").add(range);
        } else if (!first.isEmpty()) {
            Json.child(object, "spec").put("podCIDR", first);
        }
        if (Json.find(object, "status", "capacity") instanceof ObjectNode capacity
                && Json.find(object, "status", "allocatable") == null) {
            Json.child(object, "status").set("allocatable", capacity.deepCopy());
        }
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        if (old != null) {
            return;
        }
        ObjectNode spec = Defaults.child(object, "spec");
        ArrayNode given = Json.arrayAt(spec, "taints");
        ArrayNode taints = given == null ? spec.putArray("taints") : given;
        for (JsonNode taint : taints) {
            if (Json.textOrEmpty(taint, "key").equals(NOT_READY)
                    && Json.textOrEmpty(taint, "effect").equals("NoSchedule")) {
                return;
            }
        }
        taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
    }

    /** A kubelet tells of its machine when it registers it. */
    @Override
    public boolean takesStatusOfNew() {
        return true;
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        Json.child(object, "spec").remove(List.of("configSource", "podPreemptionPolicy"));
        Json.child(object, "status").remove("config");
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        for (String field : List.of("configSource", "podPreemptionPolicy")) {
            if (Json.find(old, "spec", field) == null) {
                Json.child(object, "spec").remove(field);
            }
        }
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        if (Json.find(old, "status", "config") == null) {
            Json.child(object, "status").remove("config");
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        NodeChecks.whole(Field.of(object, errors));
        if (old != null) {
            validateStatus(object, old, errors);
        }
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        NodeChecks.change(Field.of(object, errors), Field.of(old, new ArrayList<>()));
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (!Json.textOrEmpty(object, "spec", "externalID").isEmpty()) {
            warnings.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
        for (Field range : Field.of(object, new ArrayList<>()).at("spec", "podCIDRs").items()) {
            range.warn(Addresses.cidrWarning(range.text()), warnings);
        }
    }
}
