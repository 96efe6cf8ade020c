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
 * Orders that arrive meanwhile join it. When a start is to follow, it begins after that. All methods are called by messages of the unit.
 */
final class UnitStop {

    /** A stop that waits until the units which depend on this one have stopped. */
    private static final class Cascade {

        StopOrder order;
        /** Of what was asked for so far, the earliest. */
        long deadline;
        @Nullable
        LevelStopper dependents;

        Cascade(StopOrder order, long deadline) {
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
    /** By when all of it should have ended, if somebody has asked for that: of what was asked for, the earliest. */
    private @Nullable Long until;
    /** Whether it would have started again, and does so now when what it depends on is back. */
    private boolean comesBack;

    UnitStop(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
    }

    // ---- what is asked for

    /** Somebody asks for it; refused while others depend on the unit, unless they are to stop first. */
    static void ask(UnitCell cell, StopOrder order, Consumer<StopReport> whenDone,
            Consumer<LifecycleException> refused) {
        UnitState state = cell.state();
        if (state == UnitState.REMOVED) {
            refused.accept(new UnknownUnitException(cell.name() + " has been removed already"));
            return;
        }
        List<UnitCell> dependents = List.of();
        if (cell.isAlive() && !state.isEnding() && !cell.cascades()) {
            dependents = cell.closeForDependents(order.options().cascade());
            if (!dependents.isEmpty() && !order.options().cascade()) {
                if (order.remove()) {
                    cell.removalAsked(cell.isGone());
                }
                refused.accept(refused(cell, dependents));
                return;
            }
        }
        UnitStop ongoing = cell.ongoingStop();
        ongoing.tell(whenDone);
        ongoing.begin(order, dependents);
    }

    private static RefusedException refused(UnitCell cell, List<UnitCell> dependents) {
        return new RefusedException("%s cannot be stopped: %s depend%s on it; stop them first, or use cascade"
                .formatted(cell.name(), String.join(", ", dependents.stream().map(UnitCell::name).sorted().toList()),
                        dependents.size() == 1 ? "s" : ""));
    }

    /** The manager, the scope or a dependency stops, or its leadership has ended; never refused. */
    static void along(UnitCell cell, StopOrder order, Consumer<StopReport> whenDone) {
        if (order.reason() == Reason.LEADERSHIP_LOST) {
            Incarnation current = cell.incarnation();
            if (current == null || !cell.isAlive() || !current.hasLostLeadership()) {
                whenDone.accept(notRunning(cell, order.reason())); // nothing runs, or it was started under the next leadership
            } else {
                cell.ongoingStop().tell(whenDone);
                leadershipLost(cell, order);
            }
            return;
        }
        if (cell.state() == UnitState.REMOVED) {
            whenDone.accept(notRunning(cell, order.reason()));
            return;
        }
        UnitStop ongoing = cell.ongoingStop();
        ongoing.tell(whenDone);
        ongoing.beginAlong(order);
    }

    /** Ends a generation whose leadership has ended, however it is ending already; the next one waits for the next election. */
    static void leadershipLost(UnitCell cell, StopOrder order) {
        Teardown ongoing = cell.ongoingTeardown();
        if (ongoing != null) {
            endSooner(cell, ongoing, order);
        } else {
            if (cell.desiredRunning()) {
                cell.ongoingStop().letStartFollow();
            }
            cell.ongoingStop().beginTeardown(order, UnitState.STOPPED);
        }
    }

    /** A quota wants back what the generation has of it; it runs on when others depend on it. */
    static void reclaim(UnitCell cell, StopOrder order, Runnable whenOver) {
        UnitStop present = cell.stop();
        if (cell.isAlive() && !cell.state().isEnding() && !cell.cascades()) {
            if (cell.closeForDependents(false).isEmpty()) {
                UnitStop begun = cell.ongoingStop();
                begun.tell(report -> whenOver.run());
                begun.letStartFollow();
                begun.beginTeardown(order, UnitState.STOPPED);
            } else {
                whenOver.run();
            }
        } else if (present != null) { // it ends anyway, and whoever wanted that says what follows
            present.tell(report -> whenOver.run());
            Teardown ongoing = cell.ongoingTeardown();
            if (ongoing != null) {
                endSooner(cell, ongoing, order);
            }
        } else {
            whenOver.run();
        }
    }

    /** It ends already, and now for a reason that no generation of it may outlive; what follows is up to whoever wanted that end. */
    private static void endSooner(UnitCell cell, Teardown ongoing, StopOrder order) {
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.onEndsSooner(order);
        }
        ongoing.onAskedAgain(order);
    }

