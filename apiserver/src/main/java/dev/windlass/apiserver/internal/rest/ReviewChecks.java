package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a question about access. Stateless. */
final class ReviewChecks {
    private static final String LOCAL = "localsubjectaccessreviews";

    private ReviewChecks() {
    }

    /** @throws ApiException 422 with everything that is wrong */
    static void check(ResourceType type, ObjectNode review) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode spec = review.path("spec");
        JsonNode resource = Json.find(spec, "resourceAttributes");
        JsonNode path = Json.find(spec, "nonResourceAttributes");
        if ((resource == null) == (path == null)) {
            errors.add(FieldError.invalid("spec", inGo(path),
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        if (!type.plural().startsWith("self") && Json.textOrEmpty(spec, "user").isEmpty()
                && spec.path("groups").isEmpty()) {
            errors.add(FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        for (String selector : List.of("fieldSelector", "labelSelector")) {
            JsonNode given = Json.find(resource, selector);
            if (given != null) {
                checkSelector(given, "spec.resourceAttributes." + selector, errors);
            }
        }
        checkMetadata(type, review, errors);
        if (type.plural().equals(LOCAL)) {
            checkLocal(review, resource, path, errors);
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid(type.group(), "", "", errors);
        }
    }

    private static void checkMetadata(ResourceType type, ObjectNode review, List<FieldError> errors) {
        ObjectNode rest = Metadata.of(review).deepCopy();
        rest.remove("managedFields");
        boolean local = type.plural().equals(LOCAL);
        if (local) {
            rest.remove("namespace");
        }
        rest.properties().removeIf(field -> field.getValue().isNull());
        if (!rest.isEmpty()) {
            ObjectNode shown = Metadata.of(review).deepCopy();
            for (JsonNode manager : shown.path("managedFields")) {
                ((ObjectNode) manager).set("fieldsV1", Json.sorted(manager.path("fieldsV1")));
            }
            errors.add(FieldError.invalid("metadata", shown,
                    local ? "must be empty except for namespace" : "must be empty"));
        }
    }

    private static void checkLocal(ObjectNode review, @Nullable JsonNode resource, @Nullable JsonNode path,
            List<FieldError> errors) {
        String namespace = Json.textOrEmpty(resource, "namespace");
        if (resource != null && !namespace.equals(Metadata.namespace(review))) {
            errors.add(FieldError.invalid("spec.resourceAttributes.namespace", namespace,
                    "must match metadata.namespace"));
        }
        if (path != null) {
            errors.add(FieldError.invalid("spec.nonResourceAttributes", inGo(path),
                    "disallowed on this kind of request"));
        }
    }

    /** As the real server shows it: in a form that is not the API's. */
    private static @Nullable JsonNode inGo(@Nullable JsonNode path) {
        return path == null
                ? null
                : Json.object().put("Path", Json.textOrEmpty(path, "path")).put("Verb",
                        Json.textOrEmpty(path, "verb"));
    }

    private static void checkSelector(JsonNode selector, String at, List<FieldError> errors) {
        String raw = Json.textOrEmpty(selector, "rawSelector");
        JsonNode requirements = selector.path("requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            errors.add(FieldError.invalid(at + ".rawSelector", raw,
                    "may not specified at the same time as requirements"));
        }
        if (raw.isEmpty() && requirements.isEmpty()) {
            errors.add(FieldError.required(at + ".requirements",
                    "when " + at + " is specified, requirements or rawSelector is required"));
        }
        int index = 0;
        for (JsonNode requirement : requirements) {
            String place = at + ".requirements[" + index++ + "]";
            String values = place + ".values";
            boolean given = !requirement.path("values").isEmpty();
            switch (Json.textOrEmpty(requirement, "operator")) {
                case "In", "NotIn" -> {
                    if (!given) {
                        errors.add(FieldError.required(values,
                                "must be specified when `operator` is 'In' or 'NotIn'"));
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (given) {
                        errors.add(FieldError.forbidden(values,
                                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                    }
                }
                default -> {
                    // what this server does not know may be known to the one who decides
                }
            }
            String key = Json.textOrEmpty(requirement, "key");
            if (at.endsWith("labelSelector")) {
                NameRules.qualifiedName(key)
                        .forEach(problem -> errors.add(FieldError.invalid(place + ".key", key, problem)));
            } else if (key.isEmpty()) {
                errors.add(FieldError.required(place + ".key", "must be specified"));
            }
        }
    }
}
