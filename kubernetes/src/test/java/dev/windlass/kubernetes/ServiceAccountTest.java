package dev.windlass.kubernetes;

import dev.windlass.apiserver.Fault;
import dev.windlass.apiserver.FaultRule;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a pod is given to reach its own cluster, and what changes while it runs. */
class ServiceAccountTest extends OnEmbeddedServer {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aRenewedTokenIsUsedFromTheNextRequestOn() throws Exception {
        ClusterConnection north = connect(cluster("north").serviceAccount(account(server().token())));
        Client client = north.client(owner(north, "user"));
        client.create(configMap("a", "1"));

        renew("expired");
        assertThatThrownBy(() -> client.get(ConfigMap.class, ObjectKey.of("default", "a")))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.isUnauthorized()).isTrue());

        renew(server().token());
        assertThat(client.get(ConfigMap.class, ObjectKey.of("default", "a"))).isPresent();
    }

    @Test
    void whatIsInFlightWhenCredentialsAreReadAnewIsAnswered() throws Exception {
        ClusterConnection north = connect(cluster("north").serviceAccount(account(server().token())));
        Client client = north.client(owner(north, "user"));
        client.create(configMap("a", "1"));
        Fault slow = server().faults().add(FaultRule.on("get", "configmaps").delaying(Duration.ofSeconds(1)));
        CompletableFuture<Optional<ConfigMap>> inFlight = CompletableFuture
                .supplyAsync(() -> client.get(ConfigMap.class, ObjectKey.of("default", "a")));
        eventually().until(() -> slow.hits() == 1);

        renew("expired");
        assertThatThrownBy(() -> client.get(Namespace.class, ObjectKey.of(null, "default")))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.isUnauthorized()).isTrue());
        renew(server().token());

        assertThat(inFlight.get(HANG.toSeconds(), TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void aTokenFileOfAKubeconfigIsLookedForBesideItAndGoesBeforeAToken() throws Exception {
        renew(server().token());
        Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: home
                clusters: [{name: home, cluster: {server: "https://127.0.0.1:%d", certificate-authority: ca.crt}}]
                contexts: [{name: home, context: {cluster: home, user: cook}}]
                users: [{name: cook, user: {token: stale, tokenFile: token}}]
                """.formatted(wire().port()));
        Files.writeString(folder.resolve("ca.crt"), server().caCertificatePem());
        assertThat(connect(cluster("north").kubeconfig(file)).name()).isEqualTo("north");
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        assertRefused(Map.of(), "KUBERNETES_SERVICE_HOST", "does not run in a pod");
        assertRefused(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), "KUBERNETES_SERVICE_PORT");
        assertRefused(environment(), folder.resolve("token").toString(), "does not exist", "service account");
        renew("s3cret");
        assertRefused(environment(), folder.resolve("ca.crt").toString(), "does not exist");
        Files.writeString(folder.resolve("ca.crt"), server().caCertificatePem());
        ServiceAccount account = ServiceAccount.of(environment(), folder);
        assertThatThrownBy(account::namespace).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining(folder.resolve("namespace").toString());
        assertThat(account.toString()).doesNotContain("s3cret");
    }

    @Test
    void anAddressOfTheNewKindIsBracketed() throws Exception {
        ServiceAccount account = account("s3cret");
        assertThat(account.namespace()).isEqualTo("mill");
        assertThat(account.kubeconfig()).contains("https://127.0.0.1:" + wire().port()).doesNotContain("s3cret");
        assertThat(ServiceAccount.of(Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443"),
                folder).kubeconfig()).contains("https://[fd00::1]:443");
    }

    private void assertRefused(Map<String, String> environment, String... words) {
        assertThatThrownBy(() -> ServiceAccount.of(environment, folder)).isInstanceOf(KubeconfigException.class)
                .hasMessageContainingAll(words);
    }

    private Map<String, String> environment() {
        return Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1", "KUBERNETES_SERVICE_PORT",
                Integer.toString(wire().port()));
    }

    private ServiceAccount account(String token) throws Exception {
        renew(token);
        Files.writeString(folder.resolve("ca.crt"), server().caCertificatePem());
        Files.writeString(folder.resolve("namespace"), "mill\n");
        return ServiceAccount.of(environment(), folder);
    }

    /** As the kubelet does it: another file takes its place in one step. */
    private void renew(String token) throws Exception {
        Path next = Files.writeString(folder.resolve("next"), token);
        Files.move(next, folder.resolve("token"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
