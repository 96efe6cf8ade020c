package dev.windlass.lifecycle;

import dev.windlass.lifecycle.QuotaSnapshot.Kind;
import dev.windlass.lifecycle.QuotaSnapshot.Member;
import dev.windlass.lifecycle.QuotaSnapshot.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What is true of a small {@link QuotaSnapshot}, found by trying everything. An assignment says for each member where on its
 * ladder it is.
 */
final class QuotaOracle {

    static final CostDimension[] DIMENSIONS = CostDimension.values();

    private final List<Scope> scopes;
    private final List<Member> members;

    QuotaOracle(QuotaSnapshot snapshot) {
        scopes = snapshot.scopes();
        members = snapshot.members();
    }

    int[] asItIs() {
        return members.stream().mapToInt(Member::at).toArray();
    }

    long use(int[] assignment, int scope, CostDimension dimension) {
        long sum = 0;
        for (int m = 0; m < members.size(); m++) {
            if (isIn(members.get(m).scope(), scope)) {
                sum += members.get(m).ladder().get(assignment[m]).cost().in(dimension);
            }
        }
        return sum;
    }

    boolean isIn(int scope, int outer) {
        return scope == outer || (scope >= 0 && isIn(scopes.get(scope).parent(), outer));
    }

    boolean exceeds(int[] assignment, int scope, CostDimension dimension) {
        return use(assignment, scope, dimension) > scopes.get(scope).limits().limit(dimension).orElse(Long.MAX_VALUE);
    }

    boolean exceedsAny(int[] assignment) {
        for (int s = 0; s < scopes.size(); s++) {
            for (CostDimension dimension : DIMENSIONS) {
                if (exceeds(assignment, s, dimension)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean runs(int[] assignment, int m) {
        return assignment[m] < members.get(m).ladder().size() - 1;
    }

    /** Whether nobody who ran and runs on lacks somebody who ran. */
    boolean isClosed(int[] assignment) {
        for (int m = 0; m < members.size(); m++) {
            for (int needed : members.get(m).needs()) {
                if (runs(asItIs(), m) && runs(assignment, m) && runs(asItIs(), needed) && !runs(assignment, needed)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** All ways to lower some of those who may be, with nobody left alone. */
    List<int[]> lowerings(IntPredicate mayBeLowered) {
        List<int[]> found = new ArrayList<>();
        collect(asItIs(), 0, mayBeLowered, found);
        return found;
    }

    private void collect(int[] assignment, int m, IntPredicate mayBeLowered, List<int[]> found) {
        if (m == members.size()) {
            if (isClosed(assignment)) {
                found.add(assignment.clone());
            }
            return;
        }
        int from = members.get(m).at();
        int bottom = mayBeLowered.test(m) ? members.get(m).ladder().size() - 1 : from;
        for (int to = from; to <= bottom; to++) {
            assignment[m] = to;
            collect(assignment, m + 1, mayBeLowered, found);
        }
        assignment[m] = from;
    }

    boolean isMovable(int m) {
        Member member = members.get(m);
        return member.kind() == Kind.IDLE
                || (member.kind() == Kind.UNIT && member.priority() != PriorityClass.SYSTEM);
    }

    /** Whether one lowers nobody further than the other, and somebody less. */
    static boolean isMilder(int[] one, int[] other) {
        boolean less = false;
        for (int m = 0; m < one.length; m++) {
            if (one[m] > other[m]) {
                return false;
            }
            less |= one[m] < other[m];
        }
        return less;
    }

    /** Whether no milder one of these does as well. */
    static boolean isMinimal(int[] assignment, List<int[]> among, Predicate<int[]> suffices) {
        return among.stream().noneMatch(other -> isMilder(other, assignment) && suffices.test(other));
    }

    /** The highest class of which somebody stops working; one beyond the last when nobody does. */
    int highestClassHit(int[] assignment) {
        int highest = PriorityClass.values().length;
        for (int m = 0; m < members.size(); m++) {
            Member member = members.get(m);
            if (assignment[m] > member.at() && member.kind() != Kind.IDLE
                    && member.ladder().get(assignment[m]).rung().compareTo(Rung.DEGRADED) > 0) {
                highest = Math.min(highest, member.priority().ordinal());
            }
        }
        return highest;
    }

    /** What a member cannot run without, directly or not. */
    List<Integer> allNeeds(int m) {
        List<Integer> all = new ArrayList<>();
        for (int needed : members.get(m).needs()) {
            all.add(needed);
            all.addAll(allNeeds(needed));
        }
        return all;
    }
}
