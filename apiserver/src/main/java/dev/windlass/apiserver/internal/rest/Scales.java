package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The scale sub-resource: how many replicas are wanted and are there, whatever the kind. Stateless. */
final class Scales {
    static final String NAME = "scale";
    static final ResourceType FORM = Unstored.form("autoscaling", "Scale");

    private Scales() {
    }

    /**
     * The scale of an object.
     *
     * @throws ApiException
     *             500 when it cannot be read from a custom resource
     */
    static ObjectNode of(ObjectNode object, ResourceType type) {
        return of(object, type, 0);
    }

    /** The scale of an object that is to be changed: nobody can have meant the number that stands for none. */
    static ObjectNode toChange(ObjectNode object, ResourceType type) {
        return of(object, type, type.isCustom() ? Integer.MIN_VALUE : 0);
    }

    private static ObjectNode of(ObjectNode object, ResourceType type, int none) {
        ScalePaths paths = ScalePaths.of(type);
        ObjectNode scale = Json.object().put("kind", FORM.kind()).put("apiVersion", FORM.apiVersion());
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = Json.find(object, "metadata", field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        ObjectNode spec = scale.putObject("spec");
        Integer wanted = paths.wanted(object);
        int replicas = wanted == null ? none : wanted;
        if (replicas != 0) {
            spec.put("replicas", replicas);
        }
        ObjectNode status = scale.putObject("status").put("replicas", paths.there(object));
        String selector = type.isCustom() ? paths.selector(object) : selector(object, type);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return scale;
    }

    private static String selector(ObjectNode object, ResourceType type) {
        JsonNode selector = object.path("spec").path("selector");
        return LabelSelector
                .text(type.is("", "replicationcontrollers") ? Json.object().set("matchLabels", selector) : selector);
    }

    /**
     * Of an object that does not say how many it wants, there is no scale to be read.
     *
     * @throws ApiException
     *             500, as there
     */
    static void checkReplicas(ObjectNode object, ResourceType type) {
        ScalePaths paths = ScalePaths.of(type);
        if (type.isCustom() && paths.wanted(object) == null) {
            throw ApiException.internal("the spec replicas field " + GoText.quoted(paths.wantedPath())
                    + " does not exist");
        }
    }

    /**
     * Takes over into an object what its scale asks for.
     *
     * @throws ApiException
     *             when that cannot be, or another object is meant
     */
    static void set(ObjectNode object, ObjectNode scale, ResourceType type) {
        ScalePaths paths = ScalePaths.of(type);
        int wanted = (int) Json.number(scale, 0, "spec", "replicas");
        if (!type.isCustom()) {
            check(object, scale, wanted, type);
        } else if (wanted == Integer.MIN_VALUE) {
            throw ApiException
                    .badRequest("the spec replicas field " + GoText.quoted(paths.wantedPath()) + " cannot be empty");
        }
        List<String> path = paths.wantedSteps();
        ObjectNode at = object;
        for (String step : path.subList(0, path.size() - 1)) {
            at = Json.child(at, step);
        }
        at.put(path.getLast(), wanted);
        String version = Metadata.versionOrNull(scale);
        if (version != null) {
            Metadata.of(object).put("resourceVersion", version);
        }
    }

    /** Of a custom resource the number is checked with the rest of it, and which one is meant before. */
    private static void check(ObjectNode object, ObjectNode scale, int wanted, ResourceType type) {
        if (wanted < 0) {
            throw ApiException.invalid(FORM.group(), FORM.kind(), Metadata.name(object), List.of(FieldError.invalid(
                    "spec.replicas", scale.numberNode(wanted), "must be greater than or equal to 0")));
        }
        String uid = Metadata.uid(scale);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(object))) {
            throw ApiException.conflict(type.group(), type.plural() + "/" + NAME, Metadata.name(object),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                            + Metadata.uid(object));
        }
    }

    /** Where the replicas are in each version of a kind, as {@code ScaleFields} wants them. */
    static Map<String, List<String>> paths(ResourceType type, Resources resources) {
        Map<String, List<String>> paths = new HashMap<>();
        if (type.custom() != null) {
            for (JsonNode version : resources.definedVersions(type.custom())) {
                ObjectNode described = Json.objectAt(version, "subresources", NAME);
                paths.put(type.group() + "/" + Json.textOrEmpty(version, "name"),
                        described == null ? List.of() : new ScalePaths(described).wantedSteps());
            }
            return paths;
        }
        List<String> replicas = ScalePaths.of(type).wantedSteps();
        paths.put(type.apiVersion(), replicas);
        if (type.group().equals("apps")) {
            paths.put("apps/v1beta2", replicas);
            if (!type.is("apps", "replicasets")) { // which were never there
                paths.put("apps/v1beta1", replicas);
            }
        }
        return paths;
    }
}
