package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Conversion;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.webhook.CallFailedException;
import dev.windlass.apiserver.internal.webhook.Endpoint;
import dev.windlass.apiserver.internal.webhook.ReviewAnswer;
import dev.windlass.apiserver.internal.webhook.WebhookClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Has the webhook of a definition convert its objects. Immutable. */
final class WebhookConversion implements Conversion {
    private static final String GROUP = "apiextensions.k8s.io/";
    private static final String KIND = "ConversionReview";
    private static final String STRICT = "v1";
    private static final List<String> REVIEWS = List.of(STRICT, "v1beta1");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final WebhookClient client;
    private final Supplier<String> uids;
    private final Endpoint endpoint;
    private final String review;
    private final VersionSchemas schemas;

    /** @param spec of the definition, which has been checked */
    WebhookConversion(WebhookClient client, Supplier<String> uids, JsonNode spec) {
        this.client = client;
        this.uids = uids;
        JsonNode webhook = spec.path("conversion").path("webhook");
        this.endpoint = Endpoint.of(webhook.path("clientConfig"));
        String first = "";
        for (JsonNode version : webhook.path("conversionReviewVersions")) {
            first = first.isEmpty() && REVIEWS.contains(version.asString("")) ? version.asString("") : first;
        }
        this.review = first;
        this.schemas = new VersionSchemas(spec);
    }

    @Override
    public List<ObjectNode> convert(List<ObjectNode> objects, String apiVersion) {
        String subject = "conversion webhook for " + ReviewAnswer.kindOf(objects.getFirst()) + " ";
        JsonNode converted;
        try {
            converted = ask(objects, apiVersion);
        } catch (CallFailedException e) {
            throw failed(subject + "failed: " + e.getMessage());
        }
        if (converted.size() != objects.size()) {
            throw failed(subject + "returned " + converted.size() + " objects, expected " + objects.size());
        }
        List<ObjectNode> out = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            ObjectNode object = read(converted.get(i));
            check(objects.get(i), object, apiVersion, subject);
            restoreMetadata(objects.get(i), object, subject + "returned invalid metadata: ");
            schemas.fit(object, apiVersion);
            out.add(object);
        }
        return out;
    }

    private static ApiException failed(String message) {
        return ApiException.of(500, "", message);
    }

    private JsonNode ask(List<ObjectNode> objects, String apiVersion) throws CallFailedException {
        String uid = uids.get();
        ObjectNode question = Json.object().put("kind", KIND).put("apiVersion", GROUP + review);
        ArrayNode sent = question.putObject("request").put("uid", uid).put("desiredAPIVersion", apiVersion)
                .putArray("objects");
        objects.forEach(sent::add);
        question.putObject("response").put("uid", "").putNull("convertedObjects").putObject("result")
                .putObject("metadata");
        ObjectNode answer = client.post(endpoint, question, TIMEOUT);
        if (review.equals(STRICT)) {
            checkKind(answer);
        }
        ObjectNode response = Json.objectAt(answer, "response");
        if (response == null) {
            throw new CallFailedException("no response provided");
        }
        String otherUid = review.equals(STRICT) ? ReviewAnswer.otherUid(response, uid) : null;
        if (otherUid != null) {
            throw new CallFailedException(otherUid);
        }
        String status = Json.textOrEmpty(response, "result", "status");
        if (!status.equals("Success")) {
            String message = Json.textOrEmpty(response, "result", "message");
            throw new CallFailedException(message.isEmpty()
                    ? "response.result.status was '" + status + "', not 'Success'"
                    : message);
        }
        return response.path("convertedObjects");
    }

    private static void checkKind(ObjectNode answer) throws CallFailedException {
        String otherKind = ReviewAnswer.otherKind(answer, GROUP + STRICT + ", Kind=" + KIND);
        if (otherKind != null && Json.textOrEmpty(answer, "apiVersion").equals(GROUP + STRICT)) {
            throw new CallFailedException("no kind " + GoText.quoted(Json.textOrEmpty(answer, "kind"))
                    + " is registered for version " + GoText.quoted(GROUP + STRICT)
                    + " in scheme \"pkg/runtime/scheme.go:111\"");
        }
        if (otherKind != null) {
            throw new CallFailedException(otherKind);
        }
    }

    private static ObjectNode read(JsonNode converted) {
        if (!(converted instanceof ObjectNode object)) {
            throw failed("json: cannot unmarshal " + goType(converted)
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
                    + " Kind string \"json:\\\"kind,omitempty\\\"\" }");
        }
        if (Json.textOrEmpty(object, "kind").isEmpty()) {
            throw failed("Object 'Kind' is missing in '" + Json.string(sorted(object)) + "'");
        }
        return object;
    }

    /** As Go writes its maps. */
    private static JsonNode sorted(JsonNode node) {
        if (node.isArray()) {
            ArrayNode out = Json.array();
            node.forEach(each -> out.add(sorted(each)));
            return out;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode out = Json.object();
        node.properties().stream().sorted(Map.Entry.comparingByKey())
                .forEach(each -> out.set(each.getKey(), sorted(each.getValue())));
        return out;
    }

    private static void check(ObjectNode original, ObjectNode converted, String apiVersion, String subject) {
        String at = subject + "returned invalid object at index 0: ";
        String given = Json.textOrEmpty(converted, "apiVersion");
        if (!given.equals(apiVersion)) {
            throw failed(at + "invalid groupVersion (expected " + apiVersion + ", received " + given + ")");
        }
        String kind = Json.textOrEmpty(original, "kind");
        if (!Json.textOrEmpty(converted, "kind").equals(kind)) {
            throw failed(at + "invalid kind (expected " + kind + ", received " + Json.textOrEmpty(converted, "kind")
                    + ")");
        }
        same("name", Metadata.name(original), Metadata.name(converted), subject);
        same("namespace", Metadata.namespace(original), Metadata.namespace(converted), subject);
        same("UID", Metadata.uid(original), Metadata.uid(converted), subject);
    }

    private static void same(String what, String expected, String given, String subject) {
        if (!expected.equals(given)) {
            throw failed(subject + "returned invalid object: must have the same " + what + ": " + expected + " != "
                    + given);
        }
    }

    /** Nothing of the metadata is the webhook's to change but labels and annotations. */
    private static void restoreMetadata(ObjectNode original, ObjectNode converted, String invalid) {
        JsonNode given = converted.path("metadata");
        if (!given.isObject()) {
            throw failed(invalid + (given.isMissingNode()
                    ? "missing metadata in converted object"
                    : "invalid metadata of type " + goType(given) + " in converted object"));
        }
        ObjectNode metadata = Metadata.of(original).deepCopy();
        for (String field : List.of("labels", "annotations")) {
            JsonNode texts = Json.find(given, field);
            if (texts == null) {
                metadata.remove(field);
                continue;
            }
            if (!texts.isObject()) {
                throw failed(invalid + "invalid metadata." + field + " of type " + goType(texts)
                        + " in converted object");
            }
            texts.properties().forEach(each -> {
                if (!each.getValue().isString()) {
                    throw failed(invalid + "metadata." + field + "[" + each.getKey() + "] must be a string, but is "
                            + goType(each.getValue()) + " in converted object");
                }
            });
            metadata.set(field, texts);
        }
        converted.set("metadata", metadata);
    }

    /** What Go calls the type of a value that it has read without knowing what to expect. */
    private static String goType(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "bool";
            case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
            case ARRAY -> "[]interface {}";
            case OBJECT -> "map[string]interface {}";
            default -> "<nil>";
        };
    }
}
