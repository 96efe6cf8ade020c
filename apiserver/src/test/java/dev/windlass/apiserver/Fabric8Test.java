package dev.windlass.apiserver;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What fabric8's client, with its default settings, does against the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class Fabric8Test {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WEBSITES = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: websites.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Website, plural: websites, singular: website, shortNames: [ws]}
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
                        required: [host]
                        properties:
                          host: {type: string}
                          replicas: {type: integer, minimum: 1, default: 2}
                      status:
                        type: object
                        properties:
                          ready: {type: boolean}
            """;

    private final ApiServer server = ApiServer.builder().name("fabric8").start();
    private KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();

    @BeforeAll
    void createDefinition() {
        client.resource(Serialization.unmarshal(WEBSITES, CustomResourceDefinition.class)).create();
        client.apiextensions().v1().customResourceDefinitions().withName("websites.example.com").waitUntilCondition(
                crd -> crd != null && crd.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True")),
                LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }

    @AfterAll
    void close() {
        client.close();
        server.close();
    }

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata()
                .addToData("a", "1").build();
    }

    private io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<GenericKubernetesResource, ?, io.fabric8.kubernetes.client.dsl.Resource<GenericKubernetesResource>> websites() {
        return client.genericKubernetesResources(
                new ResourceDefinitionContext.Builder().withGroup("example.com").withVersion("v1").withKind("Website")
                        .withPlural("websites")
                        .withNamespaced(true).build())
                .inNamespace("default");
    }

    @Test
    void createsEditsAndDeletes() {
        client.resource(configMap("edited")).create();
        client.configMaps().inNamespace("default").withName("edited").edit(map -> {
            map.getData().put("b", "2");
            return map;
        });
        assertThat(client.configMaps().inNamespace("default").withName("edited").get().getData())
                .containsEntry("a", "1").containsEntry("b", "2");
        client.configMaps().inNamespace("default").withName("edited").delete();
        assertThat(client.configMaps().inNamespace("default").withName("edited").get()).isNull();
    }

    @Test
    void aConflictIsToldAsOne() {
        ConfigMap first = client.resource(configMap("contended")).create();
        ConfigMap second = client.resource(first.edit().addToData("b", "2").build()).update();
        assertThat(second.getMetadata().getResourceVersion()).isNotEqualTo(first.getMetadata().getResourceVersion());
        ConfigMap stale = first.edit().addToData("c", "3").build();
        assertThatThrownBy(() -> client.resource(stale).update())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(409);
                    assertThat(e.getStatus().getReason()).isEqualTo("Conflict");
                });
    }

    @Test
    void anInformerSeesEverythingThatHappens() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (var informer = client.configMaps().inNamespace("default").withLabel("informed", "yes")
                .inform(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        seen.add("add " + map.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap map) {
                        seen.add("update " + map.getMetadata().getName());
                    }

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        seen.add("delete " + map.getMetadata().getName());
                    }
                })) {
            assertThat(informer.hasSynced()).isTrue();
            ConfigMap map = configMap("informed").edit().editMetadata().addToLabels("informed", "yes").endMetadata()
                    .build();
            client.resource(map).create();
            client.configMaps().inNamespace("default").withName("informed")
                    .edit(m -> m.edit().addToData("b", "2").build());
            client.configMaps().inNamespace("default").withName("informed").delete();
            await().atMost(LIMIT).untilAsserted(
                    () -> assertThat(seen).containsExactly("add informed", "update informed", "delete informed"));
            assertThat(server.watches())
                    .anyMatch(watch -> watch.resource().equals("configmaps") && watch.namespace().equals("default"));
        }
    }

    @Test
    void aCustomResourceIsValidatedAndDefaulted() {
        GenericKubernetesResource site = website("shop", Map.of("host", "shop.example.com"));
        GenericKubernetesResource created = websites().resource(site).create();
        assertThat(created.<Integer>get("spec", "replicas")).isEqualTo(2);
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
        GenericKubernetesResource bad = website("bad", Map.of("replicas", 0));
        assertThatThrownBy(() -> websites().resource(bad).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(422);
                    assertThat(e.getStatus().getDetails().getCauses()).extracting("field")
                            .containsExactlyInAnyOrder("spec.host", "spec.replicas");
                });
    }

    private static GenericKubernetesResource website(String name, Map<String, Object> spec) {
        GenericKubernetesResource site = new GenericKubernetesResource();
        site.setApiVersion("example.com/v1");
        site.setKind("Website");
        site.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder().withName(name).build());
        site.setAdditionalProperty("spec", spec);
        return site;
    }
}
