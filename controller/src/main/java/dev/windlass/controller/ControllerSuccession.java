package dev.windlass.controller;

import dev.windlass.lifecycle.DeadlineException;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The replace of one run of a controller by another, on all clusters at once:
 *
 * <pre>
 * WARMING       the engagements of the next run sync beside those that work
 * HANDING OVER  the run before is frozen; on all clusters that are ready the next engagements take over, or else none does
 * PROVISIONAL   they work, those before are frozen: one that is in trouble is in the way of the controller
 * SETTLED       the next ones stay and those before end with their run, or the work goes back and those before are thawed
 * </pre>
 *
 * An engagement that follows later, when its cluster is ready again, is settled with the others, or as they were. Thread-safe; no lock
 * is held while anything is awaited.
 */
final class ControllerSuccession {

    private final Engagements engagements;
    private final ControllerRun<?> next;
    private final List<Takeover> takeovers = new CopyOnWriteArrayList<>();
    /** Something that is awaited here may have happened. */
    private final Semaphore news = new Semaphore(0);
    private volatile @Nullable ControllerRun<?> before;
    /** Why it cannot be; empty while it can. */
    private volatile String refusal = "";
    private @Nullable Verdict verdict; // guarded by this

    private record Verdict(boolean stays, String why) {
    }

    ControllerSuccession(Engagements engagements, ControllerRun<?> next) {
        this.engagements = engagements;
        this.next = next;
    }

    ControllerRun<?> next() {
        return next;
    }

    /** The run that waits to go on, or to end; null before it has handed over. */
    @Nullable
    ControllerRun<?> before() {
        return before;
    }

    /** Another engagement is to be succeeded. */
    void add(Takeover begun) {
        Verdict known;
        synchronized (this) {
            takeovers.add(begun);
            known = verdict;
        }
        if (known != null) {
            begun.settle(known.stays, known.why);
        }
    }

    void onNews() {
        news.release();
    }

    /** One of the engagements cannot get warm, or does not stand the test. */
    void refuse(String why) {
        refusal = why;
        news.release();
    }

    String refusal() {
        return refusal;
    }

    synchronized boolean settled() {
        return verdict != null;
    }

    // ---- warm-up

    /** Returns whether all are warm; false at a stop. */
    boolean awaitWarm(RunnableContext context) throws InterruptedException {
        while (!context.stopping().isSet()) {
            requirePossible();
            String waitsFor = pending().map(Takeover::notWarm).filter(what -> !what.isEmpty())
                    .collect(Collectors.joining("; "));
            if (waitsFor.isEmpty()) {
                return true;
            }
            context.waiting(waitsFor);
            awaitNews();
        }
        return false;
    }

    /** Those that are under way; a cluster in trouble holds up nobody. */
    private Stream<Takeover> pending() {
        return takeovers.stream().filter(one -> one.pair().takeover == one && engagements.clusterIsReady(one.pair()));
    }

    private void requirePossible() {
        if (!refusal.isEmpty()) {
            throw new IllegalStateException(refusal);
        }
    }

    private void awaitNews() throws InterruptedException {
        news.acquire();
        news.drainPermits(); // whoever waits looks at everything after this
    }

    // ---- hand-over

    /** Returns when the next engagements have taken over; throws when one cannot, and then all are to be taken back. */
    void handOver(ControllerRun<?> from) {
        before = from;
        next.open();
        takeovers.forEach(Takeover::onTurn);
        while (true) {
            requirePossible();
            List<Takeover> open = pending().filter(one -> !one.done()).toList();
            if (open.isEmpty()) {
                return;
            }
            try {
                awaitNews();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("not handed over in time: " + open, e);
            }
        }
    }

    // ---- verdict

    /** What has been decided for the controller counts for all its engagements; the first time it is. */
    void settle(boolean stays, String why) {
        synchronized (this) {
            if (verdict != null) {
                return;
            }
            verdict = new Verdict(stays, why);
        }
        takeovers.forEach(one -> one.settle(stays, why));
        news.release();
    }

    /**
     * Awaits that one of each two is left, and has the run that ends account for it.
     *
     * @param deadline when it is to end at the latest, as the clock counts; it may change
     * @return whether it was interrupted
     */
    boolean awaitEnd(RunnableContext context, LongSupplier deadline) {
        boolean interrupted = false;
        for (Takeover one : takeovers) {
            interrupted |= awaitEnd(context, one, deadline);
        }
        return interrupted;
    }

    private static boolean awaitEnd(RunnableContext context, Takeover one, LongSupplier deadline) {
        boolean interrupted = false;
        while (true) {
            try {
                long left = Math.max(0, deadline.getAsLong() - context.time().nanos());
                account(context, one.operation().await(Duration.ofNanos(left)));
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true; // the deadline may be another one now
            } catch (DeadlineException e) {
                context.logger().atWarn().addKeyValue("engagement", one)
                        .log("the replace of the engagement has not ended in time");
                return interrupted;
            } catch (LifecycleException e) {
                context.logger().atDebug().addKeyValue("engagement", one).addKeyValue("reason", e.getMessage())
                        .log("engagement was not replaced");
                return interrupted;
            }
        }
    }

    private static void account(RunnableContext context, ReplaceReport report) {
        context.account().handedOver(report.handedOver());
        StopReport retired = report.retired();
        if (retired != null) {
            context.account().onBehalf(retired);
        }
    }
}
