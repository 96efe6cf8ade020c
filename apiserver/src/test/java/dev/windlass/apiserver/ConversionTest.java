package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Custom resources of two versions, most of them converted by a webhook: {@code spec.size} of v1, in which they are stored, is {@code spec.width} of v2. */
class ConversionTest extends AskingServer {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String DEFINITION = DEFINITIONS + "/boxes.example.com";
    private static final String V1 = "/apis/example.com/v1/namespaces/default/boxes";
    private static final String V2 = "/apis/example.com/v2/namespaces/default/boxes";

    private void define(String path) {
        define("""
                {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"],
                 "clientConfig": {"url": "%s", "caBundle": "%s"}}}""".formatted(hooks.url(path), hooks.bundle()),
                version("v1", "size", true), version("v2", "width", false));
    }

    private void define(String conversion, String first, String second) {
        Answer defined = wire.post(DEFINITIONS, """
                {"metadata": {"name": "boxes.example.com"},
                 "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "boxes", "kind": "Box"},
                  "conversion": %s, "versions": [%s, %s]}}""".formatted(conversion, first, second));
        assertThat(defined.code()).as(defined.message()).isEqualTo(201);
    }

    private static String version(String name, String field, boolean storage) {
        return """
                {"name": "%s", "served": true, "storage": %s, "schema": {"openAPIV3Schema": {"type": "object", "properties":
                 {"spec": {"type": "object", "properties": {"%s": {"type": "integer"}, "note": {"type": "string"}}}}}}}"""
                .formatted(name, storage, field);
    }

    private static String box(String name, String version, String field, int value) {
        return """
                {"apiVersion": "example.com/%s", "kind": "Box", "metadata": {"name": "%s"}, "spec": {"%s": %d}}"""
                .formatted(version, name, field, value);
    }

    /** Lets a path convert, and do something more to each object. */
    private void convert(String path, UnaryOperator<ObjectNode> more) {
        hooks.onReview(path, review -> {
            ObjectNode answer = Json.object().put("kind", "ConversionReview");
            answer.set("apiVersion", review.path("apiVersion"));
            ObjectNode response = answer.putObject("response");
            response.set("uid", review.path("request").path("uid"));
            response.putObject("result").put("status", "Success");
            ArrayNode converted = response.putArray("convertedObjects");
            JsonNode version = review.path("request").path("desiredAPIVersion");
            for (JsonNode each : review.path("request").path("objects")) {
                ObjectNode object = (ObjectNode) each.deepCopy();
                object.set("apiVersion", version);
                ObjectNode spec = Json.child(object, "spec");
                boolean newer = version.asString("").endsWith("v2");
                JsonNode value = spec.remove(newer ? "size" : "width");
                if (value != null) {
                    spec.set(newer ? "width" : "size", value);
                }
                converted.add(more.apply(object));
            }
            return answer;
        });
    }

    private static int number(JsonNode object, String field) {
        return object.path("spec").path(field).asInt(-1);
    }

    @Test
    void whatIsWrittenInOneVersionIsReadInTheOther() {
        convert("/convert", object -> object);
        define("/convert");
        assertThat(wire.post(V1, box("a", "v1", "size", 3)).code()).isEqualTo(201);
        assertThat(hooks.asked()).isEmpty();
        assertThat(number(wire.get(V2 + "/a").body(), "width")).isEqualTo(3);
        assertThat(hooks.asked()).hasSize(1);

        Answer made = wire.post(V2, box("b", "v2", "width", 4));
        assertThat(number(made.body(), "width")).as(made.message()).isEqualTo(4);
        hooks.forget();
        JsonNode stored = wire.get(V1 + "/b").body();
        assertThat(number(stored, "size")).isEqualTo(4);
        assertThat(stored.path("spec").has("width")).isFalse();
        assertThat(hooks.asked()).isEmpty();

        Answer patched = wire.merge(V2 + "/a", "{\"spec\":{\"width\":9}}");
        assertThat(number(patched.body(), "width")).as(patched.message()).isEqualTo(9);
        assertThat(number(wire.get(V1 + "/a").body(), "size")).isEqualTo(9);
        assertThat(wire.delete(V2 + "/a").code()).isEqualTo(200);
        assertThat(wire.get(V1 + "/a").code()).isEqualTo(404);
    }

