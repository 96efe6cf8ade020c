package dev.windlass.controller;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to follow a reconciliation that did not fail. A reconciler that fails throws.
 *
 * @param requeue whether the object is looked at again without a change, after the back-off of a failure
 * @param after when it is looked at again without a change; null when it is not, positive otherwise
 * @param priority the priority of that; null for the one that the request had
 */
public record Result(boolean requeue, @Nullable Duration after, @Nullable Integer priority) {

    private static final Result DONE = new Result(false, null, null);
    private static final Result REQUEUE = new Result(true, null, null);

    /** Refuses a delay that is not positive. */
    public Result {
        if (after != null && !after.isPositive()) {
            throw new IllegalArgumentException(
                    "requeue after " + after + ": the delay must be positive; use done() or requeue()");
        }
    }

    /** All is as it should be: nothing follows until something changes. */
    public static Result done() {
        return DONE;
    }

    /** Look again, after a back-off that grows each time. */
    public static Result requeueWithBackoff() {
        return REQUEUE;
    }

    /** Look again after this long. The object counts as reconciled: its back-off is forgotten. */
    public static Result requeueAfter(Duration delay) {
        return new Result(false, delay, null);
    }

    /** The same, with a priority for looking again. */
    public Result withPriority(int value) {
        return new Result(requeue, after, value);
    }
}
