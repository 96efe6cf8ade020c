package dev.windlass.controller;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Defects of the controllers of controller-runtime, each with what was broken here to see its test fail. */
@Timeout(120)
class ControllerRuntimeDefectsTest extends OnClusters {

    ControllerRuntimeDefectsTest() {
        super("north");
    }

    private Controller<ConfigMap> counting(String name, AtomicInteger calls) {
        return Controller.builder(ConfigMap.class).named(name).reconciler((request, context) -> {
            calls.incrementAndGet();
            return Result.done();
        }).build();
    }

    /**
     * controller-runtime 2983: a source never removes its handler from the informer that it shares. Seen red: an informer
     * that kept the handlers of a lease that was closed.
     */
    @Test
    void aStoppedControllerLeavesItsHandlerAtTheInformer() throws Exception {
        world.create("north", "a");
        ClusterConnection north = world.connect("north").connection().orElseThrow();
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        ControllerHandle<ConfigMap> one = world.manager.add(counting("one", first));
        ControllerHandle<ConfigMap> two = world.manager.add(counting("two", second));
        one.ready().await(LIMIT);
        two.ready().await(LIMIT);
        eventually(() -> assertThat(north.informers().status()).singleElement()
                .satisfies(status -> assertThat(status.handlers()).isEqualTo(2)));
        one.stop().await(LIMIT);
        int before = first.get();
        assertThat(north.informers().status()).singleElement()
                .satisfies(status -> assertThat(status.handlers()).isEqualTo(1))
                .satisfies(status -> assertThat(status.users()).isEqualTo(1));
        int told = second.get();
        world.change("north", "a", "changed");
        eventually(() -> assertThat(second.get()).isGreaterThan(told));
        assertThat(first).hasValue(before);
        two.stop().await(LIMIT);
        eventually(() -> assertThat(world.server("north").watches()).isEmpty());
    }

    /**
     * controller-runtime: each source waits for all informers of the cache, so that one kind which may not be watched blocks every
     * controller. Seen red: one sync at a time, whose place was not given on by one that is hindered.
     */
    @Test
    void oneForbiddenKindBlocksTheControllersOfOthers() throws Exception {
        world.create("north", "a");
        world.server("north").faults().add(FaultRule.on("*", "secrets").answering(403));
        world.connect("north");
        ControllerHandle<Secret> forbidden = world.manager.add(Controller.builder(Secret.class).named("forbidden")
                .syncTimeout(Duration.ofMillis(300)).reconciler((request, context) -> Result.done()).build());
        eventually(() -> assertThat(forbidden.status().message()).contains("secrets"));
        ControllerHandle<ConfigMap> allowed = world.manager.add(builder().build());
        allowed.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(forbidden.state()).isEqualTo(UnitState.DEGRADED));
    }

    /**
     * controller-runtime: a build that fails at a watch has added the controller to the manager by then. Seen red: a builder that
     * refused no watch.
     */
    @Test
    void aBuildThatFailsLeavesAControllerInTheManager() throws Exception {
        int units = world.manager.units().size();
        assertThatThrownBy(() -> world.manager.add(builder().owns(Secret.class).owns(Secret.class).build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(world.manager.units()).hasSize(units);
        world.manager.add(builder().owns(Secret.class).build()).ready().await(LIMIT);
        assertThat(world.manager.units()).hasSize(units + 1);
    }

    /**
     * controller-runtime: a terminal error leaves the key in the rate limiter, so that the next failure waits as if it was one more.
     * Seen red: a terminal error that was given back as a retry.
     */
    @Test
    void aTerminalErrorStaysInTheRateLimiter() throws Exception {
        world.create("north", "a");
        world.connect("north");
        AtomicInteger calls = new AtomicInteger();
        ControllerHandle<ConfigMap> handle = world.manager.add(Controller.builder(ConfigMap.class).named("settings")
                .reconciler((request, context) -> {
                    calls.incrementAndGet();
                    throw new TerminalError("never again");
                }).build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(calls).hasValue(1));
        world.delete("north", "a");
        eventually(() -> assertThat(calls).hasValue(2));
        eventually(() -> assertThat(handle.status()).matches(status -> Long.valueOf(0).equals(status.inFlight())));
        assertThat(handle.status().queued()).as("nothing is kept of it").isZero();
        assertThat(calls).hasValue(2);
    }

    /**
     * controller-runtime: the time that a watch may take to sync counts at the start of its controller only; one that is added later may
     * take for ever, and nobody is told. Seen red: a watch that was added and not looked after.
     */
    @Test
    void aWatchThatIsAddedLaterMaySyncForEver() throws Exception {
        Widget.install(world.client("north"));
        world.server("north").faults().add(FaultRule.on("*", "widgets").answering(403));
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        WatchHandle watch = handle.watch(Widget.class, (widget, context) -> List.of());
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(handle.status().message()).contains("widgets");
        assertThat(watch.ready().isDone()).isFalse();
        watch.close();
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    /**
     * controller-runtime: a stop drops what is queued. Seen red: an engagement that exported nothing.
     */
    @Test
    void aStopDropsWhatIsQueued() throws Exception {
        world.create("north", World.names("k", 30).toArray(String[]::new));
        recorder.closeGate();
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(1));
        var stop = handle.stop(StopOptions.handoff());
        eventually(() -> assertThat(handle.engagements().getFirst().state()).isEqualTo(UnitState.DRAINING));
        recorder.openGate();
        var report = stop.await(LIMIT).children().getFirst();
        assertThat(report.drained() + report.carriedOver()).isEqualTo(30);
        assertThat(report.carriedOver()).isEqualTo(29);
        world.create("north", "more");
        handle.start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(31));
    }
}
