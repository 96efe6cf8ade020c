package dev.windlass.server;

import dev.windlass.lifecycle.LeadershipLoss;
import dev.windlass.lifecycle.LeadershipStatus;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin API says of a manager as a whole: the component names are the JSON fields. */
final class ManagerViews {
    private ManagerViews() {
    }

    /** All of it; {@code leadership} is null in a manager without an election. */
    record Description(String name, boolean started, boolean stopping, int units, Map<UnitState, Integer> states,
            long worstCaseStopMillis, @Nullable Leadership leadership) {
        static Description of(Manager manager) {
            List<RunnableHandle> all = manager.units();
            Map<UnitState, Integer> states = new EnumMap<>(UnitState.class);
            all.forEach(unit -> states.merge(unit.state(), 1, Integer::sum));
            return new Description(manager.name(), manager.started(), manager.stopping(), all.size(), states,
                    manager.worstCaseStop().toMillis(), manager.leadership().map(Leadership::of).orElse(null));
        }
    }

    /** The election, as this manager sees it. */
    record Leadership(String election, String identity, boolean leads, @Nullable String holder,
            @Nullable Instant since, int transitions, long fenceMillis, @Nullable String trouble,
            OnLeadershipLost onLoss, @Nullable Loss lastLoss) {
        static Leadership of(LeadershipStatus status) {
            LeadershipLoss loss = status.lastLoss();
            return new Leadership(status.election(), status.identity(), status.leads(), status.holder(), status.since(),
                    status.transitions(), status.fence().toMillis(), status.trouble(), status.onLoss(),
                    loss == null ? null : new Loss(loss.at(), loss.why(), loss.dispatches(), loss.writes()));
        }
    }

    /** A leadership that was lost, and what had passed its fence and had not ended by then. */
    record Loss(Instant at, String why, List<String> dispatches, List<String> writes) {
    }
}
