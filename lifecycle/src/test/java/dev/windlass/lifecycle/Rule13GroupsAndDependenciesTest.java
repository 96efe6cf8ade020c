package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class Rule13GroupsAndDependenciesTest {

    private final Manager manager = Manager.create();
    private final Map<String, RunnableContext> contexts = new ConcurrentHashMap<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private final ManagedRunnable code = context -> {
        contexts.put(context.name(), context);
        context.awaitStop();
        ends.add(context.name());
    };

    private RunnableHandle add(String name, Group group, boolean required, String... dependencies) {
        return manager.add(Task.of(RunnableSpec.builder(name).group(group).required(required)
                .signalsReadiness(required).dependsOn(dependencies).build(), code));
    }

    private RunnableHandle add(String name, String... dependencies) {
        return add(name, Group.OTHERS, false, dependencies);
    }

    private void ready(String name) {
        Trial.until(() -> contexts.containsKey(name));
        Objects.requireNonNull(contexts.get(name)).ready();
    }

    @Test
    void groupsStartInOrderBehindTheRequiredUnitsAndStopInReverse() throws Exception {
        Group[] groups = Group.values();
        for (int i = groups.length - 1; i >= 0; i--) {
            add("required-" + i, groups[i], true);
            add("optional-" + i, groups[i], false);
        }
        manager.start();
        for (int open = 0; open < groups.length; open++) {
            ready("required-" + open);
            manager.find("required-" + open).orElseThrow().ready().await();
            manager.find("optional-" + open).orElseThrow().ready().await();
            if (open + 2 < groups.length) {
                RunnableHandle later = manager.find("optional-" + (open + 2)).orElseThrow();
                assertThat(later.state()).isEqualTo(UnitState.PENDING);
                String held = "required-" + (open + 1);
                Trial.until(() -> later.status().message().contains(held));
                assertThat(later.status().message()).startsWith("waits for group " + groups[open + 2]
                        + ", held back by required-" + (open + 1) + " (");
            }
        }
        manager.close();
        assertThat(ends).extracting(name -> name.charAt(name.length() - 1)).isSortedAccordingTo(
                Collections.reverseOrder());
    }

    @Test
    void unitsThatAreNotRequiredHoldNobodyBack() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("cluster").group(Group.CACHES).signalsReadiness(true).build(), code));
        RunnableHandle other = add("other");
        manager.start();
        other.ready().await();
        assertThat(manager.find("cluster").orElseThrow().state()).isNotEqualTo(UnitState.READY);
    }

    @Test
    void aRequiredUnitThatIsRemovedHoldsNobodyBackAnyMore() throws Exception {
        RunnableHandle gate = add("gate", Group.CACHES, true);
        RunnableHandle other = add("other");
        manager.start();
        Trial.until(other, UnitState.PENDING);
        gate.remove().await();
        other.ready().await();
    }

    @Test
    void whatAnEarlierGroupDependsOnStartsWithItAndStopsAfterIt() throws Exception {
        add("gate", Group.CACHES, true);
        RunnableHandle server = add("server", Group.HTTP_SERVERS, false, "certificates");
        RunnableHandle certificates = add("certificates", Group.LEADER_ELECTED, false);
        RunnableHandle unneeded = add("unneeded", Group.LEADER_ELECTED, false);
        manager.start();
        certificates.ready().await();
        server.ready().await();
        assertThat(unneeded.state()).isEqualTo(UnitState.PENDING);
        manager.close();
        assertThat(ends.subList(ends.size() - 2, ends.size())).containsExactly("server", "certificates");
    }

    @Test
    void aMissingDependencyKeepsAUnitPendingUntilItIsThereAndReady() throws Exception {
        manager.start();
        RunnableHandle unit = add("unit", "base");
        assertThat(unit.state()).isEqualTo(UnitState.PENDING);
        assertThat(unit.status().message()).isEqualTo("waits for base, which does not exist");
        RunnableHandle base = add("base", Group.OTHERS, true);
        Trial.until(() -> unit.status().message().equals("waits for base, which is STARTING"));
        assertThat(unit.state()).isEqualTo(UnitState.PENDING);
        ready("base");
        unit.ready().await();
        unit.stop().await();
        base.remove().await();
        unit.start();
        assertThat(unit.status().message()).isEqualTo("waits for base, which does not exist");
    }

    @Test
    void aCycleIsRefusedWithTheCyclePrinted() throws Exception {
        manager.start();
        add("a", "b");
        add("b", "c");
        assertThatThrownBy(() -> add("c", "x", "a")).isInstanceOf(RefusedException.class)
                .hasMessageContaining("c → a → b → c");
        assertThatThrownBy(() -> add("self", "self")).isInstanceOf(RefusedException.class)
                .hasMessageContaining("self → self");
        assertThatThrownBy(() -> add("outer", "outer/inner")).isInstanceOf(RefusedException.class)
                .hasMessageContaining("outer → outer/inner → outer");
        assertThat(manager.find("c")).isEmpty();
        add("c").ready().await();
        manager.find("a").orElseThrow().ready().await();
    }

    @Test
    void ofTwoUnitsThatDependOnEachOtherOneIsRefusedHoweverTheyRace() throws Exception {
        manager.start();
        for (int i = 0; i < 200; i++) {
            String first = "first-" + i;
            String second = "second-" + i;
            AtomicInteger refused = new AtomicInteger();
            Thread other = Thread.ofVirtual().start(() -> addOrCount(first, second, refused));
            addOrCount(second, first, refused);
            other.join();
            assertThat(refused).hasValue(1);
        }
    }

    private void addOrCount(String name, String dependency, AtomicInteger refused) {
        try {
            add(name, dependency);
        } catch (RefusedException e) {
            refused.incrementAndGet();
        }
    }

    @Test
    void stoppingAUnitThatOthersDependOnIsRefusedWithTheirList() throws Exception {
        manager.start();
        RunnableHandle base = add("base");
        add("left", "base");
        add("right", "base");
        add("top", "left", "right").ready().await();
        assertThat(Trial.failure(base.stop())).isInstanceOf(RefusedException.class)
                .hasMessage("base cannot be stopped: left, right, top depend on it; stop them first, or use cascade");
        assertThat(Trial.failure(base.remove())).isInstanceOf(RefusedException.class);
        assertThat(base.state()).isEqualTo(UnitState.READY);
        add("late", "base").ready().await();
        assertThat(ends).isEmpty();
    }

    @Test
    void cascadeStopsDependentsFirstAndAUnitsInsideAreNoDependents() throws Exception {
        manager.start();
        RunnableHandle base = manager.add("base", context -> {
            context.add(Task.of(RunnableSpec.builder("inside").dependsOn("base").build(), code));
            code.run(context);
        });
        add("left", "base");
        add("right", "base/inside");
        add("top", "left", "right");
        manager.add("scope", context -> {
            context.add(Task.of(RunnableSpec.builder("inner").dependsOn("top").build(), code));
            context.awaitStop();
        });
        Trial.until(() -> manager.find("scope/inner").map(RunnableHandle::state).orElse(null) == UnitState.READY);
        assertThat(Trial.failure(base.stop())).hasMessageContaining("left, right, scope/inner, top");
        StopReport report = base.stop(StopOptions.defaults().withCascade()).await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(ends.get(0)).isEqualTo("scope/inner");
        assertThat(ends.get(1)).isEqualTo("top");
        assertThat(ends.subList(2, 4)).containsExactlyInAnyOrder("left", "right");
        assertThat(ends.subList(4, 6)).containsExactlyInAnyOrder("base/inside", "base");
        assertThat(manager.find("top").orElseThrow().status().reason()).isEqualTo(Reason.DEPENDENCY_STOPPED);
        assertThat(manager.find("scope").orElseThrow().state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aCascadeEndsWithinTheBudgetOfTheStopAlsoWhenDependentsHang() throws Exception {
        VirtualTime time = new VirtualTime();
        List<Trial.Hung> hung = new ArrayList<>();
        Manager timed = Manager.builder().time(time).build();
        timed.start();
        for (String name : List.of("base", "middle", "top")) {
            Trial.Hung stuck = new Trial.Hung();
            hung.add(stuck);
            RunnableSpec.Builder spec = RunnableSpec.builder(name);
            if (!name.equals("base")) {
                spec.dependsOn(name.equals("top") ? "middle" : "base");
            }
            timed.add(Task.of(spec.build(), stuck));
            Trial.await(stuck.entered);
        }
        Operation<StopReport> stop = timed.find("base").orElseThrow().stop(StopOptions.defaults().withCascade());
        for (int passed = 0; passed < 320 && !stop.isDone(); passed++) {
            time.advance(Duration.ofMillis(100));
        }
        assertThat(stop.isDone()).isTrue();
        assertThat(timed.units()).allMatch(unit -> unit.state() == UnitState.QUARANTINED);
        hung.forEach(stuck -> stuck.letGo.countDown());
        timed.close();
    }

    @Test
    void aManagersStopDuringACascadeTakesOver() throws Exception {
        VirtualTime time = new VirtualTime();
        Trial.Hung hung = new Trial.Hung();
        Manager timed = Manager.builder().time(time).build();
        timed.start();
        RunnableHandle base = timed.add("base", RunnableContext::awaitStop);
        timed.add(Task.of(RunnableSpec.builder("top").dependsOn("base").build(), hung));
        Trial.await(hung.entered);
        Operation<StopReport> cascade = base.stop(StopOptions.defaults().withCascade());
        Operation<StopReport> stop = timed.stop();
        Duration bound = timed.worstCaseStop();
        for (long passed = 0; passed < bound.toMillis() && !stop.isDone(); passed += 100) {
            Trial.until(() -> !base.state().isEnding()); // in real time, while the clock of the deadlines stands still
            time.advance(Duration.ofMillis(100));
        }
        assertThat(stop.isDone()).isTrue();
        assertThat(cascade.await().outcome()).isEqualTo(StopOutcome.STOPPED);
        hung.letGo.countDown();
    }

    @Test
    void whatDependsOnAUnitNeverStartsWhileThatUnitIsBeingStopped() throws Exception {
        manager.start();
        AtomicBoolean baseRuns = new AtomicBoolean();
        AtomicInteger violations = new AtomicInteger();
        RunnableHandle base = manager.add(Task.of(RunnableSpec.builder("base").signalsReadiness(true).build(),
                context -> {
                    baseRuns.set(true);
                    context.ready();
                    context.awaitStop();
                    baseRuns.set(false);
                }));
        RunnableHandle top = manager.add(Task.of(RunnableSpec.builder("top").dependsOn("base").build(), context -> {
            if (!baseRuns.get()) {
                violations.incrementAndGet();
            }
            context.awaitStop();
            if (!baseRuns.get()) {
                violations.incrementAndGet();
            }
        }));
        for (int i = 0; i < 300; i++) {
            Thread starter = Thread.ofVirtual().start(top::start);
            Operation<StopReport> stop = base.stop(StopOptions.defaults().withCascade());
            starter.join();
            stop.await();
            base.start().await();
            top.stop().await();
        }
        assertThat(violations).hasValue(0);
    }

    @Test
    void aScopeWithInsidesThatDependOnEachOtherCrosswiseStillStops() throws Exception {
        manager.start();
        for (String[] pair : new String[][]{{"a", "b"}, {"b", "a"}}) {
            manager.add(pair[0], context -> {
                context.add("base", code);
                context.add(Task.of(RunnableSpec.builder("top").dependsOn(pair[1] + "/base").build(), code));
                context.awaitStop();
            });
        }
        Trial.until(() -> Stream.of("a/top", "b/top").allMatch(
                name -> manager.find(name).map(RunnableHandle::state).orElse(null) == UnitState.READY));
        manager.close();
        assertThat(manager.units()).allMatch(unit -> unit.state() == UnitState.STOPPED);
    }

    @Test
    void aCycleThroughTheInsideOfAScopeIsRefusedInWhateverOrderItIsDeclared() throws Exception {
        manager.start();
        add("scope", "outside");
        assertThatThrownBy(() -> add("outside", "scope/deep/inside")).isInstanceOf(RefusedException.class)
                .hasMessageContaining("outside → scope/deep/inside → scope → outside");
    }

    @Test
    void aLongChainOfDependenciesStartsBeforeItsGroupAndStopsInOrder() throws Exception {
        int length = 300;
        add("gate", Group.CACHES, true);
        for (int i = 0; i < length; i++) {
            add("unit-" + i, i == length - 1 ? Group.HTTP_SERVERS : Group.LEADER_ELECTED, false,
                    i == 0 ? new String[0] : new String[]{"unit-" + (i - 1)});
        }
        manager.start();
        manager.find("unit-" + (length - 1)).orElseThrow().ready().await(Trial.HANG);
        assertThat(Trial.failure(manager.find("unit-0").orElseThrow().stop())).isInstanceOf(RefusedException.class);
        StopReport report = manager.find("unit-0").orElseThrow()
                .stop(StopOptions.drain(Duration.ofDays(1)).withCascade()).await(Trial.HANG);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(ends).hasSize(length);
        assertThat(ends.getFirst()).isEqualTo("unit-" + (length - 1));
        assertThat(ends.getLast()).isEqualTo("unit-0");
    }
}
