package dev.windlass.lifecycle;

import dev.windlass.lifecycle.QuotaDecision.Kept;
import dev.windlass.lifecycle.QuotaDecision.Move;
import dev.windlass.lifecycle.QuotaDecision.Wait;
import dev.windlass.lifecycle.QuotaDecision.Why;
import dev.windlass.lifecycle.QuotaSnapshot.Kind;
import dev.windlass.lifecycle.QuotaSnapshot.Step;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The quota of a manager: who has what, who waits, under which limits. It is its own mailbox: all fields but the settings are
 * touched by messages only. Decisions are the {@link QuotaPlanner}'s; here they are carried out.
 *
 * <p>What a unit has is counted from the grant, before its code can run, until its generation has ended and its state says so.
 * So what runs never has more than what is counted.
 *
 * <p>Who can be served is decided in passes: one after each change, or one for many changes that come together.
 */
final class QuotaBook extends Mailbox {

    /** Between two attempts to raise the same unit, also when there is no cool-down. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final Manager manager;
    private final TimeSource time;
    private final QuotaAccounts accounts;
    private final Map<UnitCell, QuotaClaim.Standing> standings = new HashMap<>();
    private final Set<QuotaClaim> granted = new LinkedHashSet<>();
    /** What generations have that did not end in time. Touched by anybody. */
    private final Map<Incarnation, QuotaClaim> stuck = new ConcurrentHashMap<>();
    private final TreeSet<QuotaClaim> wanting = new TreeSet<>(QuotaClaim.RANK);
    private final QuotaReclaim reclaim;
    private final QuotaLimits limits;
    private final long[] lowerings = new long[Rung.values().length];
    private volatile Duration coolDown = Duration.ofSeconds(60);
    private volatile Duration deadline = Duration.ofSeconds(60);
    /** Whether there has ever been a claim, or limits for a scope: a manager without them is spared the messages. */
    private volatile boolean inUse;
    private @Nullable Timer coolDownEnds;
    private long numbers;
    private boolean passPosted;
    private boolean stopsOver;
    private boolean closed;

    QuotaBook(Manager manager) {
        this.manager = manager;
        this.time = manager.time();
        this.accounts = new QuotaAccounts(time, this::claims);
        this.reclaim = new QuotaReclaim(this, manager);
        this.limits = new QuotaLimits(this, manager, accounts);
    }

    @Override
    void turn() {
        manager.scheduling().turn();
    }

    // ---- settings

    Duration coolDown() {
        return coolDown;
    }

    void coolDown(Duration value) {
        coolDown = value;
        post(this::changed);
    }

    Duration deadline() {
        return deadline;
    }

    void deadline(Duration value) {
        deadline = value;
    }

    // ---- called by units

    /** Asks for the declared cost of a generation of a unit. The unit is poked when it is granted. */
    QuotaClaim ask(UnitCell cell, long generation) {
        inUse = true;
        RunnableSpec spec = cell.spec();
        QuotaClaim claim = new QuotaClaim(this, cell, generation, Kind.UNIT, spec.priority(), spec.cost(), "");
        post(() -> {
            enter(claim);
            if (!claim.ended()) {
                wanting.add(claim);
                if (!standsBehind(claim)) {
                    changed();
                }
            }
        });
        return claim;
    }

    /** The usual case where many wait: what was planned holds, and the newcomer comes after somebody who waits. */
    private boolean standsBehind(QuotaClaim claim) {
        QuotaAccount account = accounts.of(claim);
        QuotaClaim first = account.first(claim);
        if (passPosted || first == null || !account.everFits(claim.cost)) {
            return false;
        }
        claim.explain(new QuotaClaim.Explanation(account.fits(claim.cost) ? Why.BEHIND : Why.NO_ROOM,
                first + " (" + first.priority + ")", ""));
        return true;
    }

    private void enter(QuotaClaim claim) {
        claim.number = numbers++;
        // A unit that has been removed may have been forgotten already: nothing would take its standing away again.
        claim.standing = claim.cell.state() == UnitState.REMOVED
                ? new QuotaClaim.Standing(claim.number)
                : standings.computeIfAbsent(claim.cell, cell -> new QuotaClaim.Standing(claim.number));
        claim.account = accounts.innermost(claim.cell);
    }

    /** Counts something that is kept though nobody uses it. When it is in the way, {@code giveBack} is called. */
    QuotaClaim idle(Incarnation of, String what, Cost cost, Runnable giveBack) {
        inUse = true;
        QuotaClaim claim = new QuotaClaim(this, of.cell(), of.generation(), Kind.IDLE, PriorityClass.BEST_EFFORT,
                cost, what);
        claim.giveBack = giveBack;
        claim.grant();
        post(() -> {
            enter(claim);
            if (!claim.ended()) {
                count(claim);
                changed();
            }
        });
        return claim;
    }

