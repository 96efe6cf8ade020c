package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader units of a manager, and the {@link Term} under which they run. The elector itself is a unit, on which they depend: so
 * they wait for it, and it is stopped, and gives up what it holds, when the last of them has ended.
 *
 * <p>A term ends once, by whoever is first: the elector that says so, the timer of its deadline, or a dispatch or write that finds
 * the fence closed. First the term is marked, which closes the fence, then a message of the manager's mailbox stops the units that
 * belong to it. A unit that is just being started belongs to the term that it saw open, and finds the message behind its start.
 */
final class LeaderGroup {

    /** The unit that the elector runs in. */
    static final String UNIT = "leader-election";

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /** Who leads, as the elector has told last. */
    private record View(boolean seen, @Nullable String holder, @Nullable Instant since, int transitions,
            @Nullable String trouble) {

        @Override
        public String toString() {
            String known = !seen
                    ? "nobody has been seen to hold it yet"
                    : holder == null
                            ? "nobody holds it"
                            : "held by " + holder
                                    + (since == null ? "" : " since " + since.truncatedTo(ChronoUnit.SECONDS));
            return trouble == null ? known : known + "; " + trouble;
        }
    }

    private final Manager manager;
    private final Mailbox root;
    private final @Nullable Elector elector;
    private final OnLeadershipLost policy;
    private final Duration stopBudget;
    private final LongAdder losses = new LongAdder();
    private final LongAdder refusedDispatches = new LongAdder();
    private final LongAdder refusedWrites = new LongAdder();
    private volatile View view = new View(false, null, null, 0, null);
    /** The last one, also when it is over; null before the first. */
    private volatile @Nullable Term term;
    private volatile @Nullable Lost lastLost;
    private volatile @Nullable Timer expiry;

    private record Lost(Instant at, String why, Term term) {
    }

    LeaderGroup(Manager manager, Mailbox root, @Nullable Elector elector, OnLeadershipLost policy,
            Duration stopBudget) {
        this.manager = manager;
        this.root = root;
        this.elector = elector;
        this.policy = policy;
        this.stopBudget = stopBudget;
    }

    /** Adds the unit that stands for election, if the manager has an elector. */
    void enter() {
        Elector mine = elector;
        if (mine != null) {
            manager.add(new ElectorUnit(mine));
        }
    }

    /** Whether this is the unit that stands for election. */
    boolean isElection(UnitCell cell) {
        return elector != null && cell.parent() == null && cell.name().equals(UNIT);
    }

    /** A specification as the manager enters it: a leader unit depends on the election. */
    RunnableSpec entered(RunnableSpec spec) {
        return elector != null && spec.leadership() == Leadership.LEADER
                ? spec.toBuilder().dependsOn(UNIT).build()
                : spec;
    }

    @Nullable
    LeadershipStatus status() {
        Elector mine = elector;
        if (mine == null) {
            return null;
        }
        View now = view;
        Term last = term;
        boolean leads = last != null && last.isOpen();
        Lost lost = lastLost;
        return new LeadershipStatus(mine.election(), mine.identity(), leads, now.holder, now.since, now.transitions,
                Duration.ofNanos(leads && last != null ? Math.max(0, last.nanosLeft()) : 0), now.trouble, policy,
                lost == null
                        ? null
                        : new LeadershipLoss(lost.at, lost.why, lost.term.passedDispatches(),
                                lost.term.passedWrites()));
    }

    // ---- what a start asks

    /** Whether a unit runs only where its manager leads: it is declared so, or something that it is inside of. */
    private static boolean isLeaderOnly(UnitCell cell) {
        for (UnitCell at = cell; at != null; at = at.parent()) {
            if (at.spec().leadership() == Leadership.LEADER) {
                return true;
            }
        }
        return false;
    }

    /** What a unit that wants to start must wait for; null when it may as far as leadership is concerned. */
    @Nullable
    String waitsFor(UnitCell cell) {
        if (elector == null || !isLeaderOnly(cell)) {
            return null;
        }
        Term now = term;
        if (now != null && now.isOpen()) {
            return null;
        }
        UnitCell unit = manager.cell(UNIT);
        boolean stands = unit != null && unit.state().satisfiesDependents();
        return "leadership: " + (stands
                ? view.toString()
                : UNIT + (unit == null ? " does not exist" : " is " + unit.state() + "; " + view));
    }

