package dev.windlass.lifecycle;

import dev.windlass.lifecycle.QuotaDecision.Move;
import dev.windlass.lifecycle.QuotaDecision.Shortage;
import dev.windlass.lifecycle.QuotaDecision.Wait;
import dev.windlass.lifecycle.QuotaDecision.Why;
import dev.windlass.lifecycle.QuotaSnapshot.Kind;
import dev.windlass.lifecycle.QuotaSnapshot.Member;
import dev.windlass.lifecycle.QuotaSnapshot.Scope;
import dev.windlass.lifecycle.QuotaSnapshot.Step;
import dev.windlass.lifecycle.QuotaSnapshot.Wish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

import static dev.windlass.lifecycle.CostDimension.CONCURRENCY;
import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/** Rule 19: who gives way, who goes up, who waits; against an oracle that tries everything, on small inputs. */
class QuotaPlannerTest {

    private static final int SEEDS = 4_000;

    // ---- small worlds

    private static final class Builder {

        private final List<Scope> scopes = new ArrayList<>();
        private final List<Member> members = new ArrayList<>();

        Builder(Limits limits) {
            scopes.add(new Scope("manager", -1, limits));
        }

        int scope(int parent, Limits limits) {
            scopes.add(new Scope("scope-" + scopes.size(), parent, limits));
            return scopes.size() - 1;
        }

        int running(String name, PriorityClass priority, Cost cost, Integer... needs) {
            return add(name, priority, 0, ladder(cost), 0, Wish.STAY, needs);
        }

        int waiting(String name, PriorityClass priority, Cost cost, Integer... needs) {
            return add(name, priority, 0, ladder(cost), 1, Wish.RISE, needs);
        }

        int add(String name, PriorityClass priority, int scope, List<Step> ladder, int at, Wish wish,
                Integer... needs) {
            members.add(new Member(name, Kind.UNIT, priority, members.size(), scope, List.of(needs), ladder, at,
                    ladder.get(at).cost(), wish));
            return members.size() - 1;
        }

        QuotaSnapshot build() {
            return new QuotaSnapshot(List.copyOf(scopes), List.copyOf(members));
        }

        QuotaDecision plan() {
            return QuotaPlanner.plan(build());
        }

        /** In words: {@code a FULL→STOPPED for b}. */
        List<String> moves() {
            return plan().moves().stream().map(move -> {
                Member member = members.get(move.member());
                return member.name() + " " + member.ladder().get(move.from()).rung() + "→"
                        + member.ladder().get(move.to()).rung()
                        + (move.cause() < 0 ? "" : " for " + members.get(move.cause()).name());
            }).toList();
        }

        List<String> waits() {
            return plan().waits().stream().map(wait -> members.get(wait.member()).name() + " " + wait.why()
                    + (wait.behind() < 0 ? "" : " behind " + members.get(wait.behind()).name())).toList();
        }
    }

    private static List<Step> ladder(Cost cost) {
        return List.of(new Step(Rung.FULL, cost), new Step(Rung.STOPPED, Cost.none()));
    }

    private static List<Step> controller(int watches, int workers) {
        return List.of(new Step(Rung.FULL, Cost.of(WATCHES, watches).and(CONCURRENCY, workers)),
                new Step(Rung.DEGRADED, Cost.of(WATCHES, watches).and(CONCURRENCY, 1)),
                new Step(Rung.PAUSED, Cost.of(WATCHES, watches)), new Step(Rung.PARKED, Cost.none()),
                new Step(Rung.STOPPED, Cost.none()));
    }

    private static Cost watches(long count) {
        return Cost.of(WATCHES, count);
    }

    // ---- by example

    @Test
    void whatFitsGoesUpByClassAndThenByAge() {
        Builder world = new Builder(Limits.of(WATCHES, 10));
        world.waiting("young-batch", PriorityClass.BATCH, watches(3));
        world.waiting("old", PriorityClass.NORMAL, watches(3));
        world.waiting("young", PriorityClass.NORMAL, watches(3));
        world.waiting("critical", PriorityClass.CRITICAL, watches(4));
        assertThat(world.moves()).containsExactly("critical STOPPED→FULL", "old STOPPED→FULL", "young STOPPED→FULL");
        assertThat(world.waits()).containsExactly("young-batch NO_ROOM");
        Wait wait = world.plan().waits().getFirst();
        assertThat(wait.shortages()).containsExactly(new Shortage(0, WATCHES, 3, 0, 10));
    }