    /**
     * Asks for a second generation of a unit. Nobody gives way to it, and it gives way to everybody, like what is idle.
     *
     * @param giveBack called in a message when it is in the way
     * @param answer told in a message what is lacking; empty when it is granted
     */
    QuotaClaim besides(UnitCell cell, long generation, Cost cost, Runnable giveBack, Consumer<String> answer) {
        inUse = true;
        QuotaClaim claim = new QuotaClaim(this, cell, generation, Kind.IDLE, PriorityClass.BEST_EFFORT, cost,
                "#" + generation);
        claim.giveBack = giveBack;
        post(() -> {
            enter(claim);
            QuotaAccount account = accounts.of(claim);
            QuotaClaim first = account.first(claim);
            if (!account.fits(cost) || first != null) {
                answer.accept(first == null ? account.lack(cost) : "needs " + cost + ", behind " + first);
            } else if (claim.grant()) {
                count(claim);
                answer.accept("");
            }
        });
        return claim;
    }

    /** From now on a claim is that of the current generation of its unit. */
    void current(QuotaClaim claim, PriorityClass priority) {
        post(() -> declare(claim, Kind.UNIT, priority, "", null));
    }

    /** From now on a claim is that of a generation beside the current one. */
    void besides(QuotaClaim claim, Runnable giveBack) {
        post(() -> declare(claim, Kind.IDLE, PriorityClass.BEST_EFFORT, "#" + claim.generation, giveBack));
    }

    private void declare(QuotaClaim claim, Kind kind, PriorityClass priority, String what,
            @Nullable Runnable giveBack) {
        boolean wants = wanting.remove(claim);
        claim.kind = kind;
        claim.priority = priority;
        claim.what = what;
        claim.giveBack = giveBack;
        if (wants) {
            wanting.add(claim);
        }
        changed();
    }

    /** A running unit offers rungs. */
    void offer(QuotaClaim claim, Incarnation incarnation, Map<Rung, Cost> rungs, RungChange change) {
        List<Step> steps = new ArrayList<>();
        Cost last = claim.cost;
        steps.add(new Step(Rung.FULL, last));
        for (Rung rung : List.of(Rung.DEGRADED, Rung.PAUSED, Rung.PARKED)) {
            Cost cost = rungs.get(rung);
            if (cost != null) {
                last = cost.atMost(last);
                steps.add(new Step(rung, last));
            }
        }
        steps.add(new Step(Rung.STOPPED, Cost.none()));
        post(() -> {
            if (granted.contains(claim) && claim.at == 0) {
                claim.steps = List.copyOf(steps);
                claim.change = change;
                claim.climber = incarnation;
                changed();
            }
        });
    }

    void ended(QuotaClaim claim) {
        post(() -> {
            claim.forgetCode();
            boolean waited = wanting.remove(claim);
            if (granted.remove(claim)) {
                hold(claim, Cost.none());
            } else if (waited && claim.onlyWaits() && !accounts.keepAnythingFor(claim)) {
                return; // nobody gains by it
            }
            changed();
        });
    }

    /** A generation did not end in time: what it has stays counted until it does. */
    void stuck(QuotaClaim claim, Incarnation of) {
        stuck.put(of, claim);
        post(() -> {
            wanting.remove(claim);
            claim.stuck = true;
            changed();
        });
    }

    /** A generation has ended, perhaps long after its time. */
    void ended(Incarnation generation) {
        QuotaClaim last = stuck.isEmpty() ? null : stuck.remove(generation);
        if (last != null) {
            last.end();
        }
    }

    /** A unit has been removed. */
    void forget(UnitCell cell) {
        if (inUse) {
            post(() -> {
                accounts.forget(cell);
                standings.remove(cell);
            });
        }
    }

    /** The manager has stopped. */
    void close() {
        post(() -> {
            closed = true;
            if (coolDownEnds != null) {
                coolDownEnds.cancel();
            }
            limits.close();
        });
    }

    // ---- what is counted

    private List<QuotaClaim> claims() {
        List<QuotaClaim> all = new ArrayList<>(granted);
        wanting.stream().filter(QuotaClaim::waits).forEach(all::add);
        return all;
    }

    /** From now on this much is counted for a claim. */
    void hold(QuotaClaim claim, Cost cost) {
        accounts.of(claim).add(claim.held, -1);
        accounts.of(claim).add(cost, 1);
        claim.held = cost;
    }

    private void count(QuotaClaim claim) {
        claim.at = 0;
        granted.add(claim);
        hold(claim, claim.cost);
    }

