package dev.windlass.lifecycle;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a unit at one moment. Strings and numbers only: it keeps nothing of the unit alive.
 *
 * @param name full name
 * @param kind what sort of thing it is
 * @param state the observed state
 * @param reason why it is in that state
 * @param message the same for people: what it waits for, what failed
 * @param generation how often the name has been started; 0 before the first start
 * @param incarnation identity of the current or last generation; null before the first start
 * @param since when the state was entered
 * @param restarts how often it was restarted because it had ended by itself
 * @param retryAt when it will try again; null unless it is in {@code BACKOFF}
 * @param desiredRunning whether it was last asked to run
 * @param desiredPaused whether it was last asked to pause, and not to resume: also of what does not run
 * @param desiredCordoned whether it was last cordoned, and not uncordoned: also of what does not run
 * @param revision how often its specification was changed, from 1
 * @param parent full name of the scope that contains it; null at the root
 * @param group when it starts and stops
 * @param labels free labels
 * @param dependsOn full names of what it depends on
 * @param queued items of work that wait; null when it has no queue
 * @param inFlight items being worked on; null when it has none
 * @param carriedOver items that a stopped unit keeps for its next start
 * @param lastError what it last failed with; null when it never did
 * @param replacing how far a replace is that is under way; null when there is none
 */
public record UnitStatus(String name, String kind, UnitState state, Reason reason, String message, long generation,
        @Nullable UUID incarnation, Instant since, int restarts, @Nullable Instant retryAt, boolean desiredRunning,
        boolean desiredPaused, boolean desiredCordoned,
        long revision, @Nullable String parent,
        Group group, Map<String, String> labels, Set<String> dependsOn, @Nullable Long queued, @Nullable Long inFlight,
        long carriedOver, @Nullable String lastError, @Nullable String replacing) {

    /** Name and generation: {@code cluster/south#2}. */
    public String id() {
        return name + "#" + generation;
    }
}
