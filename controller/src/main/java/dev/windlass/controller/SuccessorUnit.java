package dev.windlass.controller;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** A controller that takes the place of another one: the watches that were added to that one are its own. */
record SuccessorUnit<T extends HasMetadata>(Controller<T> controller, Amendments amendments)
        implements
            Unit<ControllerHandle<T>> {

    @Override
    public RunnableSpec spec() {
        return controller.spec();
    }

    @Override
    public ManagedRunnable newInstance() {
        return controller.newInstance();
    }

    @Override
    public ControllerHandle<T> handle(RunnableHandle base) {
        return new ControllerHandle<>(base, amendments);
    }

    @Override
    public String toString() {
        return controller.toString();
    }
}
