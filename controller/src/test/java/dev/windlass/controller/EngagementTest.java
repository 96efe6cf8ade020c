package dev.windlass.controller;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.Timer;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What goes wrong with one engagement, or one object of it: nothing is lost, it is said, and the others go on. */
@Timeout(120)
class EngagementTest extends OnClusters {

    EngagementTest() {
        super("north", "south");
    }

    private static Secret secret(String name) {
        return new SecretBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata().build();
    }

    @Test
    void whatAMapperThrowsAtIsSaidAndMappedAgain() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().watches(Secret.class, (secret, context) -> {
            if (broken.get() && secret.getMetadata().getName().equals("bad")) {
                throw new IllegalStateException("cannot be mapped");
            }
            return List.of(ObjectKey.of("default", "for-" + secret.getMetadata().getName()));
        }).build());
        handle.ready().await(LIMIT);
        world.client("north").resource(secret("bad")).create();
        world.client("north").resource(secret("good")).create();
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/for-good"));
        RunnableHandle engagement = handle.engagements().getFirst();
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(engagement.status().message()).contains("watches secrets", "default/bad", "cannot be mapped");
        assertThat(recorder.lastSeen).doesNotContainKey("north/for-bad");
        broken.set(false);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/for-bad"));
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.READY));
    }

    @Test
    void whatAPredicateThrewAtIsNotForgottenByAStop() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        world.create("north", "a");
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().filter(Predicate.of(map -> {
            if (broken.get()) {
                throw new IllegalStateException("cannot be tested");
            }
            return true;
        })).build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "new"));
        broken.set(true);
        world.delete("north", "a");
        eventually(() -> assertThat(handle.engagements().getFirst().status().message()).contains("default/a"));
        handle.stop().await(LIMIT);
        broken.set(false);
        handle.start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", Recorder.GONE));
    }

    @Test
    void anAbortKeepsWhatTheWatchesKnew() throws Exception {
        List<String> names = World.names("k", 20);
        world.create("south", names.toArray(String[]::new));
        ClusterHandle south = world.connect("south");
        world.manager.add(builder().build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(20));
        south.stop(StopOptions.abort()).await(LIMIT);
        names.subList(0, 5).forEach(name -> world.delete("south", name));
        south.start().await(LIMIT);
        eventually(() -> names.subList(0, 5)
                .forEach(name -> assertThat(recorder.lastSeen).containsEntry("south/" + name, Recorder.GONE)));
    }

    @Test
    void aClusterThatDoesNotAnswerHoldsUpNoOther() throws Exception {
        world.connect("north");
        world.connect("south");
        world.server("south").faults().blackHole();
        List<ControllerHandle<ConfigMap>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(world.manager.add(builder().named("on-south-" + i).clusters("south"::equals).build()));
        }
        eventually(() -> assertThat(waiting).allSatisfy(handle -> assertThat(handle.engagements()).hasSize(1)));
        world.manager.add(builder().clusters("north"::equals).build()).ready().await(LIMIT);
        assertThat(waiting).as("some still wait for their turn, which they would come before the one on north")
                .anyMatch(handle -> handle.engagements().getFirst().status().message().contains("its turn to sync"));
        world.server("south").faults().heal();
    }

    @Test
    void aWatchDoesNotWaitForAnEngagementThatHasStopped() throws Exception {
        Widget.install(world.client("north"));
        world.connect("north");
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        WatchHandle watch = handle.watch(Widget.class, (widget, context) -> List.of());
        var ready = watch.ready();
        eventually(() -> assertThat(handle.status().message()).contains("widgets"));
        assertThat(ready.isDone()).isFalse();
        world.cluster("south").stop().await(LIMIT);
        ready.await(LIMIT);
    }

    @Test
    void aWatchOfARemovedControllerIsNotWaitedForAnyMore() throws Exception {
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        var ready = handle.watch(Widget.class, (widget, context) -> List.of()).ready();
        handle.remove().await(LIMIT);
        assertThatThrownBy(() -> ready.await(LIMIT)).isInstanceOf(PreemptedException.class)
                .hasMessageContaining("removed");
    }

    @Test
    void aWatchThatIsAddedBeforeTheStartBeginsWithIt() throws Exception {
        try (Manager later = Manager.create()) {
            later.add(Cluster.builder("north").kubeconfig(world.server("north").kubeconfig()).build());
            ControllerHandle<ConfigMap> handle = later.add(builder().build());
            WatchHandle watch = handle.watch(Secret.class, (secret, context) -> List.of(ObjectKey.of("default", "a")));
            assertThat(watch.ready().isDone()).isFalse();
            later.start();
            watch.ready().await(LIMIT);
            world.client("north").resource(secret("one")).create();
            eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        }
    }

    /** The system's, at which the thread that runs an engagement hangs when it is told to. */
    private record HangingClock(TimeSource system, AtomicBoolean armed, CountDownLatch hangs,
            CompletableFuture<Void> letGo) implements TimeSource {

        @Override
        public Instant now() {
            return system.now();
        }

        @Override
        public long nanos() {
            if (Thread.currentThread().getName().equals("cluster/north/settings#1") && armed.get()) {
                hangs.countDown();
                letGo.join(); // whether it is interrupted or not
            }
            return system.nanos();
        }

        @Override
        public Timer after(Duration delay, Runnable action) {
            return system.after(delay, action);
        }

        @Override
        public void park(Object blocker, Duration limit) {
            system.park(blocker, limit);
        }
    }

    @Test
    void aWatchThatIsAddedWhileAnEngagementEndsIsTheCallersAndBeginsWithTheNextOne() throws Exception {
        HangingClock clock = new HangingClock(TimeSource.system(), new AtomicBoolean(), new CountDownLatch(1),
                new CompletableFuture<>());
        try (Manager manager = Manager.builder().time(clock).build()) {
            manager.start();
            manager.add(Cluster.builder("north").kubeconfig(world.server("north").kubeconfig()).build());
            ControllerHandle<ConfigMap> handle = manager.add(builder().build());
            eventually(() -> assertThat(handle.engagements()).hasSize(1));
            RunnableHandle engagement = handle.engagements().getFirst();
            engagement.ready().await(LIMIT);
            clock.armed.set(true);
            handle.pause();
            assertThat(clock.hangs.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            engagement.stop(StopOptions.abort().withBudget(Duration.ofSeconds(1)));
            eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.QUARANTINED));
            WatchHandle watch = handle.watch(Secret.class, (secret, context) -> List.of(ObjectKey.of("default", "a")));
            clock.letGo.complete(null);
            eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.STOPPED));
            handle.resume();
            engagement.start().await(LIMIT);
            watch.ready().await(LIMIT);
            world.client("north").resource(secret("one")).create();
            eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        } finally {
            clock.letGo.complete(null);
        }
    }

    @Test
    void whatGoesWrongWithOnePairKeepsNoOtherFromBeingEngaged() throws Exception {
        world.create("south", "a");
        world.connect("north");
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().clusters(cluster -> {
            if (cluster.equals("north")) {
                throw new IllegalStateException("who is north?");
            }
            return true;
        }).build());
        eventually(() -> assertThat(recorder.lastSeen).containsKey("south/a"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(handle.status().message()).contains("cluster north", "who is north?");
        assertThat(handle.stop().await(LIMIT).leftovers()).isEmpty();
    }

    @Test
    void anErrorOfAChoiceOfClustersIsSaidAndKeepsNoOtherFromBeingEngaged() throws Exception {
        List<ControllerHandle<ConfigMap>> others = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            others.add(world.manager.add(builder().named("other-" + i).build()));
        }
        ControllerHandle<ConfigMap> broken = world.manager.add(builder().named("broken").clusters(cluster -> {
            if (cluster.equals("north")) {
                throw new NoClassDefFoundError("shop/Gone");
            }
            return true;
        }).build());
        broken.ready().await(LIMIT);
        world.connect("north");
        eventually(() -> assertThat(others).allSatisfy(other -> assertThat(other.engagements()).hasSize(1)));
        eventually(() -> assertThat(broken.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(broken.status().message()).contains("cluster north", "shop/Gone");
        world.connect("south");
        eventually(() -> assertThat(others).allSatisfy(other -> assertThat(other.engagements()).hasSize(2)));
        eventually(() -> assertThat(broken.engagements()).hasSize(1));
    }

    @Test
    void aChoiceOfClustersThatHangsHoldsUpNoOtherController() throws Exception {
        AtomicBoolean hangs = new AtomicBoolean();
        CompletableFuture<Void> hanging = new CompletableFuture<>(); // its join does not care for interrupts
        world.connect("north");
        ControllerHandle<ConfigMap> other = world.manager.add(builder().build());
        ControllerHandle<ConfigMap> slow = world.manager.add(builder().named("slow").clusters(cluster -> {
            if (hangs.get()) {
                hanging.join();
            }
            return true;
        }).build());
        other.ready().await(LIMIT);
        slow.ready().await(LIMIT);
        hangs.set(true);
        try {
            world.connect("south");
            eventually(() -> assertThat(other.engagements()).hasSize(2));
            assertThat(other.stop().await(LIMIT).outcome()).isEqualTo(StopOutcome.STOPPED);
            assertThat(slow.engagements()).hasSize(1);
            assertThat(slow.threads()).anyMatch(thread -> thread.name().contains("choice of south"));
        } finally {
            hanging.complete(null);
        }
        eventually(() -> assertThat(slow.engagements()).hasSize(2));
    }

    @Test
    void aNameThatAnotherUnitOfTheClusterHasIsSaidAndUsedWhenItIsFree() throws Exception {
        ClusterHandle north = world.connect("north");
        RunnableHandle other = north.connection().orElseThrow().context().add("settings", RunnableContext::awaitStop);
        other.ready().await(LIMIT);
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        assertThat(handle.status().message()).contains("cluster/north/settings is taken", "Task");
        other.remove().await(LIMIT);
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
        assertThat(handle.engagements()).hasSize(1);
    }

    @Test
    void aKindWithoutAClassIsReadByNamingIt() throws Exception {
        ResourceType<GenericKubernetesResource> maps = ResourceType.generic(kind("ConfigMap", "configmaps"));
        ResourceType<GenericKubernetesResource> secrets = ResourceType.generic(kind("Secret", "secrets"));
        world.create("north", "a");
        world.client("north").resource(secret("s")).create();
        world.connect("north");
        CompletableFuture<List<String>> seen = new CompletableFuture<>();
        world.manager.add(Controller.builder(WatchSpec.of(maps)).named("generic")
                .watches(WatchSpec.of(secrets), (secret, context) -> List.of(), Predicate.all())
                .reconciler((request, context) -> {
                    assertThatThrownBy(() -> context.cache().reader(GenericKubernetesResource.class))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("[configmaps, secrets]").hasMessageContaining("ResourceType");
                    assertThatThrownBy(() -> context.cache().reader(ResourceType.of(Secret.class)))
                            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("does not watch");
                    seen.complete(List.of(context.cache().get(request).orElseThrow().getKind(),
                            context.cache().reader(secrets).list().getFirst().getMetadata().getName()));
                    return Result.done();
                }).build());
        assertThat(seen.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsExactly("ConfigMap",
                "s");
    }

    private static ResourceDefinitionContext kind(String kind, String plural) {
        return new ResourceDefinitionContext.Builder().withVersion("v1").withKind(kind).withPlural(plural)
                .withNamespaced(true).build();
    }

    @Test
    void aServerThatAsksToWaitIsNotAskedBefore() throws Exception {
        world.create("north", "a");
        world.connect("north");
        world.server("north").faults().add(FaultRule.on("get", "configmaps").answering(429)
                .retryAfter(Duration.ofSeconds(1)).times(1));
        List<Long> calls = new CopyOnWriteArrayList<>();
        world.manager.add(Controller.builder(ConfigMap.class).named("settings").reconciler((request, context) -> {
            calls.add(System.nanoTime());
            try {
                context.client().get(ConfigMap.class, request.key());
            } catch (RuntimeException e) {
                throw new IllegalStateException("wrapped", e);
            }
            return Result.done();
        }).build());
        eventually(() -> assertThat(calls).hasSizeGreaterThanOrEqualTo(2));
        assertThat(calls.get(1) - calls.get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }
}
