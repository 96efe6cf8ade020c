package dev.windlass.tests.operator;

import dev.windlass.examples.website.Manifests;
import dev.windlass.testkit.RealApiServer;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** In a pod, as far as a process can tell: the environment, a folder with its files, and a token that the server made. */
@Tag("real-apiserver")
@Timeout(300)
class InClusterTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Cluster cluster;

    @SuppressWarnings("NullAway.Init")
    private Map<String, String> environment;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.of(RealApiServer.start("home"));
        cluster.account(Manifests.clusterRole());
        environment = cluster.mount(folder.resolve("account"), Cluster.OPERATOR, Cluster.OPERATOR);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void theServiceAccountOfThePodIsEnough() throws Exception {
        try (OperatorProcess operator = run()) {
            assertThat(operator.awaitEnd()).as(operator.log()).isEqualTo(1);
            assertThat(operator.log())
                    .contains("cluster in-cluster does not have the kinds websites.demo.windlass.dev");
        }
        Manifests.definitions().forEach(definition -> cluster.client().resource(definition).create());
        cluster.awaitServed();
        Manifests.of("north").forEach(object -> cluster.client().resource(object).create());
        try (OperatorProcess operator = run()) {
            cluster.awaitPublished(operator);
            assertThat(operator.terminate()).as(operator.log()).isZero();
            assertThat(operator.log()).containsPattern("website-operator#1 stopped in .*, nothing left");
        }
    }

    @Test
    void whatMayNotBeDoneIsNamed() throws Exception {
        ClusterRole less = Manifests.clusterRole();
        less.getRules().removeIf(rule -> rule.getResources().contains("redirects"));
        less.getRules().stream().filter(rule -> rule.getResources().contains("deployments"))
                .forEach(rule -> rule.getVerbs().remove("patch"));
        cluster.client().resource(less).update();
        try (OperatorProcess operator = run()) {
            assertThat(operator.awaitEnd()).as(operator.log()).isEqualTo(1);
            assertThat(operator.log()).contains("windlass: the user of cluster in-cluster may not "
                    + "list, watch redirects of demo.windlass.dev; patch deployments of apps: bind the roles of");
        }
        try (OperatorProcess operator = OperatorProcess.start(folder, environment, "run", "--in-cluster",
                "--service-account", folder.resolve("account").toString(), "--health-address", "127.0.0.1:0",
                "--metrics-address", "127.0.0.1:0", "--install-crds")) {
            assertThat(operator.awaitEnd()).as(operator.log()).isEqualTo(1);
            assertThat(operator.log()).contains("windlass: apply customresourcedefinitions", "403 Forbidden",
                    "system:serviceaccount:website-operator:website-operator", "cannot patch resource");
        }
    }

    private OperatorProcess run() throws Exception {
        return OperatorProcess.start(folder, environment, "run", "--in-cluster", "--service-account",
                folder.resolve("account").toString(), "--health-address", "127.0.0.1:0", "--metrics-address",
                "127.0.0.1:0");
    }
}
