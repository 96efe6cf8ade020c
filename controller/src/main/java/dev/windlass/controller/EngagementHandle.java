package dev.windlass.controller;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.UnitStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outside face of an engagement, which is replaced together with those of its controller on other clusters. Thread-safe. */
final class EngagementHandle extends RunnableHandle {

    private static final Logger LOGGER = LoggerFactory.getLogger(EngagementHandle.class);

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

    /** Its controller is described in another way. One that is being replaced follows when that is over. */
    void follow(String cluster, ControllerRun<?> run) {
        RunnableSpec now = spec();
        RunnableSpec wanted = followed(cluster, run, now);
        boolean same = wanted.labels().equals(now.labels()) && wanted.stop().equals(now.stop())
                && wanted.onHang().equals(now.onHang()) && wanted.priority() == now.priority();
        if (!same && status().replacing() == null) {
            reconfigure(_ -> wanted.toBuilder()).whenDone(outcome -> {
                if (outcome instanceof Outcome.Failed<UnitStatus> failed) {
                    LOGGER.atDebug().addKeyValue("unit", name()).addKeyValue("reason", failed.error().getMessage())
                            .log("not reconfigured with the controller, now");
                }
            });
        }
    }

    private static RunnableSpec followed(String cluster, ControllerRun<?> run, RunnableSpec now) {
        RunnableSpec.Builder next = now.toBuilder();
        now.labels().keySet().forEach(next::withoutLabel);
        return EngagementUnit.follow(cluster, run, next).build();
    }
}
