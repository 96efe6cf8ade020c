package dev.windlass.controller;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Owners;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Over the wire, against embedded API servers. */
@Timeout(120)
class ControllerTest extends OnClusters {

    ControllerTest() {
        super("north", "south");
    }

    private static List<String> watches(ApiServer server) {
        return server.watches().stream().map(watch -> watch.resource()).toList();
    }

    @Test
    void itReconcilesWhatExistsAndWhatComesChangesAndGoes() throws InterruptedException {
        world.create("north", "a", "b");
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "new").containsEntry("north/b", "new"));
        world.create("north", "c");
        world.change("north", "a", "changed");
        world.delete("north", "b");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed")
                .containsEntry("north/b", Recorder.GONE)
                .containsEntry("north/c", "new"));
        assertThat(handle.engagements()).extracting(RunnableHandle::name).containsExactly("cluster/north/settings");
        assertThat(recorder.requests.getFirst().clusterGeneration()).isEqualTo(1);
    }

    @Test
    void aControllerThatComesWhileAClusterIsLostIsEngagedWhenTheClusterIsBack() throws InterruptedException {
        world.create("north", "a");
        ClusterHandle cluster = world.manager.add(Cluster.builder("lost")
                .kubeconfig(world.server("north").kubeconfig()).linger(Duration.ZERO)
                .probe(Duration.ofMillis(100), Duration.ofMillis(500), 1)
                .backoff(Duration.ofMillis(50), Duration.ofMillis(200)).build());
        cluster.ready().await(LIMIT);
        // The first controller of a manager hears of every connection that lives; those after it do not.
        world.manager.add(builder().named("first").build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("lost/a", "new"));
        world.server("north").faults().blackHole();
        eventually(() -> assertThat(cluster.state()).isEqualTo(UnitState.DEGRADED));
        world.manager.add(builder().build()).ready().await(LIMIT); // no ready cluster, nothing to wait for
        assertThat(world.manager.find("cluster/lost/settings")).isEmpty();
        recorder.lastSeen.clear();
        world.server("north").faults().heal();
        eventually(() -> assertThat(world.manager.find("cluster/lost/settings")).map(RunnableHandle::state)
                .contains(UnitState.READY));
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("lost/a", "new"));
        assertThat(cluster.generation()).isEqualTo(1);
    }

    @Test
    void itHearsOfWhatItOwnsAndOfWhatIsMappedToIt() throws InterruptedException {
        world.create("north", "owner", "other");
        world.connect("north");
        world.manager.add(builder()
                .owns(Secret.class)
                .watches(Service.class, (service, context) -> List.of(ObjectKey.of("default", "other")))
                .build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/owner", "north/other"));
        recorder.requests.clear();
        ConfigMap owner = world.client("north").configMaps().inNamespace("default").withName("owner").get();
        Secret child = new SecretBuilder().withNewMetadata().withName("child").withNamespace("default").endMetadata()
                .build();
        Owners.setController(owner, child);
        world.client("north").resource(child).create();
        eventually(() -> assertThat(recorder.requests).extracting(Request::name).contains("owner"));
        recorder.requests.clear();
        world.client("north").services().inNamespace("default")
                .resource(new io.fabric8.kubernetes.api.model.ServiceBuilder()
                        .withNewMetadata().withName("web").endMetadata().withNewSpec().addNewPort().withPort(80)
                        .endPort().endSpec().build())
                .create();
        eventually(() -> assertThat(recorder.requests).extracting(Request::name).containsOnly("other"));
    }

    @Test
    void aTaskOfAReconciliationThatThrowsAnErrorEndsThatTaskOnly() throws InterruptedException {
        CountDownLatch thrown = new CountDownLatch(1);
        world.create("north", "a");
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().reconciler((request, context) -> {
            if (request.name().equals("a")) {
                context.executor().execute(() -> {
                    thrown.countDown();
                    throw new AssertionError("not as expected");
                });
            }
            return recorder.reconcile(request, context);
        }).build());
        handle.ready().await(LIMIT);
        thrown.await();
        RunnableHandle engagement = handle.engagements().getFirst();
        eventually(() -> assertThat(engagement.threads())
                .noneSatisfy(thread -> assertThat(thread.name()).endsWith("/task")));
        world.create("north", "b");
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "north/b"));
        assertThat(engagement.status()).returns(UnitState.READY, UnitStatus::state).returns(1L, UnitStatus::generation);
    }

    @Test
    void aPredicateKeepsChangesAway() throws InterruptedException {
        world.create("north", "yes", "no");
        world.connect("north");
        world.manager.add(builder().filter(Predicate.of(map -> !map.getMetadata().getName().equals("no"))).build())
                .ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/yes"));
        world.change("north", "no", "x");
        world.change("north", "yes", "x");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/yes", "x"));
        assertThat(recorder.countOf("no")).isZero();
    }

    @Test
    void itEngagesClustersThatComeLaterAndGoesOnWithoutThoseThatStop() throws InterruptedException {
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT); // no cluster, nothing to wait for
        world.create("north", "a");
        world.create("south", "a");
        world.connect("north");
        world.connect("south");
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "south/a"));
        world.cluster("south").stop().await(LIMIT);
        world.change("north", "a", "alone");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "alone"));
        assertThat(handle.state()).isEqualTo(UnitState.READY);
        assertThat(world.manager.find("cluster/south/settings").orElseThrow().state()).isEqualTo(UnitState.STOPPED);
        eventually(() -> assertThat(watches(world.server("south"))).isEmpty());
        world.change("south", "a", "behind its back");
        world.cluster("south").start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("south/a", "behind its back"));
        assertThat(recorder.requests.getLast().clusterGeneration()).isEqualTo(2);
    }

    @Test
    void aClusterThatStopsDrainsTheQueueOfFiveHundredKeys() throws Exception {
        List<String> names = World.names("k", 500);
        world.create("south", names.toArray(String[]::new));
        recorder.closeGate();
        ClusterHandle south = world.connect("south");
        world.manager.add(builder().workers(4).build()).ready().await(LIMIT);
        RunnableHandle engagement = world.manager.find("cluster/south/settings").orElseThrow();
        eventually(() -> assertThat(engagement.status().inFlight()).isEqualTo(4));
        assertThat(engagement.status().queued()).isEqualTo(496);
        var stop = south.stop();
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.DRAINING));
        recorder.openGate();
        StopReport report = stop.await(LIMIT);
        StopReport mine = report.children().stream().filter(child -> child.unit().equals(engagement.name())).findFirst()
                .orElseThrow();
        assertThat(mine.drained()).isEqualTo(500);
        assertThat(mine.carriedOver()).isZero();
        assertThat(mine.leftovers()).isEmpty();
        assertThat(recorder.lastSeen.values()).hasSize(500).containsOnly("new");
    }

    @Test
    void aHandOverKeepsWhatIsQueuedForTheNextStart() throws Exception {
        List<String> names = World.names("k", 500);
        world.create("south", names.toArray(String[]::new));
        recorder.closeGate();
        ClusterHandle south = world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().workers(4).build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(4));
        var stop = south.stop(StopOptions.handoff());
        RunnableHandle engagement = world.manager.find("cluster/south/settings").orElseThrow();
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.DRAINING));
        recorder.openGate();
        stop.await(LIMIT);
        assertThat(engagement.lastStop().orElseThrow().carriedOver()).isEqualTo(496);
        assertThat(engagement.lastStop().orElseThrow().drained()).isEqualTo(4);
        south.start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(500));
        eventually(() -> assertThat(handle.status().queued()).isZero());
        assertThat(recorder.overlaps).hasValue(0);
        assertThat(engagement.status().carriedOver()).isZero();
    }

    @Test
    void whatWasDeletedBehindItsBackIsRequestedWhenItStartsAgain() throws Exception {
        List<String> names = World.names("k", 60);
        world.create("south", names.toArray(String[]::new));
        ClusterHandle south = world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().workers(2).build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(60));
        assertThat(south.details()).containsEntry("caught up", "60 objects synced");
        south.stop().await(LIMIT);
        names.subList(0, 20).forEach(name -> world.delete("south", name));
        names.subList(20, 40).forEach(name -> world.change("south", name, "changed"));
        recorder.requests.clear();
        south.start().await(LIMIT);
        eventually(() -> assertThat(recorder.requests).extracting(Request::name).containsAll(names));
        for (RunnableHandle unit : List.of(south, handle,
                world.manager.find("cluster/south/settings").orElseThrow())) {
            eventually(() -> assertThat(unit.details()).as(unit.name()).containsEntry("caught up",
                    "40 objects synced; 20 changed and 20 gone while it was down"));
        }
        eventually(() -> assertThat(handle.status())
                .matches(status -> Objects.equals(status.queued(), 0L) && Objects.equals(status.inFlight(), 0L)));
        names.subList(0, 20)
                .forEach(name -> assertThat(recorder.lastSeen).containsEntry("south/" + name, Recorder.GONE));
        names.subList(20, 40).forEach(name -> assertThat(recorder.lastSeen).containsEntry("south/" + name, "changed"));
        List<String> order = recorder.requests.stream().map(Request::name).distinct().collect(Collectors.toList());
        assertThat(order.indexOf(names.get(59))).as("what did not change comes last").isGreaterThan(30);
    }

    @Test
    void aStoppedControllerStopsEverywhereAndComesBackWithItsWork() throws Exception {
        world.create("north", "a");
        world.create("south", "a");
        world.connect("north");
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "south/a"));
        StopReport report = handle.stop().await(LIMIT);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.leftovers()).isEmpty();
        assertThat(report.children()).extracting(StopReport::unit).containsExactly("cluster/north/settings",
                "cluster/south/settings");
        assertThat(handle.engagements()).hasSize(2).allMatch(engagement -> engagement.state() == UnitState.STOPPED);
        eventually(() -> assertThat(watches(world.server("north"))).isEmpty());
        assertThat(world.cluster("north").state()).isEqualTo(UnitState.READY);
        world.delete("north", "a");
        handle.start().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", Recorder.GONE));
        assertThat(handle.engagements()).allMatch(engagement -> engagement.state() == UnitState.READY);
    }

    @Test
    void aReconcilerThatDoesNotEndKeepsItsKeyFromTheNextGeneration() throws Exception {
        world.create("north", "stuck", "free");
        world.connect("north");
        AtomicBoolean hold = new AtomicBoolean(true);
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ControllerHandle<ConfigMap> handle = world.manager
                .add(Controller.builder(ConfigMap.class).named("settings").workers(2)
                        .stop(StopOptions.drain(Duration.ofMillis(600)))
                        .reconciler((request, context) -> {
                            if (request.name().equals("stuck")) {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                entered.countDown();
                                while (hold.get()) { // deaf to interrupts
                                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                                    Thread.interrupted();
                                }
                                inside.decrementAndGet();
                            }
                            recorder.requests.add(request);
                            return Result.done();
                        }).build());
        handle.ready().await(LIMIT);
        entered.await();
        RunnableHandle engagement = handle.engagements().getFirst();
        handle.stop().await(LIMIT);
        eventually(() -> assertThat(engagement.state()).isEqualTo(UnitState.QUARANTINED));
        assertThat(engagement.lastStop().orElseThrow().leftovers())
                .anyMatch(left -> left.detail().contains("Dispatch"));
        recorder.requests.clear();
        handle.start().await(LIMIT);
        eventually(() -> assertThat(recorder.countOf("free")).isPositive());
        // It is tried again and again, and each time given back as not run.
        eventually(() -> assertThat(metric("workqueue_adds")).isGreaterThanOrEqualTo(5));
        assertThat(metric("workqueue_retries")).isZero();
        assertThat(recorder.countOf("stuck")).isZero();
        hold.set(false);
        eventually(() -> assertThat(recorder.countOf("stuck")).isGreaterThanOrEqualTo(2));
        assertThat(most).hasValue(1);
    }

    @Test
    void cyclesOfAddAndRemoveLeaveNoWatchAndNoMeter() throws Exception {
        world.create("north", "a");
        world.connect("north");
        for (int i = 0; i < 20; i++) {
            ControllerHandle<ConfigMap> handle = world.manager.add(builder().owns(Secret.class).build());
            handle.ready().await(LIMIT);
            if (i % 2 == 0) {
                handle.stop().await(LIMIT);
            }
            StopReport report = handle.remove().await(LIMIT);
            assertThat(report.leftovers()).isEmpty();
            eventually(() -> assertThat(world.manager.find("cluster/north/settings")).isEmpty());
        }
        eventually(() -> assertThat(watches(world.server("north"))).isEmpty());
        assertThat(metrics()).noneMatch(line -> line.contains("settings"));
    }

    @Test
    void metricsHaveTheNamesOfControllerRuntime() throws Exception {
        world.create("north", "a");
        world.connect("north");
        world.manager.add(builder().workers(3).build()).ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(metrics()).contains(
                "controller_runtime_reconcile{controller=settings,result=success}",
                "controller_runtime_reconcile_errors{controller=settings}",
                "controller_runtime_terminal_reconcile_errors{controller=settings}",
                "controller_runtime_reconcile_panics{controller=settings}",
                "controller_runtime_reconcile_timeouts{controller=settings}",
                "controller_runtime_reconcile_time_seconds{controller=settings}",
                "controller_runtime_max_concurrent_reconciles{controller=settings}",
                "controller_runtime_active_workers{controller=settings}",
                "workqueue_depth{controller=settings,name=settings,priority=0}",
                "workqueue_adds{controller=settings,name=settings}",
                "windlass_reconcile{cluster=north,controller=settings,result=success}"));
        world.cluster("north").stop().await(LIMIT);
        assertThat(metrics()).noneMatch(line -> line.startsWith("windlass_reconcile{"))
                .contains("controller_runtime_reconcile{controller=settings,result=success}");
    }

    private double metric(String name) {
        return world.manager.metrics().scrape(name::equals).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .mapToDouble(point -> ((CounterDataPointSnapshot) point).getValue()).sum();
    }

    private List<String> metrics() {
        List<String> series = new ArrayList<>();
        world.manager.metrics().scrape().forEach(snapshot -> snapshot.getDataPoints().forEach(point -> series.add(
                snapshot.getMetadata().getName() + point.getLabels().toString().replace("\"", "").replace(", ", ","))));
        return series;
    }

    @Test
    void outcomesAreThoseOfControllerRuntime() throws Exception {
        world.create("north", "fails", "terminal", "later");
        world.connect("north");
        AtomicInteger fails = new AtomicInteger();
        AtomicInteger terminal = new AtomicInteger();
        AtomicInteger later = new AtomicInteger();
        world.manager.add(Controller.builder(ConfigMap.class).named("settings").reconciler((request, context) -> {
            assertThat(ReconcileContext.current()).contains(context);
            switch (request.name()) {
                case "fails" -> {
                    if (fails.incrementAndGet() < 4) {
                        throw new IllegalStateException("attempt " + fails.get());
                    }
                }
                case "terminal" -> {
                    terminal.incrementAndGet();
                    throw new IllegalStateException("wrapped", new TerminalError("never again"));
                }
                default -> {
                    if (later.incrementAndGet() < 3) {
                        return Result.requeueAfter(Duration.ofMillis(10));
                    }
                }
            }
            return Result.done();
        }).build()).ready().await(LIMIT);
        eventually(() -> assertThat(fails).hasValue(4));
        eventually(() -> assertThat(later).hasValue(3));
        assertThat(terminal).hasValue(1);
        world.change("north", "terminal", "x");
        eventually(() -> assertThat(terminal).hasValue(2));
    }

    @Test
    void aReconcileTimeoutInterruptsAndRetries() throws Exception {
        world.create("north", "slow");
        world.connect("north");
        AtomicInteger calls = new AtomicInteger();
        world.manager.add(Controller.builder(ConfigMap.class).named("settings").reconcileTimeout(Duration.ofMillis(100))
                .reconciler((request, context) -> {
                    if (calls.incrementAndGet() == 1) {
                        new CountDownLatch(1).await();
                    }
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    return Result.done();
                }).build()).ready().await(LIMIT);
        eventually(() -> assertThat(calls).hasValue(2));
    }

    @Test
    void aKindThatIsNotInstalledIsSaidClearlyAndJoinsWhenItComes() throws Exception {
        world.connect("north");
        ControllerHandle<Widget> handle = world.manager
                .add(Controller.builder(Widget.class).syncTimeout(Duration.ofMillis(300))
                        .reconciler((request, context) -> Result.done()).build());
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.DEGRADED));
        eventually(() -> assertThat(handle.status().message()).contains("cluster/north/widget",
                "widgets.test.windlass.dev"));
        assertThat(handle.status().message().toLowerCase(Locale.ROOT)).contains("not installed");
        Widget.install(world.client("north"));
        handle.ready().await(LIMIT);
    }

    @Test
    void whatCannotWorkIsRefusedWhenItIsBuilt() {
        assertThatThrownBy(() -> Controller.builder(ConfigMap.class).build()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reconciler");
        assertThatThrownBy(() -> builder().workers(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().named("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().named("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().named("informers")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cluster/CLUSTER/informers").hasMessageContaining("choose another");
        assertThatThrownBy(() -> builder().owns(Secret.class).owns(Secret.class))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().syncTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Controller.builder(ConfigMap.class).reconciler(recorder).build().name()).isEqualTo("configmap");
    }

    @Test
    void aWatchCanBeAddedAndRemovedWhileItRuns() throws Exception {
        world.create("north", "a");
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        WatchHandle watch = handle.watch(Secret.class, (secret, context) -> List.of(ObjectKey.of("default", "a")));
        watch.ready().await(LIMIT);
        recorder.requests.clear();
        world.client("north").resource(secret("one")).create();
        eventually(() -> assertThat(recorder.requests).extracting(Request::name).containsOnly("a"));
        handle.stop().await(LIMIT);
        handle.start().await(LIMIT);
        eventually(() -> assertThat(watches(world.server("north"))).containsExactlyInAnyOrder("configmaps", "secrets"));
        watch.close();
        eventually(() -> assertThat(watches(world.server("north"))).containsExactly("configmaps"));
        assertThat(handle.state()).isEqualTo(UnitState.READY);
    }

    private static Secret secret(String name) {
        return new SecretBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata().build();
    }

    @Test
    void theManagerStopsUnderLoadWithoutLosingOrLeavingAnything() throws Exception {
        world.create("north", World.names("k", 200).toArray(String[]::new));
        world.connect("north");
        world.manager.add(builder().workers(8).build()).ready().await(LIMIT);
        StopReport report = world.manager.stop().await(LIMIT);
        assertThat(report.leftovers()).isEmpty();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(recorder.lastSeen).hasSize(200);
        eventually(() -> assertThat(world.server("north").watches()).isEmpty());
    }
}
