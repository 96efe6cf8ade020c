package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import org.jspecify.annotations.Nullable;

/**
 * One controller name and one cluster name, and what outlives the generations of their engagement: which run of the controller
 * and which connection it belongs to now. Written by {@link Engagements} under its lock, read by anybody.
 */
final class Pair {

    private final String controller;
    private final String cluster;
    private final Engagements engagements;
    volatile @Nullable ControllerRun<?> run;
    volatile @Nullable ClusterConnection connection;
    volatile @Nullable RunnableHandle handle;
    /** The controller that had it last: a new one of the same name has another handle. */
    volatile @Nullable RunnableHandle owner;
    volatile @Nullable EngagementRun<?> engagement;
    /** Why it could not be engaged, empty when it could. */
    volatile String refusal = "";
    /** The last generation of the controller that had it. */
    volatile long controllerGeneration;

    Pair(String controller, String cluster, Engagements engagements) {
        this.controller = controller;
        this.cluster = cluster;
        this.engagements = engagements;
    }

    String controller() {
        return controller;
    }

    String cluster() {
        return cluster;
    }

    String unit() {
        return "cluster/" + cluster + "/" + controller;
    }

    ManagedRunnable newRun() {
        ControllerRun<?> now = run;
        ClusterConnection to = connection;
        if (now == null || to == null) {
            throw new IllegalStateException(
                    unit() + " cannot start alone: start " + Controller.PREFIX + controller + ", which brings it back");
        }
        EngagementRun<?> next = new EngagementRun<>(now, to, engagements);
        engagement = next;
        return next;
    }
}
