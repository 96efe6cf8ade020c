package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Who is let in, and what they may do then. */
class AccessTest {
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    private volatile Instant now = Instant.now();
    private final ApiServer server = ApiServer.builder().name("access").rbac(true).clock(() -> now)
            .user("alice", "developers").user("root", "system:masters").start();
    private final Wire admin = new Wire(server);
    private final Wire alice = admin.as(server.token("alice"));

    @AfterEach
    void close() {
        try (server; admin) {
            // closes both, whatever the other does
        }
    }

    private static void allow(Answer answer) {
        assertThat(answer.code()).withFailMessage(() -> answer.raw().body()).isBetween(200, 201);
    }

    private void role(String path, String kind, String name, String rules) {
        allow(admin.post(RBAC + path, "{\"kind\":\"" + kind + "\",\"metadata\":{\"name\":\"" + name + "\"},\"rules\":"
                + rules + ",\"apiVersion\":\"rbac.authorization.k8s.io/v1\"}"));
    }

    private void bind(String path, String roleKind, String role, String subject) {
        allow(admin.post(RBAC + path, """
                {"metadata": {"name": "%s"}, "subjects": [%s],
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "%s", "name": "%s"}}
                """.formatted(role, subject, roleKind, role)));
    }

    private static final String DEVELOPERS = """
            {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "developers"}""";

