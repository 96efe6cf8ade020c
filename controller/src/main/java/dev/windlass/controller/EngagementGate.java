package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.Forked;
import dev.windlass.lifecycle.Rung;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.workqueue.WorkQueue;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of an engagement's queue is worked on at a time: what its controller, a pause and a quota let through, by as many workers as are
 * described now. Thread-safe. The monitor guards all fields; the locks of workers and queue are taken under it.
 */
final class EngagementGate {

    private final RunnableContext context;
    private final WorkQueue<ObjectKey> queue;
    private final ControllerRun<?> owner;
    private final LongSupplier watches;
    private final ControllerMeters.Engaged meters;
    private final Forked work;
    private int rungLimit = Integer.MAX_VALUE;
    private boolean paused;
    private @Nullable Workers workers; // none before it has synced

    /**
     * @param watches how many there are
     * @param work takes from the queue until it is given nothing
     */
    EngagementGate(RunnableContext context, WorkQueue<ObjectKey> queue, ControllerRun<?> owner, LongSupplier watches,
            ControllerMeters.Engaged meters, Forked work) {
        this.context = context;
        this.queue = queue;
        this.owner = owner;
        this.watches = watches;
        this.meters = meters;
        this.work = work;
    }

    /** The work begins. */
    void start() {
        synchronized (this) {
            workers = new Workers(context, queue, meters, work);
        }
        follow();
    }

    /** Does as the controller is described now: whoever comes last brings that. */
    synchronized void follow() {
        Controller<?> described = owner.controller();
        queue.rateLimiter(described.rateLimiter());
        if (workers != null) {
            workers.want(described.workers());
            offerRungs(described, described.workers()); // a quota that is lowered when it is ready finds them
        }
    }

    /** How it can cost less and keep its watches: with one worker, or with none. */
    private void offerRungs(Controller<?> described, int most) {
        Cost none = described.cost(watches.getAsLong(), 0);
        context.rungs(most == 1
                ? Map.of(Rung.PAUSED, none)
                : Map.of(Rung.DEGRADED, described.cost(watches.getAsLong(), 1), Rung.PAUSED, none), this::descend);
    }

    private void descend(Rung rung) throws InterruptedException {
        synchronized (this) {
            rungLimit = switch (rung) {
                case FULL -> Integer.MAX_VALUE;
                case DEGRADED -> 1;
                case PAUSED, PARKED, STOPPED -> 0;
            };
        }
        limit();
        if (rung != Rung.FULL) { // a pause may limit it still, and what has begun may take its time
            queue.awaitLimit();
        }
    }

    void pause(boolean on) {
        synchronized (this) {
            paused = on;
        }
        limit();
    }

    /** Something that limits the dispatch may have changed. */
    synchronized void limit() {
        queue.limit(paused || owner.paused() || owner.frozen() ? 0 : rungLimit);
    }

    /** Awaits that all workers have ended, once the queue is shut down. Returns whether they have. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        Workers begun;
        synchronized (this) {
            begun = workers;
        }
        return begun == null || begun.awaitEnd(nanos);
    }
}