    // ---- passes

    /** Something has changed: everybody is looked at again, once for all changes that come together. */
    void changed() {
        if (!passPosted && !closed) {
            passPosted = true;
            post(this::pass);
        }
    }

    private void pass() {
        passPosted = false;
        if (closed) {
            return;
        }
        if (manager.stopping()) {
            limits.settle(); // nobody starts any more, and everybody ends
            return;
        }
        accounts.keepNothing();
        if (stopsOver) {
            stopsOver = false;
            takeBackRefused();
        }
        if (!grantInTurn()) {
            takeBackRefused();
            QuotaPicture picture = picture(QuotaAccount::limits, this::cools);
            carryOut(picture, QuotaPlanner.plan(picture.snapshot()));
        }
        limits.settle();
    }

    /** The usual case, without a plan: nothing is exceeded, and whoever waits fits. Returns false when it is not so. */
    private boolean grantInTurn() {
        if (accounts.exceeded()) {
            return false;
        }
        while (!wanting.isEmpty()) {
            QuotaClaim first = wanting.first();
            if (!first.waits() || cools(first) || !accounts.of(first).fits(first.cost)) {
                return false;
            }
            grant(first);
        }
        return true;
    }

    /** Who was to be stopped and is not: a stop was refused, or what was planned has come to nothing. */
    private void takeBackRefused() {
        for (QuotaClaim claim : granted) {
            if (claim.kind == Kind.UNIT && !claim.stuck && claim.leaves() && !reclaim.isLeaving(claim.cell)) {
                claim.at = 0;
                hold(claim, claim.cost);
                if (claim.low) {
                    raiseLater(claim);
                }
            }
        }
    }

    /** It could not go up, and cannot be stopped either: it is tried again, since nothing else would ever get it going. */
    private void raiseLater(QuotaClaim claim) {
        Duration pause = coolDown.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : coolDown;
        time.after(pause, () -> post(() -> {
            if (closed || !granted.contains(claim) || claim.at != 0) {
                return; // it has ended, or is asked for something else
            }
            if (claim.calling) {
                raiseLater(claim);
            } else {
                reclaim.climb(claim);
            }
        }));
    }

    /** A stop that a quota wanted is over, be it that the unit has ended or that it runs on. */
    void stopIsOver() {
        stopsOver = true;
        changed();
    }

    QuotaPicture picture(Function<QuotaAccount, Limits> assumed, Predicate<QuotaClaim> cooling) {
        return QuotaPicture.of(manager, accounts.all(), claims(), assumed, cooling);
    }

    /** When the cool-down of a claim ends, in nanoseconds of the clock. */
    private long coolsUntil(QuotaClaim claim) {
        return accounts.of(claim).lastLowered(claim.standing.loweredAt) + SystemTime.nanos(coolDown);
    }

    boolean cools(QuotaClaim claim) {
        return claim.standing.lowered && coolsUntil(claim) - time.nanos() > 0;
    }

    private void carryOut(QuotaPicture picture, QuotaDecision decision) {
        for (Move move : decision.moves()) {
            QuotaClaim claim = picture.claims().get(move.member());
            if (claim == null) {
                reclaim.stop(picture.cells().get(move.member()), lastMoment());
            } else if (!move.up()) {
                lower(claim, move.to());
            } else if (granted.contains(claim)) {
                raise(claim, move.to());
            } else {
                grant(claim);
            }
        }
        reclaim.proceed();
        explain(picture, decision);
    }

    private long lastMoment() {
        return time.nanos() + SystemTime.nanos(deadline);
    }

    private void grant(QuotaClaim claim) {
        wanting.remove(claim);
        if (claim.grant()) {
            count(claim);
            claim.explain(null);
            claim.standing.lowered = false;
            claim.cell.poke();
        }
    }

    private void raise(QuotaClaim claim, int to) {
        wanting.remove(claim);
        claim.at = to;
        hold(claim, claim.held.plus(claim.cost(to).minus(claim.held)));
        if (to == 0) {
            claim.standing.lowered = false;
        } else {
            wanting.add(claim);
        }
        reclaim.climb(claim);
    }

    private void lower(QuotaClaim claim, int to) {
        wanting.remove(claim);
        claim.at = to;
        lowerings[claim.rung().ordinal()]++;
        Runnable giveBack = claim.giveBack;
        if (giveBack != null) {
            giveBack.run();
            return;
        }
        claim.standing.lowered = true;
        claim.standing.loweredAt = time.nanos();
        if (claim.leaves()) {
            reclaim.stop(claim.cell, lastMoment());
        } else {
            wanting.add(claim);
            reclaim.climb(claim);
        }
    }