    @Test
    void aUserIsKnownByTheirToken() {
        Answer answer = alice.post(SELF, "{}");

        assertThat(answer.text("status", "userInfo", "username")).isEqualTo("alice");
        assertThat(answer.body().at("/status/userInfo/groups").toString())
                .isEqualTo("[\"developers\",\"system:authenticated\"]");
        assertThat(server.users()).containsExactly("kubernetes-admin", "alice", "root");
        assertThat(server.kubeconfig("alice")).contains(server.token("alice"), "user: \"alice\"");
        assertThatThrownBy(() -> server.token("mallory")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mallory").hasMessageContaining("alice");
    }

    @Test
    void whoeverIsNotKnownIsUnauthorized() {
        for (String header : new String[]{"", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer  " + server.token()}) {
            HttpRequest.Builder request = admin.bare(MAPS);
            Answer answer = admin.send((header.isEmpty() ? request : request.header("Authorization", header)).build());

            assertThat(answer.code()).as(header).isEqualTo(401);
            assertThat(answer.body().toString()).isEqualTo("""
                    {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized",\
                    "reason":"Unauthorized","code":401}""");
        }
    }

    @Test
    void aUserIsKnownByTheirCertificate() {
        ClientCertificate certificate = server.clientCertificate("bob, \"the\" = builder", "developers", "ops");
        try (Wire bob = Wire.with(server, certificate)) {
            Answer answer = bob.send(bob.bare(SELF).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}")).build());

            assertThat(answer.text("status", "userInfo", "username")).isEqualTo("bob, \"the\" = builder");
            assertThat(answer.body().at("/status/userInfo/groups").toString())
                    .isEqualTo("[\"developers\",\"ops\",\"system:authenticated\"]");

            now = now.plus(Duration.ofDays(366));
            assertThat(bob.send(bob.bare(MAPS).build()).code()).isEqualTo(401);
        }
    }

    @Test
    void aCertificateLastsAYearByTheClockInAnyCentury() throws Exception {
        for (String then : List.of("2049-06-01T12:34:56Z", "2050-01-02T03:04:05Z", "2111-11-11T11:11:11Z")) {
            Instant made = Instant.parse(then);
            try (ApiServer later = ApiServer.builder().clock(() -> made).start()) {
                ClientCertificate encoded = later.clientCertificate("bob");
                X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(
                                encoded.certificatePem().getBytes(StandardCharsets.US_ASCII)));

                assertThat(certificate.getNotAfter().toInstant()).isEqualTo(made.plus(Duration.ofDays(365)));
                certificate.verify(later.caCertificate().getPublicKey());
            }
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNone() {
        try (ApiServer other = ApiServer.builder().name("access").start();
                Wire stranger = Wire.with(server, other.clientCertificate("root", "system:masters"))) {
            assertThat(stranger.send(stranger.bare(MAPS).build()).code()).isEqualTo(401);
            assertThat(stranger.get(MAPS).code()).as("with a token besides").isEqualTo(200);
        }
    }

    @Test
    void theAnonymousAreLetInWhenTheyAreWanted() {
        try (ApiServer open = ApiServer.builder().rbac(true).anonymous(true).start(); Wire wire = new Wire(open)) {
            assertThat(wire.send(wire.bare("/version").build()).code()).isEqualTo(200);
            assertThat(wire.send(wire.bare(MAPS).build()).message()).isEqualTo("configmaps is forbidden: User"
                    + " \"system:anonymous\" cannot list resource \"configmaps\" in API group \"\" in the namespace"
                    + " \"default\"");
            assertThat(wire.send(wire.bare(MAPS).header("Authorization", "Bearer wrong").build()).code())
                    .isEqualTo(401);
        }
    }

    @Test
    void withoutRbacWhoeverIsKnownMayDoEverything() {
        try (ApiServer plain = ApiServer.builder().user("alice").start(); Wire wire = new Wire(plain)) {
            allow(wire.as(plain.token("alice")).get(MAPS));
            assertThat(wire.get(RBAC + "/clusterroles").body().path("items")).isEmpty();
        }
    }

    @Test
    void aRoleAllowsWhatItSaysInItsNamespaceAndNoMore() {
        assertThat(alice.get(MAPS).code()).isEqualTo(403);
        role("/namespaces/default/roles", "Role", "see",
                "[{\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"verbs\":[\"list\"]}]");
        bind("/namespaces/default/rolebindings", "Role", "see", DEVELOPERS);

        allow(alice.get(MAPS));
        assertThat(alice.get(MAPS + "/one").message()).isEqualTo("configmaps \"one\" is forbidden: User \"alice\""
                + " cannot get resource \"configmaps\" in API group \"\" in the namespace \"default\"");
        assertThat(alice.get("/api/v1/namespaces/kube-system/configmaps").code()).isEqualTo(403);
        assertThat(alice.get("/api/v1/configmaps").message()).endsWith("at the cluster scope");

        allow(admin.delete(RBAC + "/namespaces/default/roles/see"));
        assertThat(alice.get(MAPS).message()).endsWith(
                "in the namespace \"default\": rbac: RBAC: role.rbac.authorization.k8s.io \"see\" not found");
    }

    @Test
    void namesSubresourcesAndPathsAreAllowedOneByOne() {
        role("/clusterroles", "ClusterRole", "some", """
                [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"], "verbs": ["get", "watch"]},
                 {"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["*"]},
                 {"nonResourceURLs": ["/metrics*"], "verbs": ["get"]}]""");
        bind("/clusterrolebindings", "ClusterRole", "some", """
                {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "alice"}""");

        assertThat(alice.get(MAPS + "/mine").code()).isEqualTo(404);
        assertThat(alice.get(MAPS + "/other").code()).isEqualTo(403);
        assertThat(alice.get(MAPS + "?fieldSelector=metadata.name%3Dmine").code()).as("list").isEqualTo(403);
        allow(alice.get(MAPS + "?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dmine"));
        assertThat(alice.get("/apis/apps/v1/namespaces/default/deployments/x/scale").code()).isEqualTo(404);
        assertThat(alice.get("/apis/apps/v1/namespaces/default/deployments/x").code()).isEqualTo(403);
        assertThat(alice.get("/metrics/slis").code()).isEqualTo(404);
        assertThat(alice.get("/logs").message()).isEqualTo("forbidden: User \"alice\" cannot get path \"/logs\"");
        allow(alice.get("/apis"));
    }

    @Test
    void nobodyGivesOthersWhatTheyDoNotHave() {
        role("/clusterroles", "ClusterRole", "role-maker", """
                [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"],
                  "verbs": ["create", "get", "patch"]},
                 {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]""");
        bind("/clusterrolebindings", "ClusterRole", "role-maker", DEVELOPERS);
        String roles = RBAC + "/namespaces/default/roles";
        String bindings = RBAC + "/namespaces/default/rolebindings";

        allow(alice.post(roles, """
                {"metadata": {"name": "own"},
                 "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}"""));
        assertThat(alice.post(roles, """
                {"metadata": {"name": "more"},
                 "rules": [{"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["get", "list"]},
                           {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"], "verbs": ["get"]}]}
                """).message()).isEqualTo("""
                roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["developers"\
                 "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
                {APIGroups:[""], Resources:["pods"], Verbs:["list"]}
                {APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}
                {APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}""");
        String binding = """
                {"metadata": {"name": "%%1$s"}, "subjects": [%s],
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "%%1$s"}}"""
                .formatted(DEVELOPERS);
        allow(alice.post(bindings, binding.formatted("role-maker")));
        assertThat(alice.post(bindings, binding.formatted("cluster-admin")).message())
                .contains("attempting to grant").contains("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}");
        assertThat(alice.post(bindings, binding.formatted("missing")).code()).isEqualTo(404);
        assertThat(alice.get(bindings + "/cluster-admin").code()).isEqualTo(404);

        role("/clusterroles", "ClusterRole", "bind-any", """
                [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["bind"]},
                 {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["escalate"]}]""");
        bind("/clusterrolebindings", "ClusterRole", "bind-any", DEVELOPERS);
        allow(alice.merge(roles + "/own",
                "{\"rules\":[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}"));
        allow(alice.post(bindings, binding.formatted("cluster-admin")));
        allow(alice.get(MAPS));
    }

    @Test
    void theLogTellsWhoAskedForWhat() {
        server.clearRequests();
        alice.get(MAPS + "/one");
        admin.send(admin.request("/apis/apps/v1/namespaces/default/deployments/web/scale?dryRun=All")
                .header("Impersonate-User", "bob").header("User-Agent", "test/1")
                .PUT(HttpRequest.BodyPublishers.ofString("{}")).build());
        admin.send(admin.bare("/version").build());

        assertThat(server.requests()).hasSize(3);
        RequestRecord refused = server.requests().get(0);
        assertThat(refused.user()).isEqualTo("alice");
        assertThat(refused.groups()).containsExactly("developers", "system:authenticated");
        assertThat(refused.impersonatedUser()).isEmpty();
        assertThat(refused.code()).isEqualTo(403);
        assertThat(List.of(refused.verb(), refused.group(), refused.resource(), refused.namespace(), refused.name()))
                .containsExactly("get", "", "configmaps", "default", "one");
        assertThat(refused.time()).isEqualTo(now);
        assertThat(refused.duration()).isPositive();
        RequestRecord scale = server.requests().get(1);
        assertThat(List.of(scale.user(), scale.impersonatedUser(), scale.group(), scale.resource(),
                scale.subresource(), scale.userAgent()))
                .containsExactly("kubernetes-admin", "bob", "apps", "deployments", "scale", "test/1");
        assertThat(scale.dryRun()).isTrue();
        RequestRecord unknown = server.requests().get(2);
        assertThat(List.of(unknown.verb(), unknown.user(), unknown.path(), unknown.resource()))
                .containsExactly("get", "system:anonymous", "/version", "");
        assertThat(unknown.code()).isEqualTo(401);
    }

    @Test
    void theRolesOfARealServerAreThere() {
        assertThat(admin.get(RBAC + "/clusterroles").body().path("items").size()).isGreaterThan(60);
        assertThat(admin.get(RBAC + "/clusterrolebindings/cluster-admin").body().at("/subjects/0/name").stringValue())
                .isEqualTo("system:masters");
        allow(admin.as(server.token("root")).get(MAPS));
    }

    @Test
    void aRoleIsFilledWithWhatItAggregates() {
        bind("/clusterrolebindings", "ClusterRole", "view", DEVELOPERS);
        allow(alice.get(MAPS));

        String gadgets = "/apis/example.com/v1/gadgets";
        assertThat(alice.get(gadgets).code()).isEqualTo(403);
        allow(admin.post(RBAC + "/clusterroles", """
                {"metadata": {"name": "gadgets", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}},
                 "rules": [{"apiGroups": ["example.com"], "resources": ["gadgets"], "verbs": ["list"]}]}"""));
        await().untilAsserted(() -> assertThat(alice.get(gadgets).code()).isEqualTo(404));
        allow(admin.delete(RBAC + "/clusterroles/gadgets"));
        await().untilAsserted(() -> assertThat(alice.get(gadgets).code()).isEqualTo(403));
        allow(alice.get(MAPS));
    }

    @Test
    void actingAsSomebodyElseNeedsToBeAllowed() {
        HttpRequest asBob = admin.request(MAPS).header("Impersonate-User", "bob")
                .header("Impersonate-Group", "ops").build();
        assertThat(admin.send(asBob).message()).startsWith("configmaps is forbidden: User \"bob\" cannot list");
        bind("/clusterrolebindings", "ClusterRole", "cluster-admin2", """
                {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "ops"}""");
        role("/clusterroles", "ClusterRole", "cluster-admin2",
                "[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]");
        allow(admin.send(asBob));

        HttpRequest.Builder aliceAsBob = alice.request(MAPS).header("Impersonate-User", "bob");
        assertThat(alice.send(aliceAsBob.build()).message()).startsWith(
                "configmaps is forbidden: User \"alice\" cannot impersonate-on:user-info:list resource \"configmaps\"");
        role("/clusterroles", "ClusterRole", "actor",
                "[{\"apiGroups\":[\"\"],\"resources\":[\"users\"],\"resourceNames\":[\"bob\"],\"verbs\":[\"impersonate\"]}]");
        bind("/clusterrolebindings", "ClusterRole", "actor", DEVELOPERS);
        assertThat(alice.send(aliceAsBob.build()).message()).contains("User \"bob\" cannot list");

        assertThat(admin.send(admin.request(MAPS).header("Impersonate-Group", "ops").build()).message()).isEqualTo(
                "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"ops\"},"
                        + " Extra:map[string][]string(nil)} without impersonating a user name");
    }

    @Test
    void whoMayPatchMayNotCreateByApplying() {
        role("/namespaces/default/roles", "Role", "patcher",
                "[{\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"verbs\":[\"patch\",\"get\"]}]");
        bind("/namespaces/default/rolebindings", "Role", "patcher", DEVELOPERS);

        Answer refused = alice.patch(MAPS + "/new?fieldManager=m", "application/apply-patch+yaml",
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"new\"}}");

        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message()).contains("cannot create resource \"configmaps\"");
        assertThat(admin.get(MAPS + "/new").code()).isEqualTo(404);
    }

    @Test
    void rolesThatAggregateOthersAreFullFromTheBeginning() {
        for (String name : List.of("view", "edit", "admin")) {
            String rules = admin.get(RBAC + "/clusterroles/" + name).body().path("rules").toString();
            assertThat(rules).as(name).contains("\"pods\"");
        }
        bind("/clusterrolebindings", "ClusterRole", "edit", DEVELOPERS);
        assertThat(alice.get("/api/v1/namespaces/default/pods").code()).isEqualTo(200);
    }

    @Test
    void aResetTakesRulesAwayThatSomebodyHasGivenToABuiltInRole() {
        try (ApiServer bare = ApiServer.builder().name("bare").rbac(true).roleAggregation(false).start();
                Wire wire = new Wire(bare)) {
            String before = wire.get(RBAC + "/clusterroles/view").body().path("rules").toString();
            assertThat(wire.merge(RBAC + "/clusterroles/view",
                    "{\"rules\":[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}").code())
                    .isEqualTo(200);
            bare.reset();
            assertThat(wire.get(RBAC + "/clusterroles/view").body().path("rules")).hasToString(before);
        }
    }
}
