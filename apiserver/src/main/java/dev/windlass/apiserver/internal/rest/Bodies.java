package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads request bodies. Stateless. */
final class Bodies {
    private static final List<String> MEDIA_TYPES = List.of("application/json", "application/yaml");
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    /** For people: kubectl's create commands send it and show this. */
    private static final String WITHOUT_PROTOBUF = "; the embedded API server reads no protobuf, which some kubectl commands"
            + " send: for \"kubectl create KIND\" add --dry-run=client -o yaml and pipe it to kubectl apply -f -";

    private Bodies() {
    }

    static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** The object that a POST or PUT carries. */
    static ObjectNode object(Call call, ResourceType type, String kind, String apiVersion) {
        ObjectNode object = tree(call, kind);
        String givenKind = Json.textOrEmpty(object, "kind");
        String givenVersion = Json.textOrEmpty(object, "apiVersion");
        if (givenKind.isEmpty() || givenVersion.isEmpty()) {
            if (type.isCustom()) {
                throw ApiException
                        .badRequest("the object provided is unrecognized (must be of type " + kind + "): Object '"
                                + (givenKind.isEmpty() ? "Kind" : "apiVersion") + "' is missing in '"
                                + summary(call.body()) + "'");
            }
            object.put("kind", givenKind.isEmpty() ? kind : givenKind).put("apiVersion",
                    givenVersion.isEmpty() ? apiVersion : givenVersion);
        }
        checkType(object, kind, apiVersion);
        return object;
    }

    static void checkType(ObjectNode object, String kind, String apiVersion) {
        String givenKind = Json.textOrEmpty(object, "kind");
        String givenVersion = Json.textOrEmpty(object, "apiVersion");
        if (!givenVersion.equals(apiVersion)) {
            throw ApiException
                    .badRequest("the API version in the data (" + givenVersion
                            + ") does not match the expected API version (" + apiVersion + ")");
        }
        if (!givenKind.equals(kind)) {
            String version = givenVersion.substring(givenVersion.indexOf('/') + 1);
            throw ApiException.badRequest(givenKind + " in version \"" + version + "\" cannot be handled as a " + kind
                    + ": converting (" + version + "." + givenKind + ") to (" + version + "." + kind
                    + "): unknown conversion");
        }
    }

    private static ObjectNode tree(Call call, String kind) {
        String media = mediaType(call.contentType());
        boolean yaml = media.equals("application/yaml") || media.equals("text/yaml")
                || media.equals("application/x-yaml");
        if (!yaml && !media.isEmpty() && !media.equals("application/json")) {
            throw ApiException.unsupportedMediaType(MEDIA_TYPES, media.equals(PROTOBUF) ? WITHOUT_PROTOBUF : "");
        }
        return parse(call.body(), yaml, kind);
    }

    static ObjectNode parse(byte[] body, boolean yaml, String kind) {
        try {
            JsonNode node = yaml ? yaml(body) : Json.parse(body);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw ApiException.badRequest("the object provided is unrecognized (must be of type " + kind
                    + "): couldn't get version/kind; json parse error: "
                    + e.getOriginalMessage() + " (" + summary(body) + ")");
        }
        throw ApiException.badRequest("the object provided is unrecognized (must be of type " + kind
                + "): couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string"
                + " \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } ("
                + summary(body) + ")");
    }

    /** Most of what is sent as YAML is JSON, which is read much faster. */
    private static JsonNode yaml(byte[] body) {
        if (Json.firstByte(body) == '{') {
            try {
                return Json.parse(body);
            } catch (JacksonException _) {
                // braces begin YAML as well
            }
        }
        return Json.parseYaml(body);
    }

    private static String summary(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return text.length() > 30 ? text.substring(0, 30) + " ..." : text;
    }
}
