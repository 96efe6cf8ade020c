package com.example.greeter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.StopReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GreeterTest {

    @Test
    void greetsAndLeavesNothingBehind() throws Exception {
        try (ApiServer server = ApiServer.builder().name("home").start();
                KubernetesClient kubectl = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();
                Manager manager = Manager.create()) {
            ClusterHandle home = manager.add(Cluster.fromKubeconfig("home", server.kubeconfig()));
            manager.add(Greeter.controller());
            manager.start();
            kubectl.resource(new ConfigMapBuilder().withNewMetadata().withNamespace("default").withName("ada")
                    .withLabels(Map.of("greet", "true")).endMetadata().addToData("name", "Ada").build()).create();

            ConfigMap greeting = kubectl.configMaps().inNamespace("default").withName("ada-greeting")
                    .waitUntilCondition(found -> found != null, 30, TimeUnit.SECONDS);
            assertEquals("Hello, Ada!", greeting.getData().get("text"));

            StopReport report = home.stop().await();
            assertTrue(report.clean(), report::toString);
        }
    }
}
