package dev.windlass.lifecycle;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a unit that ends by itself keeps over its generations: how often it failed in a row, how often it was restarted, and when
 * that is due next. Most units never have one. Touched by messages of its unit only, but for what is volatile.
 */
final class Restarts implements Watchdog.Watched {

    private final UnitCell cell;
    private final TimeSource time;
    private int failures;
    private volatile int count;
    private volatile long due;
    private boolean planned;
    private boolean placed;

    Restarts(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
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

    /**
     * Takes note of a failure. Returns whether there will be a restart.
     *
     * @param readyFor for how long it had been ready, in nanoseconds
     */
    boolean failed(RestartPolicy policy, long readyFor) {
        wasReady(policy, readyFor);
        failures++;
        planned = failures < policy.attempts();
        return planned;
    }

    /** The unit has returned and is to run again. */
    void returned() {
        failures = 0;
        planned = true;
    }

    /** It was ready for so long, and is not any more, or is in another way. */
    void wasReady(RestartPolicy policy, long readyFor) {
        if (readyFor >= SystemTime.nanos(policy.resetAfter())) {
            failures = 0;
        }
    }

    int failures() {
        return failures;
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

    void cancel() {
        planned = false;
    }

    /** Fixes when the planned restart is due. */
    void schedule(RestartPolicy policy) {
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
    boolean mayStart() {
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
    String describe(RestartPolicy policy, @Nullable String lastError) {
        return failures == 0
                ? "returned; runs again at " + dueAt()
                : "%s; failure %d of %d in a row; tries again at %s".formatted(lastError, failures, policy.attempts(),
                        dueAt());
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
        cell.restartDue();
    }
}
