package dev.windlass.controller;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.ReplaceReport;
import org.jspecify.annotations.Nullable;

/** One engagement that is to be succeeded by that of another run of its controller. Immutable. */
final class Takeover {

    private final Pair pair;
    private final ControllerRun<?> next;
    private final @Nullable EngagementRun<?> before;
    private final EngagementHandle handle;
    private final Operation<ReplaceReport> operation;

    /**
     * @param next the run that it is for
     * @param before the generation that works, or has worked last
     * @param operation completes when one of the two is left
     */
    Takeover(Pair pair, ControllerRun<?> next, @Nullable EngagementRun<?> before, EngagementHandle handle,
            Operation<ReplaceReport> operation) {
        this.pair = pair;
        this.next = next;
        this.before = before;
        this.handle = handle;
        this.operation = operation;
    }

    Pair pair() {
        return pair;
    }

    ControllerRun<?> next() {
        return next;
    }

    @Nullable
    EngagementRun<?> before() {
        return before;
    }

    Operation<ReplaceReport> operation() {
        return operation;
    }

    /** The controller stays, or is taken back, and the engagement with it. */
    void settle(boolean stays, String why) {
        handle.settle(stays, why);
    }

    /** The controller lets the next engagement take over. */
    void onTurn() {
        EngagementRun<?> own = own();
        if (own != null) {
            own.onNews();
        }
    }

    /** Whether the engagement of the next run has the work. */
    boolean done() {
        EngagementRun<?> own = own();
        return own != null && own.atWork();
    }

    /** What it waits for before it is warm and only its controller is to take over; empty when it is. */
    String notWarm() {
        EngagementRun<?> own = own();
        String what = own == null ? "it has not begun" : own.notWarm();
        return what.isEmpty() ? "" : pair.unit() + " to be warm: " + what;
    }

    /** That of the next run: beside the one that works, or alone, also where only one of the two had room. */
    private @Nullable EngagementRun<?> own() {
        EngagementRun<?> standby = pair.standby;
        EngagementRun<?> present = pair.engagement;
        return standby != null && standby.isOf(next) ? standby : present != null && present.isOf(next) ? present : null;
    }

    @Override
    public String toString() {
        return pair.unit();
    }
}
