package dev.windlass.lifecycle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a generation tells its unit: each notice is a message to that, sent by any thread. What comes from a generation which is not the
 * current one, or ends, changes nothing but a replace that is under way, if it is the other one in that.
 */
final class GenerationNotices {

    private final Incarnation from;
    private final UnitCell cell;

    GenerationNotices(Incarnation from) {
        this.from = from;
        this.cell = from.cell();
    }

    /** It is ready, in trouble, or does nothing for now. */
    void said(UnitState state, Reason reason, String message) {
        cell.post(() -> onSaid(state, reason, message));
    }

    private void onSaid(UnitState said, Reason reason, String message) {
        if (!cell.isOf(from) || from.teardown() != null) {
            toReplace(said, message);
            return;
        }
        if (said == UnitState.PAUSED || cell.hasStandstill()) {
            cell.standstill().onSaid(said, message);
        }
        UnitState state = cell.state();
        if (said == UnitState.PAUSED || state == UnitState.PAUSED) {
            cell.standstill().settle(from.id());
            return;
        }
        String lost = said == UnitState.READY ? cell.manager().admission().lostDependency(cell.spec()) : null;
        if (lost != null && (state == UnitState.DEGRADED || state.canBecome(UnitState.DEGRADED))) {
            cell.move(UnitState.DEGRADED, Reason.DEPENDENCY_LOST, lost, from.id());
        } else if (lost == null && (state == said ? said != UnitState.READY : state.canBecome(said))) {
            cell.move(said, reason, message, from.id());
        }
        cell.settle(from.id());
    }

    private void toReplace(UnitState said, String message) {
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.onSaid(from, said, message);
        }
    }

    /** It will try again by itself. */
    void backoff(String why, Instant retryAt, long nanos) {
        String message = why + "; tries again at " + retryAt;
        cell.post(() -> {
            UnitState state = cell.state();
            if (cell.isOf(from) && from.teardown() == null
                    && (state == UnitState.BACKOFF || state.canBecome(UnitState.BACKOFF))) {
                cell.neededRestarts().dueIn(nanos);
                cell.move(UnitState.BACKOFF, Reason.RETRY_LATER, message, from.id());
                cell.inTrouble(why);
            } else {
                toReplace(UnitState.BACKOFF, message);
            }
        });
    }

    /**
     * It cannot be ready yet.
     *
     * @param hindered whether something is wrong
     */
    void waiting(String what, boolean hindered) {
        cell.post(() -> {
            if (cell.isOf(from) && cell.state() == UnitState.STARTING) {
                cell.move(UnitState.STARTING, Reason.WAITING, "waits for " + what, from.id());
                if (hindered) {
                    cell.inTrouble(what);
                }
            } else {
                toReplace(UnitState.STARTING, "waits for " + what);
            }
        });
    }

    /** A quota has brought it to another rung. */
    void rung(Rung rung) {
        cell.post(() -> {
            if (cell.isOf(from) && from.teardown() == null) {
                cell.standstill().onRung(rung.works() ? null : rung + " by the quota");
                cell.settle("quota");
            }
        });
    }

    /** It is warm: the signal tells it when it is its turn. */
    void warm(SignalCell turn) {
        cell.post(() -> {
            Succession replacing = cell.succession();
            if (replacing == null || !replacing.onWarm(from, turn)) {
                turn.set();
            }
        });
    }

    /**
     * It leaves work for the next one. This is no message: work is counted here, on the unit's own thread, since a count that throws or
     * blocks must not do so in a message.
     */
    void carryOver(@Nullable CarryOver work) {
        KeptWork kept = work == null ? null : KeptWork.of(work);
        if (!cell.carried().leave(from, kept)) {
            KeptWork.warnOfLoss(kept, from, "carry-over of a generation that has ended, or was succeeded, is lost");
        }
    }

    /** The last of its requests in flight has ended. */
    void requestsEnded() {
        cell.post(() -> {
            Teardown teardown = from.teardown();
            Succession replacing = cell.succession();
            if (teardown != null && (cell.isOf(from) || (replacing != null && replacing.beside() == from))) {
                teardown.onProgress();
            }
        });
    }

    /** @param main whether it was the one that runs the code of the unit */
    void threadEnded(Thread thread, boolean main, UnitThreads.@Nullable Ending ending) {
        cell.post(() -> {
            from.threads().leave(thread);
            onThreadEnded(main, ending);
        });
    }

    private void onThreadEnded(boolean main, UnitThreads.@Nullable Ending ending) {
        boolean endsIt = main || ending != null;
        if (from.teardown() == null && cell.isOf(from) && from.hasLostLeadership() && endsIt) {
            UnitStop.leadershipLost(cell, order(Reason.LEADERSHIP_LOST,
                    cell.spec().stop().withMode(StopMode.ABORT)));
        }
        Teardown teardown = from.teardown();
        Succession replacing = cell.succession();
        if (teardown != null) { // also of one that was quarantined, and has been succeeded since
            teardown.onThreadEnded(ending);
        } else if (endsIt && replacing != null && replacing.takesEnd(from, ending)) {
            if (ending != null) {
                cell.neededRestarts().noteError(ending.description());
            }
        } else if (ending != null) {
            Reason reason = cell.neededRestarts().failed(from, ending);
            cell.ongoingStop().beginTeardown(order(reason, cell.spec().stop()), UnitState.FAILED);
        } else if (main) {
            if (Restarts.policy(cell).when() == RestartPolicy.When.ALWAYS) {
                cell.neededRestarts().returned();
            }
            cell.ongoingStop().beginTeardown(order(Reason.COMPLETED, cell.spec().stop()), UnitState.COMPLETED);
        }
    }

    private StopOrder order(Reason reason, StopOptions options) {
        return cell.order(reason, options, from.id(), false);
    }
}
