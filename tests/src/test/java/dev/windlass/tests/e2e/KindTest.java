package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.WatchSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import static dev.windlass.tests.e2e.Outside.NAMESPACE;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** A kind is taken from a cluster, with all of its objects, and comes back. */
class KindTest {

    private static final String NAME = "lanterns.kind.windlass.dev";
    private static final String PATH = "/apis/kind.windlass.dev/v1/namespaces/" + NAMESPACE + "/lanterns";
    private static final ResourceDefinitionContext LANTERN = new ResourceDefinitionContext.Builder()
            .withGroup("kind.windlass.dev").withVersion("v1").withKind("Lantern").withPlural("lanterns")
            .withNamespaced(true).build();

    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: lanterns.kind.windlass.dev}
            spec:
              group: kind.windlass.dev
              names: {kind: Lantern, plural: lanterns, singular: lantern, listKind: LanternList}
              scope: Namespaced
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
            """;

    @Scenario
    void aKindThatIsDeletedAndDefinedAgainIsWatchedAnew(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        KubernetesClient user = outside.client();
        define(outside);
        try {
            create(user, "old");
            String before = user.genericKubernetesResources(LANTERN).inNamespace(NAMESPACE).list().getMetadata()
                    .getResourceVersion();
            world.connect(SOUTH);
            Set<String> present = ConcurrentHashMap.newKeySet();
            Set<String> gone = ConcurrentHashMap.newKeySet();
            world.ready(
                    Controller.builder(WatchSpec.generic(LANTERN)).named("lanterns").reconciler((request, context) -> {
                        String name = request.name();
                        (context.cache().get(request).isPresent() ? present : gone).add(name);
                        return Result.done();
                    }).build());
            eventually(() -> assertThat(present).containsExactly("old"));
            world.cluster(SOUTH).stop().await(LIMIT);

            undefine(user);
            define(outside);
            create(user, "new");
            assertThat(user.raw(PATH + "?watch=true&timeoutSeconds=3&resourceVersion=" + before))
                    .as("a watch from before the kind was deleted cannot go on: it would miss that its objects are gone")
                    .contains("\"type\":\"ERROR\"", "\"reason\":\"Expired\"", "410").doesNotContain("ADDED");

            world.cluster(SOUTH).start().await(LIMIT);
            eventually(() -> assertThat(present).containsExactlyInAnyOrder("old", "new"));
            eventually(() -> assertThat(gone).containsExactly("old"));
        } finally {
            undefine(user);
        }
    }

    private static void define(Outside outside) {
        outside.define(DEFINITION);
        // Established says that it will be served; that it is may take a moment more.
        eventually(() -> assertThatCode(
                () -> outside.client().genericKubernetesResources(LANTERN).inNamespace(NAMESPACE).list())
                .doesNotThrowAnyException());
    }

    private static void undefine(KubernetesClient user) {
        var definition = user.apiextensions().v1().customResourceDefinitions().withName(NAME);
        definition.delete();
        definition.waitUntilCondition(now -> now == null, LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void create(KubernetesClient user, String name) {
        GenericKubernetesResource lantern = new GenericKubernetesResourceBuilder()
                .withApiVersion("kind.windlass.dev/v1")
                .withKind("Lantern").withNewMetadata().withNamespace(NAMESPACE).withName(name).endMetadata().build();
        user.resource(lantern).create();
    }
}
