package dev.windlass.controller;

import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.RunnableHandle;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The outside face of a controller. Thread-safe.
 *
 * @param <T> the Java class of the objects that it reconciles
 */
public final class ControllerHandle<T extends HasMetadata> extends RunnableHandle {

    private final Controller<T> controller;
    private final List<WatchHandle> extras = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile @Nullable Engagements engagements;

    ControllerHandle(RunnableHandle base, Controller<T> controller) {
        super(base);
        this.controller = controller;
    }

    /** The description. */
    public Controller<T> controller() {
        return controller;
    }

    /** The units {@code cluster/CLUSTER/NAME} of this controller, one for each cluster that it has been engaged with. */
    public List<RunnableHandle> engagements() {
        Engagements bound = engagements;
        return bound == null ? List.of() : bound.of(controller.name());
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
        int number = controller.watches().size() + numbers.incrementAndGet();
        WatchHandle added = new WatchHandle(Watch.mapped(number, objects, which, mapper), this, time());
        extras.add(added); // before the look at what is bound: a run that begins now takes it along
        Engagements bound = engagements;
        if (bound != null) {
            bound.opened(controller.name(), added);
        }
        return added;
    }

    void unwatch(WatchHandle gone) {
        Engagements bound = engagements;
        if (extras.remove(gone) && bound != null) {
            bound.closed(controller.name(), gone);
        }
    }

    /** The watches that were added, as they are now. */
    List<WatchHandle> extras() {
        return List.copyOf(extras);
    }

    /** The controller is gone for good. */
    void removed() {
        extras.forEach(WatchHandle::ownerRemoved);
    }

    void bind(Engagements of) {
        engagements = of;
    }
}
