package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnknownUnitException;
import dev.windlass.modules.internal.proof.Remain;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The modules of a manager, and what has become of those that were unloaded. Closed with the manager. Thread-safe.
 *
 * <p>The monitor guards the fields that are not final, and is held for the making of a folder at most.
 */
public final class Modules implements AutoCloseable {

    /** How many loads of a module may leak until it is refused. */
    static final int MOST_LEAKED = 3;

    private final Manager manager;
    private final Unloads unloads;
    private final Map<String, Long> loads = new HashMap<>();
    private final AtomicLong folders = new AtomicLong();
    private final GaugeWithCallback gauge;
    private @Nullable Path workDirectory;

    private Modules(Manager manager) {
        this.manager = manager;
        this.unloads = new Unloads(manager.time());
        this.gauge = GaugeWithCallback.builder().name("windlass_module_unloads")
                .help("Loads of modules that have ended, by what is known of their classes.").labelNames("state")
                .callback(callback -> {
                    for (UnloadState state : UnloadState.values()) {
                        callback.call((double) unloads.count(state), state.name().toLowerCase(Locale.ROOT));
                    }
                }).build();
        manager.metrics().register(gauge);
    }

    /** The modules of a manager. */
    public static Modules of(Manager manager) {
        return manager.extension(Modules.class, Modules::new);
    }

    /**
     * A module by name, without the prefix of its unit.
     *
     * @throws UnknownUnitException when there is none; names those that there are
     */
    public ModuleHandle get(String name) {
        return find(name).orElseThrow(() -> {
            List<String> names = all().stream().map(ModuleHandle::moduleName).toList();
            return new UnknownUnitException("there is no module \"%s\": %s".formatted(name,
                    names.isEmpty() ? "none is loaded" : "there are " + String.join(", ", names)));
        });
    }

    /** A module by name, without the prefix of its unit. */
    public Optional<ModuleHandle> find(String name) {
        return manager.find(Module.PREFIX + name).flatMap(Modules::face);
    }

    /** All modules, by name, whatever their state. */
    public List<ModuleHandle> all() {
        return manager.units().stream().flatMap(unit -> face(unit).stream()).toList();
    }

    private static Optional<ModuleHandle> face(RunnableHandle unit) {
        return unit instanceof ModuleHandle module ? Optional.of(module) : Optional.empty();
    }

    /**
     * What has become of the loads that have ended, oldest first: of all of which it is not proved that they are gone, and of the last
     * hundred at most.
     */
    public List<UnloadReport> unloads() {
        return unloads.all().stream().map(Unload::report).toList();
    }

    /**
     * Finds out at once what has become of all loads that are not proved to be gone, and what holds those that are not. Everybody pays
     * for that: it forces collections, and if they do not suffice takes a heap dump, which pauses the whole JVM, for some seconds for each GB
     * of live objects, and needs about as much room in the folder for temporary files. The dump is deleted afterwards.
     *
     * <p>Completes with the reports of those loads. Fails when there is no room for the dump.
     */
    public Operation<List<UnloadReport>> prove() {
        return unloads.prove();
    }

    Manager manager() {
        return manager;
    }

    /** @throws RefusedException when too many loads of a module are still there though they have ended */
    void refuseLeaking(String module) {
        List<UnloadReport> leaked = unloads().stream()
                .filter(report -> report.module().equals(module) && report.state() == UnloadState.LEAKED).toList();
        if (leaked.size() >= MOST_LEAKED) {
            throw new RefusedException(
                    "%s is not loaded again: %d loads of it have leaked, the last is %s; %s".formatted(module,
                            leaked.size(), leaked.getLast(),
                            leaked.stream().anyMatch(report -> report.cause().isEmpty())
                                    ? "prove them (\"windlass modules prove\"): what only soft references hold counts no more then, and what holds the others is named"
                                    : "mend that, and restart this process"));
        }
    }

    synchronized long nextLoad(String module) {
        return loads.merge(module, 1L, Long::sum);
    }

    Unload ended(ModuleJar jar, long load, ClassLoader loader, List<Remain> remains) {
        return unloads.add(jar, load, loader, remains);
    }

    /** An empty folder for one copy of a module. */
    Path folder() {
        try {
            return Files.createDirectory(workDirectory().resolve(Long.toString(folders.incrementAndGet())));
        } catch (IOException e) {
            throw new LifecycleException(
                    "there is no room for the copy of a module: %s; is there any in the folder for temporary files?"
                            .formatted(e),
                    e);
        }
    }

    /** Made anew when it is gone, since some systems clean the folder for temporary files. */
    private synchronized Path workDirectory() throws IOException {
        Path present = workDirectory;
        if (present == null || !Files.isDirectory(present)) {
            present = Files.createTempDirectory("windlass-modules-");
            workDirectory = present;
        }
        return present;
    }

    /** Called with the end of the manager. */
    @Override
    public void close() {
        manager.metrics().unregister(gauge);
        unloads.close();
        Path present;
        synchronized (this) {
            present = workDirectory;
            workDirectory = null;
        }
        if (present != null) {
            ModuleJar.delete(present);
        }
    }
}
