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
    private static final String RULE = "'rules':[{'apiGroups':['apps'],'apiVersions':['v1'],"
            + "'resources':['deployments','deployments/status'],'operations':['CREATE','UPDATE']}]";
    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {
              "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
              "spec": {"containers": [{"name": "c", "image": "i"}]}}}%s}""";

    private void ask(String kind, String path) {
        Answer made = wire.post(CONFIGURATIONS + kind.toLowerCase(java.util.Locale.ROOT) + "webhookconfigurations",
                hooks.configuration(kind, path.substring(1), path, RULE));
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
}
