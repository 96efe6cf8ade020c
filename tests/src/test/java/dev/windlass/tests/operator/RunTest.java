package dev.windlass.tests.operator;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static dev.windlass.tests.operator.OperatorProcess.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** {@code windlass run} on a user's clusters: what it does, what it says, and that it does nothing unasked. */
@Timeout(400)
class RunTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Cluster north;

    @BeforeEach
    void start() throws Exception {
        north = Cluster.of(TestApiServer.start("north"));
    }

    @AfterEach
    void end() {
        north.close();
    }

    @Test
    void installsNothingUnaskedAndPublishesWhatItIsAskedFor() throws Exception {
        String kubeconfig = north.kubeconfig(folder).toString();
        try (OperatorProcess refused = OperatorProcess.start(folder, "run", "--kubeconfig", kubeconfig)) {
            assertThat(refused.awaitEnd()).as(refused.log()).isEqualTo(1);
            assertThat(refused.log()).contains("windlass: cluster north does not have the kinds "
                    + "websites.demo.windlass.dev and redirects.demo.windlass.dev: give --install-crds")
                    .doesNotContain("\tat ");
        }
        assertThat(north.definitions()).isEmpty();

        try (OperatorProcess operator = OperatorProcess.start(folder, "run", "--kubeconfig", kubeconfig,
                "--install-crds", "--samples", "--log-format", "json", "--workers", "2")) {
            operator.awaitLog("has the definitions of 2 kinds");
            north.awaitPublished(operator);
            assertThat(operator.command("get")).containsPattern("cluster/north +Cluster +READY")
                    .containsPattern("controller/websites +Controller +READY").doesNotContain("preparation");
            assertThat(operator.command("describe", "cluster/north/websites")).containsPattern("Workers: +2");
            assertThat(operator.terminate()).as(operator.log()).isZero();
            assertStopped(operator);
        }
        eventually().until(() -> north.server().watches() == 0);
    }

    /** Each line is JSON, and the last ones are the stop report. */
    private static void assertStopped(OperatorProcess operator) throws Exception {
        List<JsonNode> lines = operator.log().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
        assertThat(lines).extracting(line -> line.path("formattedMessage").asString(""))
                .anyMatch(line -> line.matches(".*website-operator#1 stopped in .*, nothing left.*"))
                .anyMatch(line -> line.matches(".*cluster/north/websites#1 stopped in .*, nothing left.*"));
    }

    @Test
    void severalContextsAreSeveralClusters() throws Exception {
        try (Cluster south = Cluster.of(TestApiServer.start("kubernetes-admin-south"))) {
            String both = merged(south).toString();
            try (OperatorProcess unclear = OperatorProcess.start(folder, "run", "--kubeconfig", both)) {
                assertThat(unclear.awaitEnd()).as(unclear.log()).isEqualTo(2);
                assertThat(unclear.log()).contains("several contexts", "north, kubernetes-admin-south@home");
            }
            try (OperatorProcess operator = OperatorProcess.start(folder, "run", "--kubeconfig", both, "--context",
                    "north", "--context", "kubernetes-admin-south@home", "--install-crds", "--samples")) {
                north.awaitPublished(operator);
                south.awaitPublished(operator);
                assertThat(operator.command("get")).containsPattern("cluster/north +Cluster +READY")
                        .containsPattern("cluster/kubernetes-admin-south-home +Cluster +READY");
                assertThat(operator.terminate()).as(operator.log()).isZero();
                assertThat(operator.log()).containsPattern("website-operator#1 stopped in .*, nothing left");
            }
        }
    }

    private Path merged(Cluster other) throws Exception {
        var config = Serialization.unmarshal(north.server().kubeconfig(),
                io.fabric8.kubernetes.api.model.Config.class);
        var second = Serialization.unmarshal(other.server().kubeconfig(),
                io.fabric8.kubernetes.api.model.Config.class);
        second.getUsers().forEach(user -> user.setName("other"));
        second.getContexts().forEach(context -> {
            context.setName(context.getName() + "@home");
            context.getContext().setUser("other");
        });
        config.getUsers().forEach(user -> user.setName("one"));
        config.getContexts().forEach(context -> context.getContext().setUser("one"));
        config.getClusters().addAll(second.getClusters());
        config.getUsers().addAll(second.getUsers());
        config.getContexts().addAll(second.getContexts());
        return Files.writeString(folder.resolve("merged"), Serialization.asYaml(config));
    }

    /** Kubernetes kills a Pod at the end of its grace period: the manager says how long it may take to stop, and the JVM ends after it. */
    private static void assertGracePeriodSuffices(OperatorProcess operator) throws Exception {
        Deployment deployment = Serialization.unmarshal(
                Files.readString(Path.of("../examples/website/deploy/base/deployment.yaml")), Deployment.class);
        long grace = deployment.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();
        long worst = JsonMapper.shared().readTree(operator.command("describe", "manager", "-o", "json"))
                .path("worstCaseStopMillis").asLong();
        assertThat(Duration.ofSeconds(grace)).isBetween(Duration.ofMillis(worst).plusSeconds(2),
                Duration.ofMillis(worst).plusSeconds(20));
    }

    @Test
    void aClusterThatIsNotThereYetIsWaitedFor() throws Exception {
        Path away = Files.writeString(folder.resolve("away"), """
                apiVersion: v1
                kind: Config
                current-context: away
                clusters: [{name: away, cluster: {server: "https://127.0.0.1:1"}}]
                contexts: [{name: away, context: {cluster: away}}]
                """);
        try (OperatorProcess operator = OperatorProcess.start(folder, "run", "--kubeconfig", away.toString())) {
            operator.awaitLog("BACKOFF: .*127\\.0\\.0\\.1:1.* cannot be reached");
            operator.awaitLog("cluster/away is not there yet; the controllers begin when it is");
            operator.awaitLog("controller/websites#1 STARTING -> READY");
            assertThat(operator.log().lines().filter(line -> line.contains("cannot be reached"))).as(operator.log())
                    .hasSize(1);
            assertThat(operator.terminate()).as(operator.log()).isZero();
        }
    }

    @Test
    void aClusterThatComesLaterIsPreparedThen() throws Exception {
        try (ApiServer late = ApiServer.builder().name("late").start();
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(late.kubeconfig())).build()) {
            late.faults().blackHole();
            Path kubeconfig = Files.writeString(folder.resolve("late"), late.kubeconfig());
            try (OperatorProcess operator = OperatorProcess.start(folder, "run", "--kubeconfig", kubeconfig.toString(),
                    "--install-crds", "--samples")) {
                operator.awaitLog(
                        "cluster/late is not there yet; it is prepared, and the controllers begin, when it is");
                operator.awaitLog("controller/websites#1 STARTING -> READY");
                late.faults().heal();
                operator.awaitLog("cluster/late has 17 samples");
                eventually().until(() -> client.apps().deployments().inNamespace("default").list().getItems(),
                        deployments -> !deployments.isEmpty());
                assertThat(operator.terminate()).as(operator.log()).isZero();
            }
        }
    }

    @Test
    void ofTwoOneLeadsAndTheOtherFollowsIt() throws Exception {
        String kubeconfig = north.kubeconfig(folder).toString();
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        try (OperatorProcess one = OperatorProcess.start(first, "run", "--kubeconfig", kubeconfig, "--leader-elect",
                "--install-crds", "--samples")) {
            north.awaitPublished(one);
            Lease lease = north.client().leases().inNamespace("default").withName("website-operator").get();
            assertThat(lease.getSpec().getHolderIdentity()).isNotEmpty();
            try (OperatorProcess two = OperatorProcess.start(second, "run", "--kubeconfig", kubeconfig,
                    "--leader-elect")) {
                assertGracePeriodSuffices(one);
                two.awaitLog("controller/redirects#0 NEW -> PENDING: waits for leadership");
                assertThat(two.command("describe", "manager")).contains("and stands by");
                assertThat(one.terminate()).as(one.log()).isZero();
                two.awaitLog("controller/websites#1 STARTING -> READY");
                assertThat(two.command("describe", "manager")).contains("default/website-operator", "and leads");
                assertThat(two.terminate()).as(two.log()).isZero();
            }
        }
    }
}