    // ---- what it is

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

    /** Whether somebody has asked for it, so that nothing of the unit may run on. */
    boolean isAskedFor() {
        return waiters != null || removes;
    }

    void letStartFollow() {
        startFollows = true;
        comesBack = false;
    }

    void tell(Consumer<StopReport> waiter) {
        Consumer<StopReport> earlier = waiters;
        waiters = earlier == null ? waiter : earlier.andThen(waiter);
    }

    // ---- how it goes on

    /** Begins what the order asks for, or makes what is under way harder, shorter or a removal. */
    private void begin(StopOrder order, List<UnitCell> dependents) {
        removes |= order.remove();
        comesBack = order.reason() == Reason.DEPENDENCY_STOPPED
                && (comesBack || startFollows || cell.restartIsPlanned());
        unwanted(order);
        startFollows = false;
        until = until == null ? deadline(order) : earlier(until, deadline(order));
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
            ended(order, alreadyEnded(order),
                    cell.state().isTerminal() ? cell.state() : UnitState.STOPPED);
        } else if (!dependents.isEmpty()) {
            beginCascade(order, dependents);
        } else {
            beginTeardown(order, UnitState.STOPPED);
        }
    }

    /** Somebody asked for the stop: it is not wanted any more, and neither is a start or restart that was to come. */
    private void unwanted(StopOrder order) {
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.onStopAsked(order);
        }
        if (order.reason() == Reason.STOP_REQUESTED || order.reason() == Reason.REMOVED) {
            cell.wanted(false);
        }
        Restarts restarts = cell.restarts();
        if ((restarts != null && restarts.cancel()) || startFollows) {
            cell.giveUpStart(new PreemptedException("the start of " + cell.name() + " was overtaken by a stop"));
        }
    }

    /** It does not run. When others stop too and it was ended after that began, by whomever, that end is part of the report. */
    private StopReport alreadyEnded(StopOrder order) {
        StopReport last = cell.lastStop();
        boolean along = order.reason() == Reason.MANAGER_STOPPING || order.reason() == Reason.SCOPE_STOPPING;
        return along && last != null && cell.state().isTerminal()
                && cell.position().sinceNanos() - order.began() >= 0 ? last : notRunning(cell, order.reason());
    }

    private static StopReport notRunning(UnitCell cell, Reason reason) {
        return new StopReport(cell.name(), cell.generation(), StopOutcome.NOT_RUNNING, reason, Duration.ZERO, 0, 0, 0,
                0,
                List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** The manager, the scope or a cascade from below stops it, and the dependents too, in its own order and time. */
    private void beginAlong(StopOrder order) {
        if (cascade != null && order.reason() != Reason.DEPENDENCY_STOPPED) {
            StopOrder merged = limited(cascade).and(order); // what has passed is not given again
            cascade = null;
            begin(startFollows ? merged.because(order.reason()) : merged, List.of()); // a restart stays wanted
        } else {
            begin(order, List.of());
        }
    }

    private long deadline(StopOrder order) {
        return time.nanos() + SystemTime.nanos(order.options().budget());
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    /** The dependents and this unit share the budget, each level of them an equal part. */
    private void beginCascade(StopOrder order, List<UnitCell> dependents) {
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
            beginTeardown(limited(ended), UnitState.STOPPED);
        }
    }

    /** The order, with what is left of its budget. */
    private StopOrder limited(Cascade of) {
        return of.order.within(Duration.ofNanos(Math.max(0, of.deadline - time.nanos())));
    }

    // ---- the end of the generation

    /** Ends the generation that runs, because of an order or since it has ended by itself, whether its dependents have stopped or not. */
    void beginTeardown(StopOrder order, UnitState target) {
        Incarnation current = cell.incarnation();
        if (current == null) {
            throw new IllegalStateException(cell.name() + " is " + cell.state() + " without a generation");
        }
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.onCurrentEnds(order, target);
        }
        cell.closeForAll();
        // If it ended by itself meanwhile, whoever asked for a stop is told of this end, and has it in the time that he gave.
        StopOrder overtaken = cascadeIsOver();
        if (cell.startIsAwaited() && !startFollows && !cell.restartIsPlanned()) {
            cell.giveUpStart(notReady(current, order, target));
        }
        Teardown started = new Teardown(cell, current, order, target);
        current.teardown(started);
        cell.heldNoMore();
        started.begin();
        if (overtaken != null && cell.ongoingTeardown() == started) {
            started.onAskedAgain(overtaken);
        }
    }

    /** Returns what a cascade would have ended it by, if there was one. */
    private @Nullable StopOrder cascadeIsOver() {
        Cascade over = cascade;
        cascade = null;
        return over == null ? null : limited(over);
    }

    private LifecycleException notReady(Incarnation current, StopOrder order, UnitState target) {
        return switch (target) {
            case FAILED ->
                new UnitFailedException(current.id() + " failed before it was ready: " + cell.lastError(), null);
            case COMPLETED -> new UnitFailedException(current.id() + " returned before it was ready", null);
            default -> new PreemptedException(
                    "%s was stopped before it was ready (%s)".formatted(current.id(), order.reason()));
        };
    }

    /** Its generation has ended, or there was none. */
    void ended(StopOrder order, StopReport report, UnitState result) {
        awaitsBeside = true;
        StopOrder left = until == null ? order : order.within(Duration.ofNanos(Math.max(0, until - time.nanos())));
        cell.endBeside(left, beside -> {
            awaitsBeside = false;
            allEnded(order, report.with(beside), result);
        });
    }

    /** Nothing of the unit itself runs any more. */
    private void allEnded(StopOrder order, StopReport report, UnitState result) {
        if (comesBack && result != UnitState.QUARANTINED && cell.state().canBecome(UnitState.STOPPED)) {
            settle(order.because(Reason.DEPENDENCY_STOPPED), UnitState.STOPPED);
        } else {
            settle(order, result);
        }
        List<UnitCell> left = removes ? cell.childCells() : List.of();
        if (left.isEmpty()) {
            end(order, report, List.of());
        } else {
            long afterAll = time.nanos() + 1; // the ends of these until now are in the report already
            inside = new LevelStopper(cell, time, left,
                    new LevelStopper.Order(Reason.SCOPE_STOPPING, order.options().mode(), order.actor(), afterAll,
                            true),
                    deadline(order), 0, reports -> {
                        inside = null;
                        end(order, report, reports);
                    });
            inside.run();
        }
    }

    private void settle(StopOrder order, UnitState result) {
        cell.openForDependents();
        boolean byItself = result == UnitState.FAILED || result == UnitState.COMPLETED;
        if (!(byItself && cell.backsOff(order.actor())) && cell.state() != result) {
            cell.move(result, result == UnitState.QUARANTINED ? Reason.DEADLINE_EXCEEDED : order.reason(),
                    result == UnitState.FAILED ? String.valueOf(cell.lastError()) : "", order.actor());
        }
    }

    /** Tells of it, and lets follow what is to. */
    private void end(StopOrder order, StopReport own, List<StopReport> removedInside) {
        KeptWork kept = removes ? cell.carried().takeForGood() : cell.keptWork();
        StopReport report = own.with(removedInside);
        if (kept != null && kept.count() > 0) {
            report = kept.addedTo(report, removes);
        }
        if (report.outcome() != StopOutcome.NOT_RUNNING || report.discarded() > 0) {
            cell.lastStop(report);
        }
        if (removes) {
            cell.move(UnitState.REMOVED, Reason.REMOVED, "", order.actor());
            cell.manager().forget(cell);
            cell.forgetCode(new RunnableHandle(cell));
        }
        cell.stopIsOver();
        if (waiters != null) {
            waiters.accept(report);
        }
        if (startFollows) {
            UnitStart.ask(cell, order.actor(), null);
        } else if (UnitStart.canComeBack(cell)) {
            cell.ongoingStart().admit("manager"); // what it depends on was back before it had ended
        } else if (cell.startIsAwaited() && cell.state() != UnitState.BACKOFF && !UnitStart.comesBack(cell)) {
            cell.giveUpStart(removes ? cell.removed() : UnitStart.endedBeforeReady(cell));
        }
    }
}