    @Test
    void whoWaitsKeepsWhatItLacksFromThoseBehindIt() {
        Builder world = new Builder(Limits.of(WATCHES, 10).and(CONCURRENCY, 9));
        world.running("there", PriorityClass.NORMAL, watches(6));
        world.waiting("big", PriorityClass.NORMAL, watches(5));
        world.waiting("small", PriorityClass.NORMAL, watches(1));
        world.waiting("other", PriorityClass.BATCH, Cost.of(CONCURRENCY, 9));
        assertThat(world.moves()).containsExactly("other STOPPED→FULL");
        assertThat(world.waits()).containsExactly("big NO_ROOM", "small BEHIND behind big");
    }

    @Test
    void whoCanNeverGetWhatItNeedsKeepsNobodyWaiting() {
        Builder world = new Builder(Limits.of(WATCHES, 10));
        world.running("system", PriorityClass.SYSTEM, watches(2));
        world.waiting("huge", PriorityClass.CRITICAL, watches(9));
        world.waiting("small", PriorityClass.BATCH, watches(8));
        assertThat(world.moves()).containsExactly("small STOPPED→FULL");
        assertThat(world.waits()).containsExactly("huge IMPOSSIBLE");
    }

    @Test
    void aHigherClassPushesAsideTheYoungestOfTheLowestClassAndNoMoreThanNeeded() {
        Builder world = new Builder(Limits.of(WATCHES, 10));
        world.running("batch-old", PriorityClass.BATCH, watches(2));
        world.running("batch-young", PriorityClass.BATCH, watches(2));
        world.running("best-effort", PriorityClass.BEST_EFFORT, watches(1));
        world.running("normal", PriorityClass.NORMAL, watches(5));
        world.waiting("critical", PriorityClass.CRITICAL, watches(2));
        assertThat(world.moves()).containsExactly("batch-young FULL→STOPPED for critical");
        assertThat(world.waits()).containsExactly("critical OTHERS_GIVE_WAY");
        world.waiting("next", PriorityClass.NORMAL, watches(3));
        assertThat(world.moves()).containsExactly("batch-young FULL→STOPPED for critical",
                "best-effort FULL→STOPPED for next", "batch-old FULL→STOPPED for next");
        world.waiting("equal", PriorityClass.NORMAL, watches(1));
        assertThat(world.waits()).last().isEqualTo("equal NO_ROOM");
    }

    @Test
    void ofThoseWhoNeedNotHaveGivenWayTheHighestClassIsPutBackFirst() {
        Builder world = new Builder(Limits.of(WATCHES, 7));
        world.running("best-effort", PriorityClass.BEST_EFFORT, watches(2));
        world.running("batch", PriorityClass.BATCH, watches(2));
        world.running("normal", PriorityClass.NORMAL, watches(3));
        world.waiting("critical", PriorityClass.CRITICAL, watches(5));
        assertThat(world.moves()).containsExactly("best-effort FULL→STOPPED for critical",
                "normal FULL→STOPPED for critical");
    }

    @Test
    void aDependencyOfASurvivorNeverGivesWay() {
        Builder world = new Builder(Limits.of(WATCHES, 10));
        int base = world.running("base", PriorityClass.BATCH, watches(6));
        world.running("critical-user", PriorityClass.CRITICAL, watches(1), base);
        world.running("normal", PriorityClass.NORMAL, watches(3));
        world.waiting("newcomer", PriorityClass.CRITICAL, watches(3));
        assertThat(world.moves()).containsExactly("normal FULL→STOPPED for newcomer");
        world.waiting("more", PriorityClass.CRITICAL, watches(1));
        assertThat(world.waits()).containsExactly("newcomer OTHERS_GIVE_WAY", "more NO_ROOM");
    }

