package dev.windlass.controller;

import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopRequest;
import dev.windlass.workqueue.CarriedWork;
import dev.windlass.workqueue.WorkQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the work of an engagement ends, and what is left of it. By the main thread of the engagement only. */
final class EngagementEnd {

    private final RunnableContext context;
    private final WorkQueue<ObjectKey> queue;
    private final EngagementGate gate;
    private boolean interrupted = Thread.interrupted();

    EngagementEnd(RunnableContext context, WorkQueue<ObjectKey> queue, EngagementGate gate) {
        this.context = context;
        this.queue = queue;
        this.gate = gate;
    }

    /** No callback of any of them runs when this returns. What they knew, and for watches that were not opened, what was known. */
    Map<String, KnownObjects> known(List<Source<?>> last, EngagementCarryOver carried) {
        Map<String, KnownObjects> known = new HashMap<>(carried.known());
        for (Source<?> source : last) {
            KnownObjects told = source.detach();
            known.remove(source.watch().id());
            if (told.count() <= EngagementCarryOver.MOST_KNOWN) {
                known.put(source.watch().id(), told);
            } else {
                context.logger().atWarn().addKeyValue("watch", source.watch().id())
                        .addKeyValue("objects", told.count())
                        .log("too many objects to remember: the next start does not learn what was deleted meanwhile");
            }
        }
        return known;
    }

    /**
     * Drains the queue or halts it, as the stop wants it, and awaits who is at work. Returns what is left.
     *
     * @param asked whether there was a stop, not a failure
     */
    CarriedWork<ObjectKey> work(boolean asked) {
        queue.shutDown(asked
                ? context.stopRequest().map(StopRequest::mode).orElse(StopMode.ABORT)
                : StopMode.ABORT);
        awaitWorkers();
        context.account().drained(queue.sizes().finishedSinceShutDown());
        return queue.export();
    }

    /** An interrupt that came meanwhile is the caller's. */
    void close() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Awaits them as long as the stop allows, and cuts the drain short in time. */
    private void awaitWorkers() {
        try {
            if (awaitWorkersUntil(request().drainDeadline())) {
                return;
            }
            queue.shutDown(StopMode.HANDOFF);
            if (awaitWorkersUntil(request().inFlightDeadline())) {
                return;
            }
        } catch (InterruptedException e) {
            interrupted = true; // cancelled: so are the workers
        }
        queue.shutDown(StopMode.ABORT);
        StopRequest last = request();
        long end = last.inFlightDeadline() + (last.deadline() - last.inFlightDeadline()) / 2;
        while (true) {
            try {
                awaitWorkersUntil(end);
                return;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    private StopRequest request() {
        return Departure.request(context);
    }

    private boolean awaitWorkersUntil(long deadline) throws InterruptedException {
        return gate.awaitEnd(Math.max(0, deadline - context.time().nanos()));
    }
}
