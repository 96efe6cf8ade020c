package dev.windlass.kubernetes;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An embedded API server behind a wire that can fail, a manager, and short waits for everything that is long in production. */
abstract class OnEmbeddedServer {

    static final Duration HANG = Duration.ofSeconds(30);

    private @Nullable ApiServer server;
    private @Nullable FaultyWire wire;
    private final Manager manager = Manager.create();

    @BeforeEach
    void startServer() throws Exception {
        server = ApiServer.builder().name("north").start();
        wire = new FaultyWire(server.port());
        manager.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        manager.close();
        wire().close();
        server().close();
    }

    final ApiServer server() {
        return Objects.requireNonNull(server);
    }

    final FaultyWire wire() {
        return Objects.requireNonNull(wire);
    }

    final Manager manager() {
        return manager;
    }

    /** A kubeconfig for the server, through the wire. */
    final String kubeconfig() {
        return server().kubeconfig().replace(":" + server().port(), ":" + wire().port());
    }

    final Cluster.Builder cluster(String name) {
        return Cluster.builder(name).kubeconfig(kubeconfig()).probe(Duration.ofMillis(100), Duration.ofMillis(500), 3)
                .backoff(Duration.ofMillis(50), Duration.ofMillis(200))
                .watches(Duration.ofMinutes(5), Duration.ofSeconds(2));
    }

    final ClusterConnection connect(Cluster.Builder cluster) throws InterruptedException {
        return connect(manager.add(cluster.build()));
    }

    static ClusterConnection connect(ClusterHandle handle) throws InterruptedException {
        handle.ready().await(HANG);
        return handle.connection().orElseThrow();
    }

    /** A unit in the cluster's scope that does nothing by itself. */
    static RunnableContext owner(ClusterConnection connection, String name) throws Exception {
        CompletableFuture<RunnableContext> context = new CompletableFuture<>();
        connection.context().add(Task.of(RunnableSpec.builder(name).dependsOn(connection.informers().unit()).build(),
                owner -> {
                    context.complete(owner);
                    owner.awaitStop();
                }));
        return context.get(HANG.toSeconds(), TimeUnit.SECONDS);
    }

    static RunnableHandle handleOf(RunnableContext owner) {
        return owner.handle();
    }

    /** The outside witness, the wire, agrees that the client keeps nothing open. */
    final void awaitNothingOpen() {
        eventually().untilAsserted(() -> assertThat(wire().connections()).isZero());
    }

    static ConditionFactory eventually() {
        return await().atMost(HANG).pollInterval(Duration.ofMillis(10));
    }

    static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata()
                .addToData("v", value)
                .build();
    }

    /** Writes down what it is told, without versions. */
    static final class Journal implements ResourceHandler<ConfigMap> {

        final List<String> told = new CopyOnWriteArrayList<>();

        @Override
        public void added(Observed<ConfigMap> now) {
            told.add("+" + now.key().name());
        }

        @Override
        public void updated(Observed<ConfigMap> old, Observed<ConfigMap> now) {
            told.add("~" + now.key().name() + "=" + now.object().getData().get("v"));
        }

        @Override
        public void deleted(Observed<ConfigMap> last) {
            told.add("-" + last.key().name());
        }

        @Override
        public void vanished(KnownObject known) {
            told.add("?" + known.key().name());
        }
    }
}
