package dev.windlass.modules;

import dev.windlass.lifecycle.FailurePolicy;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * A feature module: a jar that declares a {@link FeatureModule}, as a unit. While it runs, the jar's classes are loaded in a class
 * loader of their own, and its units run inside this one; after its end the classes can be collected, and {@link UnloadReport} says
 * whether they were. Immutable.
 *
 * <pre>{@code
 * ModuleHandle billing = manager.add(Module.fromJar(Path.of("billing-2.1.jar")));
 * }</pre>
 */
public final class Module implements Unit<ModuleHandle> {

    static final String PREFIX = "module/";
    static final String KIND = "Module";

    private final ModuleJar jar;
    private final RunnableSpec spec;

    private Module(ModuleJar jar, RunnableSpec spec) {
        this.jar = jar;
        this.spec = spec;
    }

    /**
     * The module in a file. Its dependencies are inside of it, in {@code META-INF/lib} or among its own classes, or beside it, where the
     * {@code Class-Path} of its manifest says. The file is looked at now, and none of its code runs; when the unit starts it is copied,
     * so that it may be replaced or deleted afterwards.
     *
     * @throws InvalidModuleException when there is no such file, or it is no module, is not whole, needs a newer host, or unpacks to
     *     more than a gibibyte
     */
    public static Module fromJar(Path file) {
        ModuleJar jar = ModuleJar.of(file);
        return new Module(jar, RunnableSpec.builder(PREFIX + jar.name()).kind(KIND).signalsReadiness(true)
                .onFailure(FailurePolicy.ISOLATE).build());
    }

    /**
     * The same module with another specification: what it depends on, when it is restarted, what it may cost. Name and kind stay.
     *
     * @param change is given a builder with what is there, and returns one with what is to be
     */
    public Module with(UnaryOperator<RunnableSpec.Builder> change) {
        return new Module(jar, change.apply(spec.toBuilder()).kind(KIND).signalsReadiness(true).build());
    }

    /** What the module is called, without the prefix of the unit's name. */
    public String name() {
        return jar.name();
    }

    /** Its version. */
    public String version() {
        return jar.version();
    }

    /** Where it was found. */
    public Path file() {
        return jar.file();
    }

    ModuleJar jar() {
        return jar;
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new ModuleRun(jar);
    }

    @Override
    public ModuleHandle handle(RunnableHandle base) {
        return new ModuleHandle(base, jar);
    }

    @Override
    public ModuleHandle handle(RunnableHandle base, RunnableHandle before) {
        return before instanceof ModuleHandle known ? new ModuleHandle(base, jar, known) : handle(base);
    }

    @Override
    public String toString() {
        return jar.name() + " " + jar.version() + " (" + jar.file() + ")";
    }
}
