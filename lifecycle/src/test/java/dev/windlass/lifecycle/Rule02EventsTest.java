package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Listeners: the current state first, then every transition in order; isolated from the units and from each other. */
@Timeout(60)
class Rule02EventsTest {

    @Test
    void aListenerIsToldTheCurrentStateFirstAndThenEveryTransition() throws Exception {
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle old = manager.add("b", RunnableContext::awaitStop);
            manager.add("a", RunnableContext::awaitStop).ready().await();
            old.ready().await();
            try (Subscription _ = manager.subscribe(events::add)) {
                Trial.until(() -> events.size() == 2);
                assertThat(events).extracting(UnitEvent::unit).containsExactly("a", "b");
                assertThat(events).allMatch(event -> event.from() == null && event.to() == UnitState.READY);
                old.remove().await();
                Trial.until(() -> events.getLast().to() == UnitState.REMOVED);
            }
        }
        assertThat(events.subList(2, events.size()))
                .extracting(UnitEvent::from, UnitEvent::to, UnitEvent::reason, UnitEvent::actor, UnitEvent::generation)
                .containsExactly(
                        tuple(UnitState.READY, UnitState.STOPPING, Reason.REMOVED, "user",
                                1L),
                        tuple(UnitState.STOPPING, UnitState.STOPPED, Reason.REMOVED,
                                "user", 1L),
                        tuple(UnitState.STOPPED, UnitState.REMOVED, Reason.REMOVED,
                                "user", 1L));
    }

    @Test
    void transitionsJoinWithoutGapWhenAListenerComesInTheMiddle() throws Exception {
        AtomicInteger breaks = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        try (Manager manager = Manager.create()) {
            manager.start();
            List<RunnableHandle> units = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                units.add(manager.add("unit-" + i, RunnableContext::awaitStop));
            }
            for (int round = 0; round < 60; round++) {
                units.forEach(unit -> {
                    unit.stop();
                    unit.start();
                });
                Map<String, UnitState> last = new HashMap<>();
                Subscription subscription = manager.subscribe(event -> {
                    told.incrementAndGet();
                    UnitState before = last.put(event.unit(), event.to());
                    if (before == null ? event.from() != null : before != event.from()) {
                        breaks.incrementAndGet();
                    }
                });
                units.forEach(RunnableHandle::stop);
                for (RunnableHandle unit : units) {
                    unit.start().await();
                }
                subscription.close();
            }
        }
        assertThat(told).hasValueGreaterThan(600);
        assertThat(breaks).hasValue(0);
    }

    @Test
    void aListenerThatThrowsOrBlocksHoldsUpNobody() throws Exception {
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        CountDownLatch letGo = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            Subscription blocked = manager.subscribe(event -> Trial.await(letGo));
            manager.subscribe(event -> {
                throw new AssertionError("a listener's own problem");
            });
            manager.subscribe(events::add);
            RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
            for (int i = 0; i < 20; i++) {
                unit.start().await();
                unit.stop().await();
            }
            Trial.until(() -> !events.isEmpty() && events.getLast().to() == UnitState.STOPPED
                    && events.getLast().generation() == 20);
            blocked.close();
            letGo.countDown();
        }
    }

    @Test
    void aListenerThatFallsBehindLosesTheOldestAndIsToldTheCurrentStates() throws Exception {
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        CountDownLatch letGo = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
            unit.ready().await();
            Subscription slow = manager.subscribe(event -> {
                Trial.await(letGo);
                events.add(event);
            });
            for (int i = 0; i < 1_000; i++) {
                unit.stop().await();
                unit.start().await();
            }
            assertThat(slow.dropped()).isPositive();
            letGo.countDown();
            unit.stop().await();
            Trial.until(() -> !events.isEmpty() && events.getLast().to() == UnitState.STOPPED
                    && events.getLast().generation() == 1_001);
            assertThat(events).hasSizeLessThan(4_200);
            List<UnitEvent> replayed = events.stream().filter(event -> event.from() == null).toList();
            assertThat(replayed.size()).isGreaterThanOrEqualTo(2);
            assertThat(replayed.getLast().generation()).isEqualTo(1_001);
        }
    }

    @Test
    void aClosedSubscriptionIsToldNothingMore() throws Exception {
        AtomicInteger told = new AtomicInteger();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
            unit.ready().await();
            Subscription subscription = manager.subscribe(event -> told.incrementAndGet());
            Trial.until(() -> told.get() == 1);
            subscription.close();
            unit.stop().await();
            List<UnitEvent> other = new CopyOnWriteArrayList<>();
            manager.subscribe(other::add);
            Trial.until(() -> other.size() == 1);
            assertThat(told).hasValue(1);
        }
    }

    @Test
    void codeOfUsersThatThrowsInTheWrongPlaceDoesNotStickTheUnit() throws Exception {
        class Unreadable extends RuntimeException {
            @Override
            public String getMessage() {
                throw new IllegalStateException("no message today");
            }
        }
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableSpec isolated = RunnableSpec.builder("unit").onFailure(FailurePolicy.ISOLATE).build();
            CountDownLatch fail = new CountDownLatch(1);
            RunnableHandle unit = manager.add(Task.of(isolated, context -> {
                context.workload(new Workload() {
                    @Override
                    public long queued() {
                        throw new IllegalStateException("cannot count");
                    }

                    @Override
                    public long inFlight() {
                        return 3;
                    }
                });
                context.detail("good", () -> "yes");
                context.detail("bad", () -> {
                    throw new IllegalStateException("cannot say");
                });
                assertThatThrownBy(() -> context.carryOver(new CarryOver() {
                    @Override
                    public long count() {
                        throw new IllegalStateException("cannot count either");
                    }

                    @Override
                    public List<String> sample(int max) {
                        return List.of();
                    }
                })).hasMessage("cannot count either");
                fail.await();
                throw new Unreadable();
            }));
            unit.ready().await();
            Trial.until(() -> unit.details().size() == 2);
            assertThat(unit.status().queued()).isNull();
            assertThat(unit.status().inFlight()).isEqualTo(3);
            assertThat(unit.details()).containsEntry("good", "yes");
            assertThat(unit.details().get("bad")).contains("cannot say");
            fail.countDown();
            Trial.until(unit, UnitState.FAILED);
            assertThat(unit.status().lastError()).contains("Unreadable").contains("cannot be read");
        }
    }

    @Test
    void theEventOfAUnitThatWaitsSaysWhatItWaitsFor() throws Exception {
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            manager.subscribe(events::add);
            manager.add(Task.of(RunnableSpec.builder("unit").dependsOn("missing").build(),
                    RunnableContext::awaitStop));
            Trial.until(() -> !events.isEmpty() && events.getLast().to() == UnitState.PENDING);
            assertThat(events.getLast().message()).isEqualTo("waits for missing, which does not exist");
            assertThat(events.getLast().reason()).isEqualTo(Reason.WAITING);
        }
    }
}
