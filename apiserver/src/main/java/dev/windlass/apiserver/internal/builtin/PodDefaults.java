package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.builtin.Defaults.child;
import static dev.windlass.apiserver.internal.builtin.Defaults.each;
import static dev.windlass.apiserver.internal.builtin.Defaults.put;

/** The defaults of pods and of what is inside them. Stateless. */
final class PodDefaults {
    private static final int FILE_MODE = 0644;

    private PodDefaults() {
    }

    static void fillTemplate(ObjectNode template) {
        child(template, "metadata");
        fillSpec(child(template, "spec"));
    }

    static void fillSpec(ObjectNode spec) {
        put(spec, "restartPolicy", "Always");
        put(spec, "terminationGracePeriodSeconds", 30);
        put(spec, "dnsPolicy", "ClusterFirst");
        child(spec, "securityContext");
        put(spec, "schedulerName", "default-scheduler");
        String account = Json.textOrEmpty(spec, "serviceAccountName");
        if (!account.isEmpty()) {
            put(spec, "serviceAccount", account);
        }
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            each(spec.path(list), PodDefaults::fillContainer);
        }
        each(spec.path("volumes"), PodDefaults::fillVolume);
    }

    private static void fillContainer(ObjectNode container) {
        child(container, "resources");
        put(container, "terminationMessagePath", "/dev/termination-log");
        put(container, "terminationMessagePolicy", "File");
        put(container, "imagePullPolicy", isLatest(Json.textOrEmpty(container, "image")) ? "Always" : "IfNotPresent");
        each(container.path("ports"), port -> put(port, "protocol", "TCP"));
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.get(probe) instanceof ObjectNode object) {
                fillProbe(object);
            }
        }
        each(container.path("env"), variable -> {
            if (Json.find(variable, "valueFrom", "fieldRef") instanceof ObjectNode field) {
                put(field, "apiVersion", "v1");
            }
        });
        ObjectNode limits = Json.objectAt(container, "resources", "limits");
        if (limits != null) {
            ObjectNode requests = child(child(container, "resources"), "requests");
            limits.properties().forEach(limit -> requests.putIfAbsent(limit.getKey(), limit.getValue()));
        }
    }

    private static boolean isLatest(String image) {
        if (image.contains("@")) {
            return false;
        }
        String last = image.substring(image.lastIndexOf('/') + 1);
        return !last.contains(":") || last.endsWith(":latest");
    }

    private static void fillProbe(ObjectNode probe) {
        put(probe, "timeoutSeconds", 1);
        put(probe, "periodSeconds", 10);
        put(probe, "successThreshold", 1);
        put(probe, "failureThreshold", 3);
        if (probe.get("httpGet") instanceof ObjectNode get) {
            put(get, "path", "/");
            put(get, "scheme", "HTTP");
        }
        if (probe.get("grpc") instanceof ObjectNode grpc) {
            put(grpc, "service", "");
        }
    }

    private static void fillVolume(ObjectNode volume) {
        if (volume.size() == 1) {
            volume.putObject("emptyDir");
        }
        for (String source : List.of("secret", "configMap", "downwardAPI", "projected")) {
            if (volume.get(source) instanceof ObjectNode object) {
                put(object, "defaultMode", FILE_MODE);
            }
        }
        if (volume.get("hostPath") instanceof ObjectNode path) {
            put(path, "type", "");
        }
    }
}
