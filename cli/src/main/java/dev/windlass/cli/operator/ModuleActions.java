package dev.windlass.cli.operator;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.Promise;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.modules.Module;
import dev.windlass.modules.ModuleDirectory;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.ReloadReport;
import dev.windlass.modules.UnloadReport;
import dev.windlass.modules.UnloadState;
import dev.windlass.server.AdminAction;
import dev.windlass.server.ShortDuration;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the admin API can be asked about feature modules. A load is the execution of code: it is from one folder only, which whoever
 * started the process has named.
 */
public final class ModuleActions {

    /** All modules, what has become of those that were unloaded, and which folders are watched. */
    record ModuleList(String folder, List<ModuleView> items, List<UnloadReport> unloads, List<WatchedFolder> watched) {
    }

    /** One module. */
    record ModuleView(String name, String unit, String version, String file, String state, String message,
            List<String> units) {

        static ModuleView of(ModuleHandle module) {
            UnitStatus status = module.status();
            return new ModuleView(module.moduleName(), module.name(), module.version(), module.file().toString(),
                    status.state().name(), status.message(),
                    module.children().stream().map(RunnableHandle::name).toList());
        }
    }

    /** What was asked for is done; the summary says what came of it. */
    record ModuleDone(String operation, boolean done, boolean good, String summary) {
    }

    /** What was found out. */
    record ModuleProofs(String operation, boolean done, boolean good, List<UnloadReport> items) {
    }

    private static final String DIR = "The folder for modules, which it is by default, or one within.";
    private static final String FILE = "The jar, within the folder for modules.";
    private static final String PREFIX = "modules/{name}";

    private final Path folder;

    /** @param folder from which modules may be loaded */
    public ModuleActions(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** What can be asked. */
    public List<AdminAction> all() {
        return List.of(
                AdminAction.get("modules", "All feature modules, and what has become of those that were unloaded.",
                        ModuleList.class, (manager, _, _) -> list(manager)),
                AdminAction.get(PREFIX, "One feature module.", ModuleView.class,
                        (manager, name, _) -> ModuleView.of(Modules.of(manager).get(name))),
                AdminAction.post("modules:load", "Loads a feature module.", ModuleDone.class, Map.of("file", FILE),
                        (manager, _, options) -> load(manager, options)),
                AdminAction.post("modules:watch",
                        "Loads, reloads and unloads what is put into the folder for modules, or into one within, replaced or taken away.",
                        ModuleDone.class, Map.of("dir", DIR), (manager, _, options) -> watch(manager, options)),
                AdminAction.post(PREFIX + ":reload", "Replaces a feature module by another version while it works.",
                        ModuleDone.class,
                        Map.of("file", FILE, "probation",
                                "How long the new version is watched after it took over; 30s by default.", "cascade",
                                "true also stops what depends on units of it that must stop, until they are back; without it such a reload fails."),
                        (manager, name, options) -> reload(manager, name, options)),
                AdminAction.post(PREFIX + ":unload", "Stops a feature module and unloads its classes.",
                        ModuleDone.class, Map.of(), (manager, name, _) -> unload(manager, name)),
                AdminAction.post("modules:prove",
                        "Finds out at once whether what was unloaded is gone, and what holds it. Pauses the whole process.",
                        ModuleProofs.class, Map.of(), (manager, _, _) -> prove(manager)));
    }

    private ModuleList list(Manager manager) {
        Modules modules = Modules.of(manager);
        return new ModuleList(folder.toString(), modules.all().stream().map(ModuleView::of).toList(),
                modules.unloads(), WatchedFolder.all(manager));
    }

    private Operation<ModuleDone> load(Manager manager, Map<String, String> options) {
        Module module = Module.fromJar(file(options));
        ModuleHandle handle = manager.add(module);
        return done(manager, "load", handle.ready(), _ -> true, _ -> "%s %s is loaded: %s is %s".formatted(
                module.name(), module.version(), handle.name(), handle.state()));
    }

    private Operation<ModuleDone> watch(Manager manager, Map<String, String> options) {
        Path watched = options.containsKey("dir") ? folder(options.getOrDefault("dir", "")) : folder;
        WatchedFolder.refuseWatched(manager, watched);
        ModuleDirectory directory = ModuleDirectory.at(watched);
        RunnableHandle unit = manager
                .add(watched.equals(folder) ? directory : directory.named(WatchedFolder.name(folder, watched)));
        return done(manager, "watch", unit.ready(), _ -> true,
                _ -> "%s is watched by the unit %s".formatted(watched, unit.name()));
    }

    private Operation<ModuleDone> reload(Manager manager, String name, Map<String, String> options) {
        ReplaceOptions replace = ReplaceOptions.defaults();
        switch (options.getOrDefault("cascade", "false")) {
            case "true", "" -> replace = replace.withCascade();
            case "false" -> {
            }
            default ->
                throw new RefusedException("cascade is \"%s\": use true or false".formatted(options.get("cascade")));
        }
        String probation = options.get("probation");
        if (probation != null) {
            try {
                replace = replace.withProbation(ShortDuration.parse(probation));
            } catch (IllegalArgumentException e) {
                throw new RefusedException("probation: " + e.getMessage());
            }
        }
        return done(manager, "reload", Modules.of(manager).get(name).reload(file(options), replace),
                report -> report.outcome() == ReplaceOutcome.REPLACED, ReloadReport::toString);
    }

    private static Operation<ModuleDone> unload(Manager manager, String name) {
        return done(manager, "unload", Modules.of(manager).get(name).unload(), _ -> true, UnloadReport::toString);
    }

    private static Operation<ModuleProofs> prove(Manager manager) {
        return done(manager, "prove", Modules.of(manager).prove(), reports -> new ModuleProofs("prove", true,
                reports.stream().allMatch(report -> report.state() == UnloadState.PROVED), reports));
    }

    /** @throws RefusedException when it is outside of the folder, or was not said */
    private Path file(Map<String, String> options) {
        String name = options.getOrDefault("file", "");
        Path file = path(name);
        if (name.isEmpty() || !file.startsWith(folder) || file.equals(folder)) {
            throw new RefusedException("modules are loaded from %s only, and \"%s\" is not in it: put the jar there"
                    .formatted(folder, name));
        }
        return file;
    }

    /** @throws RefusedException when it is outside of the folder, or none that can be read */
    private Path folder(String name) {
        Path watched = path(name);
        if (!watched.startsWith(folder)) {
            throw new RefusedException(
                    "modules are loaded from %s only, and \"%s\" is not in it: watch that folder or one within, or start the manager with --modules %s"
                            .formatted(folder, name, watched));
        }
        return WatchedFolder.readable(watched);
    }

    private Path path(String name) {
        try {
            return folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new RefusedException("\"%s\" is no path: %s".formatted(name, e.getReason()));
        }
    }

    private static <T> Operation<ModuleDone> done(Manager manager, String what, Operation<T> asked,
            Predicate<? super T> good, Function<? super T, String> summary) {
        return done(manager, what, asked, value -> new ModuleDone(what, true, good.test(value), summary.apply(value)));
    }

    private static <T, R> Operation<R> done(Manager manager, String what, Operation<T> asked,
            Function<? super T, ? extends R> answer) {
        Promise<R> promise = new Promise<>(what, manager.time());
        asked.whenDone(outcome -> {
            switch (outcome) {
                case Outcome.Done<T>(T value) -> promise.complete(answer.apply(value));
                case Outcome.Failed<T>(LifecycleException error) -> promise.fail(error);
            }
        });
        return promise;
    }
}
