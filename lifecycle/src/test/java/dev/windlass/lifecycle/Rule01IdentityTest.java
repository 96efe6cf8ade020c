package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Identity, never name: a generation that has ended cannot touch its successor. */
@Timeout(60)
class Rule01IdentityTest {

    private final BlockingQueue<RunnableContext> contexts = new ArrayBlockingQueue<>(10);

    private final Task signalling = Task.of(RunnableSpec.builder("unit").signalsReadiness(true).build(), context -> {
        contexts.add(context);
        context.awaitStop();
    });

    @Test
    void aGenerationThatHasEndedCannotSpeakForItsSuccessor() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(signalling);
            RunnableContext first = contexts.take();
            unit.stop().await();
            Operation<UnitStatus> ready = unit.start();
            RunnableContext second = contexts.take();
            first.ready();
            first.backoff("stale", Duration.ofSeconds(1));
            first.degraded("stale");
            first.waiting("stale");
            first.detail("key", () -> "stale");
            first.carryOver(new Rule08CarryOverTest.Keys("stale"));
            assertThat(unit.state()).isEqualTo(UnitState.STARTING);
            assertThat(unit.status().message()).isEmpty();
            assertThat(unit.details()).isEmpty();
            assertThat(second.carryOver()).isEmpty();
            assertThat(ready.isDone()).isFalse();
            second.ready();
            assertThat(ready.await().generation()).isEqualTo(2);
            assertThat(second.incarnation()).isNotEqualTo(first.incarnation());
        }
    }

    @Test
    void aGenerationThatHasEndedAcquiresNothing() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(signalling);
            RunnableContext ended = contexts.take();
            unit.stop().await();
            unit.start();
            assertThatThrownBy(() -> ended.fork("late", () -> {
            })).isInstanceOf(RevokedException.class).hasMessageContaining("unit#1");
            assertThatThrownBy(() -> ended.schedule(Duration.ZERO, () -> {
            })).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> ended.own("thing", "late", closed::incrementAndGet))
                    .isInstanceOf(RevokedException.class);
            assertThat(closed).hasValue(1);
            assertThatThrownBy(() -> ended.inFlight("request", "GET /", false)).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> ended.health("late", HealthKind.READINESS, () -> {
            })).isInstanceOf(RevokedException.class);
            assertThat(manager.health().checks(HealthKind.READINESS)).isEmpty();
            assertThatThrownBy(() -> ended.add("late", RunnableContext::awaitStop))
                    .isInstanceOf(StoppingException.class);
        }
    }

    @Test
    void aTimerOfAGenerationThatHasEndedDoesNotFire() throws Exception {
        VirtualTime time = new VirtualTime();
        AtomicInteger fired = new AtomicInteger();
        Manager manager = Manager.builder().time(time).build();
        try {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.schedule(Duration.ofSeconds(10), () -> fired.addAndGet((int) context.generation()));
                contexts.add(context);
                context.awaitStop();
            });
            contexts.take();
            unit.stop().await();
            unit.start().await();
            contexts.take();
            time.advance(Duration.ofSeconds(60));
            Trial.until(() -> fired.get() == 2);
        } finally {
            Trial.end(manager);
        }
        assertThat(fired).hasValue(2);
        assertThat(time.timers()).isZero();
    }

    @Test
    void aThreadThatOutlivedItsGenerationDoesNotEndTheSuccessor() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.of("unit", context -> {
                if (context.generation() == 1) {
                    hung.run(context);
                    throw new IllegalStateException("too late to matter");
                }
                context.awaitStop();
            }));
            Trial.await(hung.entered);
            StopReport report = unit.stop(StopOptions.drain(Duration.ofMillis(30))).await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
            unit.start().await();
            hung.letGo.countDown();
            Trial.until(() -> Trial.threadsNamed("unit#1").isEmpty());
            assertThat(unit.state()).isEqualTo(UnitState.READY);
            assertThat(unit.status().id()).isEqualTo("unit#2");
            assertThat(unit.status().lastError()).isNull();
            assertThat(manager.stopping()).isFalse();
        }
    }

    @Test
    void generationsRiseAcrossRemovalAlsoWhenTheNameIsTakenAgainAtTheSameMoment() throws Exception {
        List<Long> generations = new CopyOnWriteArrayList<>();
        Set<UUID> identities = ConcurrentHashMap.newKeySet();
        try (Manager manager = Manager.create()) {
            manager.start();
            ManagedRunnable code = context -> {
                generations.add(context.generation());
                identities.add(context.incarnation());
                context.awaitStop();
            };
            RunnableHandle unit = manager.add("name", code);
            for (int i = 0; i < 300; i++) {
                unit.ready().await();
                Operation<StopReport> removal = unit.remove();
                unit = addAsSoonAsFree(manager, code);
                assertThat(removal.await().generation()).isEqualTo(i + 1);
            }
            unit.ready().await();
        }
        assertThat(generations).hasSize(301).isSorted();
        assertThat(new HashSet<>(generations)).hasSize(301);
        assertThat(identities).hasSize(301);
    }

    private static RunnableHandle addAsSoonAsFree(Manager manager, ManagedRunnable code) {
        while (true) {
            try {
                return manager.add("name", code);
            } catch (NameTakenException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aSignalOfAGenerationThatHasEndedStartsNoThread() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(signalling);
            RunnableContext ended = contexts.take();
            unit.stop().await();
            assertThatThrownBy(() -> ended.stopping().onSet(ran::incrementAndGet)).isInstanceOf(RevokedException.class)
                    .hasMessageContaining("unit#1");
            assertThat(ran).hasValue(0);
        }
    }

    @Test
    void whatAQuarantinedGenerationLeavesLateIsKeptUntilItIsSucceededOrRemoved() throws Exception {
        Rule08CarryOverTest.Keys late = new Rule08CarryOverTest.Keys("late");
        Trial.Hung hung = new Trial.Hung();
        StopOptions brief = StopOptions.drain(Duration.ofMillis(15));
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                contexts.add(context);
                if (context.generation() == 2) {
                    context.awaitStop();
                } else {
                    hung.hang();
                }
            });
            RunnableContext first = contexts.take();
            assertThat(unit.stop(brief).await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
            first.carryOver(late);
            assertThat(unit.status().carriedOver()).isEqualTo(1);
            unit.start().await();
            RunnableContext second = contexts.take();
            assertThat(second.carryOver()).contains(late);
            second.carryOver(null);
            first.carryOver(late);
            assertThat(unit.status().carriedOver()).isZero();
            unit.stop().await();
            unit.start().await();
            RunnableContext third = contexts.take();
            assertThat(unit.remove(brief).await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
            third.carryOver(late);
            assertThat(unit.status().carriedOver()).isZero();
            hung.letGo.countDown();
        }
    }
}
