package dev.windlass.lifecycle;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a unit that ends by itself keeps over its generations: what went wrong last, how often that was in a row, how often it was
 * restarted, and when that is due next. Most units never have one. Touched by messages of its unit only, but for what is volatile.
 */
final class Restarts implements Watchdog.Watched {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    private final UnitCell cell;
    private final TimeSource time;
    private volatile @Nullable String lastError;
    private int failures;
    private volatile int count;
    private volatile long due;
    private boolean planned;
    private boolean placed;

    Restarts(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
    }

    /** When a unit is restarted that has ended by itself: as it declares, or by its place in the tree. */
    static RestartPolicy policy(UnitCell cell) {
        RestartPolicy declared = cell.spec().restart();
        return declared != null
                ? declared
                : cell.parent() == null ? RestartPolicy.never() : RestartPolicy.onFailure();
    }

    /** What went wrong last, in words. */
    @Nullable
    String lastError() {
        return lastError;
    }

    /** How often the unit was restarted. */
    int count() {
        return count;
    }

    /** When it tries again, while it is in {@code BACKOFF}. */
    Instant dueAt() {
        return time.now().plusNanos(due - time.nanos()).truncatedTo(ChronoUnit.MILLIS);
    }

    /** A running unit has said that it will try again by itself. */
    void dueIn(long nanos) {
        due = time.nanos() + nanos;
    }

    // ---- failures

    /** Something went wrong that somebody else deals with. */
    void noteError(String error) {
        lastError = error;
    }

    /** Takes note of the failure of a generation, and tells whom it concerns. Returns why that ends. */
    Reason failed(Incarnation asker, UnitThreads.Ending ending) {
        lastError = ending.description();
        RestartPolicy policy = policy(cell);
        boolean never = policy.when() == RestartPolicy.When.NEVER;
        if (!never) {
            wasReady(cell.state() == UnitState.READY ? time.nanos() - cell.position().sinceNanos() : 0);
            failures++;
            planned = failures < policy.attempts();
        }
        if (!never && planned) {
            LOG.atWarn().addKeyValue("unit", asker.id()).setCause(ending.thrown()).log("unit failed, it is restarted");
        } else if (stopsManager()) { // before the end of the unit, which may be the last one that the manager awaits
            cell.manager().fail(
                    new UnitFailedException(asker.id() + " failed: " + ending.description(), ending.thrown()));
        } else {
            LOG.atError().addKeyValue("unit", asker.id()).setCause(ending.thrown()).log("unit failed");
        }
        return never || planned ? Reason.FAILED : Reason.CRASH_LOOP;
    }

    private boolean stopsManager() {
        FailurePolicy declared = cell.spec().onFailure();
        return declared == FailurePolicy.STOP_MANAGER || (declared == null && cell.parent() == null);
    }

    /** The unit has returned and is to run again. */
    void returned() {
        failures = 0;
        planned = true;
    }

    /** It was ready for so long, and is not any more, or is in another way. */
    void wasReady(long readyFor) {
        if (readyFor >= SystemTime.nanos(policy(cell).resetAfter())) {
            failures = 0;
        }
    }

    /** Somebody asks for a start: what went wrong before does not count any more. */
    void reset() {
        failures = 0;
        planned = false;
    }

    // ---- the next restart

    boolean isPlanned() {
        return planned;
    }

    /** Returns whether one was planned. */
    boolean cancel() {
        boolean was = planned;
        planned = false;
        return was;
    }

    /** Nothing of the unit runs any more: it waits for the restart that was planned. */
    void backOff(String actor) {
        schedule(policy(cell));
        cell.move(UnitState.BACKOFF, Reason.RESTART_SCHEDULED, describe(), actor);
    }

    /** Fixes when the planned restart is due. */
    private void schedule(RestartPolicy policy) {
        planned = false;
        placed = false;
        double factor = 1 + policy.jitter() * (2 * cell.manager().random().nextDouble() - 1);
        due = time.nanos() + (long) (policy.delay(Math.max(1, failures)) * factor);
        cell.manager().watchdog().watch(this);
    }

    void unschedule() {
        cell.manager().watchdog().forget(this);
    }

    /** Whether it may be restarted now; otherwise its place among the restarts of the manager comes later, and it waits on. */
    private boolean mayStart() {
        long now = time.nanos();
        if (due - now > 0) {
            return false;
        }
        if (!placed) {
            placed = true;
            long place = cell.manager().startRate().reserve(now);
            if (place - now > 0) {
                due = place;
                cell.manager().watchdog().watch(this);
                return false;
            }
        }
        int before = count; // only messages of the unit write it
        count = before + 1;
        return true;
    }

    /** For people: what went wrong, and when it will be tried again. */
    private String describe() {
        return failures == 0
                ? "returned; runs again at " + dueAt()
                : "%s; failure %d of %d in a row; tries again at %s".formatted(lastError, failures,
                        policy(cell).attempts(), dueAt());
    }

    private void onDue() {
        if (cell.state() == UnitState.BACKOFF && !cell.isAlive()) {
            if (mayStart()) {
                cell.ongoingStart().admit("manager");
            } else {
                cell.move(UnitState.BACKOFF, Reason.RESTART_SCHEDULED, describe(), "manager");
            }
        }
    }

    @Override
    public int hashCode() {
        return cell.hashCode(); // decides in which order those that are due together are checked
    }

    @Override
    public long nextCheck() {
        return due;
    }

    @Override
    public void check() {
        cell.post(this::onDue);
    }
}