    @Test
    void withoutAWebhookNothingButTheNameOfTheVersionChangesAndWhatItDoesNotKnowIsDropped() {
        define("{\"strategy\": \"None\"}", version("v1", "size", true), version("v2", "width", false));
        wire.post(V1,
                """
                        {"apiVersion": "example.com/v1", "kind": "Box", "metadata": {"name": "a"}, "spec": {"size": 1, "note": "n"}}""");
        Answer other = wire.get(V2 + "/a");
        assertThat(other.text("apiVersion")).isEqualTo("example.com/v2");
        assertThat(other.text("spec", "note")).isEqualTo("n");
        assertThat(other.body().path("spec").has("size")).isFalse();
        assertThat(number(wire.get(V1 + "/a").body(), "size")).isEqualTo(1);
        wire.post(V2, box("b", "v2", "width", 2));
        assertThat(wire.get(V2 + "/b").body().path("spec").has("width")).as("the stored version has no width")
                .isFalse();
    }

    @Test
    void whatHasNotBeenChangedIsNotHeldAgainstTheSchema() {
        define("{\"strategy\": \"None\"}", version("v1", "size", true),
                version("v2", "size", false).replace("\"integer\"", "\"integer\", \"maximum\": 5"));
        wire.post(V1, box("a", "v1", "size", 9));
        assertThat(wire.merge(V2 + "/a", "{\"spec\": {\"note\": \"n\"}}").code()).isEqualTo(200);
        Answer refused = wire.merge(V2 + "/a", "{\"spec\": {\"size\": 8}}");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).contains("spec.size in body should be less than or equal to 5");
        assertThat(wire.merge(V2 + "/a", "{\"spec\": {\"size\": 4}}").code()).isEqualTo(200);
    }

    @Test
    void aListIsConvertedAtOnceAndAWatchEventByEvent() {
        convert("/convert", object -> object);
        define("/convert");
        List.of("a", "b", "c").forEach(name -> wire.post(V1, box(name, "v1", "size", 5)));
        JsonNode list = wire.get(V2).body();
        assertThat(list.path("items")).hasSize(3).allMatch(each -> number(each, "width") == 5);
        assertThat(hooks.asked()).hasSize(1);
        try (Wire.Watching watching = wire.watch(
                V2 + "?resourceVersion=" + Json.textOrEmpty(list, "metadata", "resourceVersion"))) {
            wire.post(V1, box("d", "v1", "size", 6));
            JsonNode event = watching.next();
            assertThat(Json.textOrEmpty(event, "object", "apiVersion")).isEqualTo("example.com/v2");
            assertThat(number(event.path("object"), "width")).isEqualTo(6);
        }
    }

    @Test
    void nothingOfTheMetadataIsTheWebhooksButLabelsAndAnnotations() {
        convert("/convert", object -> {
            ObjectNode metadata = (ObjectNode) object.path("metadata");
            metadata.putObject("labels").put("by", "hook");
            metadata.putArray("finalizers").add("example.com/hook");
            ((ObjectNode) object.path("spec")).put("unknown", true);
            return object;
        });
        define("/convert");
        wire.post(V1, box("a", "v1", "size", 3));
        JsonNode read = wire.get(V2 + "/a").body();
        assertThat(Json.textOrEmpty(read, "metadata", "labels", "by")).isEqualTo("hook");
        assertThat(read.path("metadata").has("finalizers")).isFalse();
        assertThat(read.path("spec").has("unknown")).isFalse();

        convert("/convert", object -> {
            ((ObjectNode) object.path("metadata")).put("name", "other");
            return object;
        });
        Answer renamed = wire.get(V2 + "/a");
        assertThat(renamed.code()).isEqualTo(500);
        assertThat(renamed.message())
                .isEqualTo("conversion webhook for example.com/v1, Kind=Box returned invalid object:"
                        + " must have the same name: a != other");
    }

    @Test
    void aWebhookThatFailsIsToldOfAndNothingIsStored() {
        hooks.onReview("/convert", review -> {
            ObjectNode answer = Json.object().put("kind", "ConversionReview").put("apiVersion",
                    "apiextensions.k8s.io/v1");
            ObjectNode response = answer.putObject("response");
            response.set("uid", review.path("request").path("uid"));
            response.putObject("result").put("status", "Failure").put("message", "not today");
            return answer;
        });
        define("/convert");
        Answer refused = wire.post(V2, box("a", "v2", "width", 4));
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.message())
                .isEqualTo("conversion webhook for example.com/v2, Kind=Box failed: not today");
        assertThat(wire.get(V1 + "/a").code()).isEqualTo(404);
        wire.post(V1, box("b", "v1", "size", 4));
        assertThat(wire.get(V2).message()).contains("failed: not today");
    }

    @Test
    void certificatesThatCannotBeReadAreAcceptedWhereThereWereSuchBefore() {
        String unreadable = Base64.getEncoder().encodeToString("none".getBytes(StandardCharsets.UTF_8));
        define("""
                {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"],
                 "clientConfig": {"url": "%s", "caBundle": "%s"}}}""".formatted(hooks.url("/convert"), unreadable),
                version("v1", "size", true), version("v2", "width", false));
        assertThat(wire.merge(DEFINITION + "/status",
                """
                        {"status": {"conditions": [
                         {"type": "NamesAccepted", "status": "True", "reason": "R", "message": "", "lastTransitionTime": null},
                         {"type": "Established", "status": "True", "reason": "R", "message": "", "lastTransitionTime": null}]}}""")
                .code()).isEqualTo(200);
        String other = Base64.getEncoder().encodeToString("neither".getBytes(StandardCharsets.UTF_8));
        assertThat(trust(other).code()).isEqualTo(200);
        assertThat(trust(hooks.bundle()).code()).isEqualTo(200);
        Answer refused = trust(other);
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).contains("unable to load root certificates");
    }

    private Answer trust(String bundle) {
        return wire.merge(DEFINITION,
                "{\"spec\":{\"conversion\":{\"webhook\":{\"clientConfig\":{\"caBundle\":\"%s\"}}}}}".formatted(bundle));
    }

    private static List<String> managers(Answer answer) {
        return answer.body().path("metadata").path("managedFields").valueStream()
                .map(each -> Json.textOrEmpty(each, "manager") + " " + Json.textOrEmpty(each, "operation") + " "
                        + Json.string(each.path("fieldsV1").path("f:spec")))
                .toList();
    }

    @Test
    void whoeverManagesAFieldManagesItInTheOtherVersion() {
        convert("/convert", object -> object);
        define("/convert");
        wire.post(V1 + "?fieldManager=one", box("a", "v1", "size", 3));

        Answer taken = wire.merge(V2 + "/a?fieldManager=two", "{\"spec\":{\"width\":4}}");
        assertThat(managers(taken)).containsExactlyInAnyOrder("one Update {}", "two Update {\"f:width\":{}}");
        Answer refused = wire.apply(V1 + "/a", "three", box("a", "v1", "size", 5));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.message()).isEqualTo("Apply failed with 1 conflict: conflict with \"two\" using"
                + " example.com/v2: .spec.width");
        Answer agreed = wire.apply(V1 + "/a", "three", box("a", "v1", "size", 4));
        assertThat(agreed.code()).as(agreed.message()).isEqualTo(200);
    }

    @Test
    void whatIsNoLongerAppliedInTheOtherVersionGoesUnlessSomebodyElseManagesIt() {
        convert("/convert", object -> object);
        define("/convert");
        wire.apply(V1 + "/a", "one", box("a", "v1", "size", 3));
        wire.apply(V1 + "/a", "two", box("a", "v1", "size", 3));
        String nothing = "{\"apiVersion\":\"example.com/v2\",\"kind\":\"Box\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"note\":\"n\"}}";

        Answer left = wire.apply(V2 + "/a", "one", nothing);
        assertThat(number(left.body(), "width")).as(left.message()).isEqualTo(3);
        Answer gone = wire.apply(V2 + "/a", "two", nothing);
        assertThat(number(gone.body(), "width")).as(gone.message()).isEqualTo(-1);
    }

    @Test
    void whoManagesWhatStaysWhenNobodyCanBeAskedAboutTheOtherVersion() {
        convert("/convert", object -> object);
        define("/convert");
        wire.post(V1 + "?fieldManager=one", box("a", "v1", "size", 3));
        wire.merge(V2 + "/a?fieldManager=two", "{\"spec\":{\"width\":4}}");
        wire.merge(DEFINITION, "{\"spec\":{\"conversion\":{\"webhook\":{\"clientConfig\":{\"url\":\""
                + hooks.url("/nobody") + "\"}}}}}");

        Answer written = wire.merge(V1 + "/a?fieldManager=one", "{\"spec\":{\"size\":5}}");
        assertThat(number(written.body(), "size")).as(written.message()).isEqualTo(5);
        assertThat(managers(written)).containsExactlyInAnyOrder("one Update {}", "two Update {\"f:width\":{}}");
    }
}
