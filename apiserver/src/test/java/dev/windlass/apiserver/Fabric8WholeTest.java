package dev.windlass.apiserver;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** What else fabric8's client offers, against the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class Fabric8WholeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String DEFAULT = "default";

    private final ApiServer server = ApiServer.builder().name("fabric8-whole").start();
    private final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();

    @AfterAll
    void close() {
        client.close();
        server.close();
    }

    private static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace(DEFAULT).addToLabels("of", name)
                .endMetadata().addToData("a", value).build();
    }

    private ConfigMap read(String name) {
        return client.configMaps().inNamespace(DEFAULT).withName(name).get();
    }

    @Test
    void appliesOnTheServerWithConflictsAndByForce() {
        client.resource(configMap("applied", "1")).fieldManager("first").serverSideApply();
        KubernetesClientException conflict = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(configMap("applied", "2")).fieldManager("second").serverSideApply());
        assertThat(conflict.getCode()).isEqualTo(409);
        assertThat(conflict.getStatus().getDetails().getCauses()).extracting(StatusCause::getField)
                .containsExactly(".data.a");
        ConfigMap forced = client.resource(configMap("applied", "2")).fieldManager("second").forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).isEqualTo(Map.of("a", "2"));
        assertThat(forced.getMetadata().getManagedFields())
                .anySatisfy(entry -> assertThat(entry.getManager()).isEqualTo("second"));
    }

    @Test
    void patchesInEveryWay() {
        client.resource(configMap("patched", "1")).create();
        var patched = client.configMaps().inNamespace(DEFAULT).withName("patched");
        assertThat(patched.patch(PatchContext.of(PatchType.JSON), """
                [{"op": "add", "path": "/data/b", "value": "2"}]""").getData()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(patched.patch(PatchContext.of(PatchType.JSON_MERGE), """
                {"data": {"a": null}}""").getData()).isEqualTo(Map.of("b", "2"));
        assertThat(patched.patch(PatchContext.of(PatchType.STRATEGIC_MERGE), """
                {"data": {"$patch": "replace", "c": "3"}}""").getData()).isEqualTo(Map.of("c", "3"));
        assertThat(patched.patch(configMap("patched", "4")).getData()).containsEntry("a", "4");
        assertThat(client.resource(configMap("patched", "5")).dryRun().forceConflicts().serverSideApply()).isNotNull();
        assertThat(read("patched").getData()).containsEntry("a", "4");
    }

    @Test
    void listsInPagesAndBySelectors() {
        for (int i = 0; i < 5; i++) {
            client.resource(new ConfigMapBuilder(configMap("page-" + i, "1")).editMetadata()
                    .addToLabels("paged", "yes").endMetadata().build()).create();
        }
        var paged = client.configMaps().inNamespace(DEFAULT).withLabel("paged", "yes");
        ConfigMapList first = paged.list(new ListOptionsBuilder().withLimit(3L).build());
        assertThat(first.getItems()).hasSize(3);
        ConfigMapList second = paged.list(new ListOptionsBuilder().withLimit(3L)
                .withContinue(first.getMetadata().getContinue()).build());
        assertThat(second.getItems()).extracting(item -> item.getMetadata().getName()).containsExactly("page-3",
                "page-4");
        assertThat(paged.withoutField("metadata.name", "page-0").list().getItems()).hasSize(4);
        assertThat(paged.withLabelNotIn("of", "page-1", "page-2").list().getItems()).hasSize(3);
        assertThat(paged.delete()).hasSize(5);
        assertThat(paged.list().getItems()).isEmpty();
    }

    @Test
    void deletesAsItIsTold() {
        client.resource(configMap("owned", "1")).create();
        client.configMaps().inNamespace(DEFAULT).withName("owned").edit(map -> new ConfigMapBuilder(map).editMetadata()
                .addToFinalizers("example.com/hold").endMetadata().build());
        client.configMaps().inNamespace(DEFAULT).withName("owned")
                .withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
        assertThat(read("owned").getMetadata().getFinalizers()).containsExactlyInAnyOrder("example.com/hold",
                "foregroundDeletion");
        assertThat(read("owned").isMarkedForDeletion()).isTrue();
        client.configMaps().inNamespace(DEFAULT).withName("owned").edit(map -> new ConfigMapBuilder(map).editMetadata()
                .withFinalizers().endMetadata().build());
        assertThat(read("owned")).isNull();
        ConfigMap guarded = client.resource(configMap("guarded", "1")).create();
        client.resource(new ConfigMapBuilder(guarded).addToData("b", "2").build()).update();
        KubernetesClientException stale = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(guarded).lockResourceVersion(guarded.getMetadata().getResourceVersion())
                        .delete());
        assertThat(stale.getCode()).isEqualTo(409);
    }

    @Test
    void statusAndScaleAreResourcesOfTheirOwn() {
        Deployment web = client.resource(Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: default}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: "web:1"}]}
                """, Deployment.class)).create();
        assertThat(web.getSpec().getReplicas()).isEqualTo(1);
        var named = client.apps().deployments().inNamespace(DEFAULT).withName("web");
        assertThat(named.scale(4).getSpec().getReplicas()).isEqualTo(4);
        assertThat(named.scale().getSpec().getReplicas()).isEqualTo(4);
        named.editStatus(it -> it.edit().editOrNewStatus().withObservedGeneration(2L).endStatus().editSpec()
                .withReplicas(7).endSpec().build());
        assertThat(named.get().getStatus().getObservedGeneration()).isEqualTo(2);
        assertThat(named.get().getSpec().getReplicas()).isEqualTo(4);
        named.edit(it -> it.edit().editSpec().withReplicas(2).endSpec().build());
        assertThat(named.get().getMetadata().getGeneration()).isEqualTo(3);
    }

    @Test
    void anInformerSurvivesLostWatchesAndLostHistory() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (var informer = client.configMaps().inNamespace(DEFAULT).withLabel("of", "informed")
                .inform(new ResourceEventHandler<ConfigMap>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        seen.add("add " + map.getData().get("a"));
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap map) {
                        seen.add("update " + map.getData().get("a"));
                    }

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        seen.add("delete " + map.getData().get("a"));
                    }
                })) {
            client.resource(configMap("informed", "1")).create();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(seen).contains("add 1"));
            server.faults().dropWatches();
            client.resource(configMap("informed", "2")).update();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(seen).contains("update 2"));
            server.faults().resetConnections();
            client.resource(configMap("unseen", "1")).create();
            server.compact();
            server.faults().dropWatches();
            client.resource(configMap("informed", "3")).update();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(seen).contains("update 3"));
            client.resource(configMap("informed", "3")).delete();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(seen).contains("delete 3"));
            assertThat(informer.getStore().list()).isEmpty();
        }
    }

    @Test
    void leadsOneAfterTheOther() {
        List<String> told = new CopyOnWriteArrayList<>();
        CompletableFuture<?> first = elect("first", told);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).containsExactly("first leads"));
        CompletableFuture<?> second = elect("second", told);
        first.cancel(true);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).contains("first stops", "second leads"));
        assertThat(client.leases().inNamespace(DEFAULT).withName("led").get().getSpec().getHolderIdentity())
                .isEqualTo("second");
        second.cancel(true);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).contains("second stops"));
    }

    private CompletableFuture<?> elect(String identity, List<String> told) {
        return client.leaderElector().withConfig(new LeaderElectionConfigBuilder().withName(identity)
                .withLock(new LeaseLock(DEFAULT, "led", identity)).withReleaseOnCancel()
                .withLeaseDuration(Duration.ofSeconds(5)).withRenewDeadline(Duration.ofSeconds(3))
                .withRetryPeriod(Duration.ofMillis(200))
                .withLeaderCallbacks(new LeaderCallbacks(() -> told.add(identity + " leads"),
                        () -> told.add(identity + " stops"), _ -> {
                        }))
                .build()).build().start();
    }

    /** What a till should be. */
    public static final class TillSpec {
        public int coins;
        public @Nullable String motto;
    }

    /** What a till is. */
    public static final class TillStatus {
        public boolean open;
    }

    /** A custom resource. */
    @Group("fabric8.example.com")
    @Version("v1")
    public static final class Till extends CustomResource<TillSpec, TillStatus> implements Namespaced {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aCustomResourceIsAClass() {
        List<HasMetadata> loaded = client.load(new java.io.ByteArrayInputStream("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: tills.fabric8.example.com}
                spec:
                  group: fabric8.example.com
                  scope: Namespaced
                  names: {kind: Till, plural: tills, singular: till}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    subresources: {status: {}}
                    schema:
                      openAPIV3Schema:
                        type: object
                        properties:
                          spec:
                            type: object
                            properties:
                              coins: {type: integer, maximum: 100}
                              motto: {type: string, default: thrift}
                          status: {type: object, properties: {open: {type: boolean}}}
                """.getBytes(java.nio.charset.StandardCharsets.UTF_8))).serverSideApply();
        assertThat(loaded).hasSize(1);
        var tills = client.resources(Till.class).inNamespace(DEFAULT);
        await().atMost(LIMIT).ignoreExceptions().until(() -> tills.list().getItems().isEmpty());
        Till till = new Till();
        till.getMetadata().setName("first");
        till.setSpec(new TillSpec());
        till.getSpec().coins = 5;
        Till created = tills.resource(till).create();
        assertThat(created.getSpec().motto).isEqualTo("thrift");
        created.setStatus(new TillStatus());
        created.getStatus().open = true;
        assertThat(tills.resource(created).updateStatus().getStatus().open).isTrue();
        till.getSpec().coins = 101;
        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> tills.resource(till).forceConflicts().serverSideApply());
        assertThat(refused.getCode()).isEqualTo(422);
        till.getSpec().coins = 6;
        assertThat(tills.resource(till).forceConflicts().serverSideApply().getSpec().coins).isEqualTo(6);
        assertThat(tills.withName("first").delete()).hasSize(1);
    }

    @Test
    void listsOfResourcesAreAppliedAndDeletedTogether() {
        var list = client.resourceList(configMap("one", "1"), configMap("two", "1"));
        for (int round = 0; round < 2; round++) {
            assertThat(list.resources().map(resource -> resource.createOr(NonDeletingOperation::update))).hasSize(2);
        }
        assertThat(list.forceConflicts().serverSideApply()).hasSize(2);
        assertThat(list.resources().map(resource -> resource.get().getMetadata().getUid())).doesNotContainNull();
        assertThat(list.delete()).hasSize(2);
        assertThat(read("one")).isNull();
    }
}
