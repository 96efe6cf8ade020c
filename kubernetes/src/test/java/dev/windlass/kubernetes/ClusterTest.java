package dev.windlass.kubernetes;

import dev.windlass.apiserver.Fault;
import dev.windlass.apiserver.FaultRule;
import dev.windlass.apiserver.RequestRecord;
import dev.windlass.kubernetes.FaultyWire.Mode;
import dev.windlass.lifecycle.Health;
import dev.windlass.lifecycle.HealthCheck;
import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClusterTest extends OnEmbeddedServer {

    @Test
    void aClientCertificateProvesWhoItIs() throws Exception {
        ClusterConnection north = connect(
                cluster("north").kubeconfig(server().certificateKubeconfig("bob", "system:masters")));
        assertThat(north.client(owner(north, "user")).list(ConfigMap.class)).isEmpty();
        assertThat(server().requests()).extracting(RequestRecord::user).contains("bob");
    }

    @Test
    void aStopGivesBackEveryWatchAndConnection() throws Exception {
        ClusterHandle handle = manager().add(cluster("north").build());
        ClusterConnection north = connect(handle);
        RunnableContext owner = owner(north, "user");
        Client client = north.client(owner);
        client.create(configMap("a", "1"));
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        client.create(configMap("b", "1"));
        eventually().untilAsserted(() -> assertThat(journal.told).as("%s", lease.status()).contains("+a", "+b"));
        assertThat(client.fabric8().configMaps().inNamespace("default").list().getItems())
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(server().watches()).hasSize(1);

        StopReport report = handle.stop().await(HANG);

        assertThat(report.clean()).as("%s", report).isTrue();
        awaitNothingOpen();
        assertThat(handle.connection()).isEmpty();
        assertThatThrownBy(() -> client.get(ConfigMap.class, ObjectKey.of("default", "a")))
                .isInstanceOf(RevokedException.class)
                .hasMessageContaining("north");
        assertThatThrownBy(() -> client.fabric8().configMaps().inNamespace("default").list())
                .isInstanceOf(RevokedException.class);
        assertThatThrownBy(() -> lease.reader().list()).isInstanceOf(RevokedException.class);
        assertThatThrownBy(() -> north.informers().acquire(owner, WatchSpec.of(ConfigMap.class)))
                .isInstanceOf(RevokedException.class);
        assertThat(meters("north")).isEmpty();
    }

    private List<MetricSnapshot> meters(String cluster) {
        return manager().metrics().scrape().stream().filter(snapshot -> snapshot.getDataPoints().stream()
                .anyMatch(point -> cluster.equals(point.getLabels().get("cluster")))).toList();
    }

    @Test
    void aStoppedClusterStartsAgainAsTheNextGeneration() throws Exception {
        List<Long> generations = new CopyOnWriteArrayList<>();
        Clusters.of(manager()).onConnected(connection -> generations.add(connection.generation()));
        ClusterHandle handle = manager().add(cluster("north").build());
        connect(handle);
        handle.stop().await(HANG);
        handle.start().await(HANG);
        assertThat(connect(handle).generation()).isEqualTo(2);
        eventually().untilAsserted(() -> assertThat(generations).containsExactly(1L, 2L));
        assertThat(Clusters.of(manager()).get("north").state()).isEqualTo(UnitState.READY);
        handle.remove().await(HANG);
        assertThat(Clusters.of(manager()).find("north")).isEmpty();
    }

    @Test
    void anErrorOfAListenerForConnectionsKeepsItFromNone() throws Exception {
        List<Long> generations = new CopyOnWriteArrayList<>();
        Clusters.of(manager()).onConnected(connection -> {
            generations.add(connection.generation());
            throw new NoClassDefFoundError("shop/Gone");
        });
        ClusterHandle handle = manager().add(cluster("north").build());
        connect(handle);
        eventually().untilAsserted(() -> assertThat(generations).containsExactly(1L));
        handle.stop().await(HANG);
        handle.start().await(HANG);
        connect(handle);
        eventually().untilAsserted(() -> assertThat(generations).containsExactly(1L, 2L));
    }

    @Test
    void aClusterThatCannotBeReachedBacksOffWithTheReasonAndJoinsWhenItCan() throws Exception {
        wire().mode(Mode.REFUSE);
        ClusterHandle handle = manager().add(cluster("north").build());
        eventually().until(() -> handle.state() == UnitState.BACKOFF);
        assertThat(handle.status().message()).contains("north", "cannot be reached", "127.0.0.1:" + wire().port());
        assertThat(handle.connection()).isEmpty();
        wire().mode(Mode.PASS);
        eventually().until(() -> handle.state() == UnitState.READY);
        assertThat(handle.generation()).isEqualTo(1);
    }

    @Test
    void aClusterThatCannotBeReachedFailsACheckOfItsOwnAndNoProbe() throws Exception {
        wire().mode(Mode.REFUSE);
        ClusterHandle handle = manager().add(cluster("north").build());
        eventually().until(() -> handle.state() == UnitState.BACKOFF);
        HealthCheck check = manager().health().checks(HealthKind.DIAGNOSTIC).stream()
                .filter(one -> one.name().equals("cluster/north")).findFirst().orElseThrow().check();
        assertThatThrownBy(check::check).hasMessageContainingAll("north", "CONNECTING", "cannot be reached");
        assertThat(manager().health().checks(HealthKind.READINESS)).isEmpty();
        assertThat(manager().health().checks(HealthKind.LIVENESS)).isEmpty();
        wire().mode(Mode.PASS);
        eventually().until(() -> handle.state() == UnitState.READY);
        check.check();
        handle.stop().await(HANG);
        assertThat(manager().health().checks(HealthKind.DIAGNOSTIC)).extracting(Health.Check::name)
                .doesNotContain("cluster/north");
    }

    @Test
    void aClusterThatIsABlackHoleFromTheStartStopsAtOnceAndLeavesNoSocket() throws Exception {
        wire().mode(Mode.BLACK_HOLE);
        ClusterHandle handle = manager()
                .add(cluster("north").probe(Duration.ofSeconds(1), Duration.ofSeconds(60), 3).build());
        eventually().until(() -> wire().connections() == 1);
        StopReport report = handle.stop().await(HANG);
        assertThat(report.clean()).as("%s", report).isTrue();
        assertThat(report.duration()).isLessThan(Duration.ofSeconds(4));
        eventually().until(() -> wire().connections() == 0);
    }

    @Test
    void aLostConnectionKeepsItsGenerationAndItsWatchesResume() throws Exception {
        ClusterHandle handle = manager().add(cluster("north").build());
        ClusterConnection north = connect(handle);
        RunnableContext owner = owner(north, "user");
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        wire().mode(Mode.BLACK_HOLE);
        eventually().until(() -> handle.state() == UnitState.DEGRADED);
        assertThat(handle.connection()).isEmpty();
        assertThat(handle.status().message()).contains("cannot be reached");
        direct().create(configMap("meanwhile", "1"));
        wire().mode(Mode.PASS);
        eventually().until(() -> handle.state() == UnitState.READY);
        eventually().until(() -> journal.told.contains("+meanwhile"));
        assertThat(handle.connection()).containsSame(north);
        assertThat(handle.generation()).isEqualTo(1);
        assertThat(lease.status().lists()).as("resumed, not listed again").isEqualTo(1);
    }

    /** A client past the wire. */
    private Client direct() throws Exception {
        ClusterConnection connection = connect(
                Cluster.builder("direct-" + manager().units().size()).kubeconfig(server().kubeconfig()));
        return connection.client(owner(connection, "user"));
    }

    @Test
    void anAbortWithAWriteInTheAirSaysThatItsOutcomeIsUnknownAndClosesItsSocket() throws Exception {
        ClusterHandle handle = manager()
                .add(cluster("north").probe(Duration.ofMinutes(1), Duration.ofSeconds(5), 3).build());
        ClusterConnection north = connect(handle);
        RunnableContext owner = owner(north, "writer");
        Client client = north.client(owner);
        client.create(configMap("a", "1"));
        wire().mode(Mode.BLACK_HOLE);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        owner.fork("write", () -> {
            try {
                client.update(configMap("a", "2"));
            } catch (RuntimeException e) {
                outcome.complete(e);
            }
        });
        eventually().until(() -> handle.details().getOrDefault("requests", "").startsWith("1 in flight"));

        StopReport report = owner.handle().stop(StopOptions.abort()).await(HANG);

        assertThat(report.unknownOutcomes()).as("%s", report).singleElement().asString().contains("PUT", "north",
                "configmaps/a");
        assertThat(outcome.get(HANG.toSeconds(), TimeUnit.SECONDS)).isInstanceOfSatisfying(ApiException.class,
                failure -> {
                    assertThat(failure.outcomeUnknown()).isTrue();
                    assertThat(failure)
                            .hasMessageContaining("update configmaps a in namespace default on cluster north");
                });
        assertThat(handle.details().get("requests")).startsWith("0 in flight");
        eventually().until(() -> wire().connections() == 0);
    }

    @Test
    void requestsBeyondTheCapWait() throws Exception {
        ClusterHandle handle = manager()
                .add(cluster("north").maxInFlight(2).probe(Duration.ofMinutes(1), Duration.ofSeconds(5), 3).build());
        ClusterConnection north = connect(handle);
        RunnableContext owner = owner(north, "user");
        Client client = north.client(owner);
        wire().mode(Mode.BLACK_HOLE);
        for (int i = 0; i < 5; i++) {
            owner.fork("read " + i, () -> {
                try {
                    client.list(ConfigMap.class);
                } catch (RuntimeException e) {
                    // The stop ends it.
                }
            });
        }
        eventually().untilAsserted(
                () -> assertThat(handle.details().get("requests")).isEqualTo("2 in flight, 3 waiting, at most 2"));
        assertThat(owner.handle().stop(StopOptions.abort()).await(HANG).clean()).isTrue();
        assertThat(handle.details().get("requests")).isEqualTo("0 in flight, 0 waiting, at most 2");
    }

    @Test
    void aClientIsRevokedAtTheVeryMomentItsOwnerIsCancelled() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        for (int i = 0; i < 20; i++) {
            RunnableContext owner = owner(north, "user-" + i);
            Client client = north.client(owner);
            CompletableFuture<Object> last = new CompletableFuture<>();
            owner.fork("write", () -> {
                while (!owner.cancelled().isSet()) {
                    Thread.onSpinWait();
                }
                try {
                    last.complete(client.create(configMap("late", "1")));
                } catch (RuntimeException e) {
                    last.complete(e);
                }
            });
            owner.handle().stop(StopOptions.abort()).await(HANG);
            assertThat(last.get()).isInstanceOf(RevokedException.class);
        }
    }

    @Test
    void aWriteFenceRefusesWritesAndLetsReadsThrough() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        Client client = north.client(owner(north, "user"), () -> {
            throw new RevokedException("fenced off");
        });
        assertThat(client.list(ConfigMap.class, "default")).isEmpty();
        assertThatThrownBy(() -> client.create(configMap("a", "1"))).isInstanceOf(RevokedException.class)
                .hasMessage("fenced off");
        assertThatThrownBy(() -> client.fabric8().resource(configMap("a", "1")).create())
                .isInstanceOf(RevokedException.class);
        assertThat(client.list(ConfigMap.class, "default")).isEmpty();
    }

    @Test
    void freshCredentialsInTheFileAreTakenWhenTheOldOnesAreRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("kubeconfig");
        Files.writeString(file, kubeconfig().replace(server().token(), "stale"));
        ClusterHandle handle = manager().add(cluster("north").kubeconfig(file).build());
        // A slow machine may not answer the first probe in time, which is another reason to back off.
        eventually().untilAsserted(() -> {
            assertThat(handle.state()).isEqualTo(UnitState.BACKOFF);
            assertThat(handle.status().message()).contains("401", "credentials of cluster north");
        });
        Files.writeString(file, kubeconfig());
        eventually().until(() -> handle.state() == UnitState.READY);
    }

    @Test
    void filesAndPluginsThatTheKubeconfigNamesAreLookedForBesideIt(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("ca.crt"), server().caCertificatePem());
        Path calls = folder.resolve("calls");
        Path plugin = Files.writeString(folder.resolve("plugin"),
                """
                        #!/bin/sh
                        echo called >> '%s'
                        echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "%s"}}'
                        """
                        .formatted(calls, server().token()));
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
        Path file = Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: home
                clusters: [{name: home, cluster: {server: "https://127.0.0.1:%d", certificate-authority: ca.crt}}]
                contexts: [{name: home, context: {cluster: home, user: cook}}]
                users: [{name: cook, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin,
                                                   interactiveMode: Never}}}]
                """.formatted(wire().port()));
        ClusterConnection north = connect(cluster("north").kubeconfig(file));
        Client client = north.client(owner(north, "user"));
        int before = Files.readAllLines(calls).size();
        Fault expired = server().faults().add(FaultRule.on("create", "configmaps").answering(401).times(1));
        client.create(configMap("fresh", "1"));
        assertThat(expired.hits()).isOne();
        assertThat(Files.readAllLines(calls).size()).as("calls of the plugin").isGreaterThan(before);
    }

    @Test
    void whatIsWrongWithAKubeconfigIsSaidAtOnce(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("nowhere");
        assertThatThrownBy(() -> Cluster.fromKubeconfig("north", missing)).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining(missing.toString()).hasMessageContaining("does not exist");
        Path file = folder.resolve("kubeconfig");
        Files.writeString(file, kubeconfig());
        assertThatThrownBy(() -> Cluster.fromKubeconfig("north", file, "south")).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining("\"south\"").hasMessageContaining("[north]");
        assertThatThrownBy(() -> Cluster.fromKubeconfig("north", "{]: no")).isInstanceOf(KubeconfigException.class)
                .hasMessageContaining("malformed");
        assertThatThrownBy(() -> Cluster.fromKubeconfig("north", "just: text")).isInstanceOf(KubeconfigException.class);
    }

    @Test
    void thePeerOfABlackHoleNoticesNothing() throws Exception {
        ClusterHandle hole = manager().add(cluster("hole").build());
        connect(hole);
        Client other = direct();
        wire().mode(Mode.BLACK_HOLE);
        eventually().until(() -> hole.state() == UnitState.DEGRADED);
        other.create(configMap("a", "1"));
        assertThat(other.get(ConfigMap.class, ObjectKey.of("default", "a"))).isPresent();
        assertThat(hole.stop().await(HANG).clean()).isTrue();
        assertThat(other.delete(ConfigMap.class, ObjectKey.of("default", "a"))).isTrue();
        assertThat(other.delete(ConfigMap.class, ObjectKey.of("default", "a"))).isFalse();
    }
}
