package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.Promise;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a module's unit: the scope in which the module's own units run. A reload changes what is loaded, and stays within
 * the generation.
 *
 * <p>What is loaded, {@code current}, is changed by the main thread, then by the one reload that there is at a time; {@code open} has all
 * loads whose classes may be in use. The release, after all threads and units have ended, closes what is left of them.
 */
final class ModuleRun implements ManagedRunnable {

    private final ModuleJar described;
    private final AtomicBoolean reloading = new AtomicBoolean();
    private final Set<Load> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable RunnableContext context;
    private volatile @Nullable Load current;

    ModuleRun(ModuleJar described) {
        this.described = described;
    }

    /** What is loaded, or is to be. */
    ModuleJar jar() {
        Load loaded = current;
        return loaded == null ? described : loaded.jar();
    }

    boolean isLoaded() {
        return current != null;
    }

    @Override
    public void run(RunnableContext given) throws InterruptedException {
        Modules modules = Modules.of(given.manager());
        ModuleHandle handle = (ModuleHandle) given.handle();
        context = given;
        given.detail("version", () -> jar().version());
        given.detail("file", () -> jar().file().toString());
        given.own("classes", Load.describe(described), () -> release(modules, handle));
        handle.run(this);
        startUnits(modules, handle, given);
        given.ready();
        given.awaitStop(); // with nothing of the module in a local variable: another version may be loaded by then
    }

    private void startUnits(Modules modules, ModuleHandle handle, RunnableContext running)
            throws InterruptedException {
        Load first = load(described, modules, running);
        handle.loads(first);
        first.askForUnits(modules.manager(), running.name());
        current = first;
        running.contextClassLoader(first.loader());
        List<RunnableHandle> units = new ArrayList<>();
        first.units().values().forEach(unit -> units.add(running.add(unit)));
        for (RunnableHandle unit : units) {
            running.waiting(unit.name());
            awaitReady(unit, ReplaceOptions.LONGEST);
        }
    }

    private Load load(ModuleJar jar, Modules modules, RunnableContext running) {
        Load loaded = Load.open(jar, modules);
        open.add(loaded);
        if (context == null && open.remove(loaded)) { // the release did not wait for it
            loaded.close(modules);
            throw new LifecycleException("%s has ended: it loads nothing any more".formatted(running.id()));
        }
        return loaded;
    }

    /**
     * Returns when a unit is ready, or has done what it had to do.
     *
     * @throws LifecycleException when it is neither, and will not be, or not within the limit
     */
    static void awaitReady(RunnableHandle unit, Duration limit) throws InterruptedException {
        try {
            unit.ready().await(limit);
        } catch (LifecycleException e) {
            if (unit.state() != UnitState.COMPLETED) {
                String message = unit.status().message();
                throw new LifecycleException("%s is not ready: it is %s: %s".formatted(unit.name(), unit.state(),
                        message.isEmpty() ? e.getMessage() : message));
            }
        }
    }

    /** Everything that ran has ended. Nothing of it may be found by its name any more, since that would keep its classes. */
    private void release(Modules modules, ModuleHandle handle) {
        handle.run(null);
        handle.children().forEach(unit -> unit.remove().whenDone(_ -> {
            // it runs no more, and its report is in that of the module
        }));
        current = null;
        context = null;
        for (Load one : List.copyOf(open)) { // that of a reload too which the end has overtaken, and one without units
            if (open.remove(one)) {
                handle.ended(one, one.close(modules));
            }
        }
    }

    /** @param look looks at the file, on a thread of the module */
    void reload(Path file, Supplier<ModuleJar> look, ReplaceOptions options, Promise<ReloadReport> promise) {
        RunnableContext running = context;
        Load loaded = current;
        if (running == null || loaded == null) {
            promise.fail(new RefusedException("%s is stopping: load %s when it has stopped"
                    .formatted(described.name(), file)));
        } else if (!reloading.compareAndSet(false, true)) {
            promise.fail(new RefusedException("%s is being reloaded already: reload it when that is over"
                    .formatted(described.name())));
        } else {
            try {
                running.fork("reload", () -> reload(running, loaded, look, options, promise));
            } catch (RevokedException e) {
                reloading.set(false);
                promise.fail(new RefusedException("%s has ended: load %s anew".formatted(described.name(), file)));
            }
        }
    }

    private void reload(RunnableContext running, Load loaded, Supplier<ModuleJar> look, ReplaceOptions options,
            Promise<ReloadReport> promise) {
        LifecycleException error;
        try {
            ModuleJar jar = look.get();
            if (!jar.name().equals(described.name())) {
                throw new RefusedException(
                        "%s is the module %s, not %s: load it as one of its own".formatted(jar.file(),
                                jar.name(), described.name()));
            }
            ReloadReport report = reload(running, loaded, jar, options);
            reloading.set(false);
            promise.complete(report);
            return;
        } catch (LifecycleException e) {
            error = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            error = new PreemptedException("the reload of %s was overtaken: it stops".formatted(running.id()));
        } catch (Throwable e) { // thrown on, it would end the version that works
            error = new LifecycleException("the reload of %s failed: %s".formatted(running.id(),
                    Failures.ofReload(running.name(), e)));
        }
        reloading.set(false);
        promise.fail(error);
    }

    private ReloadReport reload(RunnableContext running, Load loaded, ModuleJar jar, ReplaceOptions options)
            throws InterruptedException {
        Modules modules = Modules.of(running.manager());
        Load next = load(jar, modules, running);
        try {
            next.askForUnits(modules.manager(), running.name());
        } catch (RuntimeException | Error e) {
            open.remove(next);
            next.close(modules);
            throw e;
        }
        Reload reload = new Reload(running, loaded, next, unitsOf(running), options);
        boolean stays = reload.run();
        if (stays) {
            ((ModuleHandle) running.handle()).loads(next);
        }
        current = stays ? next : loaded;
        Load leaving = stays ? loaded : next;
        open.remove(leaving);
        return reload.report(stays, leaving.close(modules).report());
    }

    private static Map<String, RunnableHandle> unitsOf(RunnableContext running) {
        Map<String, RunnableHandle> units = new LinkedHashMap<>();
        running.handle().children().forEach(unit -> units.put(unit.name().substring(running.name().length() + 1),
                unit));
        return units;
    }
}
