package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What comes from outside in the middle of a replace: the loss of the leadership, a quota that takes back, stops while it is taken
 * back, the deadline of the operation. Each time the work of the unit is with the generation that runs next, and what is declared
 * decides whether one does. The time is virtual, so that no probation ends by itself.
 */
@Timeout(60)
class Rule16DisturbancesTest {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final ReplaceOptions LONG = ReplaceOptions.defaults().withProbation(Duration.ofHours(1))
            .withWarmUp(Duration.ofHours(1));

    private final VirtualTime time = new VirtualTime();
    private final InMemoryElection election = InMemoryElection.named("shop");
    private final Manager manager = Manager.builder().name("a").time(time).elector(election.elector("a"))
            .onLeadershipLost(OnLeadershipLost.STEP_DOWN).operationDeadline(Duration.ofMinutes(10)).build();
    private final BlockingQueue<Generation> generations = new LinkedBlockingQueue<>();
    private final List<CountDownLatch> latches = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        latches.forEach(CountDownLatch::countDown);
        Trial.end(manager);
    }

    /** A place that is passed only when the test lets it be, whatever interrupts. */
    private final class Gate {

        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private volatile boolean closed;

        Gate(boolean closed) {
            this.closed = closed;
            latches.add(open);
        }

        void close() {
            closed = true;
        }

        void open() {
            open.countDown();
        }

        void pass() {
            reached.countDown();
            boolean passes = !closed;
            boolean wasInterrupted = false;
            while (!passes) {
                try {
                    open.await();
                    passes = true;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    wasInterrupted = true;
                }
            }
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One generation. It keeps the keys that it is given: who has them is what the tests ask. */
    private final class Generation implements Handover {

        final RunnableContext context;
        final Keys keys;
        final Gate warm;
        final Gate freeze = new Gate(false);
        final Gate thaw = new Gate(false);
        final Gate end = new Gate(false);
        final CountDownLatch tookOver = new CountDownLatch(1);
        volatile @Nullable RuntimeException failure;
        volatile boolean saysReady = true;

        Generation(RunnableContext context) {
            this.context = context;
            this.keys = new Keys(context, key -> {
            });
            this.warm = new Gate(context.generation() > 1);
        }

        void run() throws InterruptedException {
            context.handsOver(this);
            generations.add(this);
            warm.pass();
            RuntimeException broken = failure;
            if (broken != null) {
                throw broken;
            }
            keys.take(context.takeOver());
            if (saysReady) {
                context.ready();
            }
            tookOver.countDown();
            try {
                context.awaitStop();
            } finally {
                end.pass();
                keys.end();
            }
        }

        @Override
        public @Nullable CarryOver freeze() throws InterruptedException {
            freeze.pass();
            return keys.freeze();
        }

        @Override
        public void thaw(@Nullable CarryOver back) {
            thaw.pass();
            keys.thaw(back);
        }

        /** What it has got, and not handed on. */
        @Nullable
        CarryOver has() {
            return keys.export();
        }
    }

    private static RunnableSpec.Builder spec() {
        return RunnableSpec.builder("unit").signalsReadiness(true).warmsUp(true).drains(true);
    }

    private static RunnableSpec.Builder leader() {
        return spec().leadership(Leadership.LEADER);
    }

    private Task task(RunnableSpec spec) {
        return Task.of(spec, context -> new Generation(context).run());
    }

    private Generation next() throws InterruptedException {
        return Objects.requireNonNull(generations.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS),
                "no further generation");
    }

    /** A unit whose first generation has one key. */
    private RunnableHandle running(RunnableSpec spec) {
        manager.start();
        RunnableHandle unit = manager.add(task(spec));
        Trial.until(unit, UnitState.READY);
        Trial.until(this::electorSleeps);
        return unit;
    }

    private Operation<ReplaceReport> replace(RunnableHandle unit, RunnableSpec.Builder spec) {
        return unit.replace(task(spec.label("version", "2").build()), LONG);
    }

    /** The first generation and the second one, which is on probation and has the key. */
    private Generation onProbation() throws InterruptedException {
        Generation second = next();
        second.warm.open();
        Trial.await(second.tookOver);
        return second;
    }

    /** The second generation, which is taken back and does not end before it is let. */
    private Generation takenBack() throws InterruptedException {
        Generation second = onProbation();
        second.end.close();
        second.context.degraded("no disk");
        Trial.await(second.end.reached);
        return second;
    }

    private Generation third() throws InterruptedException {
        Generation third = next();
        assertThat(third.context.id()).isEqualTo("unit#3");
        third.warm.open();
        Trial.await(third.tookOver);
        return third;
    }

    private static void assertHasKey(Generation generation) {
        assertThat(generation.has()).isEqualTo(new Keys.Left(List.of("key")));
    }

    private static void assertOvertaken(Operation<ReplaceReport> replace, Reason by) throws InterruptedException {
        assertThat(Trial.failure(replace)).isInstanceOf(PreemptedException.class).hasMessageContaining(by.name());
    }

    // ---- leadership

    private boolean electorSleeps() {
        return manager.find("leader-election").orElseThrow().threads().stream()
                .anyMatch(thread -> thread.state() == Thread.State.TIMED_WAITING
                        || thread.state() == Thread.State.WAITING);
    }

    private LeadershipStatus leadership() {
        return manager.leadership().orElseThrow();
    }

    /** Somebody else takes the lease, and the elector finds it out. */
    private void lose() {
        election.overwrite(new LeaseRecord("b", LEASE, time.now(), time.now(), 1));
        time.advance(Duration.ofSeconds(3));
        assertThat(leadership().leads()).isFalse();
    }

    /** The other one does not renew it, so that it is free again. */
    private void regain() {
        Trial.until(this::electorSleeps);
        time.advance(LEASE.multipliedBy(2));
        Trial.until(() -> leadership().leads());
    }

    /** Without leadership it waits, the report of the end says why, and when it leads again, the next generation has the work. */
    private void assertComesBack(RunnableHandle unit, boolean asReplaced) throws InterruptedException {
        Trial.until(unit, UnitState.PENDING);
        assertThat(unit.status().replacing()).isNull();
        assertThat(unit.status().labels().containsKey("version")).as("described anew").isEqualTo(asReplaced);
        assertThat(generations).isEmpty();
        regain();
        assertHasKey(third());
        Trial.until(unit, UnitState.READY);
    }

    @Test
    void aLossOfTheLeadershipDuringTheWarmUpEndsBoth() throws Exception {
        RunnableHandle unit = running(leader().build());
        Generation first = next();
        first.keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, leader());
        Generation second = next();
        lose();
        Trial.await(second.warm.interrupted);
        second.warm.open();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        Trial.until(unit, UnitState.PENDING);
        StopReport report = unit.lastStop().orElseThrow();
        assertThat(report.reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(report.children()).extracting(StopReport::generation).containsExactly(2L);
        assertThat(second.tookOver.getCount()).as("never took over").isOne();
        assertComesBack(unit, false);
    }

    @Test
    void aLossOfTheLeadershipDuringTheHandOverEndsBoth() throws Exception {
        RunnableHandle unit = running(leader().build());
        Generation first = next();
        first.keys.add("key");
        first.freeze.close();
        Operation<ReplaceReport> replace = replace(unit, leader());
        Generation second = next();
        second.warm.open();
        Trial.await(first.freeze.reached);
        lose();
        Trial.await(first.freeze.interrupted);
        first.freeze.open();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        Trial.until(unit, UnitState.PENDING);
        assertThat(unit.lastStop().orElseThrow().reason()).isEqualTo(Reason.LEADERSHIP_LOST);
        assertThat(second.tookOver.getCount()).as("never took over").isOne();
        assertComesBack(unit, false);
    }

    @Test
    void aLossOfTheLeadershipDuringTheProbationEndsBoth() throws Exception {
        RunnableHandle unit = running(leader().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, leader());
        onProbation();
        lose();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        Trial.until(unit, UnitState.PENDING);
        StopReport report = unit.lastStop().orElseThrow();
        assertThat(report.generation()).isEqualTo(2);
        assertThat(report.children()).extracting(StopReport::generation).containsExactly(1L);
        assertComesBack(unit, true);
    }

    @Test
    void aLossOfTheLeadershipWhileItIsTakenBackEndsBoth() throws Exception {
        RunnableHandle unit = running(leader().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, leader());
        Generation second = takenBack();
        lose();
        Trial.await(second.end.interrupted);
        second.end.open();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        assertComesBack(unit, false);
    }

    @Test
    void aLossOfTheLeadershipWhileTheWorkIsTakenBackWaitsForThat() throws Exception {
        RunnableHandle unit = running(leader().build());
        Generation first = next();
        first.keys.add("key");
        first.thaw.close();
        Operation<ReplaceReport> replace = replace(unit, leader());
        onProbation().context.degraded("no disk");
        Trial.await(first.thaw.reached);
        lose();
        first.thaw.open();
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertComesBack(unit, false);
    }

    @Test
    void whatHasLostItsLeadershipAndIsNotToldYetIsNotReplaced() throws Exception {
        RunnableHandle unit = running(leader().build());
        next().keys.add("key");
        CountDownLatch told = new CountDownLatch(1);
        latches.add(told);
        RecordedLog.hold("leader units are stopped", told);
        Thread clock = Thread.ofVirtual().start(this::lose); // it may be the one that is held up
        Trial.until(() -> leadership().lastLoss() != null);
        assertThat(Trial.failure(replace(unit, leader()))).isInstanceOf(RefusedException.class)
                .hasMessageContaining("unit#1 has lost its leadership");
        told.countDown();
        clock.join();
        Trial.until(unit, UnitState.PENDING);
        regain();
        assertHasKey(onProbation());
        assertThat(unit.status().labels()).doesNotContainKey("version");
    }

    /** The fence closes first and the units are told then: what the generation that warms up runs into between the two is the loss. */
    @Test
    void whatTheNextOneThrowsBecauseOfTheLossIsNotItsFailure() throws Exception {
        RunnableHandle unit = running(leader().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, leader());
        Generation second = next();
        second.failure = new FencedException("as a write is refused");
        CountDownLatch told = new CountDownLatch(1);
        latches.add(told);
        RecordedLog.hold("leader units are stopped", told);
        Thread clock = Thread.ofVirtual().start(this::lose); // it may be the one that is held up
        Trial.until(() -> leadership().lastLoss() != null);
        second.warm.open();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        told.countDown();
        clock.join();
        assertComesBack(unit, false);
    }

    @Test
    void aLossOfTheLeadershipDuringAColdReplaceLeavesTheNewDescription() throws Exception {
        RunnableHandle unit = running(leader().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, leader().warmsUp(false));
        Generation second = next();
        lose();
        second.warm.open();
        assertOvertaken(replace, Reason.LEADERSHIP_LOST);
        assertComesBack(unit, true);
    }

    // ---- quota

    private RunnableSpec.Builder costing(long watches) {
        return spec().cost(Cost.of(CostDimension.WATCHES, watches));
    }

    private void allow(long watches) throws InterruptedException {
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, watches)).await();
    }

    private long used() {
        return Quotas.of(manager).status().scopes().getFirst().used().in(CostDimension.WATCHES);
    }

    @Test
    void aQuotaThatIsLoweredDuringTheProbationRetiresTheOneBefore() throws Exception {
        allow(10);
        RunnableHandle unit = running(costing(3).build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, costing(4));
        Generation second = onProbation();
        assertThat(used()).isEqualTo(7);
        allow(5);
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.message()).isEqualTo("the probation was cut short: a quota needs what #1 has");
        assertThat(Objects.requireNonNull(report.retired()).generation()).isEqualTo(1);
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(used()).isEqualTo(4);
        assertHasKey(second);
    }

    @Test
    void aQuotaThatAllowsNeitherDuringTheProbationEndsBoth() throws Exception {
        allow(10);
        RunnableHandle unit = running(costing(3).build());
        next().keys.add("key");
        replace(unit, costing(4));
        onProbation();
        allow(2);
        Trial.until(unit, UnitState.PENDING);
        assertThat(unit.status().message()).contains("watches=4");
        assertThat(used()).isZero();
        assertThat(unit.status().replacing()).isNull();
        assertComesBackByQuota(unit);
    }

    @Test
    void aQuotaThatIsLoweredWhileItIsTakenBackHasTheOneBeforeWait() throws Exception {
        allow(10);
        RunnableHandle unit = running(costing(3).build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, costing(4));
        Generation second = takenBack();
        Trial.settled(unit);
        Operation<QuotaPlan> lowered = Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 2));
        Trial.settled(unit);
        second.end.open();
        lowered.await();
        assertOvertaken(replace, Reason.QUOTA_RECLAIMED);
        Trial.until(unit, UnitState.PENDING);
        assertThat(unit.status().labels()).isEmpty();
        assertThat(unit.status().message()).contains("watches=3");
        assertThat(used()).isZero();
        assertComesBackByQuota(unit);
    }

    /** A quota that was lowered lets nothing rise before it has cooled down. */
    private void assertComesBackByQuota(RunnableHandle unit) throws InterruptedException {
        assertThat(generations).isEmpty();
        allow(10);
        time.advance(Duration.ofMinutes(2));
        assertHasKey(third());
        Trial.until(unit, UnitState.READY);
    }

    // ---- stops while it is taken back

    @Test
    void aStopWhileItIsTakenBackEndsBothAndTheOldDescriptionStays() throws Exception {
        RunnableHandle unit = running(spec().build());
        Generation first = next();
        first.keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, spec());
        Generation second = takenBack();
        Operation<StopReport> stop = unit.stop();
        assertOvertaken(replace, Reason.STOP_REQUESTED);
        second.end.open();
        StopReport report = stop.await();
        assertThat(report.generation()).isEqualTo(2);
        assertThat(report.children()).extracting(StopReport::generation).containsExactly(1L);
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.status().labels()).isEmpty();
        assertThat(unit.status().replacing()).isNull();
        assertThat(unit.threads()).isEmpty();
        assertThat(first.thaw.reached.getCount()).as("nothing goes back to it").isOne();
        unit.start();
        assertHasKey(third());
    }

    @Test
    void aRemovalWhileItIsTakenBackFreesTheNameAndReportsTheWork() throws Exception {
        RunnableHandle unit = running(spec().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, spec());
        Generation second = takenBack();
        Operation<StopReport> removal = unit.remove();
        assertOvertaken(replace, Reason.REMOVED);
        second.end.open();
        StopReport report = removal.await();
        assertThat(report.discarded()).isEqualTo(1);
        assertThat(report.discardedSample()).containsExactly("key");
        assertThat(manager.find("unit")).isEmpty();
        Trial.until(() -> Trial.threadsNamed("unit#").isEmpty());
    }

    @Test
    void aRestartWhileItIsTakenBackStartsTheOldDescription() throws Exception {
        RunnableHandle unit = running(spec().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, spec());
        Generation second = takenBack();
        Operation<UnitStatus> restart = unit.restart();
        assertOvertaken(replace, Reason.STOP_REQUESTED);
        second.end.open();
        assertHasKey(third());
        assertThat(restart.await().id()).isEqualTo("unit#3");
        assertThat(unit.status().labels()).isEmpty();
    }

    @Test
    void aStopWhileTheWorkIsTakenBackWaitsForThat() throws Exception {
        RunnableHandle unit = running(spec().build());
        Generation first = next();
        first.keys.add("key");
        first.thaw.close();
        Operation<ReplaceReport> replace = replace(unit, spec());
        onProbation().context.degraded("no disk");
        Trial.await(first.thaw.reached);
        Operation<StopReport> stop = unit.stop();
        Trial.settled(unit);
        assertThat(stop.isDone()).isFalse();
        first.thaw.open();
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        StopReport report = stop.await();
        assertThat(report.generation()).isEqualTo(1);
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(unit.status().labels()).isEmpty();
    }

    @Test
    void whatStopsWithADependencyWhileItIsTakenBackComesBackWithIt() throws Exception {
        RunnableHandle below = manager.add("below", RunnableContext::awaitStop);
        RunnableHandle unit = running(spec().dependsOn("below").build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, spec().dependsOn("below"));
        Generation second = takenBack();
        Operation<StopReport> stop = below.stop(StopOptions.defaults().withCascade());
        assertOvertaken(replace, Reason.DEPENDENCY_STOPPED);
        second.end.open();
        stop.await();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.status().reason()).isEqualTo(Reason.DEPENDENCY_STOPPED);
        below.start();
        assertHasKey(third());
        assertThat(unit.status().labels()).isEmpty();
    }

    @Test
    void theNextOneIsNotReadyWithoutWhatItDependsOn() throws Exception {
        CountDownLatch fails = new CountDownLatch(1);
        latches.add(fails);
        manager.add(Task.of(RunnableSpec.builder("below").onFailure(FailurePolicy.ISOLATE).build(), context -> {
            fails.await();
            throw new IllegalStateException("broken");
        }));
        RunnableHandle unit = running(spec().dependsOn("below").build());
        next();
        Operation<ReplaceReport> replace = replace(unit, spec().dependsOn("below"));
        Generation second = next();
        fails.countDown();
        Trial.until(unit, UnitState.DEGRADED);
        second.saysReady = false; // it took over, which says as much
        second.warm.open();
        Trial.await(second.tookOver);
        Trial.until(unit, UnitState.DEGRADED);
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(unit.status().reason()).isEqualTo(Reason.DEPENDENCY_LOST);
        assertThat(replace.isDone()).as("that is no reason to take it back").isFalse();
    }

    @Test
    void aStopAfterTheOneBeforeHasFailedInItsHandOverWaitsForNothing() throws Exception {
        RunnableHandle unit = running(spec().onFailure(FailurePolicy.ISOLATE).build());
        Generation first = next();
        first.keys.add("key");
        first.freeze.close();
        Operation<ReplaceReport> replace = replace(unit, spec());
        Generation second = next();
        second.warm.open();
        Trial.await(first.freeze.reached);
        first.context.fork("fails", () -> {
            throw new IllegalStateException("broken");
        });
        Trial.await(first.freeze.interrupted);
        Operation<StopReport> stop = unit.stop();
        first.freeze.open();
        StopReport report = stop.await(); // half of its budget never passes here
        assertThat(report.outcome()).isEqualTo(StopOutcome.FAILED);
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.FAILED);
    }

    // ---- the deadline of the operation

    @Test
    void anOperationWhoseDeadlinePassesTellsHowFarItIsAndTheReplaceGoesOn() throws Exception {
        RunnableHandle unit = running(spec().build());
        next().keys.add("key");
        Operation<ReplaceReport> replace = replace(unit, spec());
        Generation second = next();
        time.advance(Duration.ofMinutes(10));
        assertThat(Trial.failure(replace)).isInstanceOf(DeadlineException.class)
                .hasMessageContaining("the replace of unit has not completed within PT10M")
                .hasMessageContaining("#2 warms up beside #1");
        assertThat(unit.status().id()).isEqualTo("unit#1");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        second.warm.open();
        Trial.await(second.tookOver);
        assertThat(unit.status().id()).isEqualTo("unit#2");
        time.advance(LONG.probation());
        Trial.until(() -> unit.status().replacing() == null);
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertHasKey(second);
        assertThat(unit.stop().await().clean()).isTrue();
    }
}
