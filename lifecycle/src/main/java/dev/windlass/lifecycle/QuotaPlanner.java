package dev.windlass.lifecycle;

import dev.windlass.lifecycle.QuotaDecision.Kept;
import dev.windlass.lifecycle.QuotaDecision.Move;
import dev.windlass.lifecycle.QuotaDecision.Shortage;
import dev.windlass.lifecycle.QuotaDecision.Wait;
import dev.windlass.lifecycle.QuotaDecision.Why;
import dev.windlass.lifecycle.QuotaSnapshot.Kind;
import dev.windlass.lifecycle.QuotaSnapshot.Member;
import dev.windlass.lifecycle.QuotaSnapshot.Scope;
import dev.windlass.lifecycle.QuotaSnapshot.Wish;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gives way, who goes up and who waits. A function: no clock, no threads, nothing outside of its input.
 *
 * <ol>
 * <li>When limits are exceeded, somebody gives way. What cannot give way is not asked; the rest makes up for it.
 * <li>Those who want to go up are served by rank: class, then age; who works already, though slowly, comes last in its class. One
 * that fits goes up. One that does not, and does not work, pushes aside what is of a lower class, if that suffices. One that waits
 * keeps what it lacks from those behind it, unless it could never get it.
 * </ol>
 *
 * Who gives way, in this order, until it suffices: what is idle; then everybody of every class goes to {@code DEGRADED}, the lowest
 * class first; then class by class, the lowest first, all go to {@code PAUSED}, then to {@code PARKED}, then to {@code STOPPED};
 * among equals the youngest first. Then whoever need not have given way after all is put back, the last one first. So the result
 * is minimal: nobody in it could be left a rung higher. Whoever is stopped takes along what cannot run without it, and counts as
 * being of the highest class among those.
 */
final class QuotaPlanner {

    private static final CostDimension[] DIMENSIONS = CostDimension.values();

    private final List<Scope> scopes;
    private final List<Member> members;
    /** Where everybody is to be; those who are promised a place included. */
    private final int[] level;
    private final int[] cause;
    /** What is used when all have arrived where they are to be. */
    private final long[][] used;
    /** What is used at the moment, by those who go up now included. */
    private final long[][] held;
    private final long[][] most;
    /** What those use who can never be pushed aside. */
    private final long[][] fixed;
    /** Who waits for what there is, and keeps it from those behind; -1 for nobody. */
    private final int[][] keptFor;
    private final int[][] dependents;
    private final List<Move> moves = new ArrayList<>();
    private final List<Wait> waits = new ArrayList<>();

    private QuotaPlanner(QuotaSnapshot snapshot) {
        scopes = snapshot.scopes();
        members = snapshot.members();
        level = new int[members.size()];
        cause = new int[members.size()];
        used = new long[scopes.size()][DIMENSIONS.length];
        held = new long[scopes.size()][DIMENSIONS.length];
        fixed = new long[scopes.size()][DIMENSIONS.length];
        most = new long[scopes.size()][DIMENSIONS.length];
        keptFor = new int[scopes.size()][DIMENSIONS.length];
        for (int s = 0; s < scopes.size(); s++) {
            Arrays.fill(keptFor[s], -1);
            for (int d = 0; d < DIMENSIONS.length; d++) {
                most[s][d] = scopes.get(s).limits().most(d);
            }
        }
        for (int m = 0; m < members.size(); m++) {
            Member member = members.get(m);
            level[m] = member.at();
            cause[m] = QuotaDecision.LIMITS;
            add(used, member.scope(), cost(m, level[m]), 1);
            add(held, member.scope(), member.held(), 1);
            if (!member.movable()) {
                add(fixed, member.scope(), cost(m, level[m]), 1);
            }
        }
        dependents = dependents();
    }

    static QuotaDecision plan(QuotaSnapshot snapshot) {
        return new QuotaPlanner(snapshot).decide();
    }

