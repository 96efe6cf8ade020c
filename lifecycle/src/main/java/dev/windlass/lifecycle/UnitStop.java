package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stop of a unit, from the first order, or from the end of its generation by itself, until the report has been told:
 *
 * <pre>
 * cascade    with the order to do so: the units that depend on it stop first
 * teardown   its generation ends
 * inside     when its name goes: so do the units inside that were left registered
 * told
 * </pre>
 *
 * Orders that arrive meanwhile join it. All methods are called by messages of the unit.
 */
final class UnitStop {

    /** A stop that waits until the units which depend on this one have stopped. */
    private static final class Cascade {

        UnitCell.StopOrder order;
        /** Of what was asked for so far, the earliest. */
        long deadline;
        @Nullable
        LevelStopper dependents;

        Cascade(UnitCell.StopOrder order, long deadline) {
            this.order = order;
            this.deadline = deadline;
        }
    }

    private final UnitCell cell;
    private final TimeSource time;
    private @Nullable Consumer<StopReport> waiters;
    private @Nullable Cascade cascade;
    private @Nullable LevelStopper inside;
    private boolean removes;
    private boolean startFollows;
    /** Whether its own generation has ended, and one beside it has not. */
    private boolean awaitsBeside;
    /** Whether it would have started again, and does so now when what it depends on is back. */
    private boolean comesBack;

    UnitStop(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
    }

    boolean cascades() {
        return cascade != null;
    }

    /** Whether the name goes with it. */
    boolean removes() {
        return removes;
    }

    boolean startFollows() {
        return startFollows;
    }

    void letStartFollow() {
        startFollows = true;
        comesBack = false;
    }

    void tell(Consumer<StopReport> waiter) {
        Consumer<StopReport> earlier = waiters;
        waiters = earlier == null ? waiter : earlier.andThen(waiter);
    }

    void tellAll(StopReport report) {
        if (waiters != null) {
            waiters.accept(report);
        }
    }

    /** Begins what the order asks for, or makes what is under way harder, shorter or a removal. */
    void begin(UnitCell.StopOrder order, List<UnitCell> dependents) {
        removes |= order.remove();
        comesBack = order.reason() == Reason.DEPENDENCY_STOPPED
                && (comesBack || startFollows || cell.restartIsPlanned());
        cell.unwanted(order, startFollows);
        startFollows = false;
        Teardown teardown = cell.ongoingTeardown();
        if (awaitsBeside) {
            cell.endBeside(order, _ -> {
            });
        } else if (teardown != null) {
            teardown.onAskedAgain(order);
        } else if (cascade != null) {
            cascade.order = cascade.order.and(order);
            cascade.deadline = earlier(cascade.deadline, deadline(order));
            if (cascade.dependents != null) {
                cascade.dependents.again(order.options().mode(), cascade.deadline);
            }
        } else if (inside != null) {
            inside.again(order.options().mode(), deadline(order));
        } else if (!cell.isAlive()) {
            ended(order, cell.alreadyEnded(order),
                    cell.state().isTerminal() ? cell.state() : UnitState.STOPPED);
        } else if (!dependents.isEmpty()) {
            beginCascade(order, dependents);
        } else {
            cell.beginTeardown(order, UnitState.STOPPED);
        }
    }

    /** The manager, the scope or a cascade from below stops it, and the dependents too, in its own order and time. */
    void beginAlong(UnitCell.StopOrder order) {
        if (cascade != null && order.reason() != Reason.DEPENDENCY_STOPPED) {
            UnitCell.StopOrder merged = cascade.order.and(order);
            cascade = null;
            begin(startFollows ? merged.because(order.reason()) : merged, List.of()); // a restart stays wanted
        } else {
            begin(order, List.of());
        }
    }

    private long deadline(UnitCell.StopOrder order) {
        return time.nanos() + SystemTime.nanos(order.options().budget());
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    /** The dependents and this unit share the budget, each level of them an equal part. */
    private void beginCascade(UnitCell.StopOrder order, List<UnitCell> dependents) {
        Cascade began = new Cascade(order, deadline(order));
        cascade = began;
        LevelStopper stopper = new LevelStopper(cell, time, dependents,
                new LevelStopper.Order(Reason.DEPENDENCY_STOPPED, order.options().mode(), order.actor(), order.began(),
                        false),
                began.deadline, 1, () -> cascade == began || !cell.desiredRunning(),
                reports -> onDependentsStopped(began));
        began.dependents = stopper;
        stopper.run();
    }

    private void onDependentsStopped(Cascade ended) {
        if (cascade == ended) {
            cascade = null;
            cell.beginTeardown(limited(ended), UnitState.STOPPED);
        }
    }

    /** The order, with what is left of its budget. */
    private UnitCell.StopOrder limited(Cascade of) {
        return of.order.within(Duration.ofNanos(Math.max(0, of.deadline - time.nanos())));
    }

    /** Its generation ends now, whether its dependents have stopped or not. Returns what a cascade would have ended it by, if there was one. */
    UnitCell.@Nullable StopOrder cascadeIsOver() {
        Cascade over = cascade;
        cascade = null;
        return over == null ? null : limited(over);
    }

    /** Whether somebody has asked for it, so that nothing of the unit may run on. */
    boolean isAskedFor() {
        return waiters != null || removes;
    }

    /** Its generation has ended, or there was none. */
    void ended(UnitCell.StopOrder order, StopReport report, UnitState result) {
        awaitsBeside = true;
        cell.endBeside(order, beside -> {
            awaitsBeside = false;
            allEnded(order, report.with(beside), result);
        });
    }

    /** Nothing of the unit itself runs any more. */
    private void allEnded(UnitCell.StopOrder order, StopReport report, UnitState result) {
        if (comesBack && result != UnitState.QUARANTINED && cell.state().canBecome(UnitState.STOPPED)) {
            cell.settle(order.because(Reason.DEPENDENCY_STOPPED), UnitState.STOPPED);
        } else {
            cell.settle(order, result);
        }
        List<UnitCell> left = removes ? cell.childCells() : List.of();
        if (left.isEmpty()) {
            cell.onStopEnded(this, order, report, List.of());
        } else {
            long afterAll = time.nanos() + 1; // the ends of these until now are in the report already
            inside = new LevelStopper(cell, time, left,
                    new LevelStopper.Order(Reason.SCOPE_STOPPING, order.options().mode(), order.actor(), afterAll,
                            true),
                    deadline(order), 0, reports -> {
                        inside = null;
                        cell.onStopEnded(this, order, report, reports);
                    });
            inside.run();
        }
    }
}
