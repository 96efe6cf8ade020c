package dev.windlass.modules;

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
 *
 * @param number how often the module has been loaded into the manager, with this time
 * @param folder its copy of the jars
 * @param units by their names within the module
 */
record Load(ModuleJar jar, long number, Path folder, ModuleLoader loader, Map<String, Unit<?>> units) {

    /** The name and the version, for people. */
    static String describe(ModuleJar jar) {
        return jar.name() + " " + jar.version();
    }

    /**
     * Loads what is described, and asks it for its units, on this thread.
     *
     * @throws InvalidModuleException when that is not possible
     */
    static Load open(ModuleJar jar, Modules modules, String unit) {
        modules.refuseLeaking(jar.name());
        Path folder = modules.folder();
        ModuleLoader loader = null;
        try {
            loader = new ModuleLoader(describe(jar), jar.copyTo(folder), Module.class.getClassLoader());
            ModuleContext context = new ModuleContext(modules.manager(), unit, jar.name(), jar.version());
            return new Load(jar, modules.nextLoad(jar.name()), folder, loader, units(jar, loader, context));
        } catch (RuntimeException | Error e) {
            if (loader != null) {
                close(loader);
            }
            ModuleJar.delete(folder);
            throw e;
        }
    }

    private static Map<String, Unit<?>> units(ModuleJar jar, ModuleLoader loader, ModuleContext context) {
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
        close(loader);
        ModuleJar.delete(folder);
        return modules.ended(jar, number, loader, remains);
    }

    private static void close(ModuleLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(loader + " cannot be closed", e);
        }
    }
}
