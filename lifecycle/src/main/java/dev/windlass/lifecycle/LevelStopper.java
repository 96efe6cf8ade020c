package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Stops a set of units level by level: those of a level in parallel, the next level when the last of it has ended. Each level
 * gets an equal share of the time that is left, so that one that is stuck cannot use up the time of those after it. Runs as
 * messages of the mailbox that it was given.
 *
 * <p>A level may end late by the grace of its units, a fifteenth of its share. The levels after it share what is left then, so
 * that all of them end within the total and a fifteenth of it.
 */
final class LevelStopper {

    private final Mailbox owner;
    private final TimeSource time;
    private final List<List<UnitCell>> levels;
    private final int further;
    private final Order order;
    private final BooleanSupplier goesOn;
    private final Consumer<List<StopReport>> whenDone;
    private final List<StopReport> reports = new ArrayList<>();
    private StopMode mode;
    private long deadline;
    private int level;
    private int open;

    /**
     * What the units are told.
     *
     * @param mode what they do with pending work; the budgets are their own, cut to what the deadline leaves
     * @param began when the stop that all this is a part of was asked for
     * @param remove whether they are removed too
     */
    record Order(Reason reason, StopMode mode, String actor, long began, boolean remove) {
    }

    /**
     * @param deadline when all levels should have ended
     * @param further how many levels more the time until the deadline must suffice for
     */
    LevelStopper(Mailbox owner, TimeSource time, List<UnitCell> cells, Order order, long deadline, int further,
            Consumer<List<StopReport>> whenDone) {
        this(owner, time, cells, order, deadline, further, () -> true, whenDone);
    }

    /** @param goesOn asked before each level: whether what all this is for is still to be stopped */
    LevelStopper(Mailbox owner, TimeSource time, List<UnitCell> cells, Order order, long deadline, int further,
            BooleanSupplier goesOn, Consumer<List<StopReport>> whenDone) {
        this.owner = owner;
        this.time = time;
        this.levels = StopLevels.of(cells);
        this.order = order;
        this.mode = order.mode();
        this.deadline = deadline;
        this.further = further;
        this.goesOn = goesOn;
        this.whenDone = whenDone;
    }

    /** Begins. To be called from a message of the owner. */
    void run() {
        if (level == levels.size() || !goesOn.getAsBoolean()) {
            whenDone.accept(reports);
            return;
        }
        List<UnitCell> cells = levels.get(level);
        level++;
        open = cells.size();
        tell(cells, report -> owner.post(() -> ended(report)));
    }

    /** Asks for the harder mode and the earlier deadline. To be called from a message of the owner, while it runs. */
    void again(StopMode otherMode, long otherDeadline) {
        boolean harder = otherMode.compareTo(mode) > 0;
        boolean earlier = otherDeadline - deadline < 0;
        if (harder) {
            mode = otherMode;
        }
        if (earlier) {
            deadline = otherDeadline;
        }
        if (level > 0 && (harder || earlier)) {
            tell(levels.get(level - 1), report -> {
            });
        }
    }

    private void tell(List<UnitCell> cells, Consumer<StopReport> whenEnded) {
        int levelsLeft = levels.size() - level + 1 + further;
        long now = time.nanos();
        Duration share = Duration.ofNanos(Math.max(0, deadline - now) / levelsLeft);
        StopOptions own = StopOptions.defaults();
        StopOrder told = told(own, share, now);
        for (UnitCell cell : cells) {
            if (!cell.spec().stop().equals(own)) { // nearly all units have the same
                own = cell.spec().stop();
                told = told(own, share, now);
            }
            cell.stopAlong(told, whenEnded);
        }
    }

    private StopOrder told(StopOptions own, Duration share, long now) {
        return new StopOrder(order.reason(), own.withMode(mode).within(share), order.actor(), now,
                order.began(), order.remove());
    }

    private void ended(StopReport report) {
        if (report.outcome() != StopOutcome.NOT_RUNNING || !report.clean()) {
            reports.add(report);
        }
        if (--open == 0) {
            run();
        }
    }
}
