package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.internal.proof.Remain;
import dev.windlass.modules.internal.proof.Remains;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One load of a module: its class loader, and the units that it said it consists of. Closed once, when none of its units runs any more.
 */
final class Load {

    private final ModuleJar jar;
    private final long number;
    private final Path folder;
    private final ModuleLoader loader;
    private volatile Map<String, Unit<?>> units = Map.of();

    private Load(ModuleJar jar, long number, Path folder, ModuleLoader loader) {
        this.jar = jar;
        this.number = number;
        this.folder = folder;
        this.loader = loader;
    }

    /** The name and the version, for people. */
    static String describe(ModuleJar jar) {
        return jar.name() + " " + jar.version();
    }

    /**
     * Makes a class loader for what is described. None of its code runs yet: by the time that it does, whoever closes it knows of it.
     *
     * @throws InvalidModuleException when that is not possible
     */
    static Load open(ModuleJar jar, Modules modules) {
        modules.refuseLeaking(jar.name());
        Path folder = modules.folder();
        try {
            ModuleLoader loader = new ModuleLoader(describe(jar), jar.copyTo(folder), Module.class.getClassLoader());
            return new Load(jar, modules.nextLoad(jar.name()), folder, loader);
        } catch (RuntimeException | Error e) {
            ModuleJar.delete(folder);
            throw e;
        }
    }

    /**
     * Asks the module for its units, on this thread.
     *
     * @throws InvalidModuleException when its code fails
     */
    void askForUnits(Manager manager, String unit) {
        units = units(new ModuleContext(manager, unit, jar.name(), jar.version()));
    }

    ModuleJar jar() {
        return jar;
    }

    /** How often the module has been loaded into the manager, with this time. */
    long number() {
        return number;
    }

    ClassLoader loader() {
        return loader;
    }

    /** By their names within the module. */
    Map<String, Unit<?>> units() {
        return units;
    }

    private Map<String, Unit<?>> units(ModuleContext context) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Class<?> declared = loader.loadClass(jar.className());
            if (!FeatureModule.class.isAssignableFrom(declared)) {
                throw ModuleJar.invalid(jar.file(), "declares %s, which does not implement %s".formatted(
                        jar.className(), FeatureModule.class.getName()));
            }
            FeatureModule module = (FeatureModule) declared.getConstructor().newInstance();
            return byName(jar, module.units(context));
        } catch (InvalidModuleException e) {
            throw e;
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                thread.interrupt();
            }
            throw Failures.of(describe(jar), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Map<String, Unit<?>> byName(ModuleJar jar, List<? extends Unit<?>> units) {
        Map<String, Unit<?>> byName = new LinkedHashMap<>();
        for (Unit<?> unit : units) {
            if (byName.put(unit.spec().name(), unit) != null) {
                throw ModuleJar.invalid(jar.file(), "has two units called \"%s\": give each a name of its own"
                        .formatted(unit.spec().name()));
            }
        }
        return byName;
    }

    /** Gives everything back. The units must have been removed before. */
    Unload close(Modules modules) {
        List<Remain> remains = Remains.clear(loader);
        try {
            return modules.ended(jar, number, loader, remains); // first: what cannot be closed is watched all the same
        } finally {
            close(loader);
            ModuleJar.delete(folder);
        }
    }

    private static void close(ModuleLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(loader + " cannot be closed", e);
        }
    }
}
