package dev.windlass.controller;

import io.fabric8.kubernetes.api.model.ConfigMap;
import org.junit.jupiter.api.AfterEach;

/** Embedded clusters, a manager, and a controller of ConfigMaps whose reconciler writes down what it is asked. */
abstract class OnClusters {

    final World world;
    final Recorder recorder = new Recorder();

    OnClusters(String... clusters) {
        world = new World(clusters);
    }

    @AfterEach
    void closeWorld() {
        recorder.openGate();
        world.close();
    }

    final Controller.Builder<ConfigMap> builder() {
        return Controller.builder(ConfigMap.class).named("settings").reconciler(recorder);
    }
}
