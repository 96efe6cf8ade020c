package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoNumbers;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.json.MalformedYamlException;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.GroupVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.protobuf.MalformedException;
import dev.windlass.apiserver.internal.protobuf.Protobuf;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads request bodies. Stateless. */
final class Bodies {
    private static final List<String> MEDIA_TYPES = List.of("application/json", "application/yaml",
            Protobuf.MEDIA_TYPE);
    private static final String GO_VALUE = " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
            + " Kind string \"json:\\\"kind,omitempty\\\"\" }";
    static final String NO_KIND = "couldn't get version/kind; json parse error: ";
    private static final int SUMMARY = 30;
    private static final String DELETE_OPTIONS = "DeleteOptions";

    private Bodies() {
    }

    static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** The object that a POST or PUT carries. */
    static ObjectNode object(Call call, ResourceType type, Catalog catalog) {
        return object(call, type, type.kind(), type.apiVersion(), catalog);
    }

    /** The object of a sub-resource that a PUT carries. */
    static ObjectNode object(Call call, ResourceType type, String kind, String apiVersion, Catalog catalog) {
        ObjectNode object = tree(call, type, kind, apiVersion);
        if (!type.isCustom()) {
            return known(object, kind, apiVersion, catalog);
        }
        if (Json.textOrEmpty(object, "kind").isEmpty()) {
            String problem = "Object 'Kind' is missing in '" + new String(call.body(), StandardCharsets.UTF_8) + "'";
            throw WriteOptions.checksFields(call)
                    ? unrecognized(call.body(), kind, problem)
                    : Shapes.unreadable(type, problem);
        }
        KnownKinds.checkVersion(Json.textOrEmpty(object, "apiVersion"), apiVersion); // whether the kind is right, is seen later
        return object;
    }

    /** An object that may leave out what it is. */
    private static ObjectNode known(ObjectNode object, String kind, String apiVersion, Catalog catalog) {
        String givenKind = Json.textOrEmpty(object, "kind");
        String givenVersion = Json.textOrEmpty(object, "apiVersion");
        object.put("kind", givenKind.isEmpty() ? kind : givenKind)
                .put("apiVersion", givenVersion.isEmpty() ? apiVersion : givenVersion);
        KnownKinds.check(object, kind, apiVersion, catalog);
        return object;
    }

    /** @throws ApiException 400 when an object has no name, or another one than the path, or another namespace */
    static void checkName(ObjectNode object, Target target) {
        checkNamespace(object, target);
        String name = Metadata.name(object);
        if (name.isEmpty()) {
            throw ApiException.badRequest("the name of the object (" + target.name()
                    + " based on URL) was undeterminable: name must be provided");
        }
        if (!name.equals(target.name())) {
            throw ApiException.badRequest("the name of the object (" + name
                    + ") does not match the name on the URL (" + target.name() + ")");
        }
    }

