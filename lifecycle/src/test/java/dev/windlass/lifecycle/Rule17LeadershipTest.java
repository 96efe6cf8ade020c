package dev.windlass.lifecycle;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Only one runs what is declared for a leader, and nothing of it passes the fence when that is another one. */
@Timeout(60)
class Rule17LeadershipTest {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);

    private final VirtualTime time = new VirtualTime();
    private final InMemoryElection election = InMemoryElection.named("shop");
    private final List<Manager> managers = new ArrayList<>();
    private final Map<String, RunnableContext> contexts = new ConcurrentHashMap<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        managers.forEach(manager -> election.reconnect(manager.name()));
        managers.forEach(Trial::end);
    }

    private Manager manager(String name, OnLeadershipLost policy) {
        return manager(name, policy, election.elector(name));
    }

    private Manager manager(String name, OnLeadershipLost policy, Elector elector) {
        Manager manager = Manager.builder().name(name).time(time).elector(elector).onLeadershipLost(policy).build();
        managers.add(manager);
        return manager;
    }

    private static RunnableSpec.Builder leader(String name) {
        return RunnableSpec.builder(name).leadership(Leadership.LEADER);
    }

    /** A leader unit that shows when it runs. */
    private RunnableHandle work(Manager manager) {
        return work(manager, leader("work").build());
    }

    private RunnableHandle work(Manager manager, RunnableSpec spec) {
        return manager.add(Task.of(spec, context -> {
            log.add("+" + manager.name() + " " + context.id());
            contexts.put(manager.name(), context);
            try {
                context.awaitStop();
            } finally {
                log.add("-" + manager.name() + " " + context.id());
            }
        }));
    }

    private RunnableHandle started(Manager manager) {
        RunnableHandle work = work(manager);
        manager.start();
        return work;
    }

    /** One that leads, and what it runs. */
    private RunnableHandle leading(Manager manager) {
        RunnableHandle work = started(manager);
        running(manager, work);
        return work;
    }

    private void running(Manager manager, RunnableHandle work) {
        Trial.until(work, UnitState.READY);
        Trial.until(() -> contexts.containsKey(manager.name()));
        // The elector has gone to sleep, so that time can pass.
        Trial.until(() -> sleeps(manager));
    }

    private static boolean sleeps(Manager manager) {
        return unit(manager, "leader-election").threads().stream()
                .anyMatch(thread -> thread.state() == Thread.State.TIMED_WAITING
                        || thread.state() == Thread.State.WAITING);
    }

    private static RunnableHandle unit(Manager manager, String name) {
        return manager.find(name).orElseThrow();
    }

    private RunnableContext context(Manager manager) {
        return Objects.requireNonNull(contexts.get(manager.name()));
    }

    private static LeadershipStatus status(Manager manager) {
        return manager.leadership().orElseThrow();
    }

    private void untilStandingBy(Manager manager, RunnableHandle work) {
        Trial.until(() -> work.status().message().contains("held by"));
        Trial.until(() -> sleeps(manager));
    }

    // ---- waiting

    @Test
    void onlyOneRunsWhatIsDeclaredForALeader() {
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        leading(a);
        Manager b = manager("b", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle everywhere = b.add("everywhere", RunnableContext::awaitStop);
        RunnableHandle waits = started(b);
        Trial.until(everywhere, UnitState.READY);
        untilStandingBy(b, waits);
        assertThat(waits.state()).isEqualTo(UnitState.PENDING);
        assertThat(waits.status().message()).isEqualTo("waits for leadership: held by a since 2000-01-01T00:00:00Z");
        time.advance(Duration.ofMinutes(10));
        assertThat(log).containsExactly("+a work#1");
        assertThat(status(a).leads()).isTrue();
        assertThat(status(b).leads()).isFalse();
        assertThat(status(b).holder()).isEqualTo("a");
        Trial.until(unit(b, "leader-election"), UnitState.PAUSED);
        assertThat(unit(a, "leader-election").state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aStopBeforeTheElectionNeverCallsTheCode() throws Exception {
        leading(manager("a", OnLeadershipLost.STOP_MANAGER));
        Manager b = manager("b", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle waits = started(b);
        untilStandingBy(b, waits);
        assertThat(waits.stop().await().outcome()).isEqualTo(StopOutcome.NOT_RUNNING);
        assertThat(waits.state()).isEqualTo(UnitState.STOPPED);
        assertThat(b.stop().await().clean()).isTrue();
        assertThat(Objects.requireNonNull(election.record()).holder()).isEqualTo("a");
        assertThat(log).containsExactly("+a work#1");
    }

    @Test
    void withoutAnElectorLeaderUnitsRunAtOnce() {
        Manager alone = Manager.builder().time(time).build();
        managers.add(alone);
        RunnableHandle work = started(alone);
        Trial.until(work, UnitState.READY);
        assertThat(work.status().group()).isEqualTo(Group.LEADER_ELECTED);
        assertThat(alone.leadership()).isEmpty();
        assertThat(alone.find("leader-election")).isEmpty();
    }

    @Test
    void leaderUnitsInsideOfOthersWaitToo() {
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        leading(a);
        Manager b = manager("b", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle region = b.add("region", context -> {
            context.add(Task.of(leader("inside").build(), RunnableContext::awaitStop));
            context.awaitStop();
        });
        b.start();
        Trial.until(region, UnitState.READY);
        Trial.until(() -> b.find("region/inside").isPresent());
        untilStandingBy(b, unit(b, "region/inside"));
        a.close();
        time.advance(Duration.ofSeconds(5));
        Trial.until(unit(b, "region/inside"), UnitState.READY);
    }

    @Test
    void groupAndLeadershipAreDeclaredOnce() {
        assertThat(leader("x").build().group()).isEqualTo(Group.LEADER_ELECTED);
        assertThat(RunnableSpec.builder("x").group(Group.LEADER_ELECTED).build().leadership())
                .isEqualTo(Leadership.LEADER);
        assertThat(RunnableSpec.named("x").leadership()).isEqualTo(Leadership.ALWAYS);
        assertThat(RunnableSpec.named("x").toBuilder().leadership(Leadership.LEADER).build().group())
                .isEqualTo(Group.LEADER_ELECTED);
        assertThat(leader("x").build().toBuilder().leadership(Leadership.ALWAYS).build().group())
                .isEqualTo(Group.OTHERS);
        assertThatThrownBy(() -> leader("x").group(Group.CACHES).build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("declare one of the two");
        assertThatThrownBy(() -> RunnableSpec.builder("x").leadership(Leadership.SHARDED).build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not possible yet");
    }

    // ---- giving it up

    @Test
    void theLeaseIsRenewedWhileItDrainsAndGivenUpAfterwards() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        Manager a = Manager.builder().name("a").time(time).elector(election.elector("a"))
                .shutdownBudget(Duration.ofMinutes(10)).build();
        managers.add(a);
        RunnableHandle drains = a.add(Task.of(leader("work").drains(true)
                .stop(StopOptions.drain(Duration.ofMinutes(5))).build(), context -> {
                    context.awaitStop();
                    letGo.await();
                    log.add("drained");
                }));
        a.start();
        Trial.until(drains, UnitState.READY);
        Trial.until(() -> sleeps(a));
        Manager b = manager("b", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle waits = started(b);
        untilStandingBy(b, waits);
        Operation<StopReport> stop = a.stop();
        Trial.until(drains, UnitState.DRAINING);
        time.advance(LEASE.multipliedBy(4));
        assertThat(waits.state()).isEqualTo(UnitState.PENDING);
        assertThat(status(a).leads()).isTrue();
        letGo.countDown();
        assertThat(stop.await().clean()).isTrue();
        assertThat(Objects.requireNonNull(election.record()).holder()).isEmpty();
        time.advance(Duration.ofSeconds(5)); // the next look of a candidate, not the end of the lease
        Trial.until(waits, UnitState.READY);
        assertThat(log).containsExactly("drained", "+b work#1");
        assertThat(Objects.requireNonNull(election.record()).transitions()).isEqualTo(1);
    }

    @Test
    void theElectorIsNotStoppedUnderLeaderUnits() throws Exception {
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle work = leading(a);
        RunnableHandle elector = unit(a, "leader-election");
        assertThat(Trial.failure(elector.stop())).isInstanceOf(RefusedException.class).hasMessageContaining("work");
        elector.stop(StopOptions.defaults().withCascade()).await();
        assertThat(work.state()).isEqualTo(UnitState.STOPPED);
        assertThat(Objects.requireNonNull(election.record()).holder()).isEmpty();
        elector.start();
        Trial.until(() -> work.state() == UnitState.READY && work.generation() == 2);
    }

    @Test
    void whatAHungLeaderUnitLedUnderIsNotGivenUp() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle work = a.add(Task.of(leader("work").build(), hung));
        a.start();
        try {
            Trial.await(hung.entered);
            Trial.until(() -> sleeps(a));
            Operation<StopReport> stop = a.stop();
            Trial.until(work, UnitState.STOPPING);
            while (!stop.isDone()) {
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(stop.await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
            assertThat(Objects.requireNonNull(election.record()).holder()).isEqualTo("a");
            assertThat(status(a).leads()).isFalse();
        } finally {
            hung.letGo.countDown();
        }
    }

    // ---- losing it

    @Test
    void aLossStopsTheManagerAndRunThrows() throws Exception {
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        RunnableHandle everywhere = a.add("everywhere", RunnableContext::awaitStop);
        RunnableHandle work = work(a);
        Thread runner = Thread.ofVirtual().start(() -> {
            try {
                a.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        running(a, work);
        Manager b = manager("b", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle successor = started(b);
        untilStandingBy(b, successor);
        election.cutOff("a");
        time.advance(RENEW_DEADLINE.plusSeconds(3));
        StopReport report = a.ended().await();
        runner.join();
        assertThat(thrown.get()).isInstanceOf(LeadershipLostException.class)
                .hasMessageContaining("a lost the leadership of shop").hasMessageContaining("a is cut off");
        assertThat(report.reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(report.outcome()).isEqualTo(StopOutcome.FAILED);
        assertThat(everywhere.state()).isEqualTo(UnitState.STOPPED);
        assertThat(work.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(successor.state()).isEqualTo(UnitState.PENDING); // the lease has not run out yet
        time.advance(LEASE);
        Trial.until(successor, UnitState.READY);
        assertThat(log).containsExactly("+a work#1", "-a work#1", "+b work#1");
    }

    @Test
    void whoStepsDownKeepsTheRestAndComesBackWithItsWork() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        record Left(long count) implements CarryOver {
            @Override
            public List<String> sample(int max) {
                return List.of("key");
            }
        }
        RunnableHandle everywhere = a.add("everywhere", RunnableContext::awaitStop);
        RunnableHandle work = a.add(Task.of(leader("work").build(), context -> {
            log.add(context.id() + context.carryOver().map(left -> " with " + left.count()).orElse(""));
            contexts.put("a", context);
            try {
                context.awaitStop();
            } finally {
                context.carryOver(new Left(3));
            }
        }));
        a.start();
        running(a, work);
        election.cutOff("a");
        time.advance(RENEW_DEADLINE.plusSeconds(3));
        Trial.until(work, UnitState.PENDING);
        assertThat(work.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(work.lastStop().orElseThrow().carriedOver()).isEqualTo(3);
        Trial.until(() -> work.status().message().contains("cannot be reached: java.io.IOException: a is cut off"));
        assertThat(everywhere.state()).isEqualTo(UnitState.READY);
        assertThat(a.stopping()).isFalse();
        Trial.until(() -> sleeps(a));
        election.reconnect("a");
        time.advance(Duration.ofSeconds(5));
        Trial.until(() -> work.state() == UnitState.READY && work.generation() == 2);
        Trial.until(() -> log.size() == 2);
        assertThat(log).containsExactly("work#1", "work#2 with 3");
        assertThat(everywhere.generation()).isEqualTo(1);
    }

    @Test
    void whatDependsOnALeaderUnitIsDegradedMeanwhile() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        RunnableHandle work = leading(a);
        RunnableHandle above = a.add(Task.of(RunnableSpec.builder("above").dependsOn("work").build(),
                RunnableContext::awaitStop));
        Trial.until(above, UnitState.READY);
        election.overwrite(new LeaseRecord("b", LEASE, time.now(), time.now(), 1));
        time.advance(Duration.ofSeconds(3));
        Trial.until(work, UnitState.PENDING);
        Trial.until(above, UnitState.DEGRADED);
        assertThat(status(a).lastLoss()).isNotNull().extracting(LeadershipLoss::why)
                .isEqualTo("it was taken over by b");
    }

    @Test
    void aLossDuringTheStartEndsIt() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        RunnableHandle work = work(a, leader("work").signalsReadiness(true).build());
        a.start();
        Trial.until(() -> contexts.containsKey("a"));
        assertThat(work.state()).isEqualTo(UnitState.STARTING);
        Trial.until(() -> sleeps(a));
        election.cutOff("a");
        time.advance(RENEW_DEADLINE.plusSeconds(3));
        Trial.until(work, UnitState.PENDING);
        assertThat(log).containsExactly("+a work#1", "-a work#1");
    }

    @Test
    void aLossWhileItDrainsCancelsIt() throws Exception {
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER);
        RunnableHandle work = a.add(Task.of(leader("work").drains(true).stop(StopOptions.drain(Duration.ofMinutes(5)))
                .build(), context -> {
                    context.awaitStop();
                    context.cancelled().await();
                    log.add("cancelled");
                }));
        a.start();
        Trial.until(work, UnitState.READY);
        Trial.until(() -> sleeps(a));
        Operation<StopReport> stop = work.stop();
        Trial.until(work, UnitState.DRAINING);
        election.cutOff("a");
        time.advance(RENEW_DEADLINE.plusSeconds(3));
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(log).containsExactly("cancelled");
        assertThat(work.state()).isEqualTo(UnitState.STOPPED); // as it was asked to
    }

    /** A leader unit that leads, and writes when it is told to. */
    private RunnableHandle writing(Manager a, CountDownLatch write) {
        RunnableHandle work = a.add(Task.of(leader("work").build(), context -> {
            if (context.generation() == 1) {
                write.await();
                context.inFlight("request", "PUT it", true).close();
            }
            context.awaitStop();
        }));
        a.start();
        Trial.until(work, UnitState.READY);
        Trial.until(() -> sleeps(a));
        return work;
    }

    private static void assertLossIsNoFailure(Manager a, RunnableHandle work) {
        assertThat(work.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(work.lastStop().orElseThrow().errors()).isEmpty();
        assertThat(a.stopping()).isFalse();
    }

    @Test
    void whatAUnitThrowsBecauseOfTheLossIsNoFailure() {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        CountDownLatch write = new CountDownLatch(1);
        RunnableHandle work = writing(a, write);
        time.suspend(LEASE); // nobody has noticed when it writes
        write.countDown();
        Trial.until(work, UnitState.PENDING);
        assertLossIsNoFailure(a, work);
    }

    /** The fence closes first and the units are told then: between the two a unit may run into it. */
    @Test
    void whatAUnitThrowsBeforeItIsToldOfTheLossIsNoFailure() throws Exception {
        Manager a = manager("a", OnLeadershipLost.STEP_DOWN);
        CountDownLatch write = new CountDownLatch(1);
        RunnableHandle work = writing(a, write);
        CountDownLatch told = new CountDownLatch(1);
        RecordedLog.hold("leader units are stopped", told);
        election.cutOff("a");
        Thread clock = Thread.ofVirtual().start(() -> time.advance(LEASE)); // it may be the one that is held up
        try {
            Trial.until(() -> status(a).lastLoss() != null);
            write.countDown();
            Trial.until(work, UnitState.PENDING);
        } finally {
            told.countDown();
            clock.join();
        }
        assertLossIsNoFailure(a, work);
    }

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
