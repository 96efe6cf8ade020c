package dev.windlass.lifecycle;

import dev.windlass.lifecycle.QuotaSnapshot.Kind;
import dev.windlass.lifecycle.QuotaSnapshot.Member;
import dev.windlass.lifecycle.QuotaSnapshot.Scope;
import dev.windlass.lifecycle.QuotaSnapshot.Wish;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link QuotaSnapshot} of a manager, and whom its indices mean. Units that cost nothing are in it when they would have to stop
 * along with one that costs something.
 *
 * @param cells by member
 * @param claims by member; null for a unit that costs nothing
 */
record QuotaPicture(QuotaSnapshot snapshot, List<QuotaAccount> accounts, List<UnitCell> cells,
        List<@Nullable QuotaClaim> claims) {

    /**
     * @param limits what to assume of each account
     * @param cools whether a claim must not go up yet
     */
    static QuotaPicture of(Manager manager, Collection<QuotaAccount> accounts, Collection<QuotaClaim> claims,
            Function<QuotaAccount, Limits> limits, Predicate<QuotaClaim> cools) {
        List<QuotaAccount> ordered = accounts.stream().sorted(Comparator.comparingInt(QuotaPicture::depth)).toList();
        Map<QuotaAccount, Integer> scopes = new HashMap<>();
        for (QuotaAccount account : ordered) {
            scopes.put(account, scopes.size());
        }
        List<Scope> scopeList = ordered.stream().map(account -> new Scope(account.name(),
                account.around == null ? -1 : scopes.getOrDefault(account.around, 0), limits.apply(account))).toList();
        List<UnitCell> cells = new ArrayList<>();
        List<@Nullable QuotaClaim> all = new ArrayList<>();
        Map<UnitCell, Integer> index = new HashMap<>();
        for (QuotaClaim claim : claims) {
            if (claim.kind == Kind.UNIT && !claim.stuck) {
                index.put(claim.cell, all.size());
            }
            cells.add(claim.cell);
            all.add(claim);
        }
        for (UnitCell free : stoppingAlong(manager, claims)) {
            if (index.putIfAbsent(free, all.size()) == null) {
                cells.add(free);
                all.add(null);
            }
        }
        List<Member> members = new ArrayList<>();
        for (int m = 0; m < all.size(); m++) {
            QuotaClaim claim = all.get(m);
            List<Integer> needs = claim == null || (claim.kind == Kind.UNIT && !claim.stuck)
                    ? needs(manager, cells.get(m), index)
                    : List.of();
            members.add(claim == null
                    ? new Member(cells.get(m).name(), Kind.UNIT, cells.get(m).spec().priority(), Long.MAX_VALUE, 0,
                            needs, QuotaClaim.steps(Cost.none()), 0, Cost.none(), Wish.STAY)
                    : member(claim, scopes, needs, cools));
        }
        return new QuotaPicture(new QuotaSnapshot(scopeList, List.copyOf(members)), ordered, cells, all);
    }

    private static int depth(QuotaAccount account) {
        int depth = 0;
        for (QuotaAccount at = account.around; at != null; at = at.around) {
            depth++;
        }
        return depth;
    }

    private static Member member(QuotaClaim claim, Map<QuotaAccount, Integer> scopes, List<Integer> needs,
            Predicate<QuotaClaim> cools) {
        boolean wants = claim.waits() || (claim.change != null && claim.at > 0 && !claim.leaves() && !claim.stuck
                && !claim.cell.state().isEnding());
        return new Member(claim.toString(), claim.stuck ? Kind.STUCK : claim.kind, claim.priority, claim.standing.age,
                claim.account == null ? 0 : scopes.getOrDefault(claim.account, 0), needs, claim.steps, claim.at,
                claim.held, !wants ? Wish.STAY : cools.test(claim) ? Wish.RISE_LATER : Wish.RISE);
    }

    /** The units that run and would have to stop if those who cost something did. */
    private static Set<UnitCell> stoppingAlong(Manager manager, Collection<QuotaClaim> claims) {
        Set<UnitCell> found = new LinkedHashSet<>();
        for (QuotaClaim claim : claims) {
            if (claim.kind == Kind.UNIT && !claim.waits()) {
                addInside(claim.cell, found);
                if (manager.anyDependencies()) {
                    found.addAll(manager.activeDependents(claim.cell));
                }
            }
        }
        return found;
    }

    private static void addInside(UnitCell scope, Set<UnitCell> to) {
        for (UnitCell child : scope.childCells()) {
            if (child.isActiveOrAdmitting() && to.add(child)) {
                addInside(child, to);
            }
        }
    }

    /**
     * The members without which a unit cannot run: straight, and by way of units that are no members, for example because they have
     * completed. A stop is refused on account of those too.
     */
    private static List<Integer> needs(Manager manager, UnitCell cell, Map<UnitCell, Integer> index) {
        Set<Integer> needs = new LinkedHashSet<>();
        Set<UnitCell> seen = new HashSet<>();
        Deque<UnitCell> open = new ArrayDeque<>();
        open.add(cell);
        while (!open.isEmpty()) {
            for (UnitCell other : straightNeeds(manager, open.remove())) {
                Integer found = index.get(other);
                if (found != null) {
                    needs.add(found);
                } else if (seen.add(other)) {
                    open.add(other);
                }
            }
        }
        return List.copyOf(needs);
    }

    private static List<UnitCell> straightNeeds(Manager manager, UnitCell cell) {
        UnitCell scope = cell.parent();
        if (cell.spec().dependsOn().isEmpty()) {
            return scope == null ? List.of() : List.of(scope);
        }
        List<UnitCell> needs = new ArrayList<>();
        for (String dependency : cell.spec().dependsOn()) {
            UnitCell other = manager.cell(dependency);
            if (other != null) {
                needs.add(other);
            }
        }
        if (scope != null) {
            needs.add(scope);
        }
        return needs;
    }

    /** What is to be done, for people. */
    QuotaPlan plan(QuotaDecision decision, String scope, Limits limits, List<String> problems) {
        List<QuotaPlan.Change> changes = new ArrayList<>();
        for (QuotaDecision.Move move : decision.moves()) {
            Member member = snapshot.members().get(move.member());
            Cost before = member.ladder().get(move.from()).cost();
            Cost after = member.ladder().get(move.to()).cost();
            changes.add(new QuotaPlan.Change(member.name(), member.priority(), member.ladder().get(move.from()).rung(),
                    member.ladder().get(move.to()).rung(), move.up() ? after.minus(before) : before.minus(after),
                    move.cause() < 0 ? "" : snapshot.members().get(move.cause()).name()));
        }
        List<QuotaPlan.Waiting> waiting = new ArrayList<>();
        for (QuotaDecision.Wait wait : decision.waits()) {
            Member member = snapshot.members().get(wait.member());
            Cost needs = member.ladder().getFirst().cost().minus(member.ladder().get(member.at()).cost());
            waiting.add(new QuotaPlan.Waiting(member.name(), member.priority(), needs, why(wait)));
        }
        List<String> all = new ArrayList<>(problems);
        for (QuotaDecision.Shortage lack : problems.isEmpty()
                ? decision.unreachable()
                : List.<QuotaDecision.Shortage>of()) {
            all.add("%s cannot go below %d of %d%s: the rest of it cannot give way".formatted(lack.dimension().key(),
                    lack.needed(), lack.limit(), in(lack)));
        }
        return new QuotaPlan(scope, limits, changes, waiting, all);
    }

    private String why(QuotaDecision.Wait wait) {
        String lack = String.join("; ", wait.shortages().stream().map(shortage -> "needs %s=%d, free %d of %d%s"
                .formatted(shortage.dimension().key(), shortage.needed(), shortage.free(), shortage.limit(),
                        in(shortage)))
                .toList());
        return switch (wait.why()) {
            case OTHERS_GIVE_WAY -> "goes up when those who give way have";
            case COOLING -> "gave way lately and keeps its place until its cool-down is over"
                    + (lack.isEmpty() ? "" : "; " + lack);
            case NO_ROOM -> lack;
            case BEHIND -> "behind " + behind(wait);
            case IMPOSSIBLE -> lack + ", more than it could ever get";
        };
    }

    /** Who is served first, with its class. */
    String behind(QuotaDecision.Wait wait) {
        if (wait.behind() < 0) {
            return "others";
        }
        Member first = snapshot.members().get(wait.behind());
        return first.name() + " (" + first.priority() + ")";
    }

    String in(QuotaDecision.Shortage lack) {
        String scope = snapshot.scopes().get(lack.scope()).name();
        return scope.isEmpty() ? "" : " in " + scope;
    }
}
