package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Only one runs what is declared for a leader, until it gives that up or loses it. */
@Timeout(60)
class Rule17LeadershipTest extends Electing {

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

    /** The record of an election, beside which somebody labels the object that it is in whenever it is to be written. */
    private static final class Labelled implements LeaseLock {

        private final AtomicInteger labels = new AtomicInteger();
        private volatile @Nullable Versioned current;
        private final AtomicInteger versions = new AtomicInteger();

        @Override
        public String name() {
            return "shop";
        }

        @Override
        public @Nullable Versioned read() {
            return current;
        }

        @Override
        public Versioned create(LeaseRecord record) {
            return write(record);
        }

        @Override
        public @Nullable Versioned update(LeaseRecord record, String version) {
            Versioned now = Objects.requireNonNull(current);
            if (labels.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                write(now.record());
                return null;
            }
            return now.version().equals(version) ? write(record) : null;
        }

        private Versioned write(LeaseRecord record) {
            Versioned written = new Versioned(record, String.valueOf(versions.incrementAndGet()));
            current = written;
            return written;
        }
    }

    @Test
    void conflictsOverARecordThatNamesTheHolderAreNoLoss() {
        Labelled lock = new Labelled();
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER,
                LockElector.of(lock, "a", LeaseTimes.defaults()));
        RunnableHandle work = leading(a);
        lock.labels.set(5);
        time.advance(RENEW_DEADLINE.minusSeconds(1));
        assertThat(lock.labels).hasValue(0);
        time.advance(LEASE);
        assertThat(status(a).lastLoss()).isNull();
        assertThat(status(a).leads()).isTrue();
        assertThat(work.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void conflictsUntilTheRenewDeadlineAreALoss() throws Exception {
        Labelled lock = new Labelled();
        Manager a = manager("a", OnLeadershipLost.STOP_MANAGER,
                LockElector.of(lock, "a", LeaseTimes.defaults()));
        RunnableHandle work = leading(a);
        lock.labels.set(Integer.MAX_VALUE);
        time.advance(RENEW_DEADLINE.plusSeconds(3));
        a.ended().await();
        assertThat(status(a).lastLoss()).isNotNull().extracting(LeadershipLoss::why).asString()
                .contains("could not be renewed for PT10S", "others write the record of shop");
        assertThat(work.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
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
}
