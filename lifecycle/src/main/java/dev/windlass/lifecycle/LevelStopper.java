package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Stops a set of units level by level: those of a level in parallel, the next level when the last of it has ended. Each level
 * gets an equal share of the time that is left, so that one that is stuck cannot use up the time of those after it. Runs as
 * messages of the mailbox that it was given.
 */
final class LevelStopper {

    private final Mailbox owner;
    private final TimeSource time;
    private final List<List<UnitCell>> levels;
    private final Reason reason;
    private final StopOptions options;
    private final boolean remove;
    private final long deadline;
    private final Consumer<List<StopReport>> whenDone;
    private final List<StopReport> reports = new ArrayList<>();
    private int level;
    private int open;

    /**
     * @param options mode of the stop; the budgets of the units are their own, cut to what the deadline leaves
     * @param deadline when all levels should have ended
     */
    LevelStopper(Mailbox owner, List<UnitCell> cells, Reason reason, StopOptions options, boolean remove, long deadline,
            Consumer<List<StopReport>> whenDone) {
        this.owner = owner;
        this.levels = StopLevels.of(cells);
        this.time = cells.isEmpty() ? TimeSource.system() : cells.getFirst().manager().time();
        this.reason = reason;
        this.options = options;
        this.remove = remove;
        this.deadline = deadline;
        this.whenDone = whenDone;
    }

    /** Begins. To be called from a message of the owner. */
    void run() {
        if (level == levels.size()) {
            whenDone.accept(reports);
            return;
        }
        List<UnitCell> cells = levels.get(level);
        long share = Math.max(0, deadline - time.nanos()) / (levels.size() - level);
        level++;
        open = cells.size();
        for (UnitCell cell : cells) {
            cell.stopAlong(reason, limited(cell.spec().stop(), share), remove,
                    report -> owner.post(() -> ended(report)));
        }
    }

    private StopOptions limited(StopOptions own, long shareNanos) {
        StopOptions asked = own.withMode(options.mode());
        java.time.Duration share = java.time.Duration.ofNanos(shareNanos);
        return asked.budget().compareTo(share) <= 0 ? asked : asked.withBudget(share);
    }

    private void ended(StopReport report) {
        if (report.outcome() != StopOutcome.NOT_RUNNING || report.discarded() > 0) {
            reports.add(report);
        }
        if (--open == 0) {
            run();
        }
    }
}
