package dev.windlass.lifecycle;

import java.time.Duration;

/**
 * Who asked for a stop, when, and what for.
 *
 * @param began when the stop that this one is a part of was asked for; {@code asked} when it is not a part
 */
record StopOrder(Reason reason, StopOptions options, String actor, long asked, long began, boolean remove) {

    StopOrder because(Reason other) {
        return new StopOrder(other, options, actor, asked, began, remove);
    }

    /** Both: the harder mode and the shorter budget. */
    StopOrder and(StopOrder later) {
        StopMode mode = later.options.mode().compareTo(options.mode()) > 0 ? later.options.mode() : options.mode();
        StopOptions shorter = later.options.budget().compareTo(options.budget()) < 0 ? later.options : options;
        return new StopOrder(reason, shorter.withMode(mode), actor, asked, began, remove || later.remove);
    }

    /** With what is left of the budget. */
    StopOrder at(long now) {
        return within(Duration.ofNanos(Math.max(0, SystemTime.nanos(options.budget()) - (now - asked))));
    }

    /** In no more time than this. */
    StopOrder within(Duration left) {
        return new StopOrder(reason, options.within(left), actor, asked, began, remove);
    }
}
