package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** AppArmor profiles, which were annotations before they were fields. Stateless. */
final class AppArmor {
    private static final String LOCAL = "localhost/";

    private AppArmor() {
    }

    /** The field that says what an annotation says; null when that is nothing, or wrong. */
    private static @Nullable ObjectNode profile(String annotation) {
        if (annotation.startsWith(LOCAL)) {
            String local = annotation.substring(LOCAL.length());
            return GoText.isBlank(local) || !GoText.trimmed(local).equals(local)
                    ? null
                    : Json.object().put("type", "Localhost").put("localhostProfile", local);
        }
        return switch (annotation) {
            case "unconfined" -> Json.object().put("type", "Unconfined");
            case "runtime/default" -> Json.object().put("type", "RuntimeDefault");
            default -> null;
        };
    }

    static boolean says(String annotation, Field profile) {
        return profile.isSet() && Json.same(profile(annotation), profile.value());
    }

    /** Puts what annotations of a new pod say into the fields of its containers. */
    static void fill(ObjectNode pod, List<String> warnings) {
        if (Json.textOrEmpty(pod, "spec", "os", "name").equals("windows")) {
            return;
        }
        JsonNode ofPod = Json.find(pod, "spec", "securityContext", "appArmorProfile");
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            Defaults.each(pod.path("spec").path(list), container -> {
                String key = PodAnnotationChecks.APP_ARMOR + Json.textOrEmpty(container, "name");
                JsonNode annotation = Json.find(pod, "metadata", "annotations", key);
                if (annotation == null || Json.find(container, "securityContext", "appArmorProfile") != null) {
                    return;
                }
                ObjectNode profile = profile(annotation.asString(""));
                boolean other = profile != null && !Json.same(profile, ofPod);
                if (other) {
                    Defaults.child(container, "securityContext").set("appArmorProfile", profile);
                }
                if (other || profile == null) {
                    warnings.add("metadata.annotations[" + key
                            + "]: deprecated since v1.30; use the \"appArmorProfile\" field instead");
                }
            });
        }
    }
}
