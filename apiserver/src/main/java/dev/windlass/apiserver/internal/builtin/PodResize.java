package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Part;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The resources that the containers of a pod have while it runs. */
final class PodResize implements Part {
    private static final List<String> CONTAINERS = List.of("initContainers", "containers");
    private static final List<String> AMOUNTS = List.of("requests", "limits");
    private static final List<String> MUTABLE = List.of("cpu", "memory");

    private final LimitRanges limitRanges;

    PodResize(LimitRanges limitRanges) {
        this.limitRanges = limitRanges;
    }

    @Override
    public void admit(ObjectNode desired, ObjectNode old) {
        if (!Metadata.deleting(old)) {
            limitRanges.fill(desired);
        }
    }

    @Override
    public ObjectNode merge(ObjectNode old, ObjectNode desired) {
        ObjectNode object = old.deepCopy();
        ObjectNode merged = Json.child(object, "spec");
        ObjectNode wanted = desired.deepCopy();
        ObjectNode spec = Json.child(wanted, "spec");
        if (!spec.hasNonNull("resources")) {
            Json.share("resources", merged, spec);
        }
        for (String list : CONTAINERS) {
            if (spec.path(list).size() != old.path("spec").path(list).size()) {
                return wanted; // is refused
            }
        }
        Part.copyMetadata(wanted, object);
        for (String list : CONTAINERS) {
            mergeContainers(list, spec, merged);
        }
        Json.share("resources", spec, merged);
        PodPreparation.fillResources(object);
        return object;
    }

    /** Containers that are called otherwise are taken as they are; they are refused. */
    private static void mergeContainers(String list, ObjectNode spec, ObjectNode merged) {
        for (int i = 0; i < spec.path(list).size(); i++) {
            JsonNode name = spec.path(list).path(i).path("name");
            if (!name.equals(merged.path(list).path(i).path("name"))) {
                merged.set(list, spec.path(list));
                return;
            }
        }
        for (int i = 0; i < spec.path(list).size(); i++) {
            ObjectNode from = (ObjectNode) spec.path(list).path(i);
            ObjectNode to = (ObjectNode) merged.path(list).path(i);
            Json.share("resources", from, to);
            Json.share("resizePolicy", from, to);
        }
    }

    @Override
    public void validate(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        Field pod = Field.of(object, errors);
        Field before = Field.of(old, errors).at("spec");
        boolean isStatic = old.path("metadata").path("annotations").has(PodAnnotationChecks.MIRROR);
        if (isStatic || before.at("os", "name").text().equals("windows")) {
            errors.clear();
            pod.as("[]").forbidden((isStatic ? "static" : "windows") + " pods cannot be resized");
            return;
        }
        PodChecks.pod(pod);
        Field spec = pod.at("spec");
        String quality = old.path("status").path("qosClass").asString("");
        if (!(quality.isEmpty() ? PodPreparation.quality(old) : quality).equals(PodPreparation.quality(object))) {
            spec.invalid(pod.at("status", "qosClass").text(), "Pod QOS Class may not change as a result of resizing");
        }
        if (!isSupported(old)) {
            spec.forbidden("Pod running on node without support for resize");
        }
        ofPod(spec, before);
        if (isReordered(spec, before)) {
            return;
        }
        for (String list : CONTAINERS) {
            for (int i = 0; i < before.at(list).items().size(); i++) {
                kept(spec.at(list).items().get(i).at("resources"), before.at(list).items().get(i).at("resources"),
                        "resource ");
            }
        }
        for (int i = 0; i < before.at("containers").items().size(); i++) {
            if (differsInMore(spec.at("containers").items().get(i), before.at("containers").items().get(i))) {
                spec.forbidden("only cpu and memory resources are mutable");
            }
        }
        for (int i = 0; i < before.at("initContainers").items().size(); i++) {
            first(spec.at("initContainers").items().get(i), before.at("initContainers").items().get(i));
        }
    }

    /** A node that can do it tells the resources of the containers that run. */
    private static boolean isSupported(ObjectNode pod) {
        for (JsonNode each : pod.path("status").path("containerStatuses")) {
            if (each.path("state").hasNonNull("running")) {
                return each.hasNonNull("resources");
            }
        }
        return true;
    }

    private static void ofPod(Field spec, Field before) {
        Field now = spec.at("resources");
        Field old = before.at("resources");
        if (old.isSet()) {
            kept(now, old, "pod-level resource ");
        }
        if (now.isSet() && !Json.alike(masked(now.value(), old.value()), masked(old.value(), old.value()))) {
            spec.forbidden("only cpu and memory resources are mutable at pod-level");
        }
    }

    private static boolean isReordered(Field spec, Field before) {
        boolean found = false;
        for (String list : CONTAINERS.reversed()) {
            List<Field> now = spec.at(list).items();
            List<Field> old = before.at(list).items();
            if (now.size() != old.size()) {
                spec.at(list).forbidden(list + " may not be added or removed on resize");
                found = true;
                continue;
            }
            for (int i = 0; i < now.size(); i++) {
                if (now.get(i).at("name").differs(old.get(i).at("name"))) {
                    now.get(i).at("name").forbidden(list + " may not be renamed or reordered on resize");
                    found = true;
                }
            }
        }
        return found;
    }

    private static void kept(Field now, Field before, String what) {
        for (String amounts : AMOUNTS) {
            JsonNode left = now.at(amounts).value();
            boolean all = before.at(amounts).value().propertyNames().stream().allMatch(left::has);
            if (!all) {
                now.at(amounts).forbidden(what + amounts + " cannot be removed");
            }
        }
    }

    private static void first(Field container, Field before) {
        if (differsInMore(container, before)) {
            container.forbidden("only cpu and memory resources for init or sidecar containers are mutable");
        }
        boolean restarts = container.at("restartPolicy").text().equals("Always");
        if (restarts || !container.differs(before)) {
            return;
        }
        for (Field policy : container.at("resizePolicy").items()) {
            if (policy.at("restartPolicy").text().equals("RestartContainer")) {
                container.forbidden(
                        "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
            }
        }
    }

    private static boolean differsInMore(Field container, Field before) {
        ObjectNode now = (ObjectNode) container.value().deepCopy();
        ObjectNode old = (ObjectNode) before.value().deepCopy();
        JsonNode resources = before.at("resources").value();
        now.set("resources", masked(now.path("resources"), resources));
        old.set("resources", masked(resources, resources));
        return !Json.alike(now, old);
    }

    /** Resources with what may change of them as it was, and nothing where there is none. */
    private static ObjectNode masked(JsonNode resources, JsonNode before) {
        ObjectNode out = resources instanceof ObjectNode object ? object.deepCopy() : Json.object();
        for (String amounts : AMOUNTS) {
            ObjectNode each = Json.child(out, amounts);
            each.remove(MUTABLE);
            for (String name : MUTABLE) {
                JsonNode amount = before.path(amounts).get(name);
                if (amount != null) {
                    each.set(name, amount);
                }
            }
            if (each.isEmpty()) {
                out.remove(amounts);
            }
        }
        return out;
    }
}
