package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The election of a simulated world, in which a rival stands that keeps to no rules, and until when its manager may act: that follows
 * from what its elector has told it, and when.
 */
final class SimulatedLeadership {

    private static final LeaseTimes TIMES = LeaseTimes.of(Duration.ofSeconds(20), Duration.ofSeconds(12),
            Duration.ofSeconds(4));
    private static final String IDENTITY = "simulated";

    /** A time of leading; {@code until} moves on with each renewal, and is final when it has ended. */
    private static final class Led {

        final Instant from;
        Instant until;
        boolean ended;

        Led(Instant from, Instant until) {
            this.from = from;
            this.until = until;
        }
    }

    private final SimulatedWorld world;
    private final boolean elects;
    private final InMemoryElection election = InMemoryElection.named("simulated", TIMES);
    private final List<Led> all = new ArrayList<>();

    SimulatedLeadership(SimulatedWorld world, boolean elects) {
        this.world = world;
        this.elects = elects;
    }

    boolean elects() {
        return elects;
    }

    void enter(Manager.Builder manager, OnLeadershipLost policy) {
        if (elects) {
            manager.elector(elector()).onLeadershipLost(policy);
        }
    }

    // ---- what the history does

    void happens(Random random) {
        Instant now = world.time().now();
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> election.cutOff(IDENTITY);
            case 3 -> letGo();
            default -> {
                LeaseRecord before = election.record();
                election.overwrite(new LeaseRecord("rival", Duration.ofSeconds(1 + random.nextInt(15)), now, now,
                        before == null ? 0 : before.transitions() + 1));
            }
        }
    }

    /** Nothing keeps it from being elected any more, but what the rival has written. */
    void letGo() {
        election.reconnect(IDENTITY);
    }

    // ---- what must be true

    /** Whether its manager may act. */
    boolean leads() {
        Led last = all.isEmpty() ? null : all.getLast();
        return last != null && !last.ended && world.time().now().isBefore(last.until);
    }

    /** The number of the time of leading. */
    long term() {
        return all.size();
    }

    /** Whether it led at that moment, or ceased to. */
    boolean led(Instant at) {
        return all.stream().anyMatch(each -> !at.isBefore(each.from) && !at.isAfter(each.until));
    }

    void requireLeads(SimulatedGeneration generation, String what) {
        if (generation.term > 0) {
            world.require(leads() && generation.term == term(), "%s#%d begins %s when its leadership is over",
                    generation.name().plan.name(), generation.number, what);
        }
    }

    // ---- the elector

    private Elector elector() {
        return new ForwardingElector(election.elector(IDENTITY)) {

            @Override
            public void run(Candidacy candidacy) throws Exception {
                real.run(new Watched(candidacy));
            }
        };
    }

    private final class Watched implements Candidacy {

        private final Candidacy told;

        Watched(Candidacy told) {
            this.told = told;
        }

        private Instant until(long sentNanos) {
            return world.time().now().plusNanos(
                    sentNanos - world.time().nanos() + TIMES.lease().minus(TIMES.margin()).toNanos());
        }

        private void over() {
            Led last = all.isEmpty() ? null : all.getLast();
            if (last != null && !last.ended) {
                Instant now = world.time().now();
                last.ended = true;
                last.until = now.isBefore(last.until) ? now : last.until;
            }
        }

        @Override
        public RunnableContext context() {
            return told.context();
        }

        @Override
        public boolean wanted() {
            return told.wanted();
        }

        @Override
        public Random random() {
            return told.random();
        }

        @Override
        public void observed(@Nullable String holder, @Nullable Instant since, int transitions) {
            told.observed(holder, since, transitions);
        }

        @Override
        public void unreachable(String why) {
            told.unreachable(why);
        }

        @Override
        public void elected(long sentNanos) {
            world.require(!leads(), "it is elected, and leads already");
            all.add(new Led(world.time().now(), until(sentNanos)));
            told.elected(sentNanos);
        }

        @Override
        public void renewed(long sentNanos) {
            if (leads()) {
                all.getLast().until = until(sentNanos);
            }
            told.renewed(sentNanos);
        }

        @Override
        public void lost(String why) {
            over();
            told.lost(why);
        }

        @Override
        public boolean leads() {
            return told.leads();
        }

        @Override
        public boolean resign() {
            boolean free = told.resign();
            over();
            return free;
        }
    }
}