    /** A unit does not do what it offered. It has its full cost until it is stopped, after what depends on it. */
    void withoutLadder(QuotaClaim claim) {
        wanting.remove(claim);
        claim.at = 0;
        claim.steps = QuotaClaim.steps(claim.cost);
        hold(claim, claim.cost);
        lower(claim, 1);
        List<UnitCell> along = manager.activeDependents(claim.cell);
        if (along.stream().noneMatch(dependent -> dependent.spec().priority() == PriorityClass.SYSTEM)) {
            along.forEach(dependent -> reclaim.stop(dependent, lastMoment()));
        }
        reclaim.proceed();
        changed();
    }

    /** Tells those who wait why, and looks again when the next cool-down ends. */
    private void explain(QuotaPicture picture, QuotaDecision decision) {
        for (Kept kept : decision.kept()) {
            picture.accounts().get(kept.scope()).keptFor[kept.dimension().ordinal()] = picture.claims()
                    .get(kept.member());
        }
        if (coolDownEnds != null) {
            coolDownEnds.cancel();
            coolDownEnds = null;
        }
        long next = Long.MAX_VALUE;
        for (Wait wait : decision.waits()) {
            QuotaClaim claim = picture.claims().get(wait.member());
            if (claim == null) {
                continue;
            }
            String until = "";
            if (wait.why() == Why.COOLING) {
                long left = coolsUntil(claim) - time.nanos();
                next = Math.min(next, left);
                until = time.now().plusNanos(left).truncatedTo(ChronoUnit.SECONDS).toString();
            }
            claim.explain(new QuotaClaim.Explanation(wait.why(), wait.why() == Why.OTHERS_GIVE_WAY
                    ? givingWay(picture, decision, wait)
                    : picture.behind(wait), until));
        }
        if (next < Long.MAX_VALUE) {
            coolDownEnds = time.after(Duration.ofNanos(Math.max(0, next)), () -> post(this::changed));
        }
    }

    private String givingWay(QuotaPicture picture, QuotaDecision decision, Wait wait) {
        String named = decision.moves().stream().filter(move -> move.cause() == wait.member()).limit(5)
                .map(move -> picture.snapshot().members().get(move.member()).name()).collect(Collectors.joining(", "));
        return named.isEmpty() ? "others" : named;
    }

    // ---- limits

    /** See {@link QuotaLimits#set}. */
    void set(@Nullable UnitCell scope, Limits next, Promise<QuotaPlan> promise) {
        inUse = true;
        post(() -> {
            if (closed || manager.stopping()) {
                promise.fail(new StoppingException(manager.name() + " takes no limits: it is stopping or has stopped"));
            } else {
                limits.set(scope, next, promise);
            }
        });
    }

    void whatIf(@Nullable UnitCell scope, Limits next, Consumer<QuotaPlan> answer) {
        inUse = true;
        post(() -> answer.accept(limits.whatIf(scope, next)));
    }

    /** Who has something still, though it is to give it back. */
    List<QuotaClaim> holders() {
        return granted.stream().filter(claim -> claim.stuck || claim.leaves()).toList();
    }

    // ---- what it looks like

    /**
     * What is to be seen.
     *
     * @param measured whom to ask, outside of messages, what it uses; by use
     * @param within the names of the scopes with limits in which it is; by use
     */
    record Reading(List<QuotaStatus.ScopeUse> scopes, List<QuotaStatus.UnitUse> uses,
            List<@Nullable Supplier<Cost>> measured, List<List<String>> within, Map<Rung, Long> lowerings) {
    }

    void read(Consumer<Reading> answer) {
        post(() -> {
            List<QuotaStatus.ScopeUse> scopes = accounts.all().stream()
                    .map(account -> new QuotaStatus.ScopeUse(account.name(), account.limits(), account.used()))
                    .toList();
            List<QuotaStatus.UnitUse> uses = new ArrayList<>();
            List<@Nullable Supplier<Cost>> measured = new ArrayList<>();
            List<List<String>> within = new ArrayList<>();
            for (QuotaClaim claim : claims()) {
                uses.add(new QuotaStatus.UnitUse(claim.toString(), claim.cell.name(), claim.priority,
                        claim.cell.state(), claim.rung(), claim.cost, claim.held, Cost.none(),
                        claim.waits() ? claim.describe() : ""));
                measured.add(claim.measure);
                within.add(accounts.of(claim).namesFromHereUp());
            }
            Map<Rung, Long> counts = new LinkedHashMap<>();
            for (Rung rung : Rung.values()) {
                counts.put(rung, lowerings[rung.ordinal()]);
            }
            answer.accept(new Reading(scopes, uses, measured, within, counts));
        });
    }
}
