package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a quota has decided about units that run: brings them to other rungs, and stops them, dependents before what
 * they depend on. Touched by messages of the {@link QuotaBook} only.
 *
 * <p>A stop is refused while units run that depend on the one to be stopped: one may have started since the plan was made. Then
 * it is taken back, and the book plans anew. What is inside of a scope that stops ends with it.
 */
final class QuotaReclaim {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /** How long a unit may take to go to another rung; then it is stopped. */
    private static final Duration CLIMB = Duration.ofSeconds(10);

    /** A unit that is to be stopped, or is being stopped. */
    private static final class Leaving {

        final UnitCell cell;
        final long deadline;
        boolean ordered;

        Leaving(UnitCell cell, long deadline) {
            this.cell = cell;
            this.deadline = deadline;
        }
    }

    private final QuotaBook book;
    private final TimeSource time;
    private final Manager manager;
    private final Map<UnitCell, Leaving> leaving = new LinkedHashMap<>();

    QuotaReclaim(QuotaBook book, Manager manager) {
        this.book = book;
        this.manager = manager;
        this.time = manager.time();
    }

    // ---- stops

    /** Enters a unit that is to be stopped; {@link #proceed()} begins. */
    void stop(UnitCell cell, long deadline) {
        if (leaving.putIfAbsent(cell, new Leaving(cell, deadline)) == null) {
            cell.givesWay(true);
        }
    }

    /** Whether a unit is on its way out, alone or with a scope around it. */
    boolean isLeaving(UnitCell cell) {
        for (UnitCell at = cell; at != null; at = at.parent()) {
            if (leaving.containsKey(at)) {
                return true;
            }
        }
        return false;
    }

    /** Orders the stop of each unit on which no other one depends any more that has to stop too. */
    void proceed() {
        for (Leaving one : List.copyOf(leaving.values())) {
            UnitCell scope = one.cell.parent();
            if (!one.ordered && scope != null && isLeaving(scope)) {
                over(one);
            }
        }
        for (Leaving one : List.copyOf(leaving.values())) {
            if (!one.ordered && manager.activeDependents(one.cell).stream().noneMatch(this::isLeaving)) {
                one.ordered = true;
                one.cell.reclaim(options(one), () -> book.post(() -> onOver(one)));
            }
        }
    }

    /** Those that can only be stopped after this one share the time with it. */
    private StopOptions options(Leaving one) {
        long after = !manager.anyDependencies()
                ? 0
                : leaving.values().stream().filter(other -> !other.ordered
                        && manager.activeDependents(other.cell).contains(one.cell)).count();
        Duration share = Duration.ofNanos(Math.max(0, one.deadline - time.nanos()) / (1 + after));
        return one.cell.spec().stop().within(share);
    }

    /** It has ended, or runs on because others depend on it. */
    private void onOver(Leaving one) {
        over(one);
        proceed();
        book.stopIsOver();
    }

    private void over(Leaving one) {
        leaving.remove(one.cell);
        one.cell.givesWay(false);
    }

    // ---- rungs

    /** Brings a unit to where it is to be, unless a call to it is under way. */
    void climb(QuotaClaim claim) {
        RungChange change = claim.change;
        Incarnation climber = claim.climber;
        if (claim.climbingTo >= 0 || change == null || climber == null) {
            return;
        }
        int to = claim.at;
        Rung rung = claim.rung();
        claim.climbingTo = to;
        claim.low |= to > 0;
        claim.calling = true;
        Timer limit = time.after(CLIMB, () -> book.post(() -> failed(claim, to, "it has not ended within " + CLIMB)));
        try {
            climber.fork("quota", () -> {
                try {
                    change.to(rung);
                    book.post(() -> arrived(returned(claim), to));
                } catch (Exception e) {
                    if (climber.stopping().isSet()) {
                        throw e; // it ends, and gives back everything
                    }
                    book.post(() -> failed(returned(claim), to, Incarnation.describe(e)));
                } finally {
                    limit.cancel();
                }
            });
        } catch (RevokedException e) {
            limit.cancel(); // it ends, and gives back everything
        }
    }

    private static QuotaClaim returned(QuotaClaim claim) {
        claim.calling = false;
        return claim;
    }

    private void arrived(QuotaClaim claim, int at) {
        if (claim.climbingTo != at || claim.ended()) {
            return;
        }
        claim.climbingTo = -1;
        claim.low = at > 0;
        book.hold(claim, claim.cost(Math.min(at, claim.at)));
        Incarnation climber = claim.climber;
        if (climber != null) {
            climber.tell().rung(claim.steps.get(at).rung());
        }
        if (claim.at != at && !claim.leaves()) {
            climb(claim);
        }
        book.changed();
    }

    private void failed(QuotaClaim claim, int at, String why) {
        if (claim.climbingTo == at && !claim.ended()) {
            LOG.atWarn().addKeyValue("unit", claim.cell.name()).addKeyValue("rung", claim.steps.get(at).rung())
                    .addKeyValue("reason", why)
                    .log("a unit cannot go to another rung of its quota: it is stopped, unless others need it");
            claim.climbingTo = -1;
            book.withoutLadder(claim);
        }
    }
}
