package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Fields of pods that are declared for features which are off unless somebody turns them on, or that are gone; whoever sets them sets nothing. Stateless. */
final class DisabledFields {
    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");

    /** They stood for what the specification has now. */
    private static final List<String> ANNOTATIONS = List.of("pod.beta.kubernetes.io/init-containers",
            "pod.alpha.kubernetes.io/init-containers", "pod.beta.kubernetes.io/init-container-statuses",
            "pod.alpha.kubernetes.io/init-container-statuses");

    private DisabledFields() {
    }

    /** @param pod or the template of one */
    static void drop(JsonNode pod) {
        dropAnnotations(pod.path("metadata"));
        if (!(pod.path("spec") instanceof ObjectNode spec)) {
            return;
        }
        spec.remove(List.of("schedulingGroup", "evictionResponders"));
        for (String list : CONTAINERS) {
            Defaults.each(spec.path(list), DisabledFields::dropOfContainer);
        }
        Defaults.each(spec.path("volumes"), DisabledFields::dropOfVolume);
    }

    private static void dropAnnotations(JsonNode metadata) {
        ObjectNode annotations = Json.objectAt(metadata, "annotations");
        if (annotations == null) {
            return;
        }
        annotations.remove(ANNOTATIONS);
        if (annotations.isEmpty()) {
            dropAt(metadata, "annotations");
        }
    }

    private static void dropOfContainer(ObjectNode container) {
        Defaults.each(container.path("volumeMounts"), mount -> mount.remove("bindMountOptions"));
        for (String probe : PROBES) {
            dropAt(container.path(probe).path("grpc"), "mode");
            dropAt(container.path(probe).path("httpGet"), "protocol");
        }
        ObjectNode lifecycle = Json.objectAt(container, "lifecycle");
        if (lifecycle != null) {
            for (String hook : List.of("postStart", "preStop")) {
                dropAt(lifecycle.path(hook).path("httpGet"), "protocol");
            }
            if (lifecycle.remove("stopSignal") != null && lifecycle.isEmpty()) {
                container.remove("lifecycle");
            }
        }
    }

    private static void dropOfVolume(ObjectNode volume) {
        dropAt(volume.path("emptyDir"), "mode");
        for (String source : List.of("secret", "configMap", "downwardAPI", "projected")) {
            dropAt(volume.path(source), "defaultUser");
            Defaults.each(volume.path(source).path("items"), item -> item.remove("user"));
        }
        Defaults.each(volume.path("projected").path("sources"), source -> source.forEach(each -> {
            dropAt(each, "user");
            Defaults.each(each.path("items"), item -> item.remove("user"));
        }));
    }

    private static void dropAt(JsonNode of, String field) {
        if (of instanceof ObjectNode object) {
            object.remove(field);
        }
    }
}
