package dev.windlass.controller;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.Promise;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.UnitState;

/**
 * A watch that was added to a controller while it runs. It stays through stops, starts and replaces, until it is closed. Only what is of
 * the code of a generation that had a class loader of its own, as a feature module has, goes with that: when it is replaced by one
 * of another class loader. Thread-safe.
 */
public final class WatchHandle implements Registration {

    private final Watch<?> watch;
    private final Promise<WatchHandle> ready;
    private final ControllerHandle<?> owner;

    WatchHandle(Watch<?> watch, ControllerHandle<?> owner, TimeSource time) {
        this.watch = watch;
        this.owner = owner;
        this.ready = new Promise<>("sync of " + owner.name() + " " + watch.id(), time);
    }

    /** What the watch is called among those of its controller. */
    public String id() {
        return watch.id();
    }

    /**
     * Completes when the controller runs and has been told the current state on every cluster that it is engaged with then. An
     * engagement that stops meanwhile is not waited for. Fails when the watch is closed, or the controller removed, before.
     */
    public Operation<WatchHandle> ready() {
        if (owner.state() == UnitState.REMOVED) {
            ownerRemoved();
        }
        return ready;
    }

    /** Ends the watch. Returns when no callback of it is running and none will. */
    @Override
    public void close() {
        ready.fail(new PreemptedException(
                "the watch " + watch.id() + " of " + owner.name() + " was closed before it was synced"));
        owner.unwatch(this);
    }

    Watch<?> watch() {
        return watch;
    }

    void ownerRemoved() {
        ready.fail(new PreemptedException(
                "the watch " + watch.id() + " of " + owner.name() + " cannot sync: the controller was removed"));
    }

    void codeLeft() {
        ready.fail(new PreemptedException("the watch " + watch.id() + " of " + owner.name()
                + " cannot sync: the controller was replaced, and its code went with the one before"));
    }

    void synced() {
        ready.complete(this);
    }
}
