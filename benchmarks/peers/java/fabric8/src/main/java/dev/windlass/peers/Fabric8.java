package dev.windlass.peers;

import dev.windlass.benchmarks.measure.Figures;
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
            case "sync" -> {
                for (int round = 0; round < Integer.parseInt(arguments[4]); round++) {
                    sync(arguments[1], Integer.parseInt(arguments[2]), round == 0);
                }
            }
            case "controller" -> stop(arguments[1], Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(
                    "usage: sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0);
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

    private static void sync(String kubeconfig, int objects, boolean cold) throws IOException {
        String prefix = cold ? "" : "warm.";
        long before = cold ? Figures.heap() : 0;
        double cpuBefore = cold ? 0 : Figures.cpuSeconds();
        long began = System.nanoTime();
        try (KubernetesClient client = client(kubeconfig);
                SharedIndexInformer<ConfigMap> informer = client.configMaps().inAnyNamespace()
                        .inform(new Nothing<>())) {
            if (informer.getStore().listKeys().size() < objects) {
                throw new IllegalStateException("the informer holds " + informer.getStore().listKeys().size() + " objects only");
            }
            Figures.report(prefix + "synced", Figures.millisSince(began), "ms");
            Figures.report(prefix + "cpu", Figures.cpuSeconds() - cpuBefore, "s");
            if (cold) {
                Figures.report("resident", Figures.residentMegabytes(), "MB");
                Figures.report("threads", Figures.platformThreads(), "");
                Figures.report("bytes", (double) (Figures.heap() - before) / objects, "B");
            }
        }
    }

    private static void stop(String kubeconfig, int cycles) throws IOException {
        int warmup = cycles / 2;
        long[] stops = new long[cycles];
        try (KubernetesClient client = client(kubeconfig)) {
            for (int i = -warmup; i < cycles; i++) {
                SharedIndexInformer<Namespace> informer = client.namespaces().inform(new Nothing<>());
                long asked = System.nanoTime();
                informer.close();
                informer.stopped().toCompletableFuture().join();
                if (i >= 0) {
                    stops[i] = System.nanoTime() - asked;
                }
            }
        }
        Figures.reportQuantiles("stop", stops);
    }
}