    /** Under what a generation that begins now runs; null when it needs no leadership. */
    @Nullable
    Term termFor(UnitCell cell) {
        return elector != null && isLeaderOnly(cell) ? term : null;
    }

    // ---- loss

    private static boolean isAliveIn(UnitCell cell, Term term) {
        Incarnation current = cell.incarnation();
        return current != null && current.term() == term && cell.state().isActive();
    }

    /** Ends a term that was not given up. Any thread. */
    private void lose(Term lost, String why) {
        if (lost.end(why)) {
            Instant at = manager.time().now();
            losses.increment();
            stopWatching();
            lastLost = new Lost(at, why, lost);
            root.post(() -> onLost(lost, why));
        }
    }

    private void onLost(Term lost, String why) {
        LOG.atWarn().addKeyValue("manager", manager.name()).addKeyValue("election", name())
                .log("leadership lost: {}; leader units are stopped", why);
        long now = manager.time().nanos();
        List<UnitCell> units = manager.cells().stream()
                .filter(cell -> isLeaderOnly(cell) && (cell.parent() == null || !isLeaderOnly(cell.parent()))).toList();
        new LevelStopper(root, manager.time(), units,
                new LevelStopper.Order(Reason.LEADERSHIP_LOST, StopMode.ABORT, "leadership", now, false),
                now + SystemTime.nanos(stopBudget), 0, reports -> onStopped(lost)).run();
        if (policy == OnLeadershipLost.STOP_MANAGER) {
            manager.fail(
                    new LeadershipLostException("%s lost the leadership of %s: %s".formatted(manager.name(), name(),
                            why)));
        }
    }

    private void onStopped(Term lost) {
        List<String> dispatches = lost.passedDispatches();
        List<String> writes = lost.passedWrites();
        if (!dispatches.isEmpty() || !writes.isEmpty()) {
            LOG.atWarn().addKeyValue("manager", manager.name()).addKeyValue("dispatches", dispatches)
                    .addKeyValue("writes", writes)
                    .log("had passed the fence before the leadership was lost, and had not ended by then");
        }
    }

    private String name() {
        return elector == null ? "" : elector.election();
    }

    private void pokeAll() {
        for (UnitCell cell : manager.cells()) {
            if (isLeaderOnly(cell)) {
                cell.poke();
            }
        }
    }

    /** Whether anything of that term is left that acts, or might. */
    private boolean anyLeft(Term of) {
        return manager.quarantine().any(incarnation -> incarnation.term() == of)
                || manager.cells().stream().anyMatch(cell -> isAliveIn(cell, of));
    }

    private void stopWatching() {
        Timer armed = expiry;
        if (armed != null) {
            armed.cancel();
        }
    }

    private void countRefusal(boolean write) {
        (write ? refusedWrites : refusedDispatches).increment();
    }

    // ---- the elector as a unit

    private final class ElectorUnit implements Unit<RunnableHandle> {

        private final Elector mine;

        ElectorUnit(Elector mine) {
            this.mine = mine;
        }

        @Override
        public RunnableSpec spec() {
            return RunnableSpec.builder(UNIT).kind("Election").group(Group.WARM_UP).signalsReadiness(true).drains(true)
                    .priority(PriorityClass.SYSTEM).onFailure(FailurePolicy.ISOLATE)
                    .restart(RestartPolicy.always().withAttempts(Integer.MAX_VALUE)).build();
        }

        @Override
        public ManagedRunnable newInstance() {
            return context -> stand(mine, context);
        }

        @Override
        public RunnableHandle handle(RunnableHandle base) {
            return base;
        }
    }

    private void stand(Elector mine, RunnableContext context) throws Exception {
        context.detail("election", mine::election);
        context.detail("identity", mine::identity);
        context.detail("leader", () -> view.toString());
        context.health(UNIT, HealthKind.DIAGNOSTIC, () -> {
            String trouble = view.trouble;
            if (trouble != null) {
                throw new IllegalStateException(trouble);
            }
        });
        meters(mine, context);
        Candidate candidate = new Candidate(mine, context);
        try {
            mine.run(candidate);
        } catch (Throwable e) {
            candidate.lost("the elector failed: " + Incarnation.describe(e));
            throw e;
        } finally {
            candidate.lost("the elector has ended");
        }
    }

