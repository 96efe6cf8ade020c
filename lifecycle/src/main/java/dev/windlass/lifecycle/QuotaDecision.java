package dev.windlass.lifecycle;

import java.util.List;

/**
 * What is to be done about a {@link QuotaSnapshot}.
 *
 * @param moves who goes to another rung, in the order in which it was decided: first those who give way to limits, then by rank
 *     those who go up, each after those who give way to it
 * @param waits those who want to go up and do not, by rank
 * @param kept what is kept for those who wait, from whoever comes after them
 * @param unreachable where the limits cannot be kept, because of what cannot give way
 */
record QuotaDecision(List<Move> moves, List<Wait> waits, List<Kept> kept, List<Shortage> unreachable) {

    static final int LIMITS = -1;

    /**
     * A member goes to another rung.
     *
     * @param from index in its ladder
     * @param to the same
     * @param cause index of the member that it gives way to; {@link #LIMITS} when the limits are exceeded, and for a rise
     */
    record Move(int member, int from, int to, int cause) {

        boolean up() {
            return to < from;
        }
    }

    /** Why a member does not go up now. */
    enum Why {
        /** There will be room when those who are on the way down have arrived. */
        OTHERS_GIVE_WAY,
        /** Its cool-down is not over. */
        COOLING,
        /** There is no room, and nobody whom it may push aside. */
        NO_ROOM,
        /** There is room, which somebody of a higher rank waits for. */
        BEHIND,
        /** It needs more than it could ever get. */
        IMPOSSIBLE
    }

    /**
     * Somebody waits.
     *
     * @param shortages where there is not enough for it
     * @param behind index of the member that it is behind; -1 when it is behind nobody
     */
    record Wait(int member, Why why, List<Shortage> shortages, int behind) {
    }

    /** Whatever there is of something is kept for a member. */
    record Kept(int scope, CostDimension dimension, int member) {
    }

    /**
     * Not enough of something.
     *
     * @param scope index of the scope whose limit it is
     * @param needed how much is needed, or used
     * @param free how much there is
     */
    record Shortage(int scope, CostDimension dimension, long needed, long free, long limit) {
    }
}
