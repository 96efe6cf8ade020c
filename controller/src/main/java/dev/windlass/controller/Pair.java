package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.lifecycle.ManagedRunnable;
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
    volatile @Nullable EngagementHandle handle;
    /** What was added to the controller that had it last: a new one of the same name has something else. */
    volatile @Nullable Amendments owner;
    /** The generation that has the work. */
    volatile @Nullable EngagementRun<?> engagement;
    /** One that gets warm to take its place. */
    volatile @Nullable EngagementRun<?> standby;
    /** The replace of its engagement that is under way. */
    volatile @Nullable Takeover takeover;
    /** Why it could not be engaged, empty when it could. */
    volatile String refusal = "";
    /** Whether the controller that runs does not work on this cluster. */
    volatile boolean declined;
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

    /** @param meantFor the run of the controller that the unit was described for: it counts unless it is over */
    ManagedRunnable newRun(ControllerRun<?> meantFor) {
        ControllerRun<?> now = meantFor.over() ? run : meantFor;
        ClusterConnection to = connection;
        if (now == null || to == null) {
            throw new IllegalStateException(
                    unit() + " cannot start alone: start " + Controller.PREFIX + controller + ", which brings it back");
        }
        EngagementRun<?> present = engagement;
        if (present == null || present.over()) {
            EngagementRun<?> next = new EngagementRun<>(now, to, engagements, this, null);
            engagement = next;
            return next;
        }
        EngagementRun<?> next = new EngagementRun<>(now, to, engagements, this, present);
        standby = next;
        return next;
    }

    /** It has the work from now on. */
    void tookOver(EngagementRun<?> next) {
        engagement = next;
        standby = null;
    }
}
