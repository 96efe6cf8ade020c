package dev.windlass.lifecycle;

import java.util.List;
import java.util.StringJoiner;

/**
 * What follows from limits: who goes to another rung, who waits, and what stands against it. Names and numbers only.
 *
 * @param scope full name of the scope that the limits are for; empty for the manager
 * @param limits the limits
 * @param changes who goes down or up, in this order
 * @param waiting who would like to go up and does not
 * @param problems why the limits would be refused, or cannot be kept; empty when they can
 */
public record QuotaPlan(String scope, Limits limits, List<Change> changes, List<Waiting> waiting,
        List<String> problems) {

    /** Copies its lists. */
    public QuotaPlan {
        changes = List.copyOf(changes);
        waiting = List.copyOf(waiting);
        problems = List.copyOf(problems);
    }

    /**
     * A unit goes to another rung.
     *
     * @param unit full name, and what of it, when it is not the unit itself
     * @param difference how much more it costs then, or less
     * @param inFavourOf the unit that it gives way to; empty when it is because of the limits, and for a rise
     */
    public record Change(String unit, PriorityClass priority, Rung from, Rung to, Cost difference, String inFavourOf) {

        /** Whether it goes up. */
        public boolean up() {
            return to.compareTo(from) < 0;
        }

        /** {@code batch-3 (BATCH) FULL → STOPPED, gives back watches=10}. */
        @Override
        public String toString() {
            return "%s (%s) %s → %s%s%s".formatted(unit, priority, from, to,
                    difference.isNone() ? "" : (up() ? ", takes " : ", gives back ") + difference,
                    inFavourOf.isEmpty() ? "" : " for " + inFavourOf);
        }
    }

    /**
     * A unit waits.
     *
     * @param needs what it lacks to go up all the way
     * @param why the numbers
     */
    public record Waiting(String unit, PriorityClass priority, Cost needs, String why) {

        /** {@code batch-3 (BATCH) waits: needs watches=10, free 3 of 40}. */
        @Override
        public String toString() {
            return "%s (%s) waits: %s".formatted(unit, priority, why);
        }
    }

    /** Whether nothing stands against it. */
    public boolean feasible() {
        return problems.isEmpty();
    }

    /** Who would be stopped. */
    public List<String> stopped() {
        return changes.stream().filter(change -> change.to() == Rung.STOPPED).map(Change::unit).toList();
    }

    /** A line for the limits, and one for each change, each who waits, each problem. */
    @Override
    public String toString() {
        StringJoiner lines = new StringJoiner("\n");
        lines.add("limits " + limits + (scope.isEmpty() ? "" : " in " + scope)
                + (changes.isEmpty() ? ": nobody gives way" : ":"));
        changes.forEach(change -> lines.add("  " + change));
        waiting.forEach(one -> lines.add("  " + one));
        problems.forEach(problem -> lines.add("  " + problem));
        return lines.toString();
    }
}
