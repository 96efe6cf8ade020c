package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableSpec;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a watch on a folder. Each file goes
 *
 * <pre>
 * seen ──the same at the next look──► done with, for good or ill, until it changes
 *   ▲ missing ◄──not there──┘ ──nor at the next look──► forgotten, its module unloaded
 * </pre>
 *
 * All on the unit's own thread, but for {@code busy}, {@code problems} and {@code done}, which those that load and unload change.
 */
final class ModuleDirectoryRun implements ManagedRunnable {

    /** What a file looked like. */
    private record Stamp(long size, Instant changed, @Nullable Object key) {

        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant(), attributes.fileKey());
        }
    }

    private final Path folder;
    private final Duration interval;
    private final ReplaceOptions reload;
    private final Map<Path, Stamp> seen = new HashMap<>();
    private final Map<Path, Stamp> done = new ConcurrentHashMap<>();
    private final Set<Path> missing = new HashSet<>();
    /** Which file each module was loaded from last. */
    private final Map<String, Path> owners = new HashMap<>();
    /** What was said of modules that are unloaded only to be added again. */
    private final Map<String, RunnableSpec> kept = new ConcurrentHashMap<>();
    /** Modules that are being loaded, reloaded or unloaded. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Map<Path, String> problems = new ConcurrentHashMap<>();

    ModuleDirectoryRun(Path folder, Duration interval, ReplaceOptions reload) {
        this.folder = folder;
        this.interval = interval;
        this.reload = reload;
    }

    @Override
    public void run(RunnableContext context) throws InterruptedException {
        context.detail("folder", folder::toString);
        context.detail("problems", () -> problems.isEmpty()
                ? "none"
                : new TreeMap<>(problems).values().stream().collect(Collectors.joining("; ")));
        Modules modules = Modules.of(context.manager());
        modules.all().stream().filter(module -> folder.equals(module.file().getParent()))
                .forEach(module -> owners.put(module.moduleName(), module.file()));
        do {
            look(context, modules);
        } while (context.sleep(interval));
    }

    private void look(RunnableContext context, Modules modules) {
        Map<Path, Stamp> now = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                if (Files.isRegularFile(file)) {
                    now.put(file, Stamp.of(file));
                }
            }
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(folder)) {
                return; // a file went away between two steps: the next look sees it
            }
        } catch (NotDirectoryException e) {
            problems.put(folder, folder + " is a file: make it a folder");
        } catch (IOException | DirectoryIteratorException e) {
            problems.put(folder, folder + " cannot be read: " + e);
            return; // what is in it is not known, and not gone
        }
        problems.remove(folder);
        now.entrySet().stream().sorted(Comparator.comparing(entry -> entry.getValue().changed())).forEach(entry -> {
            Path file = entry.getKey();
            missing.remove(file);
            if (entry.getValue().equals(seen.get(file)) && !entry.getValue().equals(done.get(file))) {
                load(context, modules, file, entry.getValue());
            }
        });
        for (Path file : Set.copyOf(seen.keySet())) {
            if (!now.containsKey(file) && !missing.add(file)) {
                unload(context, modules, file);
            }
        }
        seen.keySet().retainAll(missing);
        seen.putAll(now);
    }

    /** A file is whole, and another one than what was done with it before. */
    private void load(RunnableContext context, Modules modules, Path file, Stamp stamp) {
        Module module;
        try {
            module = Module.fromJar(file);
        } catch (InvalidModuleException e) {
            done.put(file, stamp);
            problem(context, file, e);
            return;
        }
        String name = module.name();
        Optional<ModuleHandle> present = modules.find(name);
        if (busy.contains(name) || present.filter(now -> now.state().isEnding()).isPresent()) {
            return; // the next look comes
        }
        done.put(file, stamp);
        problems.remove(file);
        try {
            if (present.isEmpty()) {
                owners.put(name, file);
                RunnableSpec before = kept.remove(name);
                follow(context, name, file, context.manager()
                        .add(before == null ? module : module.with(_ -> before.toBuilder())).ready());
            } else if (!owners.containsKey(name)) {
                throw new LifecycleException(
                        "%s is not loaded: the module %s is there already, from %s, which is not in %s"
                                .formatted(file, name, present.get().file(), folder));
            } else {
                owners.put(name, file);
                if (!present.get().isLoadedFrom(module)) {
                    change(context, present.get(), module, stamp);
                }
            }
        } catch (LifecycleException e) {
            problem(context, file, e);
        }
    }

    /** By a reload if anything is loaded; else what is to be is exchanged, and waits for a start if somebody has stopped it. */
    private void change(RunnableContext context, ModuleHandle present, Module next, Stamp stamp) {
        String name = next.name();
        Path file = next.file();
        if (present.isLoaded()) {
            follow(context, name, file, present.reload(next, reload));
        } else if (present.status().desiredRunning()) {
            kept.put(name, present.spec());
            Operation<UnloadReport> unload = present.unload();
            unload.whenDone(outcome -> {
                if (outcome instanceof Outcome.Done) {
                    done.remove(file, stamp); // it is added by the next look
                }
            });
            follow(context, name, file, unload);
        } else {
            follow(context, name, file, present.describe(next, reload));
        }
    }

    private void unload(RunnableContext context, Modules modules, Path file) {
        missing.remove(file);
        seen.remove(file);
        done.remove(file);
        problems.remove(file);
        for (Map.Entry<String, Path> owner : Map.copyOf(owners).entrySet()) {
            if (owner.getValue().equals(file)) {
                owners.remove(owner.getKey());
                kept.remove(owner.getKey());
                modules.find(owner.getKey())
                        .ifPresent(module -> follow(context, owner.getKey(), file, module.unload()));
            }
        }
    }

    private <T> void follow(RunnableContext context, String name, Path file, Operation<T> operation) {
        busy.add(name);
        operation.whenDone(outcome -> {
            busy.remove(name);
            switch (outcome) {
                case Outcome.Done<T>(T value) -> context.logger().atInfo().addKeyValue("file", file).log("{}", value);
                case Outcome.Failed<T>(LifecycleException error) -> problem(context, file, error);
            }
        });
    }

    private void problem(RunnableContext context, Path file, LifecycleException error) {
        problems.put(file, String.valueOf(error.getMessage()));
        context.logger().atWarn().addKeyValue("file", file).log("{}", error.getMessage());
    }
}
