package dev.windlass.apiserver;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is there when a server has started, beside namespaces and roles. */
@Timeout(120)
class StandardObjectsTest {
    private final ApiServer server = ApiServer.builder().name("standard").start();
    private final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private Service service() {
        return client.services().inNamespace("default").withName("kubernetes").get();
    }

    @Test
    void theServiceKubernetesLeadsToTheServer() {
        assertThat(service().getSpec().getClusterIP()).isEqualTo("10.96.0.1");
        assertThat(service().getSpec().getPorts()).singleElement()
                .satisfies(port -> assertThat(port.getPort()).isEqualTo(443))
                .satisfies(port -> assertThat(port.getTargetPort().getIntVal()).isEqualTo(server.port()));
        EndpointSubset subset = client.endpoints().inNamespace("default").withName("kubernetes").get().getSubsets()
                .getFirst();
        assertThat(subset.getAddresses()).extracting(EndpointAddress::getIp).containsExactly("127.0.0.1");
        assertThat(subset.getPorts().getFirst().getPort()).isEqualTo(server.port());
        List<EndpointSlice> slices = client.discovery().v1().endpointSlices().inNamespace("default")
                .withLabel("kubernetes.io/service-name", "kubernetes").list().getItems();
        assertThat(slices).singleElement().satisfies(slice -> {
            assertThat(slice.getEndpoints().getFirst().getAddresses()).containsExactly("127.0.0.1");
            assertThat(slice.getPorts().getFirst().getPort()).isEqualTo(server.port());
        });
    }

    @Test
    void noConfigMapIsThereThatNobodyHasMade() {
        assertThat(client.configMaps().inAnyNamespace().list().getItems()).isEmpty();
    }

    @Test
    void classesOfPriorityOfTheSystemCannotBeDeleted() {
        assertThat(client.scheduling().v1().priorityClasses().withName("system-node-critical").get().getValue())
                .isEqualTo(2_000_001_000);
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.scheduling().v1().priorityClasses().withName("system-cluster-critical")
                        .delete())
                .withMessageContaining("priorityclasses.scheduling.k8s.io \"system-cluster-critical\" is forbidden: "
                        + "this is a system priority class and cannot be deleted");
        client.pods().inNamespace("default").load(new ByteArrayInputStream("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"priorityClassName":
                "system-node-critical","containers":[{"name":"c","image":"i"}]}}
                """.getBytes(StandardCharsets.UTF_8))).create();
        assertThat(client.pods().inNamespace("default").withName("p").get().getSpec().getPriority())
                .isEqualTo(2_000_001_000);
    }

    @Test
    void resetBringsThemBack() {
        String uid = service().getMetadata().getUid();
        client.services().inNamespace("default").withName("kubernetes").delete();
        assertThat(service()).isNull();

        server.reset();

        assertThat(service().getMetadata().getUid()).isEqualTo(uid);
    }

    @Test
    void whatIsSavedAndLoadedTellsNothingOfTheServerItCameFrom() {
        client.configMaps().inNamespace("kube-system").load(new ByteArrayInputStream("""
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"mine"}}
                """.getBytes(StandardCharsets.UTF_8))).create();
        String saved = server.snapshot().yaml();
        assertThat(saved).contains("mine").doesNotContain("127.0.0.1");

        // as somebody else's cluster has it
        assertThat(server.load("""
                apiVersion: v1
                kind: Service
                metadata: {name: kubernetes, namespace: default}
                spec: {clusterIP: 10.0.0.1, ports: [{name: https, port: 443, targetPort: 6443}]}
                """)).isZero();
        assertThat(service().getSpec().getClusterIP()).isEqualTo("10.96.0.1");
        try (ApiServer other = ApiServer.builder().name("other").start()) {
            assertThat(other.load(saved)).isPositive();
        }
    }
}
