package dev.windlass.lifecycle;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replace in which the generation that runs, if any, is stopped first:
 *
 * <pre>
 * STOPPING ──ended──► STARTING ──ready──► PROBATION ──it stood the test──► OVER
 *                        │                    │
 *                        failed, returned, too slow, degraded: it ends, the work is the name's
 *                        ▼                    ▼
 *                     ROLLING_BACK ──the old description starts──► OVER
 * from each ──something else ends it──► OVER
 * </pre>
 */
final class ColdSuccession extends Succession implements Watchdog.Watched {

    private enum Phase {
        STOPPING, STARTING, PROBATION, ROLLING_BACK, OVER
    }

    private final UnitEntry.Description next;
    private final UnitEntry.Description old;
    private final String whyCold;
    private volatile Phase phase = Phase.STOPPING;
    private volatile long phaseBegan;
    private volatile long deadline;
    private @Nullable StopReport retired;
    private long handedOver;

    ColdSuccession(UnitCell cell, UnitEntry.Description next, ReplaceOptions options, String actor,
            Promise<ReplaceReport> promise, String whyCold) {
        super(cell, options, actor, promise);
        this.next = next;
        this.old = cell.description();
        this.whyCold = whyCold;
        this.phaseBegan = time.nanos();
    }

    void begin() {
        cell.succession(this);
        if (cell.isAlive()) {
            UnitStop.ask(cell, cell.order(Reason.REPLACED, options.stopOf(old.spec()), actor, false), this::onStopped,
                    this::fail);
            if (phase == Phase.STOPPING && !hasLeft()) {
                cell.ongoingStop().letStartFollow();
            }
        } else {
            start();
        }
    }

    private void onStopped(StopReport report) {
        if (phase == Phase.STOPPING) {
            retired = report;
            handedOver = report.allCarriedOver();
            if (verdict != null && !verdict.stays()) {
                note(verdict.why());
                close();
                complete(cell.generation(), ReplaceMethod.COLD, whyCold, ReplaceOutcome.FAILED, handedOver, retired);
                startUnlessStarted(() -> true);
                return;
            }
            describe(next);
            enter(Phase.STARTING, SystemTime.nanos(options.warmUp()));
            startUnlessStarted(() -> phase == Phase.STARTING);
        }
    }

    /** If it had ended before a start could follow. */
    private void startUnlessStarted(BooleanSupplier stillWanted) {
        cell.post(() -> {
            if (stillWanted.getAsBoolean() && cell.desiredRunning()) {
                UnitStart.anew(cell, actor);
            }
        });
    }

    @Override
    void settle(Verdict decided) {
        if (phase == Phase.PROBATION && decided.stays()) {
            over(ReplaceOutcome.REPLACED);
        } else if (!decided.stays() && (phase == Phase.PROBATION || phase == Phase.STARTING)) {
            rollBack(decided.why(), UnitState.STOPPED);
        } else {
            verdict = decided; // of no interest when it is over
        }
    }

    /** From the next start on. */
    private void describe(UnitEntry.Description wanted) {
        if (!wanted.spec().dependsOn().equals(cell.spec().dependsOn())) {
            try {
                cell.manager().redeclare(cell, wanted.spec());
            } catch (RefusedException e) {
                note("its dependencies are not watched: " + e.getMessage());
            }
        }
        cell.describe(wanted);
    }

    private void start() {
        describe(next);
        if (!cell.desiredRunning() || cell.state() == UnitState.NEW) {
            note("it does not run; its next start is by the new description");
            over(ReplaceOutcome.REPLACED);
            return;
        }
        enter(Phase.STARTING, SystemTime.nanos(options.warmUp()));
        UnitStart.anew(cell, actor);
    }

    private void enter(Phase entered, long limit) {
        phase = entered;
        phaseBegan = time.nanos();
        deadline = phaseBegan + limit;
        cell.manager().watchdog().watch(this);
    }

    private void over(ReplaceOutcome outcome) {
        close();
        complete(cell.generation(), ReplaceMethod.COLD, whyCold, outcome, handedOver, retired);
    }

    private void close() {
        phase = Phase.OVER;
        cell.manager().watchdog().forget(this);
    }

    private void rollBack(String why, UnitState target) {
        note(why);
        enter(Phase.ROLLING_BACK, SystemTime.nanos(options.warmUp()));
        if (cell.isAlive()) {
            Reason reason = target == UnitState.FAILED ? Reason.FAILED : Reason.ROLLED_BACK;
            UnitStop stop = cell.ongoingStop();
            stop.tell(this::onTakenBack);
            stop.letStartFollow();
            stop.beginTeardown(cell.order(reason, cell.spec().stop().withMode(StopMode.HANDOFF), actor, false), target);
        } else {
            takenBack();
            UnitStart.anew(cell, actor);
        }
    }

