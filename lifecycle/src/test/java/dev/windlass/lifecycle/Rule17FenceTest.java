package dev.windlass.lifecycle;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Nothing passes the fence when another one leads, and electors that fail lose nothing but time. */
@Timeout(60)
class Rule17FenceTest extends Electing {

    // ---- the fence

    @Test
    void afterASuspensionNothingPassesTheFence() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        leading(a);
        RunnableContext context = context(a);
        InFlight open = context.inFlight("request", "PUT open", true);
        InFlight waiting = context.inFlight("request", "PUT waiting", true);
        context.inFlight("request", "PUT answered", true).close();
        Registration key = context.claim("default/blog").orElseThrow();
        context.claim("default/done").orElseThrow().close();
        open.sending();
        time.suspend(LEASE); // no timer, no elector has run when the next write comes
        assertThatThrownBy(waiting::sending).isInstanceOf(FencedException.class)
                .hasMessageContaining("work#1 PUT waiting is refused").hasMessageContaining("not renewed in time");
        open.close(); // answered after all: it had passed
        key.close();
        waiting.close();
        assertThatThrownBy(() -> context.inFlight("request", "PUT late", true)).isInstanceOf(RevokedException.class);
        assertThatThrownBy(() -> context.claim("default/late")).isInstanceOf(RevokedException.class);
        LeadershipLoss loss = Objects.requireNonNull(status(a).lastLoss());
        assertThat(loss.writes()).containsExactly("work#1 PUT open");
        assertThat(loss.dispatches()).containsExactly("work#1 default/blog");
        Trial.until(unit(a, "work"), UnitState.PENDING);
        assertThat(status(a).leads()).isFalse();
        assertThat(counter(a, "windlass_leadership_fenced")).isBetween(1.0, 3.0); // the others came after its end
    }

    @Test
    void everyDispatchAndEveryWriteAsksTheFence() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle work = a.add(Task.of(leader("work").build(), context -> {
            contexts.put("a", context);
            hung.run(context); // so that nothing but the fence refuses
        }));
        a.start();
        running(a, work);
        time.suspend(LEASE);
        try {
            RunnableContext context = context(a);
            assertThatThrownBy(() -> context.claim("key")).isInstanceOf(FencedException.class);
            assertThatThrownBy(() -> context.inFlight("request", "PUT it", true)).isInstanceOf(FencedException.class);
            assertThat(counter(a, "windlass_leadership_fenced")).isEqualTo(2);
        } finally {
            hung.letGo.countDown();
        }
    }

    @Test
    void readsPassTheFenceUntilTheUnitEnds() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle work = a.add(Task.of(leader("work").build(), context -> {
            contexts.put("a", context);
            while (letGo.getCount() > 0) {
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    log.add("interrupted");
                }
            }
        }));
        a.start();
        running(a, work);
        time.suspend(LEASE);
        context(a).inFlight("request", "GET it", false).close();
        letGo.countDown();
    }

    @Test
    void theFenceOfAGenerationStaysClosedInTheNextTerm() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        RunnableHandle work = a.add(Task.of(leader("work").build(), context -> {
            contexts.put(context.id(), context);
            if (context.generation() == 1) {
                hung.run(context);
            } else {
                context.awaitStop();
            }
        }));
        a.start();
        try {
            Trial.await(hung.entered);
            Trial.until(() -> sleeps(a));
            time.suspend(LEASE);
            RunnableContext first = Objects.requireNonNull(contexts.get("work#1"));
            assertThatThrownBy(() -> first.claim("key")).isInstanceOf(FencedException.class);
            while (work.generation() == 1 || work.state() != UnitState.READY) {
                time.advance(Duration.ofSeconds(1)); // it is quarantined, elected again, and succeeded
            }
            assertThat(status(a).leads()).isTrue();
            assertThatThrownBy(() -> first.inFlight("request", "PUT it", true)).isInstanceOf(RevokedException.class);
        } finally {
            hung.letGo.countDown();
        }
    }

    @Test
    void aJumpOfTheWallClockCountsAsLoss() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        RunnableHandle work = leading(a);
        time.setForward(Duration.ofSeconds(1)); // within the margin
        context(a).inFlight("request", "PUT it", true).close();
        time.setForward(Duration.ofMinutes(1));
        assertThatThrownBy(() -> context(a).inFlight("request", "PUT it", true)).isInstanceOf(FencedException.class)
                .hasMessageContaining("the wall clock jumped");
        Trial.until(work, UnitState.PENDING);
    }

    @Test
    void theFenceClosesWithoutAnybodyAskingIt() {
        Blocked elector = new Blocked();
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN, elector);
        RunnableHandle work = leading(a);
        time.advance(Duration.ofMillis(12_499));
        assertThat(work.state()).isEqualTo(UnitState.READY);
        assertThat(status(a).fence()).isEqualTo(Duration.ofMillis(1));
        time.advance(Duration.ofMillis(1));
        Trial.until(work, UnitState.PENDING);
        assertThat(Objects.requireNonNull(status(a).lastLoss()).why()).isEqualTo("it was not renewed in time");
    }

    /** Is elected at once, without an election. */
    private abstract static class Elected implements Elector {

        private final String election;

        Elected(String election) {
            this.election = election;
        }

        abstract void lead(RunnableContext context) throws Exception;

        @Override
        public String election() {
            return election;
        }

        @Override
        public String identity() {
            return "a";
        }

        @Override
        public LeaseTimes times() {
            return LeaseTimes.defaults();
        }

        @Override
        public void run(Candidacy candidacy) throws Exception {
            candidacy.observed("a", Instant.EPOCH, 0);
            candidacy.elected(candidacy.context().time().nanos());
            lead(candidacy.context());
        }
    }

    /** Hangs then, as in a request that is never answered. */
    private static final class Blocked extends Elected {

        Blocked() {
            super("blocked");
        }

        @Override
        void lead(RunnableContext context) throws Exception {
            context.awaitStop();
        }
    }

    // ---- electors that fail

    /** Fails when it is told to. */
    private static final class Failing extends ForwardingElector {

        final AtomicReference<RuntimeException> next = new AtomicReference<>();

        Failing(Elector real) {
            super(real);
        }

        @Override
        public void run(Candidacy candidacy) throws Exception {
            RuntimeException failure = next.getAndSet(null);
            if (failure != null) {
                candidacy.context().sleep(Duration.ofSeconds(1));
                throw failure;
            }
            real.run(candidacy);
        }
    }

    @Test
    void anElectorThatThrowsIsTriedAgain() {
        Failing elector = new Failing(election.elector("a"));
        elector.next.set(new IllegalStateException("no luck"));
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER, elector);
        RunnableHandle work = started(a);
        Trial.until(() -> sleeps(a));
        time.advance(Duration.ofSeconds(1));
        Trial.until(unit(a, "leader-election"), UnitState.BACKOFF);
        Trial.until(() -> work.status().message()
                .equals("waits for leadership: leader-election is BACKOFF; nobody has been seen to hold it yet"));
        time.awaitTimers(1);
        time.advance(Duration.ofSeconds(2));
        Trial.until(work, UnitState.READY);
        assertThat(a.stopping()).isFalse();
    }

    @Test
    void anElectorThatThrowsWhileItLeadsHasLost() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN, new Elected("x") {

            @Override
            void lead(RunnableContext context) throws Exception {
                if (context.generation() == 1) {
                    context.sleep(Duration.ofSeconds(1));
                    throw new IllegalStateException("no luck");
                }
                context.awaitStop();
            }
        });
        RunnableHandle work = leading(a);
        time.advance(Duration.ofSeconds(1));
        Trial.until(work, UnitState.PENDING);
        assertThat(Objects.requireNonNull(status(a).lastLoss()).why())
                .isEqualTo("the elector failed: java.lang.IllegalStateException: no luck");
        Trial.until(unit(a, "leader-election"), UnitState.BACKOFF); // other timers may be armed before its own
        time.advance(Duration.ofSeconds(2));
        Trial.until(() -> work.state() == UnitState.READY && work.generation() == 2);
    }

    @Test
    void anElectorServesOneManager() {
        Elector shared = election.elector("a");
        leading(manager("a", OnLeadershipLost.STEP_DOWN, shared));
        Manager other = manager("other", OnLeadershipLost.STEP_DOWN, shared);
        other.start();
        Trial.until(unit(other, "leader-election"), UnitState.BACKOFF);
        assertThat(unit(other, "leader-election").status().lastError()).contains("serves another manager already");
    }

    // ---- meters

    @Test
    void metersHaveUpstreamsNamesAndGoWithTheElector() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        leading(a);
        assertThat(gauge(a, "leader_election_master_status")).isEqualTo(1);
        assertThat(counter(a, "leader_election_slowpath")).isZero();
        election.overwrite(new LeaseRecord("b", LEASE, time.now(), time.now(), 1));
        time.advance(Duration.ofSeconds(3));
        Trial.until(unit(a, "work"), UnitState.PENDING);
        assertThat(gauge(a, "leader_election_master_status")).isZero();
        assertThat(counter(a, "leader_election_slowpath")).isEqualTo(1);
        assertThat(counter(a, "windlass_leadership_losses")).isEqualTo(1);
        a.close();
        assertThat(a.metrics().scrape().stream()).isEmpty();
    }

    private static double gauge(Manager manager, String name) {
        return ((GaugeSnapshot) meter(manager, name)).getDataPoints().stream()
                .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue).sum();
    }

    private static double counter(Manager manager, String name) {
        return ((CounterSnapshot) meter(manager, name)).getDataPoints().stream()
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue).sum();
    }

    private static MetricSnapshot meter(Manager manager, String name) {
        return manager.metrics().scrape().stream().filter(each -> each.getMetadata().getName().equals(name))
                .findFirst().orElseThrow();
    }

    // ---- times

    @Test
    void timesMustLeaveRoomForEachOther() {
        Duration second = Duration.ofSeconds(1);
        assertThat(LeaseTimes.defaults().margin()).isEqualTo(Duration.ofMillis(2500));
        assertThatThrownBy(() -> LeaseTimes.of(second, second, second.dividedBy(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LeaseTimes.of(second.multipliedBy(9), second, second))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("renew deadline");
        assertThatThrownBy(() -> LockElector.of(new Unused(), " ", LeaseTimes.defaults()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no identity");
    }

    private static final class Unused implements LeaseLock {

        @Override
        public String name() {
            return "unused";
        }

        @Override
        public Versioned read() {
            throw new AssertionError();
        }

        @Override
        public Versioned create(LeaseRecord record) {
            throw new AssertionError();
        }

        @Override
        public Versioned update(LeaseRecord record, String version) {
            throw new AssertionError();
        }
    }
}
