package dev.windlass.controller;

import dev.windlass.lifecycle.RunnableHandle;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outside face of a controller. Thread-safe.
 *
 * @param <T> the Java class of the objects that it reconciles
 */
public final class ControllerHandle<T extends HasMetadata> extends RunnableHandle {

    private final Controller<T> controller;
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

    void bind(Engagements of) {
        engagements = of;
    }
}
