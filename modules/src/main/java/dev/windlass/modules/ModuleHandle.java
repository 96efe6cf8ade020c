package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.Promise;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The outside face of a module. Holds nothing of the module's classes. Thread-safe. */
public final class ModuleHandle extends RunnableHandle {

    private final ModuleJar described;
    /** Known to all faces of the unit. */
    private final AtomicReference<LastLoad> last;
    private volatile @Nullable ModuleRun run;

    /**
     * The load that is or was the module's.
     *
     * @param number 0 when nothing was ever loaded
     * @param unload null until it has ended
     */
    private record LastLoad(String version, long number, @Nullable Unload unload) {

        static final LastLoad NONE = new LastLoad("", 0, null);
    }

    ModuleHandle(RunnableHandle base, ModuleJar described) {
        super(base);
        this.described = described;
        this.last = new AtomicReference<>(LastLoad.NONE);
    }

    /** @param before what the unit had until then */
    ModuleHandle(RunnableHandle base, ModuleJar described, ModuleHandle before) {
        super(base);
        this.described = described;
        this.last = before.last;
    }

    /** What the module is called, without the prefix of the unit's name. */
    public String moduleName() {
        return described.name();
    }

    /** The version that is loaded, or that would be at the next start. */
    public String version() {
        return jar().version();
    }

    /** Where that was found. */
    public Path file() {
        return jar().file();
    }

    private ModuleJar jar() {
        ModuleRun running = run;
        return running == null ? described : running.jar();
    }

    /** Reloads with two minutes to get warm, thirty seconds of probation. See {@link #reload(Path, ReplaceOptions)}. */
    public Operation<ReloadReport> reload(Path file) {
        return reload(file, ReplaceOptions.defaults());
    }

    /**
     * Replaces the version that is loaded by the one in a file, while it works: the new version's classes are loaded beside the old
     * one's, each unit that both have is replaced, warm where both sides can, what only the old one has is stopped, what only the new
     * one has is added. They stay or go together: when one of them fails, degrades, or is not ready in time, all work goes back to the
     * old version. At the end the classes of the version that does not stay are unloaded.
     *
     * <p>Fails with {@link InvalidModuleException} when the file is no module, with {@link RefusedException} when it is another module,
     * when none is loaded, or one is being reloaded already, and when three loads of the module have leaked; nothing is done then, nor
     * when there is no room for a copy of it. What the new version's code throws is taken back like any other failure of it.
     */
    public Operation<ReloadReport> reload(Path file, ReplaceOptions options) {
        return reload(file, () -> ModuleJar.of(file), options);
    }

    /** The same by what was looked at already. */
    Operation<ReloadReport> reload(Module next, ReplaceOptions options) {
        return reload(next.file(), next::jar, options);
    }

    private Operation<ReloadReport> reload(Path file, Supplier<ModuleJar> look, ReplaceOptions options) {
        Promise<ReloadReport> promise = new Promise<>("reload of " + name(), time());
        ModuleRun running = run;
        if (running == null) {
            promise.fail(
                    new RefusedException("%s is %s, and nothing of it is loaded: start it, or remove it and load %s"
                            .formatted(name(), state(), file)));
        } else {
            running.reload(file, look, options, promise);
        }
        return promise;
    }

    /**
     * Removes the module and says what became of its classes: {@link UnloadState#PENDING} as a rule, since no collection is forced;
     * {@link Modules#unloads()} says later what it has become, and {@link Modules#prove()} finds it out at once. The report is that of
     * the last load, also when that has ended before; when there was none it is of load 0, and {@link UnloadState#PROVED}.
     *
     * <p>Fails like {@link #remove()}.
     */
    public Operation<UnloadReport> unload() {
        Promise<UnloadReport> promise = new Promise<>("unload of " + name(), time());
        remove().whenDone(outcome -> {
            switch (outcome) {
                case Outcome.Done<StopReport> _ -> promise.complete(unloaded());
                case Outcome.Failed<StopReport>(LifecycleException error) -> promise.fail(error);
            }
        });
        return promise;
    }

    private UnloadReport unloaded() {
        LastLoad known = Objects.requireNonNull(last.get());
        Unload unload = known.unload();
        if (unload != null) {
            return unload.report();
        }
        boolean never = known.number() == 0;
        return new UnloadReport(moduleName(), never ? version() : known.version(), known.number(),
                never ? UnloadState.PROVED : UnloadState.PENDING, time().now(), "", "", List.of(), "", List.of());
    }

    /** From now on its code may run. */
    void loads(Load load) {
        last.set(new LastLoad(load.jar().version(), load.number(), null));
    }

    /** A load has ended; of no interest here unless it is the last one. */
    void ended(Load load, Unload unload) {
        last.updateAndGet(known -> known.number() == load.number()
                ? new LastLoad(known.version(), known.number(), unload)
                : known);
    }

    /** Whether there is something that a reload could replace. */
    boolean isLoaded() {
        ModuleRun running = run;
        return running != null && running.isLoaded();
    }

    /** Of one that is stopped: its next start is by another description. */
    Operation<ReplaceReport> describe(Module next, ReplaceOptions options) {
        return replaceWith(next.with(_ -> spec().toBuilder()), options);
    }

    /** Whether what is loaded, or would be, has the content of another description. */
    boolean isLoadedFrom(Module other) {
        return jar().digest().equals(other.jar().digest());
    }

    void run(@Nullable ModuleRun now) {
        run = now;
    }
}
