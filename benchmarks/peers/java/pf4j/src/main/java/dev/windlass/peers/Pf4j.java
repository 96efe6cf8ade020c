package dev.windlass.peers;

import dev.windlass.benchmarks.measure.Loaders;
import dev.windlass.benchmarks.measure.ModuleRounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pf4j.DefaultPluginManager;
import org.pf4j.PluginManager;
import org.pf4j.PluginState;

/** Plugins of PF4J, loaded and started, stopped and unloaded. It does not say whether one is gone: the class loaders are watched from outside. */
public final class Pf4j implements ModuleRounds.Host {

    private final Path folder = Files.createTempDirectory("windlass-benchmark-");
    private final PluginManager manager = new DefaultPluginManager(folder);
    private final Loaders loaders = new Loaders();
    private final List<String> loaded = new ArrayList<>();

    private Pf4j() throws IOException {
    }

    public static void main(String[] arguments) throws Exception {
        if (!arguments[0].equals("modules")) {
            throw new IllegalArgumentException("usage: modules ROUNDS");
        }
        ModuleRounds.run(Integer.parseInt(arguments[1]), new Pf4j());
        System.exit(0);
    }

    @Override
    public Class<?> moduleClass() {
        return IdlePlugin.class;
    }

    @Override
    public Map<String, String> manifest(String name) {
        return Map.of("Plugin-Id", name, "Plugin-Version", "1.0.0", "Plugin-Class", IdlePlugin.class.getName());
    }

    @Override
    public void load(Path jar) {
        String id = manager.loadPlugin(jar);
        loaders.watch(manager.getPluginClassLoader(id));
        if (manager.startPlugin(id) != PluginState.STARTED) {
            throw new IllegalStateException(id + " does not start", manager.getPlugin(id).getFailedException());
        }
        loaded.add(id);
    }

    @Override
    public void awaitLoaded() {
        // the start of each has waited
    }

    @Override
    public void unload() {
        for (String id : loaded) {
            manager.stopPlugin(id);
            if (!manager.unloadPlugin(id)) {
                throw new IllegalStateException(id + " is not unloaded");
            }
        }
        loaded.clear();
    }

    @Override
    public void awaitGone() {
        loaders.awaitCollected();
    }

    @Override
    public void close() throws IOException {
        Files.delete(folder);
    }
}
