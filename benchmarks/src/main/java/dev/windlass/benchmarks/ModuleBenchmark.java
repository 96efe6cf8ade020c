package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.ModuleRounds;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.Module;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.UnloadReport;
import dev.windlass.modules.UnloadState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Modules that are loaded until they are ready, unloaded until their report is there, and proved to be gone. */
final class ModuleBenchmark implements ModuleRounds.Host {

    private final Manager manager = Manager.create();
    private final List<ModuleHandle> loaded = new ArrayList<>();

    private ModuleBenchmark() {
        manager.start();
    }

    static void run(int rounds) throws Exception {
        ModuleRounds.run(rounds, new ModuleBenchmark());
    }

    @Override
    public Class<?> moduleClass() {
        return IdleModule.class;
    }

    @Override
    public Map<String, String> manifest(String name) {
        return Map.of();
    }

    @Override
    public String service() {
        return FeatureModule.class.getName();
    }

    @Override
    public void load(Path jar) {
        loaded.add(manager.add(Module.fromJar(jar)));
    }

    @Override
    public void awaitLoaded() throws InterruptedException {
        for (ModuleHandle module : loaded) {
            module.ready().await();
        }
    }

    @Override
    public void unload() throws InterruptedException {
        List<Operation<UnloadReport>> unloads = loaded.stream().map(ModuleHandle::unload).toList();
        loaded.clear();
        for (Operation<UnloadReport> unload : unloads) {
            unload.await();
        }
    }

    @Override
    public void awaitGone() throws InterruptedException {
        List<UnloadReport> reports = Modules.of(manager).prove().await();
        if (reports.stream().anyMatch(report -> report.state() != UnloadState.PROVED)) {
            throw new IllegalStateException("not gone: " + reports);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