    @Test
    void whoIsStoppedTakesAlongWhatCannotRunWithoutIt() {
        Builder world = new Builder(Limits.of(WATCHES, 6));
        int base = world.running("base", PriorityClass.BATCH, watches(6));
        int middle = world.running("middle", PriorityClass.BATCH, Cost.none(), base);
        world.running("top", PriorityClass.NORMAL, Cost.none(), middle);
        world.waiting("newcomer", PriorityClass.CRITICAL, watches(1));
        assertThat(world.moves()).containsExactlyInAnyOrder("base FULL→STOPPED for newcomer",
                "middle FULL→STOPPED for newcomer", "top FULL→STOPPED for newcomer");
    }

    @Test
    void nothingThatTheNewcomerNeedsGivesWayForIt() {
        Builder world = new Builder(Limits.of(WATCHES, 6));
        int base = world.running("base", PriorityClass.BATCH, watches(6));
        world.waiting("newcomer", PriorityClass.CRITICAL, watches(1), base);
        assertThat(world.moves()).isEmpty();
        assertThat(world.waits()).containsExactly("newcomer NO_ROOM");
    }

    @Test
    void theLadderIsClimbedDownFromTheCheapestRung() {
        Builder world = new Builder(Limits.of(WATCHES, 20).and(CONCURRENCY, 5));
        world.add("critical", PriorityClass.CRITICAL, 0, controller(10, 4), 0, Wish.STAY);
        world.add("normal", PriorityClass.NORMAL, 0, controller(10, 4), 0, Wish.STAY);
        assertThat(world.moves()).containsExactly("normal FULL→DEGRADED");
        world.scopes.set(0, new Scope("manager", -1, Limits.of(WATCHES, 20).and(CONCURRENCY, 2)));
        assertThat(world.moves()).containsExactly("normal FULL→DEGRADED", "critical FULL→DEGRADED");
        world.scopes.set(0, new Scope("manager", -1, Limits.of(WATCHES, 20).and(CONCURRENCY, 1)));
        assertThat(world.moves()).containsExactlyInAnyOrder("critical FULL→DEGRADED", "normal FULL→PAUSED");
        world.scopes.set(0, new Scope("manager", -1, Limits.of(WATCHES, 12).and(CONCURRENCY, 9)));
        assertThat(world.moves()).containsExactly("normal FULL→PARKED");
    }

    @Test
    void whoWorksSlowlyPushesNobodyAsideAndComesLastInItsClass() {
        Builder world = new Builder(Limits.of(CONCURRENCY, 3));
        world.add("slow", PriorityClass.CRITICAL, 0, controller(0, 4), 1, Wish.RISE);
        world.add("batch", PriorityClass.BATCH, 0, controller(0, 1), 0, Wish.STAY);
        world.waiting("new", PriorityClass.CRITICAL, Cost.of(CONCURRENCY, 1));
        assertThat(world.moves()).containsExactly("new STOPPED→FULL");
        world = new Builder(Limits.of(WATCHES, 10).and(CONCURRENCY, 4));
        world.add("parked", PriorityClass.CRITICAL, 0, controller(10, 4), 3, Wish.RISE);
        world.add("batch", PriorityClass.BATCH, 0, controller(1, 1), 0, Wish.STAY);
        assertThat(world.moves()).containsExactly("batch FULL→PARKED for parked");
    }

    @Test
    void whatIsIdleGoesFirstForAnybody() {
        Builder world = new Builder(Limits.of(WATCHES, 3));
        world.members.add(new Member("idle", Kind.IDLE, PriorityClass.BEST_EFFORT, 7, 0, List.of(), ladder(watches(2)),
                0, watches(2), Wish.STAY));
        world.running("there", PriorityClass.BEST_EFFORT, watches(1));
        world.waiting("newcomer", PriorityClass.BEST_EFFORT, watches(1));
        assertThat(world.moves()).containsExactly("idle FULL→STOPPED for newcomer");
    }

    @Test
    void duringItsCoolDownAUnitKeepsItsPlace() {
        Builder world = new Builder(Limits.of(WATCHES, 3));
        world.add("cooling", PriorityClass.NORMAL, 0, ladder(watches(2)), 1, Wish.RISE_LATER);
        world.waiting("one", PriorityClass.NORMAL, watches(1));
        world.waiting("two", PriorityClass.NORMAL, watches(1));
        world.waiting("critical", PriorityClass.CRITICAL, watches(1));
        assertThat(world.moves()).containsExactly("critical STOPPED→FULL");
        assertThat(world.waits()).containsExactly("cooling COOLING", "one NO_ROOM", "two NO_ROOM behind one");
    }

