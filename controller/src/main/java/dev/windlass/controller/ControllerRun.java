package dev.windlass.controller;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a controller. It does no work itself: it holds the meters, keeps the engagements engaged while it runs,
 * and tells their sum.
 */
final class ControllerRun<T extends HasMetadata> implements ManagedRunnable, Workload {

    private volatile Controller<T> controller;
    private volatile @Nullable Begun begun;
    private volatile boolean paused;
    // Guarded by this.
    private boolean everReady;
    private String told = "";

    private record Begun(RunnableContext context, Engagements engagements, ControllerMeters meters) {
    }

    ControllerRun(Controller<T> controller) {
        this.controller = controller;
    }

    Controller<T> controller() {
        return controller;
    }

    /** What it is described by has changed in something that needs no new generation. */
    void reconfigure(Controller<T> next) {
        controller = next;
        Begun now = begun;
        if (now != null) {
            now.engagements.onReconfigured(this);
        }
    }

    ControllerMeters meters() {
        return begun().meters;
    }

    /** The watches that were added to the controller while it runs. */
    List<WatchHandle> extras() {
        return begun().context.handle() instanceof ControllerHandle<?> handle ? handle.extras() : List.of();
    }

    RunnableContext context() {
        return begun().context;
    }

    private Begun begun() {
        Begun now = begun;
        if (now == null) {
            throw new IllegalStateException(controller + " has not begun");
        }
        return now;
    }

    @Override
    public void run(RunnableContext context) throws Exception {
        Engagements engagements = Engagements.of(context.manager());
        ControllerMeters meters = engagements.metrics().open(controller.name());
        context.own("meters", controller.name(), meters);
        context.own("meters", "workqueue " + controller.name(), engagements.queueMetrics().hold(controller.name()));
        begun = new Begun(context, engagements, meters);
        if (context.handle() instanceof ControllerHandle<?> handle) {
            handle.bind(engagements);
        }
        context.workload(this);
        controller.watches().forEach(watch -> context.detail(watch.id(), () -> watch.spec().resource().apiVersion()));
        context.detail("engagements", () -> engagements.describe(controller.name()));
        context.detail(Engagements.CAUGHT_UP, () -> engagements.caughtUp(this));
        context.pausable(new Suspension() {

            @Override
            public void begin() {
                pause(engagements, true);
            }

            @Override
            public void end() {
                pause(engagements, false);
            }
        });
        engagements.join(this);
        try {
            context.awaitStop();
        } catch (InterruptedException e) {
            if (!context.stopping().isSet()) {
                throw e;
            }
        } finally {
            engagements.leave(this);
        }
    }

    /** An engagement that begins at this moment either is told or sees it. */
    private void pause(Engagements engagements, boolean on) {
        paused = on;
        engagements.onPaused(this);
    }

    /** Whether the engagements are to dispatch nothing. */
    boolean paused() {
        return paused;
    }

    /** Says what the engagements amount to: nothing when all is well, else what is wrong and whether it will pass. */
    synchronized void tell(String message, boolean trouble) {
        RunnableContext context = begun().context;
        if (message.isEmpty()) {
            if (!everReady || !told.isEmpty()) {
                everReady = true;
                context.ready();
            }
        } else if (everReady || trouble) {
            context.degraded(message);
        } else if (!message.equals(told)) {
            context.waiting(message);
        }
        told = message;
    }

    @Override
    public long queued() {
        return begun().engagements.sum(controller.name(), EngagementRun::queued);
    }

    @Override
    public long inFlight() {
        return begun().engagements.sum(controller.name(), EngagementRun::inFlight);
    }
}
