package dev.windlass.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of a unit when something that it depends on ends by itself and comes back. */
@Timeout(60)
class Rule13RebindingTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();
    private final Map<Long, CountDownLatch> fail = new ConcurrentHashMap<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final RunnableHandle base = manager.add(Task.of(RunnableSpec.builder("base")
            .restart(RestartPolicy.onFailure().withJitter(0).withAttempts(9)).build(), context -> {
                fail.computeIfAbsent(context.generation(), any -> new CountDownLatch(1)).await();
                throw new IllegalStateException("broken");
            }));

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private void failBase() {
        failBaseNow();
        Trial.until(base, UnitState.BACKOFF);
    }

    private void failBaseNow() {
        Trial.until(() -> fail.containsKey(base.generation()));
        Objects.requireNonNull(fail.get(base.generation())).countDown();
    }

    private void returnBase() throws InterruptedException {
        base.start().await();
    }

    private RunnableHandle top(String name, String dependency, boolean rebinds) throws InterruptedException {
        // One whose dependency fails before it has said that it can go on is restarted: ready is who has said so.
        RunnableSpec spec = RunnableSpec.builder(name).dependsOn(dependency).signalsReadiness(true).build();
        RunnableHandle top = manager.add(Task.of(spec, context -> {
            if (rebinds) {
                context.onRebind(back -> log.add(context.id() + " on " + back.status().id()));
            }
            context.ready();
            context.awaitStop();
        }));
        top.ready().await();
        return top;
    }

    @Test
    void aUnitIsDegradedWithoutItsDependencyAndRestartedWhenThatIsBack() throws Exception {
        RunnableHandle top = top("top", "base", false);
        RunnableHandle over = top("over", "top", false);
        failBase();
        Trial.until(top, UnitState.DEGRADED);
        assertThat(top.status().reason()).isEqualTo(Reason.DEPENDENCY_LOST);
        Trial.until(() -> top.status().message().equals("depends on base, which is BACKOFF"));
        assertThat(over.state()).isEqualTo(UnitState.READY); // what it depends on still works in part
        returnBase();
        Trial.until(() -> top.state() == UnitState.READY && top.generation() == 2);
        Trial.until(() -> over.state() == UnitState.READY && over.generation() == 2);
        assertThat(top.lastStop().orElseThrow().reason()).isEqualTo(Reason.DEPENDENCY_RESTARTED);
        assertThat(top.status().restarts()).isZero();
    }

    @Test
    void aUnitThatCanGoOnIsToldWhatCameBack() throws Exception {
        RunnableHandle top = top("top", "base", true);
        for (int generation = 2; generation <= 4; generation++) {
            failBase();
            Trial.until(top, UnitState.DEGRADED);
            returnBase();
            Trial.until(top, UnitState.READY);
            String expected = "top#1 on base#" + generation;
            Trial.until(() -> log.contains(expected));
        }
        assertThat(log).hasSize(3);
        assertThat(top.generation()).isEqualTo(1);
    }

    @Test
    void whatItSaysOfItselfCountsOnlyWithItsDependencies() throws Exception {
        Map<String, RunnableContext> contexts = new ConcurrentHashMap<>();
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").dependsOn("base").signalsReadiness(true)
                .build(), context -> {
                    context.onRebind(back -> log.add(back.name()));
                    contexts.put("top", context);
                    context.awaitStop();
                }));
        Trial.until(() -> contexts.containsKey("top"));
        RunnableContext context = Objects.requireNonNull(contexts.get("top"));
        failBase();
        context.ready();
        Trial.until(top, UnitState.DEGRADED);
        returnBase();
        Trial.until(top, UnitState.READY);
        context.degraded("its own trouble");
        failBase();
        returnBase();
        Trial.until(() -> log.size() == 2);
        assertThat(top.state()).isEqualTo(UnitState.DEGRADED);
        assertThat(top.status().message()).isEqualTo("its own trouble");
        context.ready();
        Trial.until(top, UnitState.READY);
    }

    @Test
    void aStopWhileItRestartsForItsDependencyIsTheLastWord() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        failBase();
        returnBase();
        Trial.until(top, UnitState.DRAINING);
        Operation<StopReport> stop = top.stop();
        letGo.countDown();
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(top.state()).isEqualTo(UnitState.STOPPED);
        base.restart().await();
        assertThat(top.state()).isEqualTo(UnitState.STOPPED);
    }

    @Test
    void whatACascadeStoppedComesBackWithItsDependencyUnlessSomebodyStoppedItToo() throws Exception {
        RunnableHandle top = top("top", "base", false);
        RunnableHandle over = top("over", "top", false);
        RunnableHandle unwanted = top("unwanted", "base", false);
        base.stop(StopOptions.defaults().withCascade()).await();
        assertThat(over.state()).isEqualTo(UnitState.STOPPED);
        unwanted.stop().await();
        returnBase();
        Trial.until(() -> over.state() == UnitState.READY && over.generation() == 2);
        assertThat(top.generation()).isEqualTo(2);
        assertThat(unwanted.state()).isEqualTo(UnitState.STOPPED);
        base.restart(StopOptions.defaults().withCascade()).await();
        Trial.until(() -> over.state() == UnitState.READY && over.generation() == 3);
    }

    @Test
    void whatIsStillDrainingWhenItsDependencyIsBackComesBackWhenItHasEnded() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "base"));
        top.ready().await();
        Operation<StopReport> cascade = base.stop(StopOptions.defaults().withCascade());
        failBaseNow();
        cascade.await();
        base.start().await();
        Trial.until(top, UnitState.DRAINING);
        Operation<UnitStatus> back = top.ready();
        letGo.countDown();
        assertThat(back.await().generation()).isEqualTo(2);
    }

    @Test
    void whatCompletedWhileItWasAskedToStopBringsNothingBackUntilItIsStarted() throws Exception {
        CountDownLatch complete = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle job = manager.add("job", context -> complete.await());
        RunnableHandle top = manager.add(Trial.draining("top", letGo, "job"));
        RunnableHandle middle = top("middle", "job", false);
        top.ready().await();
        Operation<StopReport> cascade = job.stop(StopOptions.defaults().withCascade());
        complete.countDown();
        assertThat(cascade.await().outcome()).isEqualTo(StopOutcome.COMPLETED);
        letGo.countDown();
        Trial.until(top, UnitState.STOPPED);
        Trial.until(middle, UnitState.STOPPED);
        Operation<UnitStatus> back = top.ready();
        job.start().await();
        assertThat(back.await().generation()).isEqualTo(2);
        assertThat(middle.ready().await().generation()).isEqualTo(2);
    }

    @Test
    void whatDependsOnItThroughSomethingCompletedComesBackToo() throws Exception {
        RunnableHandle job = manager.add(Task.of(RunnableSpec.builder("job").dependsOn("base").build(), context -> {
        }));
        Trial.until(job, UnitState.COMPLETED);
        RunnableHandle over = top("over", "job", false);
        base.stop(StopOptions.defaults().withCascade()).await();
        assertThat(over.state()).isEqualTo(UnitState.STOPPED);
        Operation<UnitStatus> back = over.ready();
        assertThat(back.isDone()).isFalse();
        returnBase();
        assertThat(back.await().generation()).isEqualTo(2);
    }
}
