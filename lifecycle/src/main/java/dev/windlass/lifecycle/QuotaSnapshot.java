package dev.windlass.lifecycle;

import java.util.Comparator;
import java.util.List;

/**
 * What a plan is made from: the limits, who runs on which rung, and who waits. Immutable.
 *
 * @param scopes the scopes that have limits; the first is the manager, and a scope comes after the one around it
 * @param members those who have a part of the quota, or wait for one
 */
record QuotaSnapshot(List<Scope> scopes, List<Member> members) {

    /** @param parent index of the next scope with limits around this one; -1 for the first */
    record Scope(String name, int parent, Limits limits) {
    }

    /** What a member is. */
    enum Kind {
        /** A unit that can be lowered and raised. */
        UNIT,
        /** Something that is kept though nobody uses it: goes before anything else, for anybody, and does not come back. */
        IDLE,
        /** What a unit that did not end still holds: nothing can be done about it. */
        STUCK
    }

    /** What a member would do if there were room. */
    enum Wish {
        /** Stay where it is. */
        STAY,
        /** Go up. */
        RISE,
        /** Go up, when its cool-down is over; until then it keeps its place among those who wait. */
        RISE_LATER
    }

    /** A rung and what it costs. */
    record Step(Rung rung, Cost cost) {
    }

    /**
     * Somebody with a part of the quota.
     *
     * @param age smaller is older; unique
     * @param scope index of the innermost scope with limits that it is, or is in
     * @param needs indices of the members without which it cannot run: what it depends on, what it is inside of
     * @param ladder from {@link Rung#FULL} to {@link Rung#STOPPED}, costs falling
     * @param at where on its ladder it is, or is going
     * @param held what it still costs: more than its rung while it is on the way down
     */
    record Member(String name, Kind kind, PriorityClass priority, long age, int scope, List<Integer> needs,
            List<Step> ladder, int at, Cost held, Wish wish) {

        /** The order in which those who want to go up are served: in a class first those who do not work at all. */
        static final Comparator<Member> RANK = Comparator.comparing(Member::priority).thenComparing(Member::works)
                .thenComparingLong(Member::age);

        int bottom() {
            return ladder.size() - 1;
        }

        boolean runs() {
            return at < bottom();
        }

        /** Whether it does all of its work, though perhaps slowly. */
        boolean works() {
            return ladder.get(at).rung().works();
        }

        /** Whether anybody may be served at its expense. */
        boolean movable() {
            return switch (kind) {
                case UNIT -> priority != PriorityClass.SYSTEM;
                case IDLE -> true;
                case STUCK -> false;
            };
        }
    }
}
