package dev.windlass.modules;

import dev.windlass.lifecycle.FailurePolicy;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A folder whose jars are loaded as modules: one that is put there is loaded, one that is replaced is reloaded, one that is taken away
 * is unloaded. The unit {@code module-directory}, or, of several folders, {@code module-directory/NAME}. Immutable.
 *
 * <p>A file counts when it was the same at two looks in a row, so that one which is being written does nothing, and a removal counts
 * when the file was missing twice. Two files of one module are its versions: the one that was put there last is loaded. What cannot be
 * loaded is told once in the log and stands in the unit's details until the file changes. When nothing of the module is loaded then,
 * since it has failed at its start or waits for it, it is added anew from the changed file; one that somebody has stopped stays so, and
 * its next start is by that file. Modules stay loaded when this unit stops, and modules that somebody else has loaded are left alone.
 */
public final class ModuleDirectory implements Unit<RunnableHandle> {

    private static final String UNIT = "module-directory";
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Path folder;
    private final Duration interval;
    private final ReplaceOptions reload;
    private final RunnableSpec spec;

    private ModuleDirectory(String unit, Path folder, Duration interval, ReplaceOptions reload) {
        this.folder = folder.toAbsolutePath().normalize();
        this.interval = interval;
        this.reload = reload;
        this.spec = RunnableSpec.builder(unit).kind("ModuleDirectory").onFailure(FailurePolicy.ISOLATE).build();
    }

    /** The folder, looked at once a second. It may be made later. */
    public static ModuleDirectory at(Path folder) {
        return new ModuleDirectory(UNIT, folder, INTERVAL, ReplaceOptions.defaults());
    }

    /**
     * The same as the unit {@code module-directory/NAME}, so that several folders can be watched.
     *
     * @throws IllegalArgumentException when the name is none for a unit
     */
    public ModuleDirectory named(String name) {
        return new ModuleDirectory(UNIT + "/" + name, folder, interval, reload);
    }

    /** Which folder it is, from the root on. */
    public Path folder() {
        return folder;
    }

    /**
     * The same with another time from one look to the next.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public ModuleDirectory every(Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("a module directory cannot be looked at every " + time
                    + ": give it some time");
        }
        return new ModuleDirectory(spec.name(), folder, time, reload);
    }

    /** The same with other options of its reloads; two minutes to get warm and thirty seconds of probation by default. */
    public ModuleDirectory reloadingWith(ReplaceOptions options) {
        return new ModuleDirectory(spec.name(), folder, interval, options);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new ModuleDirectoryRun(folder, interval, reload);
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }
}
