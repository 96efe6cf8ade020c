package dev.windlass.lifecycle;

import java.time.Instant;
import java.util.List;

/**
 * A leadership that ended though it was not given up, and what had passed its fence before that and had not ended by then: at
 * most what was in flight. Nothing has passed since.
 *
 * @param at when the loss was noticed
 * @param why what ended it
 * @param dispatches the keys that were being worked on: {@code cluster/north/websites#3 default/blog}
 * @param writes the requests that had been let through and had not been answered; what became of them the other side knows
 */
public record LeadershipLoss(Instant at, String why, List<String> dispatches, List<String> writes) {

    /** Copies its lists. */
    public LeadershipLoss {
        dispatches = List.copyOf(dispatches);
        writes = List.copyOf(writes);
    }
}