    /** Where limits are below what units of class {@code SYSTEM} need, and what those cannot run without. */
    static List<Shortage> belowSystem(QuotaSnapshot snapshot) {
        QuotaPlanner planner = new QuotaPlanner(snapshot);
        Set<Integer> needed = new LinkedHashSet<>();
        for (int m = 0; m < planner.members.size(); m++) {
            Member member = planner.members.get(m);
            if (member.priority() == PriorityClass.SYSTEM && member.kind() == Kind.UNIT
                    && (member.runs() || member.wish() != Wish.STAY)) {
                Arrays.stream(planner.withNeeds(m)).forEach(needed::add);
            }
        }
        long[][] need = new long[planner.scopes.size()][DIMENSIONS.length];
        for (int m : needed) {
            Member member = planner.members.get(m);
            int lowest = member.priority() == PriorityClass.SYSTEM ? 0 : member.bottom() - 1;
            planner.add(need, member.scope(), planner.cost(m, lowest), 1);
        }
        List<Shortage> found = new ArrayList<>();
        for (int s = 0; s < planner.scopes.size(); s++) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (need[s][d] > planner.most[s][d]) {
                    found.add(new Shortage(s, DIMENSIONS[d], need[s][d], 0, planner.most[s][d]));
                }
            }
        }
        return found;
    }

    private QuotaDecision decide() {
        List<Shortage> unreachable = reclaim();
        IntStream.range(0, members.size()).filter(m -> members.get(m).wish() != Wish.STAY && members.get(m).at() > 0)
                .boxed().sorted(Comparator.comparing(members::get, Member.RANK)).forEach(this::serve);
        return new QuotaDecision(List.copyOf(moves), List.copyOf(waits), kept(), unreachable);
    }

    private List<Kept> kept() {
        List<Kept> kept = new ArrayList<>();
        for (int s = 0; s < scopes.size(); s++) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (keptFor[s][d] >= 0) {
                    kept.add(new Kept(s, DIMENSIONS[d], keptFor[s][d]));
                }
            }
        }
        return kept;
    }

    private int[][] dependents() {
        List<IntStream.Builder> found = Stream.generate(IntStream::builder).limit(members.size()).toList();
        for (int m = 0; m < members.size(); m++) {
            for (int needed : members.get(m).needs()) {
                found.get(needed).add(m);
            }
        }
        return found.stream().map(each -> each.build().toArray()).toArray(int[][]::new);
    }

    // ---- arithmetic

    private Cost cost(int member, int at) {
        return members.get(member).ladder().get(at).cost();
    }

    private void add(long[][] to, int scope, Cost cost, int sign) {
        for (int s = scope; s >= 0; s = scopes.get(s).parent()) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                to[s][d] += sign * cost.in(d);
            }
        }
    }

    private void move(int member, int to) {
        add(used, members.get(member).scope(), cost(member, level[member]), -1);
        add(used, members.get(member).scope(), cost(member, to), 1);
        level[member] = to;
    }

    private boolean runs(int member) {
        return level[member] < members.get(member).bottom();
    }

    /** Whether so much more would be within the limits, in the scope and around it. */
    private boolean fits(long[][] in, int scope, Cost more) {
        for (int s = scope; s >= 0; s = scopes.get(s).parent()) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (more.in(d) > 0 && in[s][d] + more.in(d) > most[s][d]) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<Shortage> shortages(long[][] in, int scope, Cost more) {
        List<Shortage> found = new ArrayList<>();
        for (int s = scope; s >= 0; s = scopes.get(s).parent()) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (more.in(d) > 0 && in[s][d] + more.in(d) > most[s][d]) {
                    found.add(new Shortage(s, DIMENSIONS[d], more.in(d), Math.max(0, most[s][d] - in[s][d]),
                            most[s][d]));
                }
            }
        }
        return found;
    }

    // ---- who cannot run without whom

    /** The member, and all that run and cannot without it, also by way of some that do not run. */
    private int[] withDependents(int member) {
        if (dependents[member].length == 0) {
            return new int[]{member};
        }
        return Arrays.stream(reach(member, m -> dependents[m])).filter(m -> m == member || runs(m)).toArray();
    }

    /** The member, and all that it cannot run without. */
    private int[] withNeeds(int member) {
        return reach(member, m -> members.get(m).needs().stream().mapToInt(Integer::intValue).toArray());
    }

    private static int[] reach(int from, IntFunction<int[]> next) {
        Set<Integer> seen = new LinkedHashSet<>();
        Deque<Integer> open = new ArrayDeque<>();
        seen.add(from);
        open.add(from);
        while (!open.isEmpty()) {
            for (int other : next.apply(open.remove())) {
                if (seen.add(other)) {
                    open.add(other);
                }
            }
        }
        return seen.stream().mapToInt(Integer::intValue).toArray();
    }

    // ---- limits that are exceeded

    private List<Shortage> reclaim() {
        if (!anyExceeded()) {
            return List.of();
        }
        long[][] floor = floor();
        List<Shortage> unreachable = new ArrayList<>();
        long[][] target = new long[scopes.size()][];
        for (int s = 0; s < scopes.size(); s++) {
            target[s] = most[s].clone();
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (floor[s][d] > most[s][d]) {
                    target[s][d] = floor[s][d];
                    unreachable.add(new Shortage(s, DIMENSIONS[d], floor[s][d], 0, most[s][d]));
                }
            }
        }
        new Lowering(m -> members.get(m).movable(), QuotaDecision.LIMITS) {
            @Override
            boolean isShort(int scope, int dimension) {
                return used[scope][dimension] > target[scope][dimension];
            }
        }.lower();
        return unreachable;
    }

    private boolean anyExceeded() {
        for (int s = 0; s < scopes.size(); s++) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (used[s][d] > most[s][d]) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What would be used if everybody had given way as far as possible. */
    private long[][] floor() {
        long[][] floor = new long[scopes.size()][DIMENSIONS.length];
        for (int m = 0; m < members.size(); m++) {
            Member member = members.get(m);
            int lowest = level[m];
            if (member.movable() && runs(m)) {
                boolean stoppable = Arrays.stream(withDependents(m)).allMatch(other -> members.get(other).movable());
                lowest = Math.max(lowest, stoppable ? member.bottom() : member.bottom() - 1);
            }
            add(floor, member.scope(), cost(m, lowest), 1);
        }
        return floor;
    }

    // ---- those who want to go up

    private void serve(int m) {
        Member member = members.get(m);
        if (level[m] != member.at()) {
            return; // it has to give way itself
        }
        Cost full = cost(m, 0).minus(cost(m, level[m]));
        if (member.wish() == Wish.RISE_LATER) {
            wait(m, Why.COOLING, full);
            if (fits(used, member.scope(), full) && first(member.scope(), full) < 0) {
                move(m, 0); // its place is kept
            } else {
                keep(m, full);
            }
            return;
        }
        for (int to = 0; to < member.at(); to++) {
            Cost more = cost(m, to).minus(cost(m, member.at()));
            if (first(member.scope(), more) >= 0) {
                continue;
            }
            if (fits(used, member.scope(), more) || (!member.works() && pushAside(m, more))) {
                rise(m, to, more);
                if (to > 0) {
                    keep(m, full);
                }
                return;
            }
        }
        int behind = first(member.scope(), full);
        if (!fits(fixed, member.scope(), cost(m, 0))) {
            wait(m, Why.IMPOSSIBLE, full);
        } else {
            wait(m, behind >= 0 && fits(used, member.scope(), full) ? Why.BEHIND : Why.NO_ROOM, full);
            keep(m, full);
        }
    }

    private void rise(int m, int to, Cost more) {
        Member member = members.get(m);
        move(m, to);
        if (fits(held, member.scope(), more)) {
            add(held, member.scope(), more, 1);
            moves.add(new Move(m, member.at(), to, QuotaDecision.LIMITS));
        } else {
            waits.add(new Wait(m, Why.OTHERS_GIVE_WAY, shortages(held, member.scope(), more), -1));
        }
    }

    private void wait(int m, Why why, Cost full) {
        waits.add(new Wait(m, why, shortages(used, members.get(m).scope(), full), first(members.get(m).scope(), full)));
    }

    /** Who waits for something that this would use; -1 for nobody. */
    private int first(int scope, Cost more) {
        for (int s = scope; s >= 0; s = scopes.get(s).parent()) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (more.in(d) > 0 && keptFor[s][d] >= 0) {
                    return keptFor[s][d];
                }
            }
        }
        return -1;
    }

    private void keep(int m, Cost more) {
        for (Shortage lack : shortages(used, members.get(m).scope(), more)) {
            int dimension = lack.dimension().ordinal();
            if (keptFor[lack.scope()][dimension] < 0) {
                keptFor[lack.scope()][dimension] = m;
            }
        }
    }

    private boolean pushAside(int m, Cost more) {
        Member member = members.get(m);
        int[] needed = withNeeds(m);
        return new Lowering(other -> {
            Member candidate = members.get(other);
            return candidate.movable()
                    && (candidate.kind() == Kind.IDLE || member.priority().outranks(candidate.priority()))
                    && Arrays.stream(needed).noneMatch(need -> need == other);
        }, m) {
            @Override
            boolean isShort(int scope, int dimension) {
                return more.in(dimension) > 0
                        && used[scope][dimension] + more.in(dimension) > most[scope][dimension]
                        && contains(scope, member.scope());
            }
        }.lower();
    }

    private boolean contains(int outer, int inner) {
        for (int s = inner; s >= 0; s = scopes.get(s).parent()) {
            if (s == outer) {
                return true;
            }
        }
        return false;
    }

    // ---- giving way

    /** A step down that somebody could take, with those that would have to stop along. */
    private static final class Candidate {

        static final Comparator<Candidate> CHEAPEST_FIRST = Comparator
                .comparingInt((Candidate candidate) -> candidate.tier)
                .thenComparing(candidate -> candidate.priority, Comparator.reverseOrder())
                .thenComparing(candidate -> candidate.rung)
                .thenComparing(candidate -> candidate.age, Comparator.reverseOrder());

        final int member;
        final int to;
        final int[] along;
        final int tier;
        final PriorityClass priority;
        final Rung rung;
        final long age;

        Candidate(int member, int to, int[] along, int tier, PriorityClass priority, Rung rung, long age) {
            this.member = member;
            this.to = to;
            this.along = along;
            this.tier = tier;
            this.priority = priority;
            this.rung = rung;
            this.age = age;
        }
    }

    /** One search for those who give way. */
    private abstract class Lowering {

        private final IntPredicate eligible;
        private final int forWhom;
        private final int[] before = level.clone();
        private final LinkedHashSet<Integer> lowered = new LinkedHashSet<>();

        Lowering(IntPredicate eligible, int forWhom) {
            this.eligible = eligible;
            this.forWhom = forWhom;
        }

        /** Whether there is not enough of something, as things are. */
        abstract boolean isShort(int scope, int dimension);

        /** Makes room; returns false, with everything as it was, when that is not possible. */
        boolean lower() {
            for (Candidate candidate : candidates()) {
                if (!anyShort()) {
                    break;
                }
                apply(candidate);
            }
            if (anyShort()) {
                lowered.forEach(m -> move(m, before[m]));
                return false;
            }
            putBack();
            record();
            return true;
        }

        private List<Candidate> candidates() {
            List<Candidate> found = new ArrayList<>();
            for (int m = 0; m < members.size(); m++) {
                if (runs(m) && eligible.test(m) && !cost(m, level[m]).isNone()) {
                    Member member = members.get(m);
                    for (int to = level[m] + 1; to < member.bottom(); to++) {
                        Rung rung = member.ladder().get(to).rung();
                        found.add(new Candidate(m, to, new int[]{m}, rung == Rung.DEGRADED ? 1 : 2, member.priority(),
                                rung, member.age()));
                    }
                    Candidate stop = stop(m);
                    if (stop != null) {
                        found.add(stop);
                    }
                }
            }
            found.sort(Candidate.CHEAPEST_FIRST);
            return found;
        }

        private @Nullable Candidate stop(int m) {
            Member member = members.get(m);
            int[] along = withDependents(m);
            PriorityClass highest = member.priority();
            for (int other : along) {
                if (!eligible.test(other)) {
                    return null;
                }
                PriorityClass its = members.get(other).priority();
                highest = its.outranks(highest) ? its : highest;
            }
            return new Candidate(m, member.bottom(), along, member.kind() == Kind.IDLE ? 0 : 2, highest, Rung.STOPPED,
                    member.age());
        }

        private boolean anyShort() {
            for (int s = 0; s < scopes.size(); s++) {
                for (int d = 0; d < DIMENSIONS.length; d++) {
                    if (isShort(s, d)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private void apply(Candidate candidate) {
            for (int m : candidate.along) {
                int to = m == candidate.member ? candidate.to : members.get(m).bottom();
                if (to > level[m]) {
                    move(m, to);
                    lowered.remove(m);
                    lowered.add(m);
                }
            }
        }

        /** Leaves everybody as high as possible, the last one that gave way first. */
        private void putBack() {
            for (int m : List.copyOf(lowered).reversed()) {
                for (int to = before[m]; to < level[m]; to++) {
                    if (putBack(m, to)) {
                        break;
                    }
                }
            }
        }

        /** Puts one back, with what it needs at least, if it does no harm. */
        private boolean putBack(int m, int to) {
            List<Integer> along = new ArrayList<>();
            if (!runs(m)) {
                for (int needed : withNeeds(m)) {
                    if (needed != m && !runs(needed) && before[needed] < members.get(needed).bottom()) {
                        along.add(needed);
                        move(needed, members.get(needed).bottom() - 1);
                    }
                }
            }
            int wasAt = level[m];
            move(m, to);
            if (!anyShort()) {
                return true;
            }
            move(m, wasAt);
            along.forEach(needed -> move(needed, members.get(needed).bottom()));
            return false;
        }

        private void record() {
            for (int m : lowered) {
                if (level[m] != before[m]) {
                    cause[m] = forWhom;
                    moves.add(new Move(m, before[m], level[m], forWhom));
                }
            }
        }
    }
}
