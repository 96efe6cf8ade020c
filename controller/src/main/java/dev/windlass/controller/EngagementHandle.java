package dev.windlass.controller;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;

/** The outside face of an engagement, which is replaced together with those of its controller on other clusters. Thread-safe. */
final class EngagementHandle extends RunnableHandle {

    EngagementHandle(RunnableHandle base) {
        super(base);
    }

    Operation<ReplaceReport> replace(EngagementUnit next, ReplaceOptions options) {
        return replaceWith(next, options);
    }

    /** The controller stays, or is taken back, and this with it. */
    void settle(boolean stays, String why) {
        settleReplace(stays, why);
    }
}
