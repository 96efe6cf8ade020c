package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What those are shown who are asked about a change: all that was sent, before and after the server has taken from it what it takes. */
class ShownObjectsTest extends AskingServer {
    private static final String CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {
              "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
              "spec": {"containers": [{"name": "c", "image": "i"}]}}}%s}""";

    private void ask(String kind, String path) {
        rule(kind, path, "apps", "v1", "'deployments','deployments/status'");
    }

    private void rule(String kind, String path, String group, String version, String resources) {
        Answer made = wire.post(CONFIGURATIONS + kind.toLowerCase(java.util.Locale.ROOT) + "webhookconfigurations",
                hooks.configuration(kind, path.substring(1), path, "'rules':[{'apiGroups':['" + group
                        + "'],'apiVersions':['" + version + "'],'resources':[" + resources
                        + "],'operations':['CREATE','UPDATE','DELETE']}]"));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
    }

    /** What the webhooks were shown at a place, in order. */
    private List<String> shown(String... place) {
        return hooks.asked().stream().map(each -> Json.find(each.path("object"), place))
                .map(each -> each == null ? "nothing" : Json.string(each)).toList();
    }

    @Test
    void aStatusThatIsSentToTheObjectItselfIsShownToWhoMayChangeItAndDropped() {
        hooks.on("/change", response -> response).on("/judge", response -> response);
        ask("Mutating", "/change");
        ask("Validating", "/judge");

        wire.post(DEPLOYMENTS, DEPLOYMENT.formatted(", \"status\": {\"replicas\": 7}"));
        assertThat(shown("status")).containsExactly("{\"replicas\":7}", "{}");
        hooks.forget();
        Answer patched = wire.merge(DEPLOYMENTS + "/d", "{\"status\":{\"replicas\":8}}");
        assertThat(shown("status")).containsExactly("{\"replicas\":8}", "{}");
        assertThat(Json.string(patched.body().path("status"))).isEqualTo("{}");
        hooks.forget();
        wire.apply(DEPLOYMENTS + "/d", "me",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, status: {replicas: 9}}");
        assertThat(shown("status")).containsExactly("{\"replicas\":9}", "{}");
    }

    @Test
    void whatIsSentBesideAStatusIsShownToWhoMayChangeItAndDropped() {
        hooks.on("/change", response -> response).on("/judge", response -> response);
        wire.post(DEPLOYMENTS, DEPLOYMENT.formatted(""));
        ask("Mutating", "/change");
        ask("Validating", "/judge");

        Answer patched = wire.merge(DEPLOYMENTS + "/d/status",
                "{\"metadata\":{\"labels\":{\"x\":\"y\"}},\"spec\":{\"replicas\":3},\"status\":{\"replicas\":7}}");
        assertThat(shown("spec", "replicas")).containsExactly("3", "1");
        assertThat(shown("metadata", "labels")).containsExactly("{\"x\":\"y\"}", "nothing");
        assertThat(shown("status", "replicas")).containsExactly("7", "7");
        assertThat(patched.body().path("spec").path("replicas").intValue()).isEqualTo(1);
    }

    @Test
    void aWebhookCannotChangeWhatTheRequestCannot() {
        hooks.patching("/change",
                """
                        [{"op":"add","path":"/status","value":{"replicas":5}},{"op":"add","path":"/spec/replicas","value":5}]""");
        wire.post(DEPLOYMENTS, DEPLOYMENT.formatted(""));
        ask("Mutating", "/change");

        JsonNode itself = wire.merge(DEPLOYMENTS + "/d", "{\"spec\":{\"paused\":true}}").body();
        assertThat(Json.string(itself.path("status"))).isEqualTo("{}");
        assertThat(itself.path("spec").path("replicas").intValue()).isEqualTo(5);
        wire.merge(DEPLOYMENTS + "/d", "{\"spec\":{\"replicas\":1}}");
        JsonNode status = wire.merge(DEPLOYMENTS + "/d/status", "{\"status\":{\"replicas\":7}}").body();
        assertThat(status.path("status").path("replicas").intValue()).isEqualTo(5);
    }

    @Test
    void anEmptyListIsShownWhereItsFieldAlwaysIs() {
        String roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
        hooks.on("/change", response -> response).on("/judge", response -> response);
        for (String kind : List.of("Mutating", "Validating")) {
            rule(kind, kind.equals("Mutating") ? "/change" : "/judge", "rbac.authorization.k8s.io", "v1", "'roles'");
        }

        wire.post(roles, "{\"metadata\":{\"name\":\"r\"},\"rules\":[]}");
        assertThat(shown("rules")).containsExactly("[]", "[]");
        hooks.forget();
        wire.merge(roles + "/r", """
                {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": []}]}""");
        assertThat(shown("rules")).hasSize(2).allSatisfy(each -> assertThat(each).doesNotContain("resourceNames"));
        assertThat(hooks.asked().getFirst().path("oldObject").path("rules").isNull()).isTrue();
    }

    @Test
    void anEmptyListOfClaimsCountsAndIsNotShown() {
        String pod = "/api/v1/namespaces/default/pods/p";
        wire.post("/api/v1/namespaces/default/pods", """
                {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}],
                 "resourceClaims": [{"name": "x", "resourceClaimName": "c"}]}}""");
        String claims = "{\"status\":{\"resourceClaimStatuses\":[{\"name\":\"x\",\"resourceClaimName\":\"y\"}]}}";
        wire.merge(pod + "/status", claims);
        hooks.on("/change", response -> response);
        rule("Mutating", "/change", "", "v1", "'pods/status'");

        String none = "{\"status\":{\"resourceClaimStatuses\":[]}}";
        assertThat(wire.merge(pod + "/status", none).body().path("status").has("resourceClaimStatuses")).isFalse();
        assertThat(shown("status", "resourceClaimStatuses")).containsExactly("nothing");
        assertThat(wire.get(pod).body().path("metadata").path("managedFields").toString())
                .doesNotContain("f:resourceClaimStatuses");

        wire.merge(pod + "/status", claims);
        hooks.patching("/change", "[{\"op\":\"add\",\"path\":\"/status/reason\",\"value\":\"R\"}]");
        JsonNode changed = wire.merge(pod + "/status", none).body().path("status");
        assertThat(changed.path("reason").asString("")).isEqualTo("R");
        // Whoever changes what they have been shown has not been shown that nothing was meant.
        assertThat(changed.path("resourceClaimStatuses").size()).isEqualTo(1);
    }

    @Test
    void whatAChangeLeavesIsShownInAnotherVersionAsItIsStored() {
        String two = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
        String one = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
        wire.post(two, """
                {"metadata": {"name": "h"}, "spec": {"maxReplicas": 5,
                 "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}}}""");
        wire.merge(two + "/h/status", """
                {"status": {"currentReplicas": 1, "desiredReplicas": 1, "currentMetrics": [
                 {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 13}}}]}}""");
        hooks.on("/judge", response -> response);
        rule("Validating", "/judge", "autoscaling", "v2", "'horizontalpodautoscalers'");

        wire.merge(one + "/h", "{\"spec\":{\"maxReplicas\":7}}");
        wire.delete(one + "/h");
        JsonNode update = hooks.asked().getFirst();
        String metrics = "[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"current\":{\"averageUtilization\":13}}}]";
        assertThat(Json.string(update.path("object").path("status").path("currentMetrics"))).isEqualTo(metrics);
        assertThat(Json.string(update.path("oldObject").path("status").path("currentMetrics"))).isEqualTo(metrics);
        assertThat(update.path("object").path("spec").path("maxReplicas").intValue()).isEqualTo(7);
        assertThat(update.path("oldObject").path("spec").path("maxReplicas").intValue()).isEqualTo(5);
        assertThat(Json.string(hooks.asked().getLast().path("oldObject").path("status").path("currentMetrics")))
                .isEqualTo(metrics);
    }
}
