package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Lifetimes derive from the manager or a scope, never from the caller or its thread. */
@Timeout(60)
class Rule15LifetimesTest {

    private static final ScopedValue<String> OF_THE_CALLER = ScopedValue.newInstance();

    @Test
    void aUnitOutlivesTheThreadThatAddedIt() throws Exception {
        AtomicReference<RunnableHandle> added = new AtomicReference<>();
        AtomicReference<Boolean> bound = new AtomicReference<>();
        CountDownLatch entered = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            Thread caller = Thread.ofPlatform().start(() -> ScopedValue.where(OF_THE_CALLER, "caller").run(() -> {
                added.set(manager.add("unit", context -> {
                    bound.set(OF_THE_CALLER.isBound());
                    entered.countDown();
                    context.awaitStop();
                }));
                Thread.currentThread().interrupt();
            }));
            caller.join();
            Trial.await(entered);
            assertThat(Trial.present(added).ready().await().state()).isEqualTo(UnitState.READY);
            assertThat(bound).hasValue(false);
        }
    }

    @Test
    void aUnitThatAnotherOneAddsToTheManagerOutlivesThatOne() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle adder = manager.add(Task.of(RunnableSpec.builder("adder").onFailure(FailurePolicy.ISOLATE)
                    .build(), context -> {
                        manager.add("unit", RunnableContext::awaitStop).ready().await();
                        fail.await();
                        throw new IllegalStateException("gone");
                    }));
            Trial.until(() -> manager.find("unit").isPresent());
            RunnableHandle unit = manager.find("unit").orElseThrow();
            unit.ready().await();
            fail.countDown();
            Trial.until(adder, UnitState.FAILED);
            adder.remove().await();
            assertThat(unit.state()).isEqualTo(UnitState.READY);
            assertThat(unit.status().parent()).isNull();
            Trial.until(() -> Trial.threadsNamed("unit#1").size() == 1);
        }
    }

    @Test
    void aRestrictedWaitOfTheCallerRestrictsNothingElse() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").signalsReadiness(true).build(),
                    context -> {
                        letGo.await();
                        context.ready();
                        context.awaitStop();
                    }));
            Operation<UnitStatus> ready = unit.ready();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ready.await(Duration.ofMillis(1))))
                    .isInstanceOf(DeadlineException.class);
            letGo.countDown();
            assertThat(ready.await().generation()).isEqualTo(1);
        }
    }
}
