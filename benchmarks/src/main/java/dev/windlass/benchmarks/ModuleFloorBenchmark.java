package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.BareModule;
import dev.windlass.benchmarks.measure.Loaders;
import dev.windlass.benchmarks.measure.ModuleRounds;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the JVM itself takes: a class loader, an instance of the one class, a virtual thread. */
final class ModuleFloorBenchmark implements ModuleRounds.Host {

    private final Loaders loaders = new Loaders();
    private final List<AutoCloseable> loaded = new ArrayList<>();

    private ModuleFloorBenchmark() {
    }

    static void run(int rounds) throws Exception {
        ModuleRounds.run(rounds, new ModuleFloorBenchmark());
    }

    @Override
    public Class<?> moduleClass() {
        return BareModule.class;
    }

    @Override
    public Map<String, String> manifest(String name) {
        return Map.of();
    }

    @Override
    public void load(Path jar) throws Exception {
        URLClassLoader loader = new URLClassLoader(new URL[]{jar.toUri().toURL()},
                ClassLoader.getPlatformClassLoader());
        loaders.watch(loader);
        loaded.add((AutoCloseable) loader.loadClass(BareModule.class.getName()).getConstructor().newInstance());
        loaded.add(loader);
    }

    @Override
    public void awaitLoaded() {
        // the constructors have waited
    }

    @Override
    public void unload() throws Exception {
        for (AutoCloseable part : loaded) {
            part.close();
        }
        loaded.clear();
    }

    @Override
    public void awaitGone() {
        loaders.awaitCollected();
    }

    @Override
    public void close() {
        // everything has been unloaded
    }
}
