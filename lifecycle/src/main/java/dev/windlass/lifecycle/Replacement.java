package dev.windlass.lifecycle;

import java.util.function.BiConsumer;

/**
 * A replace whose outcome is decided by the unit around it, see {@link RunnableContext#replace}: for units that stay or go together.
 * Thread-safe.
 */
public final class Replacement {

    private final Promise<Boolean> probation;
    private final Promise<ReplaceReport> over;
    private final BiConsumer<Boolean, String> decision;

    Replacement(Promise<Boolean> probation, Promise<ReplaceReport> over, BiConsumer<Boolean, String> decision) {
        this.probation = probation;
        this.over = over;
        this.decision = decision;
        over.whenDone(_ -> probation.complete(false));
    }

    /**
     * Completes with true when the next generation has taken over and is on probation, and with false when it is over before. It has
     * no deadline of its own: {@link ReplaceOptions#warmUp()} bounds it.
     */
    public Operation<Boolean> probation() {
        return probation;
    }

    /** Completes when one generation is left, like {@link RunnableHandle#replace(ReplaceOptions)}, but without a deadline. */
    public Operation<ReplaceReport> over() {
        return over;
    }

    /**
     * Decides. Counts at any time: a next generation that is to stay has no probation, one that is not is not even let take over.
     * Without effect when the replace is over.
     *
     * @param why for the report, when it does not stay
     */
    public void settle(boolean stays, String why) {
        decision.accept(stays, why);
    }
}
