package dev.windlass.lifecycle;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class Rule04StopIsNotRemoveTest {

    private final Manager manager = Manager.create();

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    @Test
    void aStoppedUnitKeepsItsNameAndSpecificationAndStartsAgain() throws Exception {
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").label("team", "a").build(),
                RunnableContext::awaitStop));
        unit.ready().await();
        unit.stop().await();
        assertThat(manager.find("unit")).contains(unit);
        assertThatThrownBy(() -> manager.add("unit", RunnableContext::awaitStop))
                .isInstanceOf(NameTakenException.class).hasMessageContaining("STOPPED");
        assertThat(unit.start().await().labels()).containsEntry("team", "a");
        assertThat(unit.generation()).isEqualTo(2);
    }

    @Test
    void aRemovedNameIsFreeAsSoonAsTheRemovalIsKnown() throws Exception {
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        unit.remove().await();
        assertThat(manager.find("unit")).isEmpty();
        assertThat(manager.units()).isEmpty();
        RunnableHandle next = manager.add("unit", RunnableContext::awaitStop);
        assertThat(next.ready().await().generation()).isEqualTo(2);
        assertThat(unit.state()).isEqualTo(UnitState.REMOVED);
    }

    @Test
    void aListenerThatIsToldOfTheRemovalCanTakeTheName() throws Exception {
        for (int i = 0; i < 200; i++) {
            AtomicReference<RunnableHandle> again = new AtomicReference<>();
            AtomicReference<Throwable> failed = new AtomicReference<>();
            RunnableHandle unit = manager.add("unit-" + i, RunnableContext::awaitStop);
            unit.ready().await();
            try (Subscription _ = manager.subscribe(event -> {
                if (event.unit().equals(unit.name()) && event.to() == UnitState.REMOVED) {
                    try {
                        again.set(manager.add(event.unit(), RunnableContext::awaitStop));
                    } catch (RuntimeException e) {
                        failed.set(e);
                    }
                }
            })) {
                unit.remove();
                Trial.until(() -> again.get() != null || failed.get() != null);
            }
            assertThat(failed).hasNullValue();
            Trial.present(again).remove().await();
        }
    }

    @Test
    void aRemovedUnitSaysSoToWhateverIsAskedOfIt() throws Exception {
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.remove().await();
        assertThat(Trial.failure(unit.start())).isInstanceOf(UnknownUnitException.class);
        assertThat(Trial.failure(unit.ready())).isInstanceOf(UnknownUnitException.class);
        assertThat(Trial.failure(unit.stop())).isInstanceOf(UnknownUnitException.class);
        assertThat(Trial.failure(unit.remove())).isInstanceOf(UnknownUnitException.class);
        assertThat(unit.status().state()).isEqualTo(UnitState.REMOVED);
    }

    @Test
    void aRemoveThatComesWhileAStopIsUnderWayFreesTheName() throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").drains(true).build(), context -> {
            context.awaitStop();
            drained.await();
        }));
        unit.ready().await();
        Operation<StopReport> stop = unit.stop();
        Operation<StopReport> removal = unit.remove();
        Operation<UnitStatus> start = unit.start();
        drained.countDown();
        assertThat(stop.await()).isEqualTo(removal.await());
        assertThat(Trial.failure(start)).isInstanceOf(UnknownUnitException.class);
        assertThat(manager.find("unit")).isEmpty();
    }

    @Test
    void childrenStayWithAStoppedScopeAndGoWithARemovedOne() throws Exception {
        for (boolean removeWhileStopping : new boolean[]{false, true}) {
            CountDownLatch letGo = new CountDownLatch(1);
            RunnableHandle scope = manager.add("scope", context -> {
                context.add(Task.of(RunnableSpec.builder("child").drains(true).build(), inner -> {
                    inner.awaitStop();
                    letGo.await();
                }));
                context.awaitStop();
            });
            Trial.until(() -> manager.find("scope/child").map(RunnableHandle::state).orElse(null) == UnitState.READY);
            Operation<StopReport> stop = scope.stop();
            Operation<StopReport> removal = removeWhileStopping ? scope.remove() : null;
            letGo.countDown();
            stop.await();
            if (removal == null) {
                assertThat(manager.find("scope/child").orElseThrow().state()).isEqualTo(UnitState.STOPPED);
                assertThat(scope.children()).hasSize(1);
                removal = scope.remove();
            }
            removal.await();
            assertThat(manager.units()).isEmpty();
        }
    }

    @Test
    void theNextGenerationOfAScopeTakesOverTheChildrenThatItDeclaresAgain() throws Exception {
        RunnableHandle scope = manager.add("scope", context -> {
            context.add("always", RunnableContext::awaitStop);
            if (context.generation() == 1) {
                context.add("once", RunnableContext::awaitStop);
            }
            context.awaitStop();
        });
        Trial.until(() -> manager.find("scope/once").map(RunnableHandle::state).orElse(null) == UnitState.READY);
        scope.stop().await();
        scope.start().await();
        RunnableHandle always = manager.find("scope/always").orElseThrow();
        Trial.until(always, UnitState.READY);
        assertThat(always.generation()).isEqualTo(2);
        RunnableHandle once = manager.find("scope/once").orElseThrow();
        assertThat(once.state()).isEqualTo(UnitState.STOPPED);
        assertThat(Trial.failure(once.start())).isInstanceOf(StoppingException.class)
                .hasMessageContaining("scope#1, which declared it, has ended");
    }

    @Test
    void aScopeCannotDeclareAChildThatRuns() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        RunnableHandle scope = manager.add("scope", context -> {
            context.add("child", RunnableContext::awaitStop).ready().await();
            try {
                context.add("child", RunnableContext::awaitStop);
            } catch (NameTakenException e) {
                refused.set(e);
            }
            context.awaitStop();
        });
        Trial.until(() -> refused.get() != null);
        assertThat(refused.get()).hasMessageContaining("scope/child").hasMessageContaining("READY");
        scope.stop().await();
    }
}
