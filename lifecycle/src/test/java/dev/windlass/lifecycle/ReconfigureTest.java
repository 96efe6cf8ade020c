package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What can be changed of a unit without a restart, and what cannot. */
@Timeout(60)
class ReconfigureTest {

    private final Manager manager = Manager.create();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch letGo = new CountDownLatch(1);

    @AfterEach
    void end() {
        letGo.countDown();
        Trial.end(manager);
    }

    private RunnableHandle running(RunnableSpec.Builder spec, ManagedRunnable code) throws InterruptedException {
        manager.start();
        RunnableHandle unit = manager.add(Task.of(spec.build(), code));
        unit.ready().await();
        return unit;
    }

    @Test
    void whatIsReadLateCountsAtOnceAndForAllLaterGenerations() throws Exception {
        RunnableHandle unit = running(RunnableSpec.builder("unit").label("team", "one"), RunnableContext::awaitStop);
        assertThat(unit.status().revision()).isEqualTo(1);
        UnitStatus status = unit.reconfigure(spec -> spec.label("team", "two")
                .stop(StopOptions.drain(Duration.ofSeconds(3)))).await();
        assertThat(status.revision()).isEqualTo(2);
        assertThat(status.labels()).containsEntry("team", "two");
        assertThat(status.generation()).isEqualTo(1);
        assertThat(unit.restart().await().labels()).containsEntry("team", "two");
        assertThat(unit.replace(ReplaceOptions.defaults().withProbation(Duration.ZERO)).await().outcome())
                .isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(unit.status().labels()).as("the same description").containsEntry("team", "two");
    }

    @Test
    void theRestartPolicyOfARunningUnitChanges() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        RunnableHandle unit = running(RunnableSpec.builder("unit"), context -> {
            if (context.generation() == 1) {
                fail.await();
                throw new IllegalStateException("broken");
            }
            context.awaitStop();
        });
        RestartPolicy soon = RestartPolicy.onFailure().withDelays(Duration.ofMillis(1), Duration.ofMillis(1));
        unit.reconfigure(spec -> spec.restart(soon)).await();
        fail.countDown();
        Trial.until(() -> unit.generation() == 2 && unit.state() == UnitState.READY);
        assertThat(manager.stopping()).isFalse();
    }

    @Test
    void thePriorityClassOfWhatRunsDecidesWhoGivesWay() throws Exception {
        manager.start();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 2)).await();
        RunnableSpec.Builder one = RunnableSpec.builder("one").cost(Cost.of(CostDimension.WATCHES, 1));
        RunnableHandle first = running(one.priority(PriorityClass.BATCH));
        RunnableHandle second = running(RunnableSpec.builder("two").cost(Cost.of(CostDimension.WATCHES, 1)));
        first.reconfigure(spec -> spec.priority(PriorityClass.CRITICAL)).await();
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 1)).await();
        Trial.until(second, UnitState.PENDING);
        assertThat(first.state()).isEqualTo(UnitState.READY);
        assertThat(first.generation()).isEqualTo(1);
    }

    private RunnableHandle running(RunnableSpec.Builder spec) throws InterruptedException {
        RunnableHandle unit = manager.add(Task.of(spec.build(), RunnableContext::awaitStop));
        unit.ready().await();
        return unit;
    }

    @Test
    void whatNeedsANewGenerationIsRefusedByNameWithTheRemedy() throws Exception {
        RunnableHandle unit = running(RunnableSpec.builder("unit"), RunnableContext::awaitStop);
        assertThatThrownBy(() -> unit.reconfigure(spec -> spec.group(Group.CACHES).dependsOn("other").label("a", "b")))
                .isInstanceOf(RefusedException.class)
                .hasMessage(
                        "unit cannot be reconfigured: group OTHERS → CACHES, dependsOn [] → [other] count from a start on;"
                                + " replace it by a unit that has them");
        assertThat(unit.status().revision()).isEqualTo(1);
        assertThat(unit.status().labels()).isEmpty();
    }

    @Test
    void aChangeThatTheGenerationRefusesIsTakenBack() throws Exception {
        RunnableHandle unit = running(RunnableSpec.builder("unit").signalsReadiness(true), context -> {
            context.onReconfigure((spec, made) -> {
                told.add(new TreeMap<>(spec.labels()).toString());
                if (spec.labels().containsKey("bad")) {
                    throw new IllegalArgumentException("not that");
                }
            });
            context.ready();
            context.awaitStop();
        });
        unit.reconfigure(spec -> spec.label("good", "1")).await();
        assertThat(Trial.failure(unit.reconfigure(spec -> spec.label("bad", "1")))).isInstanceOf(RefusedException.class)
                .hasMessage("unit#1 cannot be reconfigured: java.lang.IllegalArgumentException: not that");
        assertThat(unit.status().labels()).containsOnlyKeys("good");
        assertThat(unit.status().revision()).isEqualTo(2);
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(told).containsExactly("{good=1}", "{bad=1, good=1}");
    }

    @Test
    void changesAreTakenOnOneAfterTheOther() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        RunnableHandle unit = running(RunnableSpec.builder("unit").signalsReadiness(true), context -> {
            context.onReconfigure((spec, made) -> {
                told.add(spec.labels() + " begins");
                entered.countDown();
                letGo.await();
                told.add(spec.labels() + " ends");
            });
            context.ready();
            context.awaitStop();
        });
        Operation<UnitStatus> first = unit.reconfigure(spec -> spec.label("a", "1"));
        Trial.await(entered);
        Operation<UnitStatus> second = unit.reconfigure(spec -> spec.label("a", "2"));
        assertThat(second.isDone()).isFalse();
        letGo.countDown();
        first.await();
        second.await();
        assertThat(told).containsExactly("{a=1} begins", "{a=1} ends", "{a=2} begins", "{a=2} ends");
    }

    @Test
    void whatDoesNotRunIsReconfiguredToo() throws Exception {
        RunnableHandle unit = running(RunnableSpec.builder("unit"), RunnableContext::awaitStop);
        unit.stop().await();
        assertThat(unit.reconfigure(spec -> spec.label("a", "1")).await().state()).isEqualTo(UnitState.STOPPED);
        assertThat(unit.start().await().labels()).containsEntry("a", "1");
        unit.remove().await();
        assertThat(Trial.failure(unit.reconfigure(spec -> spec.label("a", "2"))))
                .isInstanceOf(UnknownUnitException.class);
    }
}
