package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Conditions of webhooks that ask what somebody may do. */
class ConditionsTest {
    private static final String VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

    private final WebhookServer hooks = new WebhookServer();

    private static void refuseWhen(WebhookServer hooks, Wire wire, String condition) {
        hooks.on("/no", response -> response.put("allowed", false));
        Answer answer = wire.post(VALIDATING, hooks.configuration("Validating", "no", "/no",
                "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['configmaps'],'operations':['*']}],"
                        + "'matchConditions':[{'name':'a','expression':'" + condition.replace("'", "\\\"") + "'}]"));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    @AfterEach
    void close() {
        hooks.close();
    }

    @Test
    void aConditionAsksRolesWhatSomebodyMayDo() {
        try (ApiServer server = ApiServer.builder().rbac(true).user("alice").user("bob").start();
                Wire admin = new Wire(server)) {
            admin.post(RBAC + "/clusterroles", """
                    {"metadata": {"name": "writer"},
                     "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "delete"]}]}""");
            admin.post(RBAC + "/clusterroles", """
                    {"metadata": {"name": "breaker"},
                     "rules": [{"apiGroups": ["example.com"], "resources": ["locks"], "verbs": ["break"]}]}""");
            for (String user : new String[]{"alice", "bob"}) {
                bind(admin, "writer", user);
            }
            bind(admin, "breaker", "alice");
            refuseWhen(hooks, admin, "!authorizer.group('example.com').resource('locks').check('break').allowed()");
            assertThat(admin.as(server.token("alice")).post(MAPS, Wire.configMap("a", "k", "v")).code())
                    .isEqualTo(201);
            assertThat(admin.as(server.token("bob")).post(MAPS, Wire.configMap("b", "k", "v")).code()).isEqualTo(400);
        }
    }

    private static void bind(Wire admin, String role, String user) {
        Answer bound = admin.post(RBAC + "/clusterrolebindings", """
                {"metadata": {"name": "%s-%s"}, "subjects": [{"kind": "User", "name": "%s"}],
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "%s"}}"""
                .formatted(role, user, user, role));
        assertThat(bound.code()).as(bound.message()).isEqualTo(201);
    }

    @Test
    void aConditionAsksAboutTheRequestItself() {
        try (ApiServer server = ApiServer.builder().rbac(true).start(); Wire admin = new Wire(server)) {
            refuseWhen(hooks, admin, "authorizer.requestResource.check('create').allowed()"
                    + " && !authorizer.serviceAccount('default', 'x').group('').resource('configmaps')"
                    + ".namespace('default').check('create').allowed()");
            assertThat(admin.post(MAPS, Wire.configMap("a", "k", "v")).code()).isEqualTo(400);
        }
    }

    @Test
    void withoutRolesEverythingIsAllowed() {
        try (ApiServer server = ApiServer.builder().start(); Wire admin = new Wire(server)) {
            refuseWhen(hooks, admin,
                    "!authorizer.serviceAccount('default', 'x').path('/metrics').check('get').allowed()");
            assertThat(admin.post(MAPS, Wire.configMap("a", "k", "v")).code()).isEqualTo(201);
        }
    }
}