    /** @throws ApiException 400 when an object says that it belongs into another namespace */
    static void checkNamespace(ObjectNode object, Target target) {
        String given = Metadata.namespace(object);
        if (target.type().namespaced() && !given.isEmpty() && !given.equals(target.namespace())) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /** What is sent to a sub-resource that has a kind of its own. */
    static ObjectNode ofSubresource(Call call, ResourceType type, String kind, String apiVersion, Catalog catalog) {
        return known(tree(call, type, kind, apiVersion), kind, apiVersion, catalog);
    }

    private static ObjectNode tree(Call call, ResourceType type, String kind, String apiVersion) {
        String media = checkMediaType(call, type);
        return media.equals(Protobuf.MEDIA_TYPE)
                ? protobuf(call.body(), kind, apiVersion)
                : parse(call.body(), media.equals("application/yaml"), kind);
    }

    /**
     * In which form an object is sent.
     *
     * @throws ApiException
     *             415 when nobody can read it
     */
    static String checkMediaType(Call call, ResourceType type) {
        String media = mediaType(call.contentType());
        if (!media.isEmpty()
                && (!MEDIA_TYPES.contains(media) || (media.equals(Protobuf.MEDIA_TYPE) && type.isCustom()))) {
            throw ApiException.unsupportedMediaType(MEDIA_TYPES);
        }
        return media;
    }

    /** The options that a DELETE carries. */
    static ObjectNode deleteOptions(Call call, ResourceType type) {
        ObjectNode options = tree(call, type, DELETE_OPTIONS, "v1");
        String kind = Json.textOrEmpty(options, "kind");
        if (!kind.isEmpty() && !kind.equals(DELETE_OPTIONS)) {
            String version = Json.textOrEmpty(options, "apiVersion");
            throw ApiException.badRequest("no kind " + GoText.quoted(kind) + " is registered for version "
                    + GoText.quoted(version.isEmpty() ? "meta.k8s.io/v1" : version)
                    + " in scheme \"pkg/runtime/scheme.go:111\"");
        }
        requireType(options, "gracePeriodSeconds", "int64", JsonNode::isIntegralNumber);
        requireType(options, "dryRun", "[]string", JsonNode::isArray);
        requireType(options, "propagationPolicy", "v1.DeletionPropagation", JsonNode::isString);
        requireType(options, "orphanDependents", "bool", JsonNode::isBoolean);
        requireType(options, Remover.Options.UNREADABLE, "bool", JsonNode::isBoolean);
        requireType(options, "preconditions", "v1.Preconditions", JsonNode::isObject);
        if (options.get("preconditions") instanceof ObjectNode preconditions) {
            requireType(preconditions, "Preconditions.preconditions.", "uid", "types.UID", JsonNode::isString);
            requireType(preconditions, "Preconditions.preconditions.", "resourceVersion", "string", JsonNode::isString);
        }
        return options;
    }

    private static void requireType(ObjectNode options, String field, String type, Predicate<JsonNode> right) {
        requireType(options, DELETE_OPTIONS + ".", field, type, right);
    }

    private static void requireType(ObjectNode options, String prefix, String field, String type,
            Predicate<JsonNode> right) {
        JsonNode value = Json.find(options, field);
        if (value != null && !right.test(value)) {
            throw ApiException.badRequest("json: cannot unmarshal " + Json.goKind(value)
                    + (value.isNumber() && type.equals("int64") ? " " + Json.string(value) : "")
                    + " into Go struct field " + prefix + field
                    + " of type " + type);
        }
    }

    /**
     * @param kind
     *            that is expected, also where the body names none
     * @return nothing but its type when there is no such kind
     */
    private static ObjectNode protobuf(byte[] body, String kind, String apiVersion) {
        Protobuf.Envelope envelope;
        try {
            envelope = Protobuf.open(body);
        } catch (MalformedException e) {
            throw ApiException.badRequest("the object provided is unrecognized (must be of type " + kind + "): "
                    + e.getMessage() + " (" + summary(body) + ")");
        }
        String givenKind = envelope.kind().isEmpty() ? kind : envelope.kind();
        String givenVersion = envelope.apiVersion().isEmpty() ? apiVersion : envelope.apiVersion();
        if (!Protobuf.knows(givenVersion, givenKind)) {
            return Json.object().put("kind", givenKind).put("apiVersion", givenVersion);
        }
        try {
            return Protobuf.decode(givenVersion, givenKind, envelope.raw());
        } catch (MalformedException e) {
            throw ApiException.badRequest(givenKind + " in version "
                    + GoText.quoted(GroupVersion.of(givenVersion).version())
                    + " cannot be handled as a " + kind + ": " + e.getMessage());
        }
    }

    /** The configuration that is applied. */
    static ObjectNode applied(byte[] body, String kind) {
        JsonNode node;
        try {
            node = yaml(body);
        } catch (MalformedYamlException e) {
            throw ApiException.badRequest((Json.firstByte(body) == '{'
                    ? "error decoding patch: error converting YAML to JSON: "
                    : "error encoding patch: ") + e.getMessage());
        }
        if (!node.isObject() && !node.isNull() && !node.isMissingNode()) {
            throw ApiException
                    .badRequest("error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot"
                            + " unmarshal " + Json.goKind(node) + " into Go value of type map[string]interface {}");
        }
        return object(node, body, kind);
    }

    private static ObjectNode parse(byte[] body, boolean yaml, String kind) {
        try {
            return object(yaml ? yaml(body) : Json.parse(body), body, kind);
        } catch (JacksonException e) {
            throw unrecognized(body, kind, NO_KIND + jsonProblem(body, e));
        } catch (MalformedYamlException e) {
            throw unrecognized(body, kind, String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode object(JsonNode node, byte[] body, String kind) {
        if (node instanceof ObjectNode object) {
            for (String field : List.of("apiVersion", "kind")) {
                JsonNode value = Json.find(object, field);
                if (value != null && !value.isString()) {
                    throw unrecognized(body, kind, NO_KIND + "json: cannot unmarshal " + Json.goKind(value)
                            + " into Go struct field ." + field + " of type string");
                }
            }
            return object;
        }
        if (node.isNull()) {
            return Json.object();
        }
        throw unrecognized(body, kind,
                body.length == 0 ? NO_KIND + "unexpected end of JSON input" : noKind(node));
    }

    /** What is wrong with what stands where an object should. */
    static String noKind(JsonNode node) {
        return NO_KIND + "json: cannot unmarshal " + Json.goKind(node) + GO_VALUE;
    }

    private static String jsonProblem(byte[] body, JacksonException e) {
        String problem = JsonSyntax.problem(body);
        return problem == null ? e.getOriginalMessage() : problem;
    }

    private static ApiException unrecognized(byte[] body, String kind, String problem) {
        return ApiException.badRequest(kind.equals(DELETE_OPTIONS)
                ? problem
                : "the object provided is unrecognized (must be of type " + kind + "): " + problem + " ("
                        + summary(body) + ")");
    }

    /** Most of what is sent as YAML is JSON, which is read much faster. */
    private static JsonNode yaml(byte[] body) {
        if (Json.firstByte(body) == '{') {
            try {
                JsonNode read = Json.parse(body);
                GoNumbers.settle(read);
                return read;
            } catch (JacksonException _) {
                // braces begin YAML as well
            }
        }
        return Json.parseYaml(body);
    }

    private static String summary(byte[] body) {
        if (body.length == 0) {
            return "<empty>";
        }
        byte[] shown = body.length > SUMMARY ? Arrays.copyOf(body, SUMMARY) : body;
        String text = body[0] == '{'
                ? new String(shown, StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(shown);
        return body.length > SUMMARY ? text + " ..." : text;
    }
}
