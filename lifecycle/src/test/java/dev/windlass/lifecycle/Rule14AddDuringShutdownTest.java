package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An add during shutdown throws and the code never runs, or gives a handle that reaches STOPPED. */
@Timeout(60)
class Rule14AddDuringShutdownTest {

    private static final long SEED = Long.getLong("windlass.seed", 20_261_124L);

    private final AtomicInteger starts = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();

    private void counted(RunnableContext context) throws InterruptedException {
        starts.incrementAndGet();
        try {
            context.awaitStop();
        } finally {
            ends.incrementAndGet();
        }
    }

    @Test
    void addsThatRaceAgainstTheStopOfTheManagerAreRefusedOrStopped() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            Manager manager = Manager.create();
            manager.start();
            List<RunnableHandle> added = new CopyOnWriteArrayList<>();
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> adders = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                String prefix = "unit-" + thread + "-";
                adders.add(Thread.ofVirtual().start(() -> {
                    Trial.await(go);
                    try {
                        for (int i = 0; i < 50; i++) {
                            added.add(manager.add(prefix + i, this::counted));
                        }
                    } catch (StoppingException e) {
                        assertThat(e).hasMessageContaining("manager takes no unit \"" + prefix);
                    }
                }));
            }
            go.countDown();
            for (int spin = random.nextInt(20_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            manager.close();
            for (Thread adder : adders) {
                adder.join();
            }
            assertThat(added).as("seed %d, round %d", SEED, round)
                    .allMatch(unit -> unit.state() == UnitState.STOPPED);
            assertThat(ends.get()).isEqualTo(starts.get());
        }
        assertThat(starts).hasPositiveValue();
    }

    @Test
    void addsThatRaceAgainstTheStopOfAScopeAreRefusedOrStopped() throws Exception {
        Random random = new Random(SEED);
        try (Manager manager = Manager.create()) {
            manager.start();
            for (int round = 0; round < 200; round++) {
                List<RunnableHandle> added = new CopyOnWriteArrayList<>();
                CountDownLatch running = new CountDownLatch(1);
                RunnableHandle scope = manager.add("scope", context -> {
                    running.countDown();
                    try {
                        for (int i = 0; i < 1_000; i++) {
                            added.add(context.add("child-" + i, this::counted));
                        }
                    } catch (StoppingException e) {
                        assertThat(e).hasMessageContaining("takes no unit \"child-");
                    }
                });
                Trial.await(running);
                for (int spin = random.nextInt(5_000); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                scope.remove().await();
                assertThat(added).as("seed %d, round %d", SEED, round)
                        .allMatch(unit -> unit.state() == UnitState.REMOVED);
                assertThat(ends.get()).isEqualTo(starts.get());
                assertThat(manager.units()).isEmpty();
            }
        }
    }

    @Test
    void addDoesNotAwaitTheStartOfAnything() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        Manager manager = Manager.create();
        manager.start();
        RunnableHandle slow = manager.add(Task.each(RunnableSpec.named("slow"), () -> {
            Trial.await(letGo);
            return RunnableContext::awaitStop;
        }));
        manager.add(Task.of(RunnableSpec.builder("dependent").dependsOn("slow").build(), RunnableContext::awaitStop));
        manager.add("other", RunnableContext::awaitStop).ready().await();
        assertThat(slow.state()).isEqualTo(UnitState.STARTING);
        letGo.countDown();
        slow.ready().await();
        manager.close();
    }

    @Test
    void aManagerThatHasStoppedTakesNothingMore() throws Exception {
        Manager manager = Manager.create();
        RunnableHandle unit = manager.add("unit", this::counted);
        manager.close();
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThatThrownBy(() -> manager.add("late", this::counted)).isInstanceOf(StoppingException.class);
        assertThatThrownBy(manager::start).isInstanceOf(StoppingException.class).hasMessageContaining("cannot start");
        assertThatThrownBy(manager::run).isInstanceOf(StoppingException.class);
        assertThat(Trial.failure(unit.start())).isInstanceOf(StoppingException.class);
        assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
        assertThat(starts).hasValue(0);
        assertThatThrownBy(() -> manager.extension(StringBuilder.class, any -> new StringBuilder()))
                .isInstanceOf(StoppingException.class);
    }

    /** A unit during whose add something happens. */
    private record Interrupting(RunnableSpec spec, Runnable during) implements Unit<RunnableHandle> {

        @Override
        public ManagedRunnable newInstance() {
            return RunnableContext::awaitStop;
        }

        @Override
        public RunnableHandle handle(RunnableHandle base) {
            during.run();
            return base;
        }
    }

    @Test
    void anAddThatTheStopOvertakesGivesAHandleThatIsStopped() throws Exception {
        for (boolean started : new boolean[]{true, false}) {
            Manager manager = Manager.create();
            if (started) {
                manager.start();
            }
            RunnableHandle unit = manager.add(new Interrupting(RunnableSpec.named("unit"), manager::close));
            Trial.until(unit, UnitState.STOPPED);
            assertThat(Trial.failure(unit.ready())).isInstanceOf(UnitFailedException.class);
            assertThat(unit.generation()).isZero();
        }
    }

    @Test
    void anAddToAScopeThatTheStopOvertakesIsRefusedAndLeavesNothing() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add("scope", context -> {
                Unit<RunnableHandle> child = new Interrupting(RunnableSpec.named("child"), () -> {
                    context.handle().stop();
                    while (!context.stopping().isSet()) {
                        Thread.onSpinWait(); // another thread may be the one that carries it out
                    }
                });
                assertThatThrownBy(() -> context.add(child)).isInstanceOf(StoppingException.class)
                        .hasMessage("scope#1 takes no unit \"child\": it is stopping or has ended");
            });
            Trial.until(scope, UnitState.STOPPED);
            Trial.until(() -> manager.find("scope/child").isEmpty());
            assertThat(scope.lastStop().orElseThrow().errors()).isEmpty();
        }
    }

    @Test
    void aUnitInsideThatNeedsOthersDoesNotStartOnceTheManagerStops() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch add = new CountDownLatch(1);
        CountDownLatch added = new CountDownLatch(1);
        Manager manager = Manager.create();
        manager.start();
        manager.add("base", RunnableContext::awaitStop);
        manager.add("scope", context -> {
            add.await();
            context.add(Task.of(RunnableSpec.builder("child").dependsOn("base").build(), this::counted));
            added.countDown();
            context.awaitStop();
        });
        RunnableHandle last = manager.add(Trial.draining("last", letGo, "base", "scope"));
        last.ready().await();
        Operation<StopReport> stop = manager.stop();
        Trial.until(last, UnitState.DRAINING); // the order of the stop has been decided, and it lets base stop beside scope
        add.countDown();
        Trial.await(added);
        RunnableHandle child = manager.find("scope/child").orElseThrow();
        Trial.until(child, UnitState.STOPPED);
        assertThat(child.status().message()).isEqualTo("the manager is stopping");
        letGo.countDown();
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(starts).hasValue(0);
    }
}