    private void onTakenBack(StopReport report) {
        retired = report;
        takenBack(); // also when something else came first: it did not stand the test
    }

    private void takenBack() {
        describe(old);
        close();
        complete(cell.generation(), ReplaceMethod.COLD, whyCold, ReplaceOutcome.ROLLED_BACK, handedOver, retired);
    }

    // ---- what the unit tells

    @Override
    void onSaid(Incarnation asker, UnitState state, String what) {
        // nothing is beside the current generation
    }

    @Override
    boolean onWarm(Incarnation asker, SignalCell turn) {
        return false;
    }

    @Override
    boolean takesEnd(Incarnation asker, UnitThreads.@Nullable Ending ending) {
        if (phase != Phase.STARTING && phase != Phase.PROBATION) {
            return false;
        }
        rollBack(ending(asker.id(), ending), ending == null ? UnitState.COMPLETED : UnitState.FAILED);
        return true;
    }

    @Override
    void onStopAsked(StopOrder order) {
        if (phase != Phase.OVER && order.reason() != Reason.REPLACED) {
            preempted(order);
            if (phase != Phase.ROLLING_BACK) {
                close();
                leave();
            }
        }
    }

    @Override
    void onCurrentEnds(StopOrder order, UnitState target) {
        if (phase == Phase.STARTING || phase == Phase.PROBATION) {
            preempted(order);
            close();
            leave();
        }
    }

    @Override
    boolean takesOver(StopReport report, UnitState result) {
        return false;
    }

    @Override
    void onMoved(UnitCell.Position now) {
        boolean degraded = now.state() == UnitState.DEGRADED && now.reason() == Reason.BECAME_DEGRADED;
        if (phase == Phase.STARTING && now.state() == UnitState.READY) {
            if (options.probation().isZero() || verdict != null) { // one that was to be taken back does not come so far
                over(ReplaceOutcome.REPLACED);
            } else {
                enter(Phase.PROBATION, SystemTime.nanos(options.probation()));
                probationBegins();
                examine(() -> phase == Phase.PROBATION, why -> rollBack(why, UnitState.STOPPED));
            }
        } else if (degraded && (phase == Phase.STARTING || phase == Phase.PROBATION)) {
            cell.post(() -> {
                if ((phase == Phase.STARTING || phase == Phase.PROBATION) && cell.state() == UnitState.DEGRADED) {
                    rollBack("%s#%d is degraded: %s".formatted(cell.name(), now.generation(), now.message()),
                            UnitState.STOPPED);
                }
            });
        }
    }

    @Override
    void onStartRefused(String why) {
        if (phase == Phase.STARTING) {
            note("it cannot start: " + why + "; its next start is by the new description");
            over(ReplaceOutcome.REPLACED);
        }
    }

    @Override
    void endBeside(StopOrder order, Consumer<List<StopReport>> whenEnded) {
        whenEnded.accept(List.of());
    }

    // ---- time

    @Override
    public long nextCheck() {
        return deadline;
    }

    @Override
    public void check() {
        cell.post(() -> {
            if (time.nanos() - deadline < 0) {
                return;
            }
            if (phase == Phase.STARTING) {
                String state = cell.state()
                        + (cell.position().message().isEmpty() ? "" : ": " + cell.position().message());
                rollBack("%s was not ready within %s, it is %s".formatted(cell.name(), options.warmUp(), state),
                        UnitState.STOPPED);
            } else if (phase == Phase.PROBATION) {
                over(ReplaceOutcome.REPLACED);
            } else if (phase != Phase.OVER) {
                cell.manager().watchdog().forget(this); // the stop ends within its own budget
            }
        });
    }

    @Override
    public int hashCode() {
        return cell.hashCode(); // decides in which order those that are due together are checked
    }

    @Override
    String describe() {
        String at = since(phaseBegan);
        return switch (phase) {
            case STOPPING -> "#%d is stopped first %s, since %s".formatted(from, at, whyCold);
            case STARTING -> "the next one starts %s".formatted(at);
            case PROBATION -> "#%d is on probation %s, %s".formatted(cell.generation(), at, limit());
            case ROLLING_BACK -> "#%d is taken back and ends %s".formatted(cell.generation(), at);
            case OVER -> "over";
        };
    }
}
