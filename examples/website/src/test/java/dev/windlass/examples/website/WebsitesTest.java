package dev.windlass.examples.website;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.Fault;
import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.Manager;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class WebsitesTest {
    private static final List<Class<? extends HasMetadata>> CHILDREN = List.of(ConfigMap.class, Deployment.class,
            Service.class);

    private final ApiServer server = ApiServer.builder().name("home").start();
    private final KubernetesClient user = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();
    private final Manager manager = Manager.create();
    private final Website site = (Website) Manifests.of("north").stream().filter(Website.class::isInstance).findFirst()
            .orElseThrow();

    @BeforeEach
    void start() throws InterruptedException {
        Manifests.definitions().forEach(definition -> user.resource(definition).create());
        manager.add(Cluster.fromKubeconfig("home", server.kubeconfig()));
        manager.add(Websites.controller());
        manager.start();
        website().create();
        eventually().untilAsserted(() -> assertThat(website().get().getStatus()).isNotNull());
    }

    @AfterEach
    void end() {
        manager.close();
        user.close();
        server.close();
    }

    private Resource<Website> website() {
        return user.resources(Website.class).inNamespace("default").resource(site);
    }

    private <T extends HasMetadata> Resource<T> child(Class<T> kind) {
        return user.resources(kind).inNamespace("default").withName(site.getMetadata().getName());
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private double errors() {
        return manager.metrics().scrape("controller_runtime_reconcile_errors"::equals).stream()
                .flatMap(metric -> metric.getDataPoints().stream())
                .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue()).sum();
    }

    @Test
    void aChildThatSomebodyDeletesComesBack() {
        for (Class<? extends HasMetadata> kind : CHILDREN) {
            String before = child(kind).get().getMetadata().getUid();
            child(kind).delete();
            eventually().untilAsserted(() -> assertThat(child(kind).get()).isNotNull()
                    .extracting(child -> child.getMetadata().getUid()).isNotEqualTo(before));
        }
    }

    @Test
    void theChildrenGoWithTheirWebsite() {
        website().delete();
        eventually().until(() -> website().get() == null);
        assertThat(CHILDREN).allSatisfy(kind -> assertThat(child(kind).get()).isNull());
    }

    @Test
    void aWebsiteThatGoesWhileItIsTakenDownIsNoFailure() {
        try (Fault update = server.faults().add(FaultRule.on("update", "websites").hanging())) {
            website().delete();
            eventually().until(() -> update.hits() > 0);
            website().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
            assertThat(website().get()).isNull();
        }
        eventually().until(() -> manager.find("cluster/home/websites").map(unit -> unit.status().inFlight())
                .filter(calls -> calls == 0).isPresent());
        assertThat(errors()).isZero();
    }
}
