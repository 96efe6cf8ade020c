package dev.windlass.controller;

import dev.windlass.lifecycle.HangPolicy;
import dev.windlass.lifecycle.Leftover;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** A reconciler that does not end, over the wire: what it keeps from its successors, and what it cannot use any more. */
@Timeout(120)
class HungReconcilerTest extends OnClusters {

    private static final String ENGAGEMENT = "cluster/north/settings";

    private final AtomicBoolean hold = new AtomicBoolean(true);
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CompletableFuture<Throwable> refusalOfExecutor = new CompletableFuture<>();
    private final CompletableFuture<Throwable> refusalOfClient = new CompletableFuture<>();

    HungReconcilerTest() {
        super("north");
    }

    /** Before the clusters are closed. */
    @AfterEach
    void letGo() {
        hold.set(false);
    }

    /** Hangs at its first key, and when it is let go, tries what it was given. */
    private Controller.Builder<ConfigMap> hanging() {
        return Controller.builder(ConfigMap.class).named("settings")
                .stop(StopOptions.drain(Duration.ofMillis(600)))
                .reconciler((request, context) -> {
                    entered.countDown();
                    while (hold.get()) { // deaf to interrupts
                        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                        Thread.interrupted();
                    }
                    refusalOfClient.complete(thrownBy(() -> context.client().get(ConfigMap.class, request.key())));
                    refusalOfExecutor.complete(thrownBy(() -> context.executor().execute(() -> {
                    })));
                    return Result.done();
                });
    }

    private static Throwable thrownBy(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            return e;
        }
        return new AssertionError("nothing was thrown");
    }

    @Test
    void aNewControllerOfTheNameOfARemovedOneDoesNotWorkOnTheKeyThatItStillHas() throws Exception {
        world.create("north", "stuck");
        world.connect("north");
        ControllerHandle<ConfigMap> first = world.manager.add(hanging().build());
        entered.await();
        RunnableHandle engagement = first.engagements().getFirst();
        first.stop().await(LIMIT);
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.QUARANTINED));
        StopReport report = engagement.lastStop().orElseThrow();
        assertThat(report.leftovers()).extracting(Leftover::toString)
                .containsExactly("thread " + ENGAGEMENT + "#1/worker-1", "key default/stuck");
        first.remove().await(LIMIT);
        eventually(() -> assertThat(world.manager.find(ENGAGEMENT)).isEmpty());

        world.create("north", "free");
        ControllerHandle<ConfigMap> second = world.manager
                .add(Controller.builder(ConfigMap.class).named("settings").reconciler(recorder).build());
        second.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/free"));
        RunnableHandle successor = second.engagements().getFirst();
        // It is tried again and again, and each time given back as not run.
        eventually(() -> assertThat(successor.status().queued()).isEqualTo(1));
        assertThat(recorder.lastSeen).doesNotContainKey("north/stuck");
        assertThat(successor.claimedKeys()).isEqualTo(Map.of("default/stuck", ENGAGEMENT + "#1"));
        assertThat(successor.quarantined()).hasSize(1);

        hold.set(false);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/stuck"));
        eventually(() -> assertThat(world.manager.quarantined()).isEmpty());
        assertThat(refusalOfClient.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(RevokedException.class);
        assertThat(refusalOfExecutor.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(RevokedException.class);
    }

    @Test
    void whatFollowsIsDeclaredForTheEngagementsToo() throws Exception {
        world.connect("north");
        HangPolicy exit = HangPolicy.exitProcess(Duration.ofHours(1));
        ControllerHandle<ConfigMap> handle = world.manager.add(
                Controller.builder(ConfigMap.class).named("settings").reconciler(recorder).onHang(exit).build());
        handle.ready().await(LIMIT);
        assertThat(handle.unit().spec().onHang()).isEqualTo(exit);
        assertThat(handle.engagements().getFirst().unit().spec().onHang()).isEqualTo(exit);
    }
}
