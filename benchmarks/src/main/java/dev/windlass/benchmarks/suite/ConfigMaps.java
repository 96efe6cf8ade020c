package dev.windlass.benchmarks.suite;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The objects that the real API server holds: 800 bytes of data each, about 1 220 bytes of JSON with their metadata. */
final class ConfigMaps {

    private static final int DATA = 800;
    private static final int WRITERS = 16;

    private ConfigMaps() {
    }

    static void make(Path kubeconfig, int count) throws IOException, InterruptedException {
        Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
                ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ConfigMap object = object(i);
                made.add(writers.submit(() -> client.configMaps().inNamespace("default").resource(object).create()));
            }
            for (Future<?> one : made) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the objects to measure with could not be made: " + e.getCause(), e);
        }
    }

    private static ConfigMap object(int number) {
        String name = "object-%05d".formatted(number);
        StringBuilder text = new StringBuilder("owner=" + name + "\n");
        for (int line = 0; text.length() < DATA; line++) {
            text.append("setting.").append(line).append("=value ").append(line * 37 % 101).append('\n');
        }
        return new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata()
                .addToData("application.properties", text.substring(0, DATA - "application.properties".length()))
                .build();
    }
}
