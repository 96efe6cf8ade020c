package dev.windlass.tests.operator;

import dev.windlass.testkit.Kubectl;
import dev.windlass.testkit.RealApiServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is deployed, as kubectl renders it and as the real server takes it. */
@Tag("real-apiserver")
@Timeout(120)
class DeployTest {

    private static final String DEPLOY = "../examples/website/deploy/";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Cluster cluster;

    @SuppressWarnings("NullAway.Init")
    private Kubectl kubectl;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.of(RealApiServer.start("home"));
        kubectl = new Kubectl(folder, "home", cluster.server().kubeconfig());
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void oneReplicaIsRecreated() throws Exception {
        String yaml = kubectl.must("kustomize", DEPLOY + "base");
        assertThat(kinds(yaml)).containsExactlyInAnyOrder("Namespace", "ServiceAccount", "ClusterRole",
                "ClusterRoleBinding", "Deployment", "CustomResourceDefinition", "CustomResourceDefinition");
        Deployment deployment = one(yaml, Deployment.class);
        assertThat(deployment.getSpec().getReplicas()).isOne();
        assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(operator(deployment).getArgs()).doesNotContain("--leader-elect");
        assertTaken(yaml);
    }

    @Test
    void ofTwoReplicasOneLeads() throws Exception {
        String yaml = kubectl.must("kustomize", DEPLOY + "overlays/leader-election");
        assertThat(kinds(yaml)).contains("Role", "RoleBinding", "PodDisruptionBudget").hasSize(10);
        Deployment deployment = one(yaml, Deployment.class);
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(2);
        assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("RollingUpdate");
        assertThat(operator(deployment).getArgs()).contains("--leader-elect", "--in-cluster");
        PodDisruptionBudget budget = one(yaml, PodDisruptionBudget.class);
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels());
        assertTaken(yaml);
    }

    /** By a server-side dry run, under strict validation; the Pods too, of which the namespace wants the strictest security. */
    private void assertTaken(String yaml) throws Exception {
        cluster.client().resource(one(yaml, Namespace.class)).create();
        cluster.client().resource(one(yaml, ServiceAccount.class)).create();
        assertThat(kubectl.mustWith(yaml, "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"))
                .contains("deployment.apps/website-operator serverside-applied (server dry run)")
                .doesNotContain("Warning");
        PodTemplateSpec template = one(yaml, Deployment.class).getSpec().getTemplate();
        Pod pod = new PodBuilder().withNewMetadata().withName("probe").withNamespace("website-operator")
                .withLabels(template.getMetadata().getLabels()).endMetadata().withSpec(template.getSpec()).build();
        assertThat(kubectl.mustWith(Serialization.asYaml(pod), "create", "--dry-run=server", "--validate=strict", "-f",
                "-")).contains("pod/probe created (server dry run)").doesNotContain("Warning");
    }

    private static Container operator(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private static List<String> kinds(String yaml) {
        return objects(yaml).stream().map(HasMetadata::getKind).toList();
    }

    private static <T extends HasMetadata> T one(String yaml, Class<T> kind) {
        return objects(yaml).stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
    }

    private static List<HasMetadata> objects(String yaml) {
        Collection<?> all = new KubernetesSerialization()
                .unmarshal(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
        return all.stream().map(HasMetadata.class::cast).toList();
    }
}
