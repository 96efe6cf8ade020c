package dev.windlass.controller;

import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Unit;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;

/**
 * The outside face of a controller. Thread-safe.
 *
 * @param <T> the Java class of the objects that it reconciles
 */
public final class ControllerHandle<T extends HasMetadata> extends RunnableHandle {

    private final Amendments amendments;

    ControllerHandle(RunnableHandle base, Amendments amendments) {
        super(base);
        this.amendments = amendments;
    }

    /** The description, as it is now. */
    public Controller<T> controller() {
        return amendments.amended(described());
    }

    @SuppressWarnings("unchecked") // a controller is only ever replaced by one for the same class
    private Controller<T> described() {
        Unit<?> described = unit();
        return (Controller<T>) (described instanceof SuccessorUnit<?> successor ? successor.controller() : described);
    }

    /**
     * Changes how many workers there are and how long failed keys wait, on all clusters, without an end of anything: where there are
     * fewer, whoever is busy finishes first; what waits already is due when it was. The description is the controller's from then
     * on, also when it does not run now, until it is replaced.
     *
     * @throws IllegalArgumentException when something else is another one too: that needs {@link #replace}
     * @throws RefusedException when there would be more workers than a quota with a limit for them has admitted, or while the
     *     controller is being replaced
     */
    public void reconfigure(Controller<T> next) {
        String replacing = status().replacing();
        if (replacing != null) {
            throw new RefusedException(
                    name() + " is being replaced: " + replacing + "; reconfigure it when that is over");
        }
        List<String> others = controller().differencesBeyondReconfigure(next);
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s can be reconfigured in workers and rate limiter only, and there is another %s: use replace"
                            .formatted(name(), String.join(", ", others)));
        }
        Engagements bound = amendments.engagements();
        if (bound != null) {
            bound.requireAdmitted(this, next.workers());
        }
        amendments.amend(described(), next); // before the look at what runs: a run that begins now finds it
        if (bound != null) {
            bound.reconfigure(next);
        }
    }

    /** Replaces the controller by another one of its name. See {@link #replace(Controller, ReplaceOptions)}. */
    public Operation<ReplaceReport> replace(Controller<T> next) {
        return replace(next, ReplaceOptions.defaults());
    }

    /**
     * Replaces the controller by another one of its name, like {@link RunnableHandle#replace(ReplaceOptions)}. On each cluster that
     * is ready the next one's watches sync beside those of the one that works. When all have, that one's dispatch ends, what it has
     * in flight is awaited, and its keys go over with their priorities, due times and failures; no key runs twice at once, none is
     * lost. All other objects are reconciled by the next one too, with low priority. When none of its reconciliations succeeds, or a watch of
     * it is in trouble, within the probation, the one before goes on with the keys. Watches that were {@linkplain #watch added}
     * stay, and so do meters.
     *
     * @throws IllegalArgumentException when it has another name
     */
    public Operation<ReplaceReport> replace(Controller<T> next, ReplaceOptions options) {
        return replaceWith(new SuccessorUnit<>(next, amendments), options);
    }

    /** The units {@code cluster/CLUSTER/NAME} of this controller, one for each cluster that it has been engaged with. */
    public List<RunnableHandle> engagements() {
        Engagements bound = amendments.engagements();
        return bound == null ? List.of() : bound.of(controller().name());
    }

    /**
     * Adds a watch while the controller runs: what a function makes of each object that comes, changes or goes is reconciled.
     * Returns at once. It is the controller's from then on, through stops and starts, until it is closed; when the controller does
     * not run yet, it begins with it.
     */
    public <S extends HasMetadata> WatchHandle watch(Class<S> type, Mapper<S> mapper) {
        return watch(WatchSpec.of(type), mapper, Predicate.all());
    }

    /** Adds a watch for some objects of a kind, and for some changes of them. See {@link #watch(Class, Mapper)}. */
    public <S extends HasMetadata> WatchHandle watch(WatchSpec<S> objects, Mapper<S> mapper, Predicate<S> which) {
        WatchHandle watch = new WatchHandle(Watch.added(amendments.nextNumber(), objects, which, mapper), this, time());
        amendments.add(watch); // before the look at what is bound: a run that begins now takes it along
        Engagements bound = amendments.engagements();
        if (bound != null) {
            bound.opened(controller().name(), watch);
        }
        return watch;
    }

    void unwatch(WatchHandle gone) {
        Engagements bound = amendments.engagements();
        if (amendments.remove(gone) && bound != null) {
            bound.closed(controller().name(), gone);
        }
    }

    /** What was added since the controller was described. The same for all handles of a controller, and for no other one's. */
    Amendments amendments() {
        return amendments;
    }

    /** The controller is gone for good. */
    void removed() {
        amendments.all().forEach(WatchHandle::ownerRemoved);
    }
}
