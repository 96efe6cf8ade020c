package dev.windlass.lifecycle;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A plain unit: code with a specification. Immutable. */
public final class Task implements Unit<RunnableHandle> {

    private final RunnableSpec spec;
    private final @Nullable Supplier<? extends ManagedRunnable> instances;
    /** What {@code instances} would make each time; nearly all tasks have this, and no object for making it. */
    private final @Nullable ManagedRunnable code;

    private Task(RunnableSpec spec, @Nullable Supplier<? extends ManagedRunnable> instances,
            @Nullable ManagedRunnable code) {
        this.spec = spec;
        this.instances = instances;
        this.code = code;
    }

    /** Code without state of its own, which can therefore run again after it has ended. */
    public static Task of(String name, ManagedRunnable code) {
        return new Task(RunnableSpec.named(name), null, code);
    }

    /** Code without state of its own, which can therefore run again after it has ended. */
    public static Task of(RunnableSpec spec, ManagedRunnable code) {
        return new Task(spec, null, code);
    }

    /** Code that is made anew for each start. */
    public static Task each(RunnableSpec spec, Supplier<? extends ManagedRunnable> instances) {
        return new Task(spec, instances, null);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return instances == null ? Objects.requireNonNull(code) : instances.get();
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }
}
