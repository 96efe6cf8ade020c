package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where what a scale is made of stands in an object.
 *
 * @param described
 *            as definitions of custom resources say it
 */
record ScalePaths(ObjectNode described) {
    private static final ScalePaths BUILT_IN = new ScalePaths(Json.object().put("specReplicasPath", ".spec.replicas")
            .put("statusReplicasPath", ".status.replicas"));

    /** What stands somewhere, or why that cannot be told. */
    private record Reading(@Nullable JsonNode value, @Nullable String problem) {
        private JsonNode required() {
            if (problem != null) {
                throw ApiException.told(500, "", problem, null);
            }
            return value == null ? Json.object().missingNode() : value;
        }
    }

    static ScalePaths of(ResourceType type) {
        ObjectNode described = type.custom() == null ? null : type.custom().scale();
        return described == null ? BUILT_IN : new ScalePaths(described);
    }

    String wantedPath() {
        return Json.textOrEmpty(described, "specReplicasPath");
    }

    /** The fields on the way to the number of those that are wanted. */
    List<String> wantedSteps() {
        return steps(wantedPath());
    }

    private static List<String> steps(String path) {
        return List.of(path.replaceFirst("^\\.", "").split("\\.", -1));
    }

    /** How many are wanted; null when nobody says. */
    @Nullable
    Integer wanted(ObjectNode object) {
        JsonNode value = read(object, wantedPath(), Json::isLong, "int64").required();
        return value.isMissingNode() ? null : Integer.valueOf((int) value.longValue());
    }

    int there(ObjectNode object) {
        return (int) read(object, Json.textOrEmpty(described, "statusReplicasPath"), Json::isLong, "int64")
                .required()
                .longValue(0);
    }

    /** Of those that are there. */
    String selector(ObjectNode object) {
        String path = Json.textOrEmpty(described, "labelSelectorPath");
        return path.isEmpty() ? "" : read(object, path, JsonNode::isString, "string").required().stringValue("");
    }

    /** @param statusOnly whether nothing else can have been changed */
    void validate(ObjectNode object, boolean statusOnly, List<FieldError> errors) {
        if (!statusOnly) {
            validateNumber(object, wantedPath(), errors);
        }
        validateNumber(object, Json.textOrEmpty(described, "statusReplicasPath"), errors);
        String path = Json.text(described, "labelSelectorPath");
        String problem = path == null ? null : read(object, path, JsonNode::isString, "string").problem();
        if (path != null && problem != null) {
            errors.add(FieldError.invalid(path, "", problem));
        }
    }

    private static void validateNumber(ObjectNode object, String path, List<FieldError> errors) {
        Reading read = read(object, path, Json::isLong, "int64");
        if (read.problem() != null) {
            errors.add(FieldError.invalid(path, object.numberNode(0), read.problem()));
        } else if (read.value() != null && read.value().longValue() < 0) {
            errors.add(FieldError.invalid(path, read.value(), "should be a non-negative integer"));
        } else if (read.value() != null && read.value().longValue() > Integer.MAX_VALUE) {
            errors.add(FieldError.invalid(path, read.value(),
                    "should be less than or equal to " + Integer.MAX_VALUE));
        }
    }

    private static Reading read(ObjectNode object, String path, Predicate<JsonNode> right, String type) {
        List<String> steps = steps(path);
        JsonNode at = object;
        for (int i = 0; i < steps.size(); i++) {
            if (at.isNull()) {
                return new Reading(null, null);
            }
            if (!at.isObject()) {
                return new Reading(null, wrong(steps.subList(0, i + 1), at, "map[string]interface{}"));
            }
            at = at.path(steps.get(i));
            if (at.isMissingNode()) {
                return new Reading(null, null);
            }
        }
        return right.test(at) ? new Reading(at, null) : new Reading(null, wrong(steps, at, type));
    }

    private static String wrong(List<String> steps, JsonNode value, String type) {
        return "." + String.join(".", steps) + " accessor error: " + GoText.of(value) + " is of the type "
                + goType(value) + ", expected " + type;
    }

    private static String goType(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "map[string]interface {}";
            case ARRAY -> "[]interface {}";
            case STRING -> "string";
            case BOOLEAN -> "bool";
            case NUMBER -> Json.isLong(value) ? "int64" : "float64";
            default -> "<nil>";
        };
    }
}
