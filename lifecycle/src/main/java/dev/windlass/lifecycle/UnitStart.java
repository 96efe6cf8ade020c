package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One start of a unit, from when somebody wants it to run, or waits for that, until it is ready, or it is clear that it will not be.
 * Each attempt ends in one of these:
 *
 * <pre>
 * refused    what it is inside of does not run, or is not what declared it
 * PENDING    it waits for its group, for leadership, for what it depends on, and after all those for its quota
 * STARTING   a generation runs
 * </pre>
 *
 * A unit that waits is poked when something of that has changed, and makes another attempt. All by messages of the unit, but for what
 * is volatile.
 *
 * <p>A start and the stop of what it depends on meet without a lock: the starting unit sets {@code admitting} and then looks
 * whether its dependencies are open, the stopping one closes itself for dependents and then looks who is active or admitting. So at
 * least one of them sees the other.
 */
final class UnitStart {

    private final UnitCell cell;
    private final Manager manager;
    private volatile boolean admitting;
    /** Who is told how it ends. */
    private @Nullable List<Promise<UnitStatus>> waiters;

    UnitStart(UnitCell cell) {
        this.cell = cell;
        this.manager = cell.manager();
    }

    // ---- what is asked for

    /** @param promise is kept when it is ready; null when nobody asked to know */
    static void ask(UnitCell cell, String actor, @Nullable Promise<UnitStatus> promise) {
        if (cell.isGone()) {
            if (promise != null) {
                promise.fail(cell.removed());
            }
            return;
        }
        UnitState state = cell.state();
        cell.wanted(true);
        Restarts restarts = cell.restarts();
        if (restarts != null) {
            restarts.reset();
        }
        boolean ends = state.isEnding() || cell.cascades();
        if (promise != null) {
            if (state == UnitState.READY && !ends) {
                promise.complete(cell.statusNow());
                return;
            }
            cell.ongoingStart().addWaiter(promise);
        }
        if (ends) {
            cell.ongoingStop().letStartFollow();
        } else if (state == UnitState.NEW
                ? cell.manager().started() || cell.manager().stopping()
                : isAtRest(cell)) {
            cell.ongoingStart().admit(actor);
        }
    }

    /** Starts a unit without a generation by the description that it has now, also when it waits by an older one. */
    static void anew(UnitCell cell, String actor) {
        if (cell.state() == UnitState.PENDING) {
            UnitStart start = cell.ongoingStart();
            start.withdrawClaim();
            start.admit(actor);
        } else if (cell.state().isTerminal() || cell.state() == UnitState.BACKOFF) {
            ask(cell, actor, null);
        }
    }

    /** Wants to know when it is ready, without a wish that it should be. */
    static void await(UnitCell cell, Promise<UnitStatus> promise) {
        UnitState state = cell.state();
        if (state == UnitState.READY || state == UnitState.COMPLETED) {
            promise.complete(cell.statusNow());
        } else if (state == UnitState.REMOVED) {
            promise.fail(cell.removed());
        } else if (state.isTerminal() && !cell.startFollows() && !comesBack(cell)) {
            promise.fail(endedBeforeReady(cell));
        } else {
            cell.ongoingStart().addWaiter(promise);
        }
    }

    /** Whether nothing runs, and something would if it was started. */
    private static boolean isAtRest(UnitCell cell) {
        return cell.state().isTerminal() || (cell.state() == UnitState.BACKOFF && !cell.isAlive());
    }

    /** Whether it was stopped only because of something that it depends on, so that it starts again when that is back. */
    static boolean comesBack(UnitCell cell) {
        return cell.state() == UnitState.STOPPED && cell.position().reason() == Reason.DEPENDENCY_STOPPED
                && cell.desiredRunning() && !cell.isGoing() && Admission.refusal(cell) == null;
    }

    /** Whether all is back that it waits for. */
    static boolean canComeBack(UnitCell cell) {
        Admission admission = cell.manager().admission();
        return comesBack(cell) && admission.dependsOnlyOnWhatRuns(cell) && admission.waitsFor(cell) == null;
    }

    static LifecycleException endedBeforeReady(UnitCell cell) {
        String error = cell.lastError();
        return new UnitFailedException("%s is %s (%s) and will not become ready%s".formatted(cell.name(), cell.state(),
                cell.position().reason(), error == null ? ": start it again" : ": " + error), null);
    }

    private void addWaiter(Promise<UnitStatus> promise) {
        if (waiters == null) {
            waiters = new ArrayList<>(1);
        }
        waiters.add(promise);
    }

    /** The promise has not been kept in time. */
    void forget(Promise<?> promise) {
        if (waiters != null) {
            waiters.remove(promise);
        }
    }

    // ---- how it ends

    void ready() {
        if (waiters != null) {
            UnitStatus status = cell.statusNow();
            waiters.forEach(waiter -> waiter.complete(status));
        }
    }

    void fail(LifecycleException error) {
        if (waiters != null) {
            waiters.forEach(waiter -> waiter.fail(error));
        }
    }

    // ---- admission

    /** Whether it is just being decided whether it may start. Readable by anybody. */
    boolean isAdmitting() {
        return admitting;
    }

    /** Starts it, or says what it waits for, or why it cannot start. It is pending in between, and tells so once. */
    void admit(String actor) {
        String refusal = Admission.refusal(cell);
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        askForQuota();
        String waitsFor;
        admitting = true;
        try {
            waitsFor = manager.admission().waitsFor(cell);
            if (waitsFor == null && hasQuota()) {
                if (cell.state() != UnitState.PENDING) {
                    cell.move(UnitState.PENDING, Reason.START_REQUESTED, "", actor);
                }
                cell.beginGeneration();
                return;
            }
        } finally {
            admitting = false;
        }
        if (waitsFor != null) {
            withdrawClaim(); // who cannot start keeps nothing from others
            cell.move(UnitState.PENDING, Reason.WAITING, "waits for " + waitsFor, actor);
        } else {
            cell.move(UnitState.PENDING, Reason.QUOTA_EXCEEDED, "waits for quota: needs " + cell.spec().cost(), actor);
        }
    }

    private void refuse(String why) {
        if (!cell.state().isTerminal()) {
            cell.move(UnitState.STOPPED, cell.parent() == null ? Reason.MANAGER_STOPPING : Reason.SCOPE_STOPPING, why,
                    "manager");
        }
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.onStartRefused(why);
        }
        cell.giveUpStart(new StoppingException("%s cannot start: %s".formatted(cell.name(), why)));
    }

    /**
     * Asks for what it declared that it costs, unless it has asked or waits for something else; the quota pokes it when that is
     * granted later. Not while it is admitted: the quota may be served by this thread, and have to stop what this unit depends on.
     */
    private void askForQuota() {
        if (cell.claim() == null && !cell.spec().cost().isNone() && manager.admission().waitsFor(cell) == null) {
            cell.hold(manager.quota().ask(cell, cell.lastGeneration() + 1));
        }
    }

    /** Whether it has what it declared that it costs. */
    private boolean hasQuota() {
        QuotaClaim asked = cell.claim();
        return cell.spec().cost().isNone() || (asked != null && asked.take());
    }

    private void withdrawClaim() {
        QuotaClaim asked = cell.claim();
        if (asked != null) {
            cell.hold(null);
            asked.end();
        }
    }
}
