package dev.windlass.tests.operator;

import dev.windlass.examples.website.Manifests;
import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.Website;
import dev.windlass.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

import static dev.windlass.tests.operator.OperatorProcess.eventually;

/** A cluster in the hands of its administrator. */
final class Cluster implements AutoCloseable {

    /** The operator's namespace and account, as they are deployed. */
    static final String OPERATOR = "website-operator";

    private static final String NAMESPACE = "default";

    private final TestApiServer server;
    private final KubernetesClient client;

    private Cluster(TestApiServer server) {
        this.server = server;
        this.client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(server.kubeconfig())).build();
    }

    static Cluster of(TestApiServer server) {
        return new Cluster(server);
    }

    TestApiServer server() {
        return server;
    }

    KubernetesClient client() {
        return client;
    }

    /** The administrator's kubeconfig as a file. */
    Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(folder.resolve(server.name() + ".kubeconfig"), server.kubeconfig());
    }

    /**
     * What a pod would find, of which the token is that of a service account; the namespace must be there.
     *
     * @return the environment of the pod
     */
    Map<String, String> mount(Path folder, String namespace, String account) throws IOException {
        Config config = Config.fromKubeconfig(server.kubeconfig());
        Files.createDirectories(folder);
        Files.write(folder.resolve("ca.crt"), Base64.getDecoder().decode(config.getCaCertData()));
        Files.writeString(folder.resolve("namespace"), namespace);
        Files.writeString(folder.resolve("token"), token(namespace, account), StandardCharsets.UTF_8);
        return Map.of("KUBERNETES_SERVICE_HOST", server.url().getHost(), "KUBERNETES_SERVICE_PORT",
                Integer.toString(server.url().getPort()));
    }

    /** A token of a service account, as the kubelet asks for it. */
    String token(String namespace, String account) {
        return client.serviceAccounts().inNamespace(namespace).withName(account).tokenRequest().getStatus().getToken();
    }

    List<String> definitions() {
        return client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .map(definition -> definition.getMetadata().getName()).sorted().toList();
    }

    /** The operator's namespace, its account and its rights, and the example's kinds. */
    void deploy(ClusterRole role) {
        account(role);
        Manifests.definitions().forEach(definition -> client.resource(definition).create());
        awaitServed();
    }

    /** The operator's namespace, its account and its rights. */
    void account(ClusterRole role) {
        client.resource(new NamespaceBuilder().withNewMetadata().withName(OPERATOR).endMetadata().build()).create();
        client.resource(new ServiceAccountBuilder().withNewMetadata().withNamespace(OPERATOR).withName(OPERATOR)
                .endMetadata().build()).create();
        client.resource(role).create();
        client.resource(new ClusterRoleBindingBuilder().withNewMetadata().withName(OPERATOR).endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role.getMetadata().getName())
                .addNewSubject().withKind("ServiceAccount").withNamespace(OPERATOR).withName(OPERATOR).endSubject()
                .build()).create();
    }

    /** Waits until the example's kinds are served. */
    void awaitServed() {
        eventually().ignoreExceptionsMatching(KubernetesClientException.class::isInstance).until(() -> {
            client.resources(Redirect.class).inNamespace(NAMESPACE).list();
            return websites().isEmpty();
        });
    }

    @Nullable
    Website website(String name) {
        return client.resources(Website.class).inNamespace(NAMESPACE).withName(name).get();
    }

    List<Website> websites() {
        return client.resources(Website.class).inNamespace(NAMESPACE).list().getItems();
    }

    /** Waits until an operator has published all samples: the status of each says so, and the table of redirects is complete. */
    void awaitPublished(OperatorProcess operator) {
        long sites = Manifests.of("north").stream().filter(Website.class::isInstance).count();
        eventually().ignoreExceptionsMatching(KubernetesClientException.class::isInstance).until(() -> {
            operator.requireAlive();
            List<Website> websites = websites();
            return websites.size() == sites && websites.stream().allMatch(Cluster::isPublished) && redirects() == 5;
        });
    }

    private int redirects() {
        ConfigMap table = client.configMaps().inNamespace(NAMESPACE).withName("redirects").get();
        return table == null || table.getData() == null ? 0 : table.getData().size();
    }

    static boolean isPublished(@Nullable Website site) {
        return site != null && site.getStatus() != null
                && Objects.equals(site.getStatus().observedGeneration(), site.getMetadata().getGeneration());
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