    private void meters(Elector mine, RunnableContext context) {
        context.meter(GaugeWithCallback.builder().name("leader_election_master_status")
                .help("Whether this process leads, by election").labelNames("name")
                .callback(gauge -> gauge.call(isOpen(term) ? 1 : 0, mine.election())).build());
        context.meter(GaugeWithCallback.builder().name("windlass_leadership_fence_seconds")
                .help("How long a leader may go on acting if it cannot renew any more").labelNames("name")
                .callback(gauge -> gauge.call(Math.max(0, left(term)) / 1e9, mine.election())).build());
        context.meter(CounterWithCallback.builder()
                .name("windlass_leadership_losses_total").help("Leaderships that ended without being given up")
                .labelNames("name").callback(counter -> counter.call((double) losses.sum(), mine.election())).build());
        context.meter(CounterWithCallback.builder()
                .name("windlass_leadership_fenced_total")
                .help("Dispatches and writes that were refused since the leadership had ended")
                .labelNames("name", "what")
                .callback(counter -> {
                    counter.call((double) refusedDispatches.sum(), mine.election(), "dispatch");
                    counter.call((double) refusedWrites.sum(), mine.election(), "write");
                }).build());
    }

    private static boolean isOpen(@Nullable Term any) {
        return any != null && any.isOpen();
    }

    private static long left(@Nullable Term any) {
        return any == null ? 0 : any.nanosLeft();
    }

    private final class Candidate implements Candidacy {

        private final Elector mine;
        private final RunnableContext context;
        private boolean ready;

        Candidate(Elector mine, RunnableContext context) {
            this.mine = mine;
            this.context = context;
        }

        @Override
        public RunnableContext context() {
            return context;
        }

        @Override
        public boolean wanted() {
            return !manager.stopping() && !context.stopping().isSet();
        }

        @Override
        public Random random() {
            return manager.random();
        }

        @Override
        public void observed(@Nullable String holder, @Nullable Instant since, int transitions) {
            View next = new View(true, holder == null || holder.isEmpty() ? null : holder, since, transitions, null);
            if (!next.equals(view)) {
                view = next;
                tell();
                pokeAll(); // they say what they wait for
            }
        }

        @Override
        public void unreachable(String why) {
            View now = view;
            if (!why.equals(now.trouble)) {
                view = new View(now.seen, now.holder, now.since, now.transitions, why);
                tell();
                pokeAll();
            }
        }

        /** Shows itself: leads, stands by, or is in trouble. */
        private synchronized void tell() {
            View now = view;
            if (!ready) {
                if (!now.seen) {
                    context.hindered(String.valueOf(now.trouble));
                    return;
                }
                ready = true;
                context.ready();
            }
            if (leads()) {
                context.ready();
            } else {
                context.paused("stands by: " + now);
            }
        }

        @Override
        public void elected(long sentNanos) {
            Term next = new Term(context.time(), mine.times(), sentNanos, LeaderGroup.this::lose,
                    (write, _) -> countRefusal(write));
            term = next;
            watch(next);
            LOG.atInfo().addKeyValue("manager", manager.name()).addKeyValue("election", mine.election())
                    .addKeyValue("identity", mine.identity()).log("leads");
            tell();
            pokeAll();
        }

        /** Notices that the fence has closed also when nobody asks it. */
        private void watch(Term of) {
            long left = of.nanosLeft();
            if (of.over() == null) {
                expiry = context.time().after(Duration.ofNanos(Math.max(0, left)), () -> {
                    if (of.isOpen()) { // else it has told so itself
                        watch(of);
                    }
                });
            }
            if (of.over() != null) {
                stopWatching();
            }
        }

        @Override
        public void renewed(long sentNanos) {
            Term now = term;
            if (now != null) {
                now.renewed(sentNanos);
            }
        }

        @Override
        public void lost(String why) {
            Term now = term;
            if (now != null) {
                lose(now, why);
                tell();
            }
        }

        @Override
        public boolean leads() {
            return isOpen(term);
        }

        @Override
        public boolean resign() {
            Term now = term;
            if (now == null || !now.isOpen()) {
                return false;
            }
            boolean free = !anyLeft(now);
            if (!now.end("it was given up")) {
                return false;
            }
            stopWatching();
            if (!free) {
                LOG.atWarn().addKeyValue("manager", manager.name()).addKeyValue("election", mine.election())
                        .log("what is held is left to run out, not given up: a leader unit has not ended");
            }
            return free;
        }
    }
}
