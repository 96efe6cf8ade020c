package dev.windlass.cli.demo;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.OpenWatch;
import dev.windlass.apiserver.RequestRecord;
import dev.windlass.cli.operator.Preparation;
import dev.windlass.examples.website.Manifests;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * A cluster as a user has it: an API server with a kubeconfig file. What is done through {@link #user()} is done behind the
 * manager's back, and what the server counts is a witness that does not depend on the manager's word.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final String USER_AGENT = "windlass-demo-user";

    private final ApiServer server;
    private final Path kubeconfig;
    private volatile KubernetesClient user;

    private EmbeddedCluster(ApiServer server, Path kubeconfig) {
        this.server = server;
        this.kubeconfig = kubeconfig;
        this.user = client(server);
    }

    private static KubernetesClient client(ApiServer server) {
        Config config = Config.fromKubeconfig(server.kubeconfig());
        config.setUserAgent(USER_AGENT);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    static EmbeddedCluster start(String name, Path folder) throws IOException {
        // A server learns that the other end has gone when it writes: often, so that its count of watches is up to date.
        ApiServer server = ApiServer.builder().name(name).bookmarkInterval(Duration.ofMillis(500)).start();
        try {
            Path kubeconfig = folder.resolve(name + ".kubeconfig");
            Files.createFile(kubeconfig,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(kubeconfig, server.kubeconfig(), StandardCharsets.UTF_8);
            return new EmbeddedCluster(server, kubeconfig);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Installs the kinds and the objects of the example; returns how many objects there are. */
    int seed() throws InterruptedException {
        for (HasMetadata definition : Manifests.definitions()) {
            apply(definition);
            Await.until("kind " + definition.getMetadata().getName() + " to be established",
                    () -> Preparation.isEstablished(user.apiextensions().v1().customResourceDefinitions()
                            .withName(definition.getMetadata().getName()).get()));
        }
        List<HasMetadata> objects = Manifests.of(name());
        objects.forEach(this::apply);
        return objects.size();
    }

    void apply(HasMetadata object) {
        user.resource(object).fieldManager(USER_AGENT).forceConflicts().serverSideApply();
    }

    public String name() {
        return server.name();
    }

    public String url() {
        return server.url();
    }

    public Path kubeconfig() {
        return kubeconfig;
    }

    KubernetesClient user() {
        return user;
    }

    /** Open watches of others than the user. */
    List<OpenWatch> watches() {
        return server.watches().stream().filter(watch -> !watch.userAgent().startsWith(USER_AGENT)).toList();
    }

    /** Open watches of others than the user, of a kind. */
    long watches(String resource) {
        return watches().stream().filter(watch -> watch.resource().equals(resource)).count();
    }

    /** Requests of others than the user that were answered since {@link #forgetRequests()}. */
    List<RequestRecord> requests() {
        return server.requests().stream().filter(request -> !request.userAgent().startsWith(USER_AGENT)).toList();
    }

    void forgetRequests() {
        server.clearRequests();
    }

    /** How many connections others than the user have. The user hangs up, and dials again when there is more to ask. */
    boolean nobodyIsConnected() {
        user.close();
        user = client(server);
        return server.connections() == 0;
    }

    int requestsInFlight() {
        return server.requestsInFlight();
    }

    @Override
    public void close() {
        user.close();
        server.close();
    }
}
