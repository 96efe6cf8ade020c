package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Horizontal pod autoscalers in both versions of the API: what one has no fields for stands in its annotations. */
class AutoscalerVersionsTest {
    private static final String V1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private static final String V2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private static final String NOTE = "autoscaling.alpha.kubernetes.io/";
    private static final String TARGET = "\"scaleTargetRef\": {\"kind\": \"Deployment\", \"name\": \"d\", \"apiVersion\": \"apps/v1\"}";

    private final ApiServer server = ApiServer.builder().start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        try (server; wire) {
            // closes both, whatever one does
        }
    }

    private void createWithTwoMetrics() {
        Answer created = wire.post(V2,
                """
                        {"metadata": {"name": "a"}, "spec": {%s, "maxReplicas": 5, "behavior": {"scaleDown": {"selectPolicy": "Min"}},
                         "metrics": [
                         {"type": "Pods", "pods": {"metric": {"name": "p"}, "target": {"type": "AverageValue", "averageValue": "3"}}},
                         {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 55}}}]}}"""
                        .formatted(TARGET));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
    }

    @Test
    void theOldVersionShowsTheTargetForCpuAndAllElseInAnnotations() {
        createWithTwoMetrics();
        wire.merge(V2 + "/a/status", """
                {"status": {"conditions": [{"type": "AbleToScale", "status": "True"}]}}""");
        JsonNode shown = wire.get(V1 + "/a").body();
        assertThat(shown.path("spec").path("targetCPUUtilizationPercentage").asInt()).isEqualTo(55);
        assertThat(shown.path("spec").has("metrics")).isFalse();
        JsonNode notes = shown.path("metadata").path("annotations");
        assertThat(notes.path(NOTE + "metrics").asString())
                .isEqualTo("[{\"type\":\"Pods\",\"pods\":{\"metricName\":\"p\",\"targetAverageValue\":\"3\"}}]");
        assertThat(notes.path(NOTE + "behavior").asString()).contains("\"SelectPolicy\":\"Min\"");
        assertThat(notes.path(NOTE + "conditions").asString()).contains("AbleToScale");
        assertThat(wire.get(V1).body().path("items").get(0).path("metadata").path("annotations")).isEqualTo(notes);
        assertThat(wire.get(V2 + "/a").body().path("metadata").has("annotations")).isFalse();
    }

    @Test
    void whatTheOldVersionWritesTheNewOneReads() {
        Answer created = wire.post(V1, """
                {"metadata": {"name": "b", "annotations": {"%smetrics":
                 "[{\\"type\\":\\"External\\",\\"external\\":{\\"metricName\\":\\"e\\",\\"targetValue\\":\\"3\\"}}]"}},
                 "spec": {%s, "maxReplicas": 5, "targetCPUUtilizationPercentage": 33}}""".formatted(NOTE, TARGET));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        JsonNode metrics = wire.get(V2 + "/b").body().path("spec").path("metrics");
        assertThat(metrics).hasSize(2);
        assertThat(metrics.get(0).path("external").path("target").path("value").asString()).isEqualTo("3");
        assertThat(metrics.get(1).path("resource").path("target").path("averageUtilization").asInt()).isEqualTo(33);
    }

    @Test
    void aChangeThroughTheOldVersionKeepsWhatItCannotSay() {
        createWithTwoMetrics();
        wire.merge(V2 + "/a/status",
                """
                        {"status": {"currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 1}}}]}}""");
        JsonNode status = wire.get(V2 + "/a").body().path("status");
        Answer changed = wire.merge(V1 + "/a", """
                {"metadata": {"annotations": null}, "spec": {"targetCPUUtilizationPercentage": 60}}""");
        assertThat(changed.code()).as(changed.message()).isEqualTo(200);
        JsonNode now = wire.get(V2 + "/a").body();
        assertThat(now.path("status")).isEqualTo(status);
        assertThat(now.path("spec").path("metrics")).hasSize(1);
        assertThat(now.path("metadata").path("generation").asInt()).isEqualTo(2);
    }

    @Test
    void anApplierIsTheSameInBothVersions() {
        String config = "{\"apiVersion\": \"autoscaling/%s\", \"kind\": \"HorizontalPodAutoscaler\", \"metadata\": {\"name\": \"c\"},"
                + " \"spec\": {" + TARGET + ", \"maxReplicas\": 5%s}}";
        wire.apply(V1 + "/c", "me", config.formatted("v1", ", \"targetCPUUtilizationPercentage\": 40"));
        Answer applied = wire.apply(V2 + "/c", "me", config.formatted("v2", ""));
        assertThat(applied.code()).as(applied.message()).isEqualTo(200);
        JsonNode managers = applied.body().path("metadata").path("managedFields");
        assertThat(managers).hasSize(1);
        assertThat(managers.get(0).path("apiVersion").asString()).isEqualTo("autoscaling/v2");
        // Version 2 has a metric also where version 1 has none, so nothing is missing there that could be taken out.
        assertThat(wire.get(V1 + "/c").body().path("spec").path("targetCPUUtilizationPercentage").asInt())
                .isEqualTo(40);
    }

    @Test
    void whatIsAppliedAgainInTheOtherVersionStays() {
        String config = "{\"apiVersion\": \"autoscaling/%s\", \"kind\": \"HorizontalPodAutoscaler\", \"metadata\": {\"name\": \"c\"},"
                + " \"spec\": {" + TARGET + ", \"maxReplicas\": 5, %s}}";
        wire.apply(V1 + "/c", "me", config.formatted("v1", "\"targetCPUUtilizationPercentage\": 40"));
        wire.apply(V2 + "/c", "me",
                config.formatted("v2", "\"metrics\": [{\"type\": \"Resource\", \"resource\": {\"name\": \"cpu\","
                        + " \"target\": {\"type\": \"Utilization\", \"averageUtilization\": 55}}}]"));
        assertThat(wire.get(V1 + "/c").body().path("spec").path("targetCPUUtilizationPercentage").asInt())
                .isEqualTo(55);
    }

    @Test
    void annotationsOfTheStatusAreNotForWhoChangesTheObject() {
        createWithTwoMetrics();
        wire.merge(V2 + "/a/status", """
                {"status": {"conditions": [{"type": "AbleToScale", "status": "True"}]}}""");
        JsonNode before = wire.get(V2 + "/a").body();
        wire.merge(V1 + "/a", "{\"metadata\": {\"annotations\": {\"" + NOTE + "conditions\": null}}}");
        assertThat(wire.get(V2 + "/a").body()).isEqualTo(before);
    }

    @Test
    void aMetricMayBeOfAnObjectOfTheCoreGroupButATargetMayNot() {
        String spec = """
                {"metadata": {"name": "core"}, "spec": {"scaleTargetRef": {"kind": "%s", "name": "d", "apiVersion": "%s"},
                 "maxReplicas": 5, "metrics": [{"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "s"},
                  "metric": {"name": "m"}, "target": {"type": "Value", "value": "2"}}}]}}""";
        assertThat(wire.post(V2, spec.formatted("Deployment", "apps/v1")).code()).isEqualTo(201);
        assertThat(wire.post(V2, spec.formatted("Service", "v1")).message()).endsWith(
                "is invalid: spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify API group");
    }
}
