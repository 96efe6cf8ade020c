package dev.windlass.testkit;

import dev.windlass.apiserver.Fault;
import dev.windlass.apiserver.FaultRule;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Holds on either kind of server; the system property says on which it runs. */
@ApiServers({"north", "south"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class ApiServersTest {

    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String JSON = "application/json";

    private static void create(Api api, String name) throws InterruptedException {
        api.send("POST", CONFIG_MAPS, """
                {"apiVersion": "v1", "kind": "ConfigMap",
                 "metadata": {"name": "%s", "finalizers": ["example.com/never"]}}
                """.formatted(name), JSON).orThrow();
    }

    @Test
    @Order(1)
    void aParameterGetsTheServerOfItsName(TestApiServer south, @ServerName("north") TestApiServer other)
            throws InterruptedException {
        assertThat(south.name()).isEqualTo("south");
        assertThat(other.name()).isEqualTo("north");
        assertThat(south.kubeconfig()).contains("current-context: \"south\"");
        try (Api api = Clients.api(south.kubeconfig())) {
            create(api, "only-in-south");
        }
        try (Api api = Clients.api(other.kubeconfig())) {
            assertThat(api.get(CONFIG_MAPS).orThrow().body()).doesNotContain("only-in-south");
        }
    }

    @Test
    @Order(2)
    void aTestDoesNotSeeWhatTheOneBeforeMade(TestApiServer south) throws InterruptedException {
        try (Api api = Clients.api(south.kubeconfig())) {
            assertThat(api.get(CONFIG_MAPS).orThrow().body()).doesNotContain("only-in-south");
        }
    }

    @Test
    @Order(3)
    void cleaningTakesAwayNamespacesAndManyObjects(TestApiServer north) throws InterruptedException {
        try (Api api = Clients.api(north.kubeconfig())) {
            api.send("POST", "/api/v1/namespaces", """
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}""", JSON).orThrow();
            for (int i = 0; i < 20; i++) {
                create(api, "c" + i);
                api.send("POST", "/api/v1/namespaces/shop/configmaps", """
                        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "c-"}}""", JSON)
                        .orThrow();
            }
            api.send("DELETE", "/api/v1/namespaces/shop", "{}", JSON).orThrow();

            north.clean();

            assertThat(api.get(CONFIG_MAPS).orThrow().body()).doesNotContain("\"c1\"");
            assertThat(api.get("/api/v1/namespaces/shop").gone()).isTrue();
        }
    }

    @Test
    void cleaningWaitsWhileTheServerSaysLater() throws InterruptedException {
        try (EmbeddedApiServer server = EmbeddedApiServer.start("busy"); Api api = Clients.api(server.kubeconfig())) {
            Cleaner cleaner = Cleaner.of(api);
            create(api, "held");
            Fault busy = server.server().faults().add(FaultRule.on("list", "configmaps").answering(429)
                    .retryAfter(Duration.ofSeconds(1)).times(2));

            cleaner.clean(api);

            assertThat(busy.hits()).isEqualTo(2);
            assertThat(api.get(CONFIG_MAPS).orThrow().body()).doesNotContain("\"held\"");
        }
    }

    @Test
    void anUnknownUserIsNamed(TestApiServer north) {
        assertThatThrownBy(() -> north.kubeconfig("mallory")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"mallory\"");
        assertThat(north.users()).containsExactlyInAnyOrder(TestApiServer.ADMIN, TestApiServer.GUEST);
    }

    @Test
    void theGuestMayDoWhatRolesAllow(TestApiServer north) throws InterruptedException {
        try (Api admin = Clients.api(north.kubeconfig());
                Api guest = Clients.api(north.kubeconfig(TestApiServer.GUEST))) {
            assertThat(guest.get(CONFIG_MAPS).status()).isEqualTo(403);

            admin.send("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", """
                    {"metadata": {"name": "see"},
                     "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]}""", JSON)
                    .orThrow();
            admin.send("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", """
                    {"metadata": {"name": "see"},
                     "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "see"},
                     "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "guest"}]}""", JSON)
                    .orThrow();

            await().until(() -> guest.get(CONFIG_MAPS).ok());
        }
    }

    @Test
    void aLeftWatchIsSeenByTheServer(TestApiServer north) throws Exception {
        try (OpenedWatch warm = new OpenedWatch(north.kubeconfig(), CONFIG_MAPS)) {
            await().until(() -> north.watches() == 1);
            assertThat(warm.isOpen()).isTrue();
        }
        await().until(() -> north.watches() == 0);
        LeakCheck check = LeakCheck.builder().servers(north).within(Duration.ofMillis(300)).baseline();
        try (OpenedWatch left = new OpenedWatch(north.kubeconfig(), CONFIG_MAPS)) {
            assertThat(left.isOpen()).isTrue();
            assertThatThrownBy(check::assertNothingLeft).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("watches at north: 1 more of").hasMessageContaining("configmaps")
                    .hasMessageContaining("connections at north: 1 more")
                    .hasMessageContaining("connected to 127.0.0.1:" + north.url().getPort());
        }
        await().atMost(Duration.ofSeconds(30)).untilAsserted(check::assertNothingLeft);
    }

    @Test
    void aProxyStandsBeforeAServer(TestApiServer north) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(north); Api api = Clients.api(proxy.kubeconfig())) {
            assertThat(api.get(CONFIG_MAPS).ok()).isTrue();
            assertThat(proxy.connections()).isOne();

            proxy.refuse();
            proxy.cut();
            assertThatThrownBy(() -> api.get(CONFIG_MAPS)).isInstanceOf(UncheckedIOException.class);

            proxy.heal();
            assertThatCode(() -> api.get(CONFIG_MAPS).orThrow()).doesNotThrowAnyException();
            assertThat(proxy).hasToString("proxy 127.0.0.1:" + proxy.port() + " before north");
        }
    }
}
