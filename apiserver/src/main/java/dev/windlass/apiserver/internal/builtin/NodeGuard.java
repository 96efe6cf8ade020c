package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.schema.Quantity;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A pod that is bound is resized to what its node can do and has. Thread-safe. */
final class NodeGuard implements WriteGuard {
    private static final String OF_PODS = "InPlacePodLevelResourcesVerticalScaling";
    private static final String OF_INIT_CONTAINERS = "InPlacePodVerticalScalingInitContainers";
    private static final int THOUSANDTHS = 3;

    private final Resources resources;

    NodeGuard(Resources resources) {
        this.resources = resources;
    }

    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        String name = Json.textOrEmpty(object, "spec", "nodeName");
        if (old == null || !target.type().storageId().equals("/pods") || !target.subresource().equals("resize")
                || name.isEmpty() || Json.alike(old.path("spec"), object.path("spec"))) {
            return;
        }
        ObjectNode node = resources.read(resources.catalog().require("", "v1", "nodes"), "", name);
        if (node == null) {
            throw forbidden(target, "node " + GoText.quoted(name) + " not found");
        }
        checkFeatures(target, object.path("spec"), old.path("spec"), node);
        String system = Json.text(node, "metadata", "labels", "kubernetes.io/os");
        if (system != null && !system.equals("linux")) {
            throw forbidden(target, "pod resize is only supported on linux nodes, node " + GoText.quoted(name) + " is "
                    + GoText.quoted(system), FieldError.cause("UnsupportedPlatform"));
        }
        checkRoom(target, object, node);
    }

    private static void checkFeatures(Target target, JsonNode spec, JsonNode old, ObjectNode node) {
        List<String> missing = new ArrayList<>();
        if (!Json.alike(spec.path("resources"), old.path("resources"))) {
            missing.add(OF_PODS);
        }
        if (resizesInitContainers(spec.path("initContainers"), old.path("initContainers"))) {
            missing.add(OF_INIT_CONTAINERS);
        }
        node.path("status").path("declaredFeatures").forEach(each -> missing.remove(each.asString("")));
        if (!missing.isEmpty()) {
            throw forbidden(target, "pod update requires features " + String.join(", ", missing)
                    + " which are not available on node " + GoText.quoted(Metadata.name(node)));
        }
    }

    private static boolean resizesInitContainers(JsonNode containers, JsonNode old) {
        for (int i = 0; i < old.size(); i++) {
            boolean stays = Json.textOrEmpty(old.path(i), "restartPolicy").equals("Always");
            if (!stays && !Json.alike(old.path(i).path("resources"), containers.path(i).path("resources"))) {
                return true;
            }
        }
        return false;
    }

    private static void checkRoom(Target target, ObjectNode pod, ObjectNode node) {
        Field spec = Field.of(pod, new ArrayList<>()).at("spec");
        Map<String, Quantity> requests = ResourceChecks.ofPod(spec, "requests");
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, Integer> each : List.of(Map.entry("cpu", THOUSANDTHS), Map.entry("memory", 0))) {
            Quantity ofContainers = requests.get(each.getKey());
            BigDecimal wanted = Amounts.of(spec.at("overhead").key(each.getKey()).value())
                    .add(ofContainers == null ? BigDecimal.ZERO : ofContainers.value());
            BigDecimal there = Amounts.of(node.path("status").path("allocatable").path(each.getKey()));
            if (wanted.compareTo(there) > 0) {
                problems.add(
                        each.getKey() + ", requested: " + Amounts.inUnits(wanted, each.getValue()) + ", allocatable: "
                                + Amounts.inUnits(there, each.getValue()));
            }
        }
        if (!problems.isEmpty()) {
            throw forbidden(target, "node didn't have enough allocatable resources: " + String.join("; ", problems),
                    FieldError.cause("NodeCapacity"));
        }
    }

    private static ApiException forbidden(Target target, String why, FieldError... causes) {
        return ApiException.forbidden("", "pods", target.name(), why, List.of(causes));
    }
}
