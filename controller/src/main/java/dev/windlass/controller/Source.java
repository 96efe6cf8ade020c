package dev.windlass.controller;

import dev.windlass.kubernetes.HandlerRegistration;
import dev.windlass.kubernetes.InformerLease;
import dev.windlass.kubernetes.InformerStatus;
import dev.windlass.kubernetes.KnownObject;
import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Observed;
import dev.windlass.kubernetes.ResourceHandler;
import dev.windlass.workqueue.WorkQueue;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * A watch of one engagement at work: hears of changes and queues the keys they ask for. Low priority is for what is probably
 * in order already: the state found at the first start, and what did not change since an earlier generation knew it.
 */
final class Source<S extends HasMetadata> implements ResourceHandler<S> {

    static final int LOW_PRIORITY = -100;

    private final Watch<S> watch;
    private final InformerLease<S> lease;
    private final KnownObjects known;
    private final MapContext context;
    private final WorkQueue<ObjectKey> queue;
    private final FirstState first;
    private final HandlerRegistration registration;
    // Written by the delivering thread only, read when all of the first state has been delivered.
    private volatile CatchUp found;

    /**
     * @param onNews called, and must not block, whenever {@link #synced()} or {@link #trouble()} may be another
     * @param onSynced called once, on a thread of its own, when it is synced
     */
    Source(Watch<S> watch, InformerLease<S> lease, KnownObjects known, MapContext context, WorkQueue<ObjectKey> queue,
            FirstState first, Runnable onNews, Runnable onSynced) {
        this.watch = watch;
        this.lease = lease;
        this.known = known;
        this.context = context;
        this.queue = queue;
        this.first = first;
        this.found = new CatchUp(0, 0, 0, known.count() > 0);
        this.registration = lease.addHandler(this, known);
        lease.onStatusChange(onNews);
        registration.onSynced(onNews);
        registration.onSynced(onSynced);
    }

    Watch<S> watch() {
        return watch;
    }

    InformerLease<S> lease() {
        return lease;
    }

    boolean synced() {
        return registration.synced();
    }

    /** What was there at the start; complete when it is synced. */
    CatchUp found() {
        return found;
    }

    int backlog() {
        return registration.backlog();
    }

    /** Whether it waits for something else than a list that is under way. */
    boolean hindered() {
        return heldBack() || switch (lease.status().state()) {
            case BACKOFF, DEGRADED, STOPPED -> true;
            case LISTING, WATCHING -> false;
        };
    }

    /** Whether it is not told what is there, because the cluster is cordoned. */
    boolean heldBack() {
        return !synced() && registration.heldBack();
    }

    /** What keeps it from working, or the empty string. */
    String trouble() {
        String failed = registration.trouble();
        String informer = informerTrouble();
        if (failed.isEmpty()) {
            return informer;
        }
        return watch.id() + " " + failed + (informer.isEmpty() ? "" : "; " + informer);
    }

    private String informerTrouble() {
        InformerStatus status = lease.status();
        String message = status.message().isEmpty() ? "" : ": " + status.message();
        return switch (status.state()) {
            case BACKOFF, DEGRADED, STOPPED -> status.resource() + " " + status.state() + message;
            case LISTING -> synced() ? "" : status.resource() + " LISTING" + message;
            case WATCHING -> synced() ? "" : status.resource() + " not delivered yet";
        };
    }

    /** Returns when what waits for delivery now has been delivered, unless nothing is. */
    void awaitDelivered() throws InterruptedException {
        registration.awaitDelivered();
    }

    /** No callback runs when this returns, and none will. What the handler had not been told of stays as it was known. */
    KnownObjects detach() {
        return registration.detach();
    }

    @Override
    public void added(Observed<S> now) {
        if (watch.predicate().added(now)) {
            boolean low = known.count() > 0 ? now.unchanged() : now.initial();
            int priority = low ? LOW_PRIORITY : 0;
            Collection<ObjectKey> targets = watch.targets(now, context);
            if (now.initial()) {
                targets.forEach(target -> first.add(target, priority));
            } else {
                enqueue(targets, priority);
            }
        }
        if (now.initial()) { // last: it is told again when the above throws
            found(1, found.returning() && !now.unchanged() ? 1 : 0, 0);
        }
    }

    @Override
    public void updated(Observed<S> old, Observed<S> now) {
        if (watch.predicate().updated(old, now)) {
            Collection<ObjectKey> targets = watch.targets(now, context);
            if (!watch.isPrimary()) {
                Set<ObjectKey> both = new HashSet<>(targets);
                both.addAll(watch.targets(old, context));
                targets = both;
            }
            enqueue(targets, old.resourceVersion().equals(now.resourceVersion()) ? LOW_PRIORITY : 0);
        }
    }

    @Override
    public void deleted(Observed<S> last) {
        if (watch.predicate().deleted(last)) {
            enqueue(watch.targets(last, context), 0);
        }
    }

    /** It went while nobody watched. Of another object than those reconciled no more is known than its name. */
    @Override
    public void vanished(KnownObject gone) {
        found(0, 0, 1);
        if (watch.isPrimary()) {
            queue.add(gone.key());
        }
    }

    private void found(long objects, long changed, long gone) {
        found = found.and(new CatchUp(objects, changed, gone, false));
    }

    private void enqueue(Collection<ObjectKey> targets, int priority) {
        for (ObjectKey target : targets) {
            queue.add(target, priority);
        }
    }
}
