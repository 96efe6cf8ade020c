package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What is sent in another version, or under another path, than the object has. */
class OtherVersionsTest extends SharedServer {
    OtherVersionsTest() {
        super("versions");
    }

    @Test
    void aPatchMayMakeAnObjectOfAnotherVersion() {
        String path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
        String autoscaler = """
                {"metadata":{"name":"a"},"spec":{"maxReplicas":3,
                 "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}}""";
        assertThat(wire.post(path, autoscaler).code()).isEqualTo(201);
        Wire.Answer answer = wire.merge(path + "/a", """
                {"apiVersion":"autoscaling/v1","spec":{"metrics":null,"targetCPUUtilizationPercentage":70}}""");
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        JsonNode patched = answer.body();
        assertThat(patched.path("apiVersion").stringValue()).isEqualTo("autoscaling/v2");
        assertThat(patched.at("/spec/metrics/0/resource/target/averageUtilization").intValue()).isEqualTo(70);
        JsonNode merged = wire.patch(path + "/a", "application/strategic-merge-patch+json", """
                {"apiVersion":"autoscaling/v1","spec":{"targetCPUUtilizationPercentage":20}}""").body();
        assertThat(merged.at("/spec/metrics/0/resource/target/averageUtilization").intValue()).isEqualTo(70);
        assertThat(merged.at("/metadata/managedFields/0/apiVersion").stringValue()).isEqualTo("autoscaling/v2");
    }

    @Test
    void whatTheOtherEventsDoNotHaveIsToldInOrder() {
        wire.post("/api/v1/namespaces/default/events",
                """
                        {"metadata":{"name":"e"},"message":"m","involvedObject":{"kind":"Pod","name":"p","namespace":"default"}}""");
        Wire.Answer refused = wire.merge("/api/v1/namespaces/default/events/e", """
                {"apiVersion":"events.k8s.io/v1","note":"n"}""");
        assertThat(refused.raw().headers().allValues("Warning")).contains(
                "299 - \"unknown field \\\"involvedObject\\\"\"", "299 - \"unknown field \\\"message\\\"\"");
    }

    @Test
    void eventsAreNamedRightAlsoAsFarAsTheirNamesAreGenerated() {
        Wire.Answer refused = wire.post("/apis/events.k8s.io/v1/namespaces/default/events",
                """
                        {"metadata":{"name":"fine","generateName":"Bad_Name"},"eventTime":"2024-01-02T03:04:05.000000Z",
                         "type":"Normal","reason":"R","action":"A","reportingController":"example.com/c","reportingInstance":"i",
                         "regarding":{"kind":"Pod","name":"p","namespace":"default"}}""");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).startsWith("Event \"fine\" is invalid: metadata.generateName: Invalid value");
    }

    @Test
    void aNamespaceWithoutFinalizersGetsNoneByAnUpdate() {
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"bare\"}}");
        wire.put("/api/v1/namespaces/bare/finalize", "{\"metadata\":{\"name\":\"bare\"},\"spec\":{}}");
        JsonNode updated = wire.put("/api/v1/namespaces/bare",
                "{\"metadata\":{\"name\":\"bare\"},\"spec\":{\"finalizers\":[\"kubernetes\"]}}").body();
        assertThat(updated.path("metadata").path("name").stringValue()).isEqualTo("bare");
        assertThat(updated.path("spec").path("finalizers").isMissingNode()).isTrue();
    }

    @Test
    void aNamespaceThatNothingHoldsGoesWithItsSecondDeletion() {
        String path = "/api/v1/namespaces/loose";
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"loose\",\"finalizers\":[\"example.com/f\"]}}");
        wire.put(path + "/finalize",
                "{\"metadata\":{\"name\":\"loose\",\"finalizers\":[\"example.com/f\"]},\"spec\":{}}");
        JsonNode first = wire.delete(path).body();
        assertThat(first.path("status").path("phase").stringValue()).isEqualTo("Terminating");
        assertThat(first.path("metadata").has("deletionGracePeriodSeconds")).isFalse();
        assertThat(wire.delete(path).body().path("metadata").path("deletionGracePeriodSeconds").intValue()).isZero();
        wire.merge(path, "{\"metadata\":{\"finalizers\":null}}");
        assertThat(wire.get(path).code()).isEqualTo(404);

        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"loose\"}}");
        wire.put(path + "/finalize", "{\"metadata\":{\"name\":\"loose\"},\"spec\":{}}");
        wire.delete(path);
        assertThat(wire.get(path).code()).isEqualTo(200);
        wire.delete(path);
        assertThat(wire.get(path).code()).isEqualTo(404);
    }

    @Test
    void theOldProxyPathsOfCustomResourcesAreNotSupported() {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"metadata":{"name":"boxes.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
                 "names":{"plural":"boxes","kind":"Box"},"versions":[{"name":"v1","served":true,"storage":true,
                 "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        Wire.Answer refused = wire.get("/apis/example.com/v1/proxy/namespaces/default/boxes/one");
        assertThat(refused.code()).isEqualTo(405);
        assertThat(refused.message()).isEqualTo("proxy is not supported on resources of kind \"boxes.example.com\"");
    }
}
