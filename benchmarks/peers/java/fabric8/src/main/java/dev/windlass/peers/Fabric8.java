package dev.windlass.peers;

import dev.windlass.benchmarks.measure.StopCycles;
import dev.windlass.benchmarks.measure.SyncRounds;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One informer of the client that Windlass builds on. It has no controllers: all that is measured is the cache. */
public final class Fabric8 {

    private Fabric8() {
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "sync" -> SyncRounds.runCacheOnly(number(arguments, 2), number(arguments, 4),
                    left -> start(arguments[1], number(arguments, 2)));
            case "controller" -> {
                try (KubernetesClient client = client(arguments[1])) {
                    StopCycles.run(number(arguments, 3), () -> stop(client));
                }
            }
            default -> throw new IllegalArgumentException(
                    "usage: sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0);
    }

    private static int number(String[] arguments, int at) {
        return Integer.parseInt(arguments[at]);
    }

    private static KubernetesClient client(String kubeconfig) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(kubeconfig)));
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static final class Nothing<T> implements ResourceEventHandler<T> {

        @Override
        public void onAdd(T now) {
        }

        @Override
        public void onUpdate(T old, T now) {
        }

        @Override
        public void onDelete(T last, boolean unknown) {
        }
    }

    private static AutoCloseable start(String kubeconfig, int objects) throws IOException {
        KubernetesClient client = client(kubeconfig);
        SharedIndexInformer<ConfigMap> informer = client.configMaps().inAnyNamespace().inform(new Nothing<>());
        int held = informer.getStore().listKeys().size();
        if (held < objects) {
            throw new IllegalStateException("the informer holds " + held + " objects only");
        }
        return () -> {
            informer.close();
            client.close();
        };
    }

    private static long stop(KubernetesClient client) {
        SharedIndexInformer<Namespace> informer = client.namespaces().inform(new Nothing<>());
        long asked = System.nanoTime();
        informer.close();
        informer.stopped().toCompletableFuture().join();
        return System.nanoTime() - asked;
    }
}
