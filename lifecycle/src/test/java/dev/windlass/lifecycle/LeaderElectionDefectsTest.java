package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Defects of the leader election of controller-runtime's manager, each with what was broken here to see its test fail. */
@Timeout(60)
class LeaderElectionDefectsTest {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final AtomicInteger MANAGERS = new AtomicInteger();

    /** Of its own for each test: the log is one for all. */
    private final String name = "elections-%03d".formatted(MANAGERS.incrementAndGet());
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final VirtualTime time = new VirtualTime();
    private final InMemoryElection election = InMemoryElection.named("shop");
    private final Manager manager = Manager.builder().name(name).time(time).metrics(registry)
            .elector(election.elector("a")).shutdownBudget(Duration.ofMinutes(1)).build();
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void end() {
        letGo.countDown();
        Trial.end(manager);
    }

    private static RunnableSpec.Builder leader() {
        return RunnableSpec.builder("leader").leadership(Leadership.LEADER).onFailure(FailurePolicy.ISOLATE);
    }

    /** The manager leads and runs what only a leader runs, and its elector sleeps, so that time can pass. */
    private void untilLeads(RunnableHandle leader) {
        manager.start();
        Trial.until(leader, UnitState.READY);
        Trial.until(() -> manager.find("leader-election").orElseThrow().threads().stream()
                .anyMatch(thread -> thread.state() == Thread.State.TIMED_WAITING
                        || thread.state() == Thread.State.WAITING));
    }

    private void lose() {
        election.overwrite(new LeaseRecord("b", LEASE, time.now(), time.now(), 1));
        time.advance(Duration.ofSeconds(3));
        assertThat(manager.leadership().orElseThrow().leads()).isFalse();
    }

    /**
     * controller-runtime: a start whose deadline passes while a group starts, with leader election on, calls a function that is not
     * set yet, and panics in the stop. Seen red: an admission that let no group wait.
     */
    @Test
    void aStopBeforeTheElectionHasBegunPanics() throws Exception {
        RunnableHandle never = manager.add(Task.of(RunnableSpec.builder("never").group(Group.CACHES).required(true)
                .signalsReadiness(true).build(), context -> letGo.await()));
        AtomicBoolean ran = new AtomicBoolean();
        RunnableHandle leader = manager.add(Task.of(leader().build(), context -> ran.set(true)));
        manager.start();
        Trial.until(never, UnitState.STARTING);
        StopReport report = manager.stop().await(Trial.HANG);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.errors()).isEmpty();
        assertThat(leader.state()).isEqualTo(UnitState.STOPPED);
        assertThat(ran).isFalse();
        assertThat(election.record()).as("nobody has stood for election").isNull();
    }

    /**
     * controller-runtime 3221: the election does not wait for the warm-up group, so that the lease is held by one that is not warm.
     * Seen red: an election that began with the group of the warm-up.
     */
    @Test
    void theLeaseIsTakenBeforeTheWarmUpHasEnded() {
        CountDownLatch warm = new CountDownLatch(1);
        RunnableHandle warmUp = manager.add(Task.of(RunnableSpec.builder("warm-up").group(Group.WARM_UP).required(true)
                .signalsReadiness(true).build(), context -> {
                    warm.await();
                    context.ready();
                    context.awaitStop();
                }));
        RunnableHandle leader = manager.add(Task.of(leader().build(), RunnableContext::awaitStop));
        manager.start();
        Trial.until(warmUp, UnitState.STARTING);
        Trial.until(() -> leader.status().message().contains("held back by warm-up"));
        assertThat(manager.find("leader-election").orElseThrow().generation()).isZero();
        assertThat(election.record()).isNull();
        warm.countDown();
        Trial.until(leader, UnitState.READY);
        assertThat(Objects.requireNonNull(election.record()).holder()).isEqualTo("a");
    }

    /**
     * controller-runtime 3535: a normal stop logs the error "leader election lost". Seen red: an elector that ended without giving up
     * what it held.
     */
    @Test
    void aNormalStopIsALostElection() throws Exception {
        untilLeads(manager.add(Task.of(leader().build(), RunnableContext::awaitStop)));
        StopReport report = manager.stop().await(Trial.HANG);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.errors()).isEmpty();
        assertThat(manager.leadership().orElseThrow().lastLoss()).isNull();
        assertThat(Objects.requireNonNull(election.record()).holder()).isEmpty();
        assertThat(RecordedLog.lines(name)).isEmpty();
    }

    /**
     * controller-runtime: the graceful period of the whole manager is set to nothing by the goroutine that finds the lease lost, while
     * a stop may be reading it. Here the leader units alone lose their time. Seen red: a loss that let the manager stop with a budget
     * of nothing.
     */
    @ParameterizedTest(name = "while the manager stops already: {0}")
    @ValueSource(booleans = {false, true})
    void aLostLeaseTakesTheTimeOfEverybody(boolean stopping) throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        RunnableHandle server = manager
                .add(Task.of(RunnableSpec.builder("server").group(Group.HTTP_SERVERS).drains(true)
                        .build(), context -> {
                            context.awaitStop();
                            letGo.await();
                            cancelled.set(context.cancelled().isSet());
                        }));
        RunnableHandle leader = manager.add(Task.of(leader().drains(true).build(), context -> {
            context.awaitStop();
            context.cancelled().await();
        }));
        untilLeads(leader);
        if (stopping) {
            manager.stop();
            Trial.until(leader, UnitState.DRAINING);
        }
        lose();
        Trial.until(server, UnitState.DRAINING);
        Trial.settled(server);
        time.advance(Duration.ofSeconds(5));
        assertThat(server.state()).isEqualTo(UnitState.DRAINING);
        letGo.countDown();
        StopReport report = manager.ended().await(Trial.HANG);
        assertThat(report.allLeftovers()).isEmpty();
        assertThat(cancelled).isFalse();
        assertThat(server.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(server.lastStop().orElseThrow().errors()).isEmpty();
    }

    /** controller-runtime: the meter of the slow path of an election is never registered. Seen red: the meter left out. */
    @Test
    void theSlowPathOfAnElectionHasNoMeter() {
        untilLeads(manager.add(Task.of(leader().build(), RunnableContext::awaitStop)));
        assertThat(registry.scrape("leader_election_slowpath_total"::equals).stream()).singleElement()
                .isInstanceOfSatisfying(CounterSnapshot.class, meter -> assertThat(meter.getDataPoints())
                        .singleElement()
                        .satisfies(point -> assertThat(point.getLabels().get("name")).isEqualTo("shop")));
    }
}
