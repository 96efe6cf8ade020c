package dev.windlass.lifecycle;

import java.util.function.Supplier;

/** A plain unit: code with a specification. Immutable. */
public final class Task implements Unit<RunnableHandle> {

    private final RunnableSpec spec;
    private final Supplier<? extends ManagedRunnable> instances;

    private Task(RunnableSpec spec, Supplier<? extends ManagedRunnable> instances) {
        this.spec = spec;
        this.instances = instances;
    }

    /** Code without state of its own, which can therefore run again after it has ended. */
    public static Task of(String name, ManagedRunnable code) {
        return new Task(RunnableSpec.named(name), () -> code);
    }

    /** Code without state of its own, which can therefore run again after it has ended. */
    public static Task of(RunnableSpec spec, ManagedRunnable code) {
        return new Task(spec, () -> code);
    }

    /** Code that is made anew for each start. */
    public static Task each(RunnableSpec spec, Supplier<? extends ManagedRunnable> instances) {
        return new Task(spec, instances);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return instances.get();
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }
}
