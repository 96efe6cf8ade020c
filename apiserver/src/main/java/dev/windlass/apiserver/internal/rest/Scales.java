package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The scale sub-resource: how many replicas are wanted and are there, whatever the kind. Stateless. */
final class Scales {
    static final String NAME = "scale";
    static final String KIND = "Scale";
    static final String API_VERSION = "autoscaling/v1";

    private Scales() {
    }

    static ObjectNode of(ObjectNode object, ResourceType type) {
        ObjectNode scale = Json.object().put("kind", KIND).put("apiVersion", API_VERSION);
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = Json.find(object, "metadata", field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        ObjectNode spec = scale.putObject("spec");
        long wanted = Json.number(object, 0, path(type, "specReplicasPath", ".spec.replicas"));
        if (wanted != 0) {
            spec.put("replicas", wanted);
        }
        ObjectNode status = scale.putObject("status").put("replicas",
                Json.number(object, 0, path(type, "statusReplicasPath", ".status.replicas")));
        String selector = selector(object, type);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return scale;
    }

    private static String[] path(ResourceType type, String field, String fallback) {
        CustomVersion custom = type.custom();
        ObjectNode described = custom == null ? null : custom.scale();
        String path = described == null ? fallback : Json.textOrEmpty(described, field);
        return path.replaceFirst("^\\.", "").split("\\.", -1);
    }

    private static String selector(ObjectNode object, ResourceType type) {
        if (type.isCustom()) {
            return Json.textOrEmpty(object, path(type, "labelSelectorPath", ".status.labelSelector"));
        }
        JsonNode selector = object.path("spec").path("selector");
        return LabelSelector
                .text(type.is("", "replicationcontrollers") ? Json.object().set("matchLabels", selector) : selector);
    }

    /** The object with the replicas that a scale asks for. */
    static ObjectNode set(ObjectNode object, ObjectNode scale, ResourceType type) {
        JsonNode replicas = Json.find(scale, "spec", "replicas");
        if (replicas != null && (!replicas.isIntegralNumber() || !replicas.canConvertToInt())) {
            throw ApiException
                    .badRequest("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal "
                            + Json.goKind(replicas) + (replicas.isNumber() ? " " + Json.string(replicas) : "")
                            + " into Go struct field ScaleSpec.spec.replicas of type int32");
        }
        int wanted = replicas == null ? 0 : replicas.intValue();
        if (wanted < 0) {
            throw ApiException.invalid("autoscaling", KIND, Metadata.name(object),
                    List.of(FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0")));
        }
        String[] path = path(type, "specReplicasPath", ".spec.replicas");
        ObjectNode at = object;
        for (int i = 0; i < path.length - 1; i++) {
            at = Json.child(at, path[i]);
        }
        at.put(path[path.length - 1], wanted);
        String uid = Metadata.uid(scale);
        if (!uid.isEmpty()) {
            checkUid(object, uid, type);
            Metadata.of(object).put("uid", uid);
        }
        String version = Metadata.versionOrNull(scale);
        if (version != null) {
            Metadata.of(object).put("resourceVersion", version);
        }
        return object;
    }

    /** Of a custom resource the wrong one is found later. */
    private static void checkUid(ObjectNode object, String uid, ResourceType type) {
        if (!type.isCustom() && !uid.equals(Metadata.uid(object))) {
            throw ApiException.conflict(type.group(), type.plural() + "/" + NAME, Metadata.name(object),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                            + Metadata.uid(object));
        }
    }
}