    @Test
    void theSumInAScopeIsWithinTheLimitsOfEveryScopeAround() {
        Builder world = new Builder(Limits.of(WATCHES, 10));
        int north = world.scope(0, Limits.of(WATCHES, 4));
        int south = world.scope(0, Limits.of(WATCHES, 9));
        world.add("n1", PriorityClass.NORMAL, north, ladder(watches(3)), 1, Wish.RISE);
        world.add("n2", PriorityClass.NORMAL, north, ladder(watches(3)), 1, Wish.RISE);
        world.add("s1", PriorityClass.NORMAL, south, ladder(watches(8)), 1, Wish.RISE);
        world.add("s2", PriorityClass.NORMAL, south, ladder(watches(7)), 1, Wish.RISE);
        assertThat(world.moves()).containsExactly("n1 STOPPED→FULL");
        assertThat(world.plan().waits()).extracting(Wait::shortages).startsWith(
                List.of(new Shortage(north, WATCHES, 3, 1, 4)), List.of(new Shortage(0, WATCHES, 8, 7, 10)));
        assertThat(world.waits()).containsExactly("n2 NO_ROOM", "s1 NO_ROOM", "s2 BEHIND behind s1");
    }

    // ---- at random, against the oracle

    @Test
    void givingWayToLimitsIsWithinReachMinimalClosedAndOfTheLowestClassPossible() {
        int lowered = 0;
        int unreachable = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            QuotaSnapshot snapshot = random(seed, false);
            QuotaOracle oracle = new QuotaOracle(snapshot);
            QuotaDecision decision = QuotaPlanner.plan(snapshot);
            List<int[]> possible = oracle.lowerings(oracle::isMovable);
            Set<String> cannotBeKept = new HashSet<>();
            for (int s = 0; s < snapshot.scopes().size(); s++) {
                for (CostDimension dimension : QuotaOracle.DIMENSIONS) {
                    int scope = s;
                    if (possible.stream().allMatch(assignment -> oracle.exceeds(assignment, scope, dimension))) {
                        cannotBeKept.add(s + " " + dimension);
                    }
                }
            }
            assertThat(decision.unreachable()).as("seed %d", seed)
                    .extracting(shortage -> shortage.scope() + " " + shortage.dimension())
                    .containsExactlyInAnyOrderElementsOf(cannotBeKept);
            Predicate<int[]> suffices = assignment -> keepsWhatCanBeKept(oracle, snapshot, assignment, possible);
            int[] result = after(snapshot, decision);
            assertThat(suffices.test(result)).as("seed %d: the limits are kept", seed).isTrue();
            assertThat(oracle.isClosed(result)).as("seed %d: nobody lacks what it needs", seed).isTrue();
            assertThat(possible).as("seed %d: only those give way who may", seed)
                    .anyMatch(one -> Arrays.equals(one, result));
            assertThat(QuotaOracle.isMinimal(result, possible, suffices)).as("seed %d: minimal", seed).isTrue();
            int best = possible.stream().filter(suffices).mapToInt(oracle::highestClassHit).max().orElseThrow();
            assertThat(oracle.highestClassHit(result)).as("seed %d: no higher class than needed", seed).isEqualTo(best);
            lowered += decision.moves().isEmpty() ? 0 : 1;
            unreachable += cannotBeKept.isEmpty() ? 0 : 1;
        }
        assertThat(lowered).as("that this is about something").isGreaterThan(SEEDS / 5);
        assertThat(unreachable).isGreaterThan(SEEDS / 100);
    }

    /** Within the limits where somebody can bring that about, else as low as anybody can bring it. */
    private static boolean keepsWhatCanBeKept(QuotaOracle oracle, QuotaSnapshot snapshot, int[] assignment,
            List<int[]> possible) {
        for (int s = 0; s < snapshot.scopes().size(); s++) {
            for (CostDimension dimension : QuotaOracle.DIMENSIONS) {
                if (oracle.exceeds(assignment, s, dimension)) {
                    int scope = s;
                    long lowest = possible.stream().mapToLong(other -> oracle.use(other, scope, dimension)).min()
                            .orElseThrow();
                    if (oracle.use(assignment, s, dimension) > lowest) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    @Test
    void anAdmissionIsRightAboutWhetherItIsPossibleAndAsksNoMoreThanNeededOfLowerClasses() {
        int pushed = 0;
        int refused = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            QuotaSnapshot snapshot = random(seed, true);
            QuotaOracle oracle = new QuotaOracle(snapshot);
            if (oracle.exceedsAny(oracle.asItIs())) {
                continue;
            }
            int m = onlyOneWants(snapshot);
            Member newcomer = snapshot.members().get(m);
            QuotaDecision decision = QuotaPlanner.plan(snapshot);
            List<Integer> needs = oracle.allNeeds(m);
            List<int[]> possible = oracle.lowerings(x -> x != m && !needs.contains(x) && oracle.isMovable(x)
                    && !newcomer.works() && (snapshot.members().get(x).kind() == Kind.IDLE
                            || newcomer.priority().outranks(snapshot.members().get(x).priority())));
            Optional<Integer> highest = Optional.empty();
            for (int to = 0; to < newcomer.at() && highest.isEmpty(); to++) {
                int target = to;
                if (possible.stream().anyMatch(assignment -> admits(oracle, snapshot, m, target, assignment))) {
                    highest = Optional.of(to);
                }
            }
            boolean goesUp = decision.moves().stream().anyMatch(Move::up)
                    || decision.waits().stream().anyMatch(wait -> wait.why() == Why.OTHERS_GIVE_WAY);
            assertThat(goesUp).as("seed %d: whether it gets in", seed).isEqualTo(highest.isPresent());
            int[] others = after(snapshot, decision);
            others[m] = newcomer.at();
            if (highest.isPresent()) {
                int to = highest.get();
                Predicate<int[]> suffices = assignment -> admits(oracle, snapshot, m, to, assignment);
                assertThat(suffices.test(others)).as("seed %d: there is room", seed).isTrue();
                assertThat(possible).as("seed %d: only those give way who may", seed)
                        .anyMatch(one -> Arrays.equals(one, others));
                assertThat(QuotaOracle.isMinimal(others, possible, suffices)).as("seed %d: minimal", seed).isTrue();
                int best = possible.stream().filter(suffices).mapToInt(oracle::highestClassHit).max().orElseThrow();
                assertThat(oracle.highestClassHit(others)).as("seed %d: no higher class than needed", seed)
                        .isEqualTo(best);
                decision.moves().stream().filter(Move::up).forEach(move -> assertThat(move.to()).isEqualTo(to));
                pushed += decision.moves().stream().anyMatch(move -> !move.up()) ? 1 : 0;
            } else {
                assertThat(decision.moves()).as("seed %d: nobody gives way in vain", seed).isEmpty();
                refused++;
            }
        }
        assertThat(pushed).as("that this is about something").isGreaterThan(SEEDS / 50);
        assertThat(refused).isGreaterThan(SEEDS / 50);
    }

    private static int onlyOneWants(QuotaSnapshot snapshot) {
        for (int m = 0; m < snapshot.members().size(); m++) {
            if (snapshot.members().get(m).wish() != Wish.STAY) {
                return m;
            }
        }
        throw new AssertionError("nobody wants anything");
    }

    /** Whether a member can be there when the others are as assigned; only what it takes more of counts. */
    private static boolean admits(QuotaOracle oracle, QuotaSnapshot snapshot, int m, int to, int[] assignment) {
        Member member = snapshot.members().get(m);
        int[] with = assignment.clone();
        with[m] = to;
        for (int s = 0; s < snapshot.scopes().size(); s++) {
            for (CostDimension dimension : QuotaOracle.DIMENSIONS) {
                boolean takesMore = oracle.isIn(member.scope(), s)
                        && member.ladder().get(to).cost().in(dimension) > member.ladder().get(member.at()).cost()
                                .in(dimension);
                if (takesMore && oracle.exceeds(with, s, dimension)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void manyWhoWaitAreServedByRankWithinTheLimitsAtEveryInstant() {
        int rises = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            QuotaSnapshot snapshot = crowd(seed);
            QuotaDecision decision = QuotaPlanner.plan(snapshot);
            assertThat(QuotaPlanner.plan(snapshot)).as("seed %d: the same each time", seed).isEqualTo(decision);
            QuotaOracle oracle = new QuotaOracle(snapshot);
            assertThat(oracle.isClosed(after(snapshot, decision))).as("seed %d: closed", seed).isTrue();
            for (Move move : decision.moves()) {
                Member member = snapshot.members().get(move.member());
                if (move.up()) {
                    rises++;
                    assertInTurn(seed, oracle, snapshot, decision, move);
                } else {
                    assertThat(member.kind()).isNotEqualTo(Kind.STUCK);
                    assertThat(member.kind() == Kind.IDLE || member.priority() != PriorityClass.SYSTEM)
                            .as("seed %d: SYSTEM never gives way", seed).isTrue();
                    if (move.cause() >= 0) {
                        Member cause = snapshot.members().get(move.cause());
                        assertThat(member.kind() == Kind.IDLE || cause.priority().outranks(member.priority()))
                                .as("seed %d: %s gives way to %s", seed, member, cause).isTrue();
                    }
                }
            }
            assertNothingBeyondTheLimits(seed, snapshot, decision);
            Set<Integer> served = new HashSet<>();
            decision.moves().stream().map(Move::member).forEach(served::add);
            decision.waits().stream().map(Wait::member).forEach(served::add);
            for (int m = 0; m < snapshot.members().size(); m++) {
                if (snapshot.members().get(m).wish() != Wish.STAY && snapshot.members().get(m).at() > 0) {
                    assertThat(served).as("seed %d: everybody who wants to go up gets an answer", seed).contains(m);
                }
            }
        }
        assertThat(rises).as("that this is about something").isGreaterThan(SEEDS);
    }

    /** Nobody takes what somebody of a higher rank waits for. */
    private static void assertInTurn(long seed, QuotaOracle oracle, QuotaSnapshot snapshot, QuotaDecision decision,
            Move move) {
        Member member = snapshot.members().get(move.member());
        Cost more = member.ladder().get(move.to()).cost().minus(member.ladder().get(move.from()).cost());
        for (Wait wait : decision.waits()) {
            Member other = snapshot.members().get(wait.member());
            if (Member.RANK.compare(other, member) < 0 && wait.why() != Why.IMPOSSIBLE
                    && wait.why() != Why.OTHERS_GIVE_WAY) {
                for (Shortage lack : wait.shortages()) {
                    assertThat(more.in(lack.dimension()) > 0 && oracle.isIn(member.scope(), lack.scope()))
                            .as("seed %d: %s takes what %s waits for: %s", seed, member, other, lack).isFalse();
                }
            }
        }
    }

    /** What is held, with those who go up now, and without anything that is only on its way down. */
    private static void assertNothingBeyondTheLimits(long seed, QuotaSnapshot snapshot, QuotaDecision decision) {
        QuotaOracle oracle = new QuotaOracle(snapshot);
        for (int s = 0; s < snapshot.scopes().size(); s++) {
            for (CostDimension dimension : QuotaOracle.DIMENSIONS) {
                int scope = s;
                long held = snapshot.members().stream().filter(member -> oracle.isIn(member.scope(), scope))
                        .mapToLong(member -> member.held().in(dimension)).sum();
                long more = decision.moves().stream().filter(Move::up)
                        .filter(move -> oracle.isIn(snapshot.members().get(move.member()).scope(), scope))
                        .mapToLong(move -> {
                            Member member = snapshot.members().get(move.member());
                            return member.ladder().get(move.to()).cost().minus(member.ladder().get(move.from()).cost())
                                    .in(dimension);
                        }).sum();
                long limit = snapshot.scopes().get(s).limits().limit(dimension).orElse(Long.MAX_VALUE);
                assertThat(more == 0 || held + more <= limit).as("seed %d: %d + %d of %d %s", seed, held, more, limit,
                        dimension).isTrue();
            }
        }
    }

    // ---- random worlds

    private static int[] after(QuotaSnapshot snapshot, QuotaDecision decision) {
        int[] at = snapshot.members().stream().mapToInt(Member::at).toArray();
        decision.moves().forEach(move -> at[move.member()] = move.to());
        return at;
    }

    private static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 0x9E3779B97F4A7C15L);
    }

    /** Up to five members; at most one wants to go up. */
    private static QuotaSnapshot random(long seed, boolean oneWants) {
        RandomGenerator random = generator(seed);
        List<Scope> scopes = scopes(random, oneWants ? 11 : 7);
        List<Member> members = new ArrayList<>();
        int count = random.nextInt(1, 6);
        int wants = oneWants ? random.nextInt(count) : -1;
        for (int m = 0; m < count; m++) {
            members.add(member(random, m, scopes.size(), members, m == wants));
        }
        return new QuotaSnapshot(scopes, members);
    }

    /** More members, of whom many want to go up, and some are on the way down. */
    private static QuotaSnapshot crowd(long seed) {
        RandomGenerator random = generator(seed);
        List<Scope> scopes = scopes(random, 16);
        List<Member> members = new ArrayList<>();
        int count = random.nextInt(3, 12);
        for (int m = 0; m < count; m++) {
            Member member = member(random, m, scopes.size(), members, random.nextInt(3) > 0);
            if (member.at() > 0 && random.nextInt(4) == 0) {
                member = new Member(member.name(), member.kind(), member.priority(), member.age(), member.scope(),
                        member.needs(), member.ladder(), member.at(), member.ladder().get(member.at() - 1).cost(),
                        member.wish() == Wish.RISE ? Wish.RISE_LATER : Wish.STAY);
            }
            members.add(member);
        }
        return new QuotaSnapshot(scopes, members);
    }

    private static List<Scope> scopes(RandomGenerator random, int most) {
        List<Scope> scopes = new ArrayList<>();
        int count = random.nextInt(1, 4);
        for (int s = 0; s < count; s++) {
            Limits limits = Limits.none();
            for (CostDimension dimension : List.of(WATCHES, CONCURRENCY)) {
                if (random.nextInt(4) > 0) {
                    limits = limits.and(dimension, random.nextInt(most));
                }
            }
            scopes.add(new Scope("scope-" + s, s == 0 ? -1 : random.nextInt(s), limits));
        }
        return List.copyOf(scopes);
    }

    private static Member member(RandomGenerator random, int index, int scopes, List<Member> before, boolean wants) {
        PriorityClass[] classes = PriorityClass.values();
        PriorityClass priority = classes[random.nextInt(classes.length)];
        int kind = wants ? 9 : random.nextInt(10);
        List<Step> ladder = kind == 0 || kind == 1 ? ladder(cost(random)) : ladder(random);
        int bottom = ladder.size() - 1;
        int at = wants ? random.nextInt(1, bottom + 1) : kind <= 1 ? 0 : random.nextInt(6) == 0 ? bottom : 0;
        List<Integer> needs = new ArrayList<>();
        for (int other = 0; other < before.size(); other++) {
            boolean usable = before.get(other).kind() == Kind.UNIT && (before.get(other).runs() || at == bottom);
            if (kind > 1 && usable && random.nextInt(4) == 0) {
                needs.add(other);
            }
        }
        return new Member("m" + index, kind == 0 ? Kind.IDLE : kind == 1 ? Kind.STUCK : Kind.UNIT,
                kind == 0 ? PriorityClass.BEST_EFFORT : priority, 1000 - random.nextInt(10) * 50L - index,
                random.nextInt(scopes), List.copyOf(needs), ladder, at, ladder.get(at).cost(),
                wants ? Wish.RISE : Wish.STAY);
    }

    private static Cost cost(RandomGenerator random) {
        return Cost.of(WATCHES, random.nextInt(5)).and(CONCURRENCY, random.nextInt(4));
    }

    private static List<Step> ladder(RandomGenerator random) {
        List<Step> ladder = new ArrayList<>();
        Cost full = cost(random);
        ladder.add(new Step(Rung.FULL, full));
        if (random.nextInt(3) == 0) {
            ladder.add(new Step(Rung.DEGRADED, full.and(CONCURRENCY, Math.min(1, full.in(CONCURRENCY)))));
        }
        int rung = random.nextInt(4);
        if (rung == 0) {
            ladder.add(new Step(Rung.PAUSED, Cost.of(WATCHES, full.in(WATCHES))));
        } else if (rung == 1) {
            ladder.add(new Step(Rung.PARKED, Cost.none()));
        }
        ladder.add(new Step(Rung.STOPPED, Cost.none()));
        return ladder.stream().sorted(Comparator.comparing(Step::rung)).toList();
    }
}
