package dev.windlass.controller;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.lifecycle.Manager;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.awaitility.Awaitility.await;

/** A manager with embedded API servers, and a client of its own for each: what the tests do to the world from outside. */
final class World implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(30);

    final Manager manager = Manager.create();
    private final Map<String, ApiServer> servers = new TreeMap<>();
    private final Map<String, KubernetesClient> clients = new TreeMap<>();
    private final Map<String, ClusterHandle> clusters = new TreeMap<>();

    World(String... names) {
        for (String name : names) {
            // Over HTTP/1.1 a server notices that the client of a watch has gone when it next writes to it: it writes often.
            ApiServer server = ApiServer.builder().name(name).bookmarkInterval(Duration.ofMillis(200)).start();
            servers.put(name, server);
            clients.put(name,
                    new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(server.kubeconfig())).build());
        }
        manager.start();
    }

    /** Adds a cluster whose informers end with their last user, and returns when it is connected. */
    ClusterHandle connect(String name) throws InterruptedException {
        ClusterHandle handle = manager
                .add(Cluster.builder(name).kubeconfig(server(name).kubeconfig()).linger(Duration.ZERO)
                        .backoff(Duration.ofMillis(50), Duration.ofMillis(200)).build());
        clusters.put(name, handle);
        handle.ready().await(LIMIT);
        return handle;
    }

    ApiServer server(String name) {
        return present(servers, name);
    }

    KubernetesClient client(String name) {
        return present(clients, name);
    }

    ClusterHandle cluster(String name) {
        return present(clusters, name);
    }

    private static <V> V present(Map<String, V> map, String name) {
        V value = map.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " among " + map.keySet());
        }
        return value;
    }

    void create(String cluster, String... names) {
        for (String name : names) {
            client(cluster).resource(configMap(name, "new")).create();
        }
    }

    void change(String cluster, String name, String value) {
        client(cluster).configMaps().inNamespace("default").withName(name).patch(
                io.fabric8.kubernetes.client.dsl.base.PatchContext
                        .of(io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
                "{\"data\":{\"value\":\"" + value + "\"}}");
    }

    void delete(String cluster, String name) {
        client(cluster).configMaps().inNamespace("default").withName(name).delete();
    }

    static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata()
                .addToData("value", value).build();
    }

    static List<String> names(String prefix, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(prefix + i);
        }
        return names;
    }

    static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        await().atMost(LIMIT).untilAsserted(assertion);
    }

    @Override
    public void close() {
        manager.close();
        clients.values().forEach(KubernetesClient::close);
        servers.values().forEach(ApiServer::close);
    }
}
