package dev.windlass.kubernetes;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.FaultyWire.Mode;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How a cluster finds its server, how it loses it and how it comes back. */
class ConnectionTest extends OnEmbeddedServer {

    private List<UnitState> states(ClusterHandle handle) {
        List<UnitState> seen = new CopyOnWriteArrayList<>();
        manager().subscribe(event -> {
            if (event.unit().equals(handle.name())) {
                seen.add(event.to());
            }
        });
        return seen;
    }

    private long probes() {
        return server().requests().stream().filter(request -> request.path().equals("/version")).count();
    }

    @Test
    void aServerBelowAPathIsReached() throws Exception {
        try (PathProxy proxy = new PathProxy(server())) {
            ClusterConnection north = connect(cluster("north").kubeconfig(proxy.kubeconfig()));
            RunnableContext owner = owner(north, "user");
            Client client = north.client(owner);
            client.create(configMap("a", "1"));
            assertThat(client.list(ConfigMap.class, "default")).hasSize(1);
            assertThat(client.fabric8().configMaps().inNamespace("default").list().getItems()).hasSize(1);
            Journal journal = new Journal();
            var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class).inNamespace("default"));
            assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
            client.create(configMap("b", "1"));
            eventually().untilAsserted(() -> assertThat(journal.told).containsExactly("+a", "+b"));
        }
    }

    @Test
    void anAddressThatIsCorrectedInTheFileIsTaken(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("kubeconfig");
        Files.writeString(file, kubeconfig().replace(":" + wire().port(), ":1"));
        ClusterHandle handle = manager().add(cluster("north").kubeconfig(file).build());
        eventually().until(() -> handle.state() == UnitState.BACKOFF);
        assertThat(handle.status().message()).contains("127.0.0.1:1");
        Files.writeString(file, kubeconfig());
        eventually().until(() -> handle.state() == UnitState.READY);
    }

    @Test
    void aLostClusterFollowsItsFileToAnotherAddress(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("kubeconfig");
        Files.writeString(file, kubeconfig());
        ClusterHandle handle = manager().add(cluster("north").kubeconfig(file).build());
        ClusterConnection north = connect(handle);
        wire().mode(Mode.REFUSE);
        wire().cut();
        eventually().until(() -> handle.state() == UnitState.DEGRADED);
        Files.writeString(file, server().kubeconfig());
        eventually().until(() -> handle.state() == UnitState.READY);
        assertThat(handle.connection()).containsSame(north);
        assertThat(north.client(owner(north, "user")).list(ConfigMap.class, "default")).isEmpty();
    }

    @Test
    void aFileThatBecomesUnreadableIsSaidAndTheClusterComesBackWithIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("kubeconfig");
        Files.writeString(file, kubeconfig());
        ClusterHandle handle = manager().add(cluster("north").kubeconfig(file).build());
        connect(handle);
        wire().mode(Mode.REFUSE);
        wire().cut();
        eventually().until(() -> handle.state() == UnitState.DEGRADED);
        Files.delete(file);
        eventually().untilAsserted(
                () -> assertThat(handle.status().message()).contains(file.toString(), "does not exist"));
        wire().mode(Mode.PASS);
        Files.writeString(file, kubeconfig());
        eventually().until(() -> handle.state() == UnitState.READY);
    }

    @Test
    void fewerFailuresInARowThanAllowedDoNotDisconnect() throws Exception {
        ClusterHandle handle = manager().add(cluster("north").build());
        connect(handle);
        List<UnitState> states = states(handle);
        eventually().until(() -> !states.isEmpty());
        states.clear();
        var two = server().faults().add(FaultRule.on("get", "").answering(500).times(2));
        eventually().until(() -> two.hits() == 2 && "0".equals(handle.details().get("failures in a row")));
        assertThat(states).isEmpty();
        server().faults().add(FaultRule.on("get", "").answering(500).times(3));
        eventually().untilAsserted(() -> assertThat(states).containsExactly(UnitState.DEGRADED, UnitState.READY));
        assertThat(handle.generation()).isEqualTo(1);
    }

    @Test
    void refusedCredentialsReconnectAtOnceAndKeepTheGeneration() throws Exception {
        ClusterHandle handle = manager()
                .add(cluster("north").probe(Duration.ofMinutes(5), Duration.ofSeconds(5), 5).build());
        ClusterConnection north = connect(handle);
        Client client = north.client(owner(north, "user"));
        server().faults().add(FaultRule.on("*", "*").answering(401));
        assertThatThrownBy(() -> client.list(ConfigMap.class)).isInstanceOfSatisfying(ApiException.class,
                refused -> assertThat(refused.isUnauthorized()).isTrue());
        eventually().until(() -> handle.state() == UnitState.DEGRADED);
        assertThat(handle.status().message()).contains("401", "credentials of cluster north");
        assertThat(handle.connection()).isEmpty();
        server().faults().clear();
        eventually().until(() -> handle.state() == UnitState.READY);
        assertThat(handle.generation()).isEqualTo(1);
        assertThat(client.list(ConfigMap.class, "default")).isEmpty();
    }

    @Test
    void whatIsRefusedToInformersDoesNotShortenTheBackOffOfALostCluster() throws Exception {
        ClusterHandle handle = manager()
                .add(cluster("north").backoff(Duration.ofMinutes(5), Duration.ofMinutes(5)).build());
        ClusterConnection north = connect(handle);
        var lease = north.informers().acquire(owner(north, "user"), WatchSpec.of(ConfigMap.class));
        eventually().until(() -> lease.status().synced());
        server().faults().add(FaultRule.on("*", "*").answering(401));
        server().faults().dropWatches();
        eventually().until(() -> handle.state() == UnitState.DEGRADED);
        server().clearRequests();
        eventually().until(() -> server().requests().stream()
                .filter(request -> request.path().contains("configmaps") && request.code() == 401).count() >= 3);
        assertThat(probes()).isZero();
    }

    @Test
    void theBackOffDoublesWithJitterUpToItsMaximum() {
        Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(320), new Random(1));
        long nominal = 5_000;
        for (int i = 0; i < 12; i++) {
            long delay = backoff.next().toMillis();
            assertThat(delay).isBetween(Math.min(nominal, 320_000), Math.min(nominal * 3 / 2, 320_000));
            nominal = Math.min(nominal * 2, 320_000);
        }
        backoff.reset();
        assertThat(backoff.next()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(7_500));
        Backoff another = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(320), new Random(2));
        assertThat(another.next()).as("clusters that were lost together do not come back together")
                .isNotEqualTo(new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(320), new Random(3)).next());
    }

    @Test
    void whoLooksAtWhatHasTimedOutDoesNotHoldTheTimersOfTheManager() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        HttpClient http = north.client(owner).fabric8().getHttpClient();
        server().faults().add(FaultRule.on("get", "configmaps").hanging());
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        CountDownLatch rung = new CountDownLatch(1);
        var answer = http.sendAsync(http.newHttpRequestBuilder()
                .uri(server().url() + "/api/v1/namespaces/default/configmaps/a")
                .timeout(200, TimeUnit.MILLISECONDS).build(), String.class).whenComplete((body, failure) -> {
                    looking.countDown();
                    try {
                        seen.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        try {
            assertThat(looking.await(HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            owner.time().after(Duration.ofMillis(1), rung::countDown);
            assertThat(rung.await(HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            seen.countDown();
        }
        assertThat(answer).failsWithin(HANG);
    }
}
