package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Defects of the manager of controller-runtime, each with what was broken here to see its test fail. */
@Timeout(60)
class ControllerRuntimeDefectsTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Manager manager = Manager.builder().metrics(registry).build();
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void end() {
        letGo.countDown();
        Trial.end(manager);
    }

    private static RunnableSpec.Builder spec(String name) {
        return RunnableSpec.builder(name).onFailure(FailurePolicy.ISOLATE);
    }

    /**
     * controller-runtime 3440: when the start is cancelled before a group is ready, the start neither returns nor sleeps, and holds
     * the manager's lock. Seen red: a cancellation that interrupted no thread.
     */
    @Test
    void aStartThatIsCancelledBeforeItsGroupIsReadyHangsWithTheManagersLock() throws Exception {
        RunnableHandle never = manager.add(Task.of(spec("never").group(Group.CACHES).required(true)
                .signalsReadiness(true).build(), context -> letGo.await()));
        AtomicBoolean ran = new AtomicBoolean();
        RunnableHandle later = manager.add(Task.of(spec("later").build(), context -> ran.set(true)));
        manager.start();
        Trial.until(never, UnitState.STARTING);
        Trial.until(later, UnitState.PENDING);
        assertThat(manager.add(Task.of(spec("added").build(), RunnableContext::awaitStop)).state())
                .isIn(UnitState.NEW, UnitState.PENDING);
        StopReport report = manager.stop().await(Duration.ofSeconds(20));
        assertThat(report.allLeftovers()).isEmpty();
        assertThat(report.errors()).isEmpty();
        assertThat(ran).isFalse();
    }

    /**
     * controller-runtime: a start whose deadline passes while a group starts, with leader election on, calls a function that is not
     * set yet, and panics in the stop. Seen red: an admission that let no group wait.
     */
    @Test
    void aStopWhileAnEarlyGroupStartsFindsTheLeadersHalfMade() throws Exception {
        RunnableHandle never = manager.add(Task.of(spec("never").group(Group.CACHES).required(true)
                .signalsReadiness(true).build(), context -> letGo.await()));
        AtomicBoolean ran = new AtomicBoolean();
        RunnableHandle leader = manager.add(Task.of(spec("leader").group(Group.LEADER_ELECTED).build(),
                context -> ran.set(true)));
        manager.start();
        Trial.until(never, UnitState.STARTING);
        StopReport report = manager.stop().await(Trial.HANG);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.errors()).isEmpty();
        assertThat(leader.state()).isEqualTo(UnitState.STOPPED);
        assertThat(leader.generation()).isZero();
        assertThat(ran).isFalse();
    }

    /**
     * controller-runtime: a runnable that returns a cancellation nobody asked for stops the whole manager. It is a failure of that
     * unit, and its policy says what follows. Seen red: every failure stopped the manager.
     */
    @Test
    void aCancellationThatNobodyAskedForStopsTheManager() throws Exception {
        manager.start();
        RunnableHandle neighbour = manager.add("neighbour", RunnableContext::awaitStop);
        RunnableHandle unit = manager.add(Task.of(spec("unit").build(), context -> {
            throw new CancellationException("of a request of its own");
        }));
        Trial.until(unit, UnitState.FAILED);
        neighbour.ready().await();
        assertThat(manager.stopping()).isFalse();
        assertThat(unit.status().lastError()).contains("of a request of its own");
    }

    /**
     * controller-runtime 3221: the warm-up group is not awaited before the election, though its comment says so. Seen red: an
     * admission that let no group wait.
     */
    @Test
    void leadersDoNotWaitForTheWarmUp() throws Exception {
        CountDownLatch warm = new CountDownLatch(1);
        RunnableHandle warmUp = manager.add(Task.of(spec("warm-up").group(Group.WARM_UP).required(true)
                .signalsReadiness(true).build(), context -> {
                    warm.await();
                    context.ready();
                    context.awaitStop();
                }));
        RunnableHandle leader = manager.add(Task.of(spec("leader").group(Group.LEADER_ELECTED).build(),
                RunnableContext::awaitStop));
        manager.start();
        Trial.until(warmUp, UnitState.STARTING);
        Trial.until(leader, UnitState.PENDING);
        assertThat(leader.status().message()).contains("warm-up");
        warm.countDown();
        leader.ready().await(Trial.HANG);
        assertThat(warmUp.state()).isEqualTo(UnitState.READY);
    }

    /**
     * controller-runtime: the warm-up group gets no logger, so that what goes wrong in it after the stop is dropped without a trace.
     * Seen red: a teardown that kept no errors.
     */
    @ParameterizedTest
    @EnumSource
    void errorsOfTheWarmUpGroupAreInvisible(Group group) throws Exception {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(spec("unit").group(group).drains(true).build(), context -> {
            context.awaitStop();
            throw new IllegalStateException("could not say goodbye");
        }));
        unit.ready().await();
        assertThat(manager.stop().await(Trial.HANG).children()).singleElement()
                .satisfies(report -> assertThat(report.errors()).singleElement().asString()
                        .contains("could not say goodbye"));
    }

    /**
     * controller-runtime 3535: a normal stop logs the error "leader election lost". Seen red: an interrupt after a stop that counted
     * as an error.
     */
    @Test
    void aNormalStopLogsErrors() throws Exception {
        for (Group group : Group.values()) {
            boolean drains = group.ordinal() % 2 == 0;
            manager.add(Task.of(spec("quiet-" + group.ordinal()).group(group).drains(drains).build(), context -> {
                if (drains) {
                    context.awaitStop();
                } else {
                    new CountDownLatch(1).await(); // an interrupt ends it
                }
            }));
        }
        manager.start();
        for (RunnableHandle unit : manager.units()) {
            unit.ready().await(Trial.HANG);
        }
        StopReport report = manager.stop().await(Trial.HANG);
        assertThat(RecordedLog.lines("quiet-")).isEmpty();
        assertThat(report.errors()).isEmpty();
        assertThat(report.children()).hasSize(Group.values().length).allMatch(child -> child.errors().isEmpty());
    }

    /**
     * controller-runtime: all groups share one stop deadline, so that one that is stuck leaves nothing to those after it: they are
     * cancelled and not awaited, or never told. Seen red: a first level that was given all of the time.
     */
    @Test
    void aStuckGroupUsesUpTheTimeOfTheOthers() throws Exception {
        VirtualTime time = new VirtualTime();
        Manager timed = Manager.builder().time(time).shutdownBudget(Duration.ofSeconds(20)).build();
        Trial.Hung hung = new Trial.Hung();
        timed.start();
        RunnableHandle stuck = timed.add(Task.of(spec("stuck").group(Group.OTHERS).drains(true).build(), hung));
        RunnableHandle cache = timed.add(Trial.draining("cache", letGo));
        RunnableHandle server = timed.add(Task.of(spec("server").group(Group.HTTP_SERVERS).drains(true).build(),
                context -> {
                    context.awaitStop();
                    letGo.await();
                }));
        Trial.await(hung.entered);
        cache.ready().await();
        server.ready().await();
        Operation<StopReport> stop = timed.stop();
        for (RunnableHandle first : List.of(stuck, cache)) {
            Trial.until(first, UnitState.DRAINING);
            Trial.settled(first);
        }
        time.advance(Duration.ofSeconds(11));
        Trial.until(server, UnitState.DRAINING); // the stuck one has had its half, and its time is over
        letGo.countDown();
        Trial.until(server, UnitState.STOPPED);
        assertThat(server.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(stop.await(Trial.HANG).outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
    }

    /**
     * controller-runtime 2994: the names of controllers are kept in a set of the process and never released. Seen red: a set
     * of all names of the process.
     */
    @Test
    void namesAreNeverReleasedAndBelongToTheProcess() throws Exception {
        manager.start();
        try (Manager other = Manager.create()) {
            other.start();
            for (int i = 1; i <= 3; i++) {
                for (Manager one : List.of(manager, other)) {
                    RunnableHandle unit = one.add("websites", RunnableContext::awaitStop);
                    unit.ready().await();
                    assertThat(unit.generation()).isEqualTo(i);
                    unit.remove().await();
                }
            }
        }
    }

    /** controller-runtime: no series of a meter is ever removed. Seen red: a ledger that kept the meters. */
    @Test
    void metersOutliveTheirUnit() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", context -> {
            context.meter(Counter.builder().name("things_done").help("Things done").build()).inc();
            context.ready();
            context.awaitStop();
        });
        Trial.until(() -> series("things_done") == 1 && series("windlass_units") == 1);
        unit.remove().await();
        assertThat(series("things_done") + series("windlass_units")).isZero();
    }

    private long series(String name) {
        return registry.scrape(name::equals).stream().mapToLong(metric -> metric.getDataPoints().size()).sum();
    }

    /**
     * controller-runtime: when one source fails to start, those that have started go on, and nobody manages them. Seen red: a
     * teardown that did not release what is in the ledger.
     */
    @Test
    void aStartThatFailsHalfWayLeavesItsFirstHalfRunning() throws Exception {
        AtomicInteger open = new AtomicInteger(2);
        manager.start();
        RunnableHandle unit = manager.add(Task.of(spec("unit").signalsReadiness(true).build(), context -> {
            context.own("source", "first", open::decrementAndGet);
            context.fork("source", () -> {
                try {
                    letGo.await();
                } finally {
                    open.decrementAndGet();
                }
            });
            context.add("source", RunnableContext::awaitStop).ready().await();
            throw new IllegalStateException("the second source cannot start");
        }));
        Trial.until(unit, UnitState.FAILED);
        assertThat(open).hasValue(0);
        assertThat(manager.find("unit/source")).hasValueSatisfying(
                child -> assertThat(child.state()).isEqualTo(UnitState.STOPPED));
        assertThat(unit.threads()).isEmpty();
    }

    /**
     * controller-runtime: one full destination of a channel source blocks all others, and a restart leaks a goroutine. What hands on
     * events here are subscriptions. Seen red: events that were told on the thread of the unit.
     */
    @Test
    void oneDestinationThatIsFullBlocksAllOthers() throws Exception {
        manager.start();
        CountDownLatch blocked = new CountDownLatch(1);
        Subscription full = manager.subscribe(event -> {
            blocked.countDown();
            Trial.await(letGo);
        });
        Set<UnitState> told = ConcurrentHashMap.newKeySet();
        Subscription other = manager.subscribe(event -> told.add(event.to()));
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        Trial.await(blocked);
        unit.ready().await();
        unit.remove().await();
        Trial.until(() -> told.contains(UnitState.REMOVED));
        full.close();
        other.close();
        letGo.countDown();
        Trial.until(() -> Trial.threadsNamed("events").isEmpty());
    }

    /**
     * controller-runtime: the start of a cache for several namespaces returns without waiting for its children, and leaks the second
     * one that fails. Seen red: a level that was over when all but one of its units had ended.
     */
    @Test
    void aScopeEndsBeforeWhatIsInsideIt() throws Exception {
        manager.start();
        AtomicInteger inside = new AtomicInteger();
        RunnableHandle scope = manager.add(Task.of(spec("scope").build(), context -> {
            for (int i = 0; i < 4; i++) {
                boolean fails = i < 2;
                context.add(Task.of(spec("namespace-" + i).restart(RestartPolicy.never()).drains(true)
                        .build(), child -> {
                            inside.incrementAndGet();
                            try {
                                if (fails) {
                                    throw new IllegalStateException("cannot list");
                                }
                                child.awaitStop();
                                letGo.await();
                            } finally {
                                inside.decrementAndGet();
                            }
                        }));
            }
            context.awaitStop();
        }));
        Trial.until(() -> manager.units().stream().map(RunnableHandle::state).filter(UnitState.FAILED::equals)
                .count() == 2 && inside.get() == 2);
        Operation<StopReport> stop = scope.stop();
        Trial.until(manager.find("scope/namespace-3").orElseThrow(), UnitState.DRAINING);
        assertThat(stop.isDone()).isFalse();
        letGo.countDown();
        StopReport report = stop.await(Trial.HANG);
        assertThat(inside).hasValue(0);
        assertThat(report.children()).extracting(StopReport::unit).contains("scope/namespace-2", "scope/namespace-3");
    }

    /**
     * controller-runtime: the webhook server does not wait for the goroutine that watches its certificate, and only logs that it
     * failed. Seen red: an error of a forked thread that failed nobody.
     */
    @Test
    void aWatcherThatFailsIsOnlyLogged() throws Exception {
        manager.start();
        CountDownLatch fail = new CountDownLatch(1);
        RunnableHandle server = manager.add(Task.of(spec("server").build(), context -> {
            context.fork("certificates", () -> {
                fail.await();
                throw new IllegalStateException("cannot be read");
            });
            context.awaitStop();
        }));
        server.ready().await();
        fail.countDown();
        Trial.until(server, UnitState.FAILED);
        assertThat(server.status().lastError()).contains("cannot be read");
    }

    /** controller-runtime: a controller can be started once. Seen red: a start that made no new instance. */
    @Test
    void aSecondStartIsRefused() throws Exception {
        manager.start();
        AtomicInteger instances = new AtomicInteger();
        RunnableHandle unit = manager.add(Task.each(RunnableSpec.named("unit"), () -> {
            int mine = instances.incrementAndGet();
            return context -> {
                assertThat(context.generation()).isEqualTo(mine);
                context.awaitStop();
            };
        }));
        for (int i = 0; i < 3; i++) {
            unit.ready().await();
            unit.stop().await();
            unit.start();
        }
        unit.ready().await();
        assertThat(instances).hasValue(4);
    }

    /**
     * controller-runtime: past the graceful time-out the stop returns an error, the goroutines stay, and nobody says which. Seen red:
     * a report without leftovers.
     */
    @Test
    void whatOutlivesTheStopIsNotNamed() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        manager.add(Task.of(spec("stuck").stop(StopOptions.drain(Duration.ofMillis(30))).build(), hung));
        Trial.await(hung.entered);
        StopReport report = manager.stop().await(Trial.HANG);
        assertThat(report.allLeftovers()).singleElement().satisfies(left -> {
            assertThat(left.toString()).isEqualTo("thread stuck#1");
            assertThat(left.detail()).contains("Trial$Hung.hang");
        });
        assertThat(manager.quarantined()).hasSize(1);
        hung.letGo.countDown();
        Trial.until(() -> manager.quarantined().isEmpty());
    }
}
