package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.builtin.Defaults.child;
import static dev.windlass.apiserver.internal.builtin.Defaults.put;

/** Defaults of types that depend on other fields; the others are data. Stateless. */
public final class StructDefaults {
    private static final String CORE = "io.k8s.api.core.v1.";
    private static final String APPS = "io.k8s.api.apps.v1.";
    private static final String RBAC = "rbac.authorization.k8s.io";

    private StructDefaults() {
    }

    /** Fills an object of a type. */
    public static void fill(String type, ObjectNode object) {
        switch (type) {
            case CORE + "Container", CORE + "EphemeralContainer" -> container(object);
            case CORE + "Volume" -> volume(object);
            case CORE + "PodSpec" -> podSpec(object);
            case CORE + "PodStatus" -> podStatus(object);
            case CORE + "LimitRangeItem" -> limits(object);
            case APPS + "DeploymentStrategy", APPS + "DaemonSetUpdateStrategy" -> rollingUpdate(object);
            case APPS + "StatefulSetUpdateStrategy" -> statefulSetStrategy(object);
            case "io.k8s.api.rbac.v1.Subject" -> subject(object);
            default -> {
                // no field of it depends on another
            }
        }
    }

    private static void container(ObjectNode container) {
        put(container, "imagePullPolicy",
                ImageName.isLatest(Json.textOrEmpty(container, "image")) ? "Always" : "IfNotPresent");
    }

    private static void volume(ObjectNode volume) {
        if (volume.size() == 1 && volume.has("name")) {
            volume.putObject("emptyDir");
        }
        if (volume.get("image") instanceof ObjectNode image) {
            put(image, "pullPolicy",
                    ImageName.isLatest(Json.textOrEmpty(image, "reference")) ? "Always" : "IfNotPresent");
        }
    }

    private static void podSpec(ObjectNode spec) {
        String account = Json.textOrEmpty(spec, "serviceAccountName");
        if (account.isEmpty()) {
            account = Json.textOrEmpty(spec, "serviceAccount");
        }
        if (!account.isEmpty()) {
            spec.put("serviceAccountName", account).put("serviceAccount", account);
        }
    }

    private static void podStatus(ObjectNode status) {
        String address = Json.textOrEmpty(status, "podIP");
        JsonNode first = status.path("podIPs").get(0);
        if (address.isEmpty() && first != null) {
            status.put("podIP", Json.textOrEmpty(first, "ip"));
        } else if (!address.isEmpty() && (first == null || !Json.textOrEmpty(first, "ip").equals(address))) {
            status.putArray("podIPs").addObject().put("ip", address);
        }
    }

    private static void limits(ObjectNode item) {
        if (Json.textOrEmpty(item, "type").equals("Container")) {
            for (String[] from : List.of(new String[]{"max", "default"}, new String[]{"default", "defaultRequest"},
                    new String[]{"min", "defaultRequest"})) {
                ObjectNode to = child(item, from[1]);
                item.path(from[0]).properties().forEach(each -> to.putIfAbsent(each.getKey(), each.getValue()));
            }
        }
    }

    private static void rollingUpdate(ObjectNode strategy) {
        put(strategy, "type", "RollingUpdate");
        if (Json.textOrEmpty(strategy, "type").equals("RollingUpdate")) {
            child(strategy, "rollingUpdate");
        }
    }

    private static void statefulSetStrategy(ObjectNode strategy) {
        if (Json.textOrEmpty(strategy, "type").isEmpty()) {
            strategy.put("type", "RollingUpdate");
            child(strategy, "rollingUpdate");
        }
    }

    private static void subject(ObjectNode subject) {
        String kind = Json.textOrEmpty(subject, "kind");
        if (Json.textOrEmpty(subject, "apiGroup").isEmpty() && (kind.equals("User") || kind.equals("Group"))) {
            subject.put("apiGroup", RBAC);
        }
    }
}
