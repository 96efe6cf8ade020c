package dev.windlass.controller;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.workqueue.RateLimiter;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rule 16 for controllers, over the wire: the next generation gets warm beside the one that works, and takes its keys over. */
@Timeout(120)
class ReplaceTest extends OnClusters {

    private static final ReplaceOptions NO_PROBATION = ReplaceOptions.defaults().withProbation(Duration.ZERO);
    /** Longer than a test takes. */
    private static final ReplaceOptions LONG_PROBATION = ReplaceOptions.defaults().withProbation(LIMIT.multipliedBy(4));

    private final Recorder next = new Recorder();

    ReplaceTest() {
        super("north", "south");
    }

    private ControllerHandle<ConfigMap> ready(String... clusters) throws InterruptedException {
        for (String cluster : clusters) {
            world.connect(cluster);
        }
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().build());
        handle.ready().await(LIMIT);
        return handle;
    }

    private static RunnableHandle unit(ControllerHandle<?> handle, String cluster) {
        return handle.engagements().stream().filter(one -> one.name().startsWith("cluster/" + cluster + "/"))
                .findFirst().orElseThrow();
    }

    /** How often somebody began to read a kind. */
    private long reads() {
        return Stream.of("north", "south").flatMap(server -> world.server(server).requests().stream())
                .filter(request -> Set.of("list", "watch").contains(request.verb())
                        && request.path().contains("/configmaps"))
                .count();
    }

    private Set<String> series() {
        return world.manager.metrics().scrape().stream().flatMap(snapshot -> snapshot.getDataPoints().stream()
                .filter(point -> "settings".equals(point.getLabels().get("controller")))
                .filter(point -> point.getLabels().get("priority") == null) // come and go with what is queued
                .map(point -> snapshot.getMetadata().getName() + point.getLabels()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private double counted(String metric, String result) {
        return world.manager.metrics().scrape().stream()
                .filter(snapshot -> snapshot.getMetadata().getName().equals(metric))
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .filter(point -> result.equals(point.getLabels().get("result")))
                .mapToDouble(
                        point -> ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot) point)
                                .getValue())
                .sum();
    }

    @Test
    void theNextOneTakesOverOnAllClustersWhatIsQueuedAndWhatComes() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        recorder.closeGate();
        world.create("north", "a", "b", "c");
        world.create("south", "d");
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(2));
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(2));
        Set<String> series = series();
        var replace = handle.replace(handle.controller().toBuilder().workers(3).reconciler(next).build(),
                NO_PROBATION);
        eventually(() -> assertThat(unit(handle, "north").status().replacing()).contains("hands over"));
        world.create("north", "e"); // while the one hands over what the other does not have yet
        world.delete("north", "b");
        recorder.openGate();
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).as(report.toString()).isEqualTo(ReplaceMethod.WARM);
        List<StopReport> retired = Objects.requireNonNull(report.retired()).children();
        assertThat(retired).extracting(StopReport::unit)
                .containsExactlyInAnyOrder("cluster/north/settings", "cluster/south/settings");
        assertThat(report.handedOver()).as("two that were queued in the north, and perhaps what came last")
                .isBetween(2L, 3L)
                .isEqualTo(retired.stream().mapToLong(StopReport::handedOver).sum());
        eventually(() -> assertThat(next.lastSeen).containsEntry("north/a", "new")
                .containsEntry("north/b", Recorder.GONE)
                .containsEntry("north/c", "new").containsEntry("north/e", "new").containsEntry("south/d", "new"));
        assertThat(recorder.lastSeen).as("what it had in flight is finished").hasSize(2);
        world.change("south", "d", "changed");
        eventually(() -> assertThat(next.lastSeen).containsEntry("south/d", "changed"));
        assertThat(recorder.lastSeen).hasSize(2).doesNotContainValue("changed");
        assertThat(handle.controller().workers()).isEqualTo(3);
        assertThat(handle.state()).isEqualTo(UnitState.READY);
        eventually(() -> assertThat(world.manager.quarantined()).isEmpty());
        assertThat(unit(handle, "north").generation()).isEqualTo(2);
        eventually(() -> assertThat(world.server("north").watches()).hasSize(1));
        assertThat(series()).as("the same meters, none twice, none gone").isEqualTo(series);
        eventually(() -> assertThat(counted("windlass_reconcile", "success")).as("they go on")
                .isEqualTo(recorder.requests.size() + next.requests.size()));
    }

    @Test
    void dueTimesAndFailureCountsGoAcross() throws Exception {
        world.connect("north");
        AtomicInteger failures = new AtomicInteger();
        AtomicLong soonAsked = new AtomicLong();
        ControllerHandle<ConfigMap> handle = world.manager.add(builder()
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1), Duration.ofMillis(2)))
                .reconciler((request, context) -> {
                    recorder.reconcile(request, context);
                    return switch (request.name()) {
                        case "failing" -> throw new IllegalStateException("failure " + failures.incrementAndGet());
                        case "later" -> Result.requeueAfter(Duration.ofHours(1));
                        case "soon" -> {
                            soonAsked.set(System.nanoTime());
                            yield Result.requeueAfter(Duration.ofSeconds(3));
                        }
                        default -> Result.done();
                    };
                }).build());
        handle.ready().await(LIMIT);
        world.create("north", "failing", "later", "soon", "fine");
        eventually(() -> assertThat(recorder.lastSeen).hasSize(4));
        eventually(() -> assertThat(failures).hasValueGreaterThan(30));
        AtomicLong soonAt = new AtomicLong();
        ReplaceReport report = handle.replace(builder()
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1), Duration.ofHours(10)))
                .reconciler((request, context) -> {
                    next.reconcile(request, context);
                    if (request.name().equals("failing")) {
                        throw new IllegalStateException("goes on to fail");
                    }
                    soonAt.compareAndSet(0, request.name().equals("soon") ? System.nanoTime() : 0);
                    return Result.done();
                }).build(), NO_PROBATION).await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        eventually(() -> assertThat(next.lastSeen).containsKeys("north/failing", "north/fine", "north/soon"));
        assertThat(soonAt.get() - soonAsked.get()).as("no sooner than it was due")
                .isGreaterThanOrEqualTo(Duration.ofSeconds(3).toNanos());
        world.create("north", "more");
        eventually(() -> assertThat(next.lastSeen).containsKey("north/more"));
        assertThat(next.countOf("failing")).as("after one more failure it waits for hours").isEqualTo(1);
        assertThat(next.countOf("later")).isZero();
        assertThat(unit(handle, "north").status().queued()).isEqualTo(2);
    }

    @Test
    void watchesThatWereAddedSurviveForEitherHandle() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        WatchHandle watch = handle.watch(Secret.class,
                (secret, context) -> List.of(ObjectKey.of("default", "for-" + secret.getMetadata().getName())));
        watch.ready().await(LIMIT);
        handle.replace(builder().reconciler(next).owns(Secret.class).build(), NO_PROBATION).await(LIMIT);
        world.client("north").resource(secret("s")).create();
        eventually(() -> assertThat(next.lastSeen).containsKey("north/for-s"));
        WatchHandle second = handle.watch(Secret.class,
                (secret, context) -> List.of(ObjectKey.of("default", "also-" + secret.getMetadata().getName())));
        second.ready().await(LIMIT);
        eventually(() -> assertThat(next.lastSeen).containsKey("north/also-s"));
        watch.close();
        world.client("north").resource(secret("t")).create();
        eventually(() -> assertThat(next.lastSeen).containsKey("north/also-t"));
        assertThat(next.lastSeen).doesNotContainKey("north/for-t");
    }

    private static Secret secret(String name) {
        return new SecretBuilder().withNewMetadata().withName(name).withNamespace("default").endMetadata().build();
    }

    @Test
    void aReconcilerOfWhichNothingSucceedsIsTakenBack() throws Exception {
        world.create("north", "a", "b");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        eventually(() -> assertThat(recorder.lastSeen).hasSize(2));
        Controller<ConfigMap> before = handle.controller();
        ReplaceReport report = handle.replace(builder().reconciler((request, context) -> {
            throw new IllegalStateException("not like this");
        }).build(), LONG_PROBATION).await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("cluster/north/settings",
                "reconciliations has succeeded since it took over",
                "not like this");
        assertThat(handle.controller()).isSameAs(before);
        world.change("north", "a", "changed");
        world.create("south", "c");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed").containsKey("south/c"));
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
        handle.ready().await(LIMIT);
    }

    @Test
    void aRollbackThawsTheEngagementsThatWait() throws Exception {
        world.create("north", "later", "a");
        world.connect("north");
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder().reconciler((request, context) -> {
            recorder.reconcile(request, context);
            return request.name().equals("later") ? Result.requeueAfter(Duration.ofHours(1)) : Result.done();
        }).build());
        handle.ready().await(LIMIT);
        eventually(() -> assertThat(recorder.lastSeen).hasSize(2));
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(1));
        Set<String> series = series();
        long reads = reads();
        CountDownLatch looked = new CountDownLatch(1);
        var replace = handle.replace(builder().reconciler((request, context) -> {
            looked.await();
            throw new IllegalStateException("not like this");
        }).build(), LONG_PROBATION);
        eventually(() -> assertThat(handle.status().replacing()).contains("on probation"));
        assertThat(handle.engagements())
                .allSatisfy(one -> assertThat(one.status().replacing()).contains("on probation"));
        world.create("south", "b"); // seen by both, and left undone by the one that fails
        looked.countDown();
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.handedOver()).isEqualTo(1);
        assertThat(Objects.requireNonNull(report.retired()).children()).extracting(StopReport::generation)
                .containsOnly(2L);
        assertThat(handle.engagements()).hasSize(2).allSatisfy(one -> {
            assertThat(one.generation()).as("the same goes on").isEqualTo(1);
            assertThat(one.status().replacing()).isNull();
        });
        eventually(() -> assertThat(recorder.lastSeen).containsKey("south/b"));
        eventually(() -> assertThat(handle.engagements())
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(UnitState.READY)));
        assertThat(recorder.countOf("later")).as("it is due when it was").isEqualTo(1);
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(1));
        assertThat(reads()).as("nothing was listed or watched again").isEqualTo(reads);
        assertThat(series()).isEqualTo(series);
        assertThat(recorder.overlaps).hasValue(0);
        world.change("north", "a", "changed");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed"));
        assertThat(handle.replace(builder().reconciler(next).build(), NO_PROBATION).await(LIMIT).outcome())
                .as("and it can be replaced again").isEqualTo(ReplaceOutcome.REPLACED);
    }

    @Test
    void watchesThatComeAndGoOnProbationAreThoseOfTheOneThatGoesOn() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        WatchHandle closed = handle.watch(Secret.class,
                (secret, context) -> List.of(ObjectKey.of("default", "closed-" + secret.getMetadata().getName())));
        closed.ready().await(LIMIT);
        var replace = handle.replace(builder().reconciler((request, context) -> {
            throw new IllegalStateException("not like this");
        }).build(), LONG_PROBATION);
        eventually(() -> assertThat(handle.status().replacing()).contains("on probation"));
        closed.close();
        WatchHandle added = handle.watch(Secret.class,
                (secret, context) -> List.of(ObjectKey.of("default", "added-" + secret.getMetadata().getName())));
        added.ready().await(LIMIT);
        world.create("north", "a"); // fails again and again
        assertThat(replace.await(LIMIT).outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        world.client("north").resource(secret("s")).create();
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("north/a", "north/added-s"));
        assertThat(recorder.lastSeen).doesNotContainKey("north/closed-s");
    }

    @Test
    void itIsReadyWhenTheEngagementsHaveTakenOver() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        recorder.closeGate();
        world.create("south", "a");
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(1));
        List<UnitEvent> ready = new CopyOnWriteArrayList<>();
        try (Registration _ = world.manager.subscribe(event -> {
            if (event.to() == UnitState.READY && event.generation() == 2) {
                ready.add(event);
            }
        })) {
            var replace = handle.replace(builder().reconciler(next).build(), NO_PROBATION);
            eventually(() -> assertThat(unit(handle, "south").status().replacing()).contains("hands over"));
            assertThat(handle.generation()).isEqualTo(1);
            recorder.openGate();
            replace.await(LIMIT);
            eventually(() -> assertThat(ready).extracting(UnitEvent::unit).contains("controller/settings"));
        }
        List<String> units = ready.stream().map(UnitEvent::unit).toList();
        assertThat(units.indexOf("controller/settings")).as(units.toString()).isEqualTo(2);
    }

    private void create(String name, String... labels) {
        ConfigMap object = World.configMap(name, "new");
        object.getMetadata().setLabels(Stream.of(labels).collect(Collectors.toMap(label -> label, label -> "yes")));
        world.client("north").resource(object).create();
    }

    private Controller.Builder<ConfigMap> selecting(String label, Reconciler<ConfigMap> reconciler) {
        return Controller.builder(WatchSpec.of(ConfigMap.class).withLabels(label + "=yes")).named("settings")
                .reconciler(reconciler);
    }

    /** One is in flight, and others wait, when the selection becomes another. */
    private ControllerHandle<ConfigMap> selectingOld() throws InterruptedException {
        world.connect("north");
        ControllerHandle<ConfigMap> handle = world.manager.add(selecting("old", recorder).build());
        handle.ready().await(LIMIT);
        recorder.closeGate();
        create("busy", "old");
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(1));
        create("old", "old");
        create("both", "old", "new");
        create("gone", "old");
        for (String name : World.names("new", 5)) {
            create(name, "new");
        }
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(3));
        world.delete("north", "gone");
        return handle;
    }

    @Test
    void oneWithAnotherSelectionIsAskedForItsOwnObjectsAndForNoOthers() throws Exception {
        ControllerHandle<ConfigMap> handle = selectingOld();
        var replace = handle.replace(selecting("new", next).build(), NO_PROBATION);
        eventually(() -> assertThat(unit(handle, "north").status().replacing()).contains("hands over"));
        recorder.openGate();
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        eventually(() -> assertThat(next.lastSeen).containsEntry("north/both", "new")
                .containsEntry("north/gone", Recorder.GONE).containsEntry("north/new4", "new").hasSize(7));
        assertThat(recorder.lastSeen).containsOnlyKeys("north/busy");
        world.change("north", "old", "changed");
        world.change("north", "new0", "changed");
        eventually(() -> assertThat(next.lastSeen).containsEntry("north/new0", "changed"));
        assertThat(next.lastSeen).as("what is there and not selected would look as if it were gone")
                .doesNotContainKeys("north/old", "north/busy");
        assertThat(unit(handle, "north").stop().await(LIMIT).carriedOver()).as("nothing is kept aside").isZero();
    }

    @Test
    void whatTheNextOneDidNotSelectComesBackWithARollback() throws Exception {
        ControllerHandle<ConfigMap> handle = selectingOld();
        var replace = handle.replace(selecting("new", (request, context) -> {
            next.reconcile(request, context);
            throw new IllegalStateException("not like this");
        }).build(), LONG_PROBATION);
        eventually(() -> assertThat(unit(handle, "north").status().replacing()).contains("hands over"));
        recorder.openGate();
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/old", "new")
                .containsEntry("north/both", "new").containsEntry("north/gone", Recorder.GONE).hasSize(4));
        assertThat(next.lastSeen).doesNotContainKey("north/old");
        world.change("north", "both", "changed");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/both", "changed"));
        assertThat(recorder.lastSeen.keySet()).noneMatch(key -> key.startsWith("north/new"));
    }

    @Test
    void aColdReplaceByOneWithAnotherSelectionIsTheSame() throws Exception {
        ControllerHandle<ConfigMap> handle = selectingOld();
        recorder.openGate();
        eventually(() -> assertThat(handle.status().queued()).isZero());
        handle.pause().await(LIMIT);
        create("late", "old");
        create("later", "old", "new");
        eventually(() -> assertThat(handle.status().queued()).isEqualTo(2));
        handle.stop().await(LIMIT);
        ReplaceReport report = handle.replace(selecting("new", next).build(), NO_PROBATION).await(LIMIT);
        assertThat(report.method()).isEqualTo(ReplaceMethod.COLD);
        handle.resume().await(LIMIT);
        handle.start().await(LIMIT);
        eventually(() -> assertThat(next.lastSeen).containsEntry("north/both", "new")
                .containsEntry("north/later", "new").containsEntry("north/new0", "new"));
        world.change("north", "new1", "changed");
        eventually(() -> assertThat(next.lastSeen).containsEntry("north/new1", "changed"));
        assertThat(next.lastSeen.keySet()).doesNotContain("north/late", "north/old", "north/busy");
    }

    @Test
    void oneThatCannotHandOverOnOneClusterGoesOnOnAll() throws Exception {
        world.connect("north");
        world.connect("south");
        ControllerHandle<ConfigMap> handle = world.manager.add(builder()
                .stop(StopOptions.defaults().withBudget(Duration.ofSeconds(3))).build());
        handle.ready().await(LIMIT);
        recorder.closeGate();
        world.create("south", "a");
        eventually(() -> assertThat(handle.status().inFlight()).isEqualTo(1));
        ReplaceReport report = handle.replace(builder().reconciler(next).build(), NO_PROBATION).await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("cluster/south/settings");
        recorder.openGate();
        world.create("north", "b");
        eventually(() -> assertThat(recorder.lastSeen).containsKeys("south/a", "north/b"));
        assertThat(next.requests).isEmpty();
        eventually(() -> assertThat(handle.engagements()).allSatisfy(one -> {
            assertThat(one.generation()).isEqualTo(1);
            assertThat(one.state()).isEqualTo(UnitState.READY);
        }));
        assertThat(handle.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aStopOnProbationEndsBoth() throws Exception {
        world.create("north", "a");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        var replace = handle.replace(builder().reconciler(next).build(), LONG_PROBATION);
        eventually(() -> assertThat(next.lastSeen).containsKey("north/a"));
        eventually(() -> assertThat(handle.status().replacing()).contains("on probation"));
        StopReport report = handle.stop().await(LIMIT);
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThatThrownBy(() -> replace.await(LIMIT)).isInstanceOf(PreemptedException.class);
        assertThat(handle.engagements()).hasSize(2)
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(UnitState.STOPPED));
        handle.start().await(LIMIT);
        world.create("south", "b");
        eventually(() -> assertThat(next.lastSeen).containsKey("south/b"));
        assertThat(recorder.lastSeen).doesNotContainKey("south/b");
    }

    @Test
    void oneWhoseWatchesDoNotSyncNeverTakesOver() throws Exception {
        world.create("north", "a");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        ResourceType<GenericKubernetesResource> missing = ResourceType.generic(new ResourceDefinitionContext.Builder()
                .withGroup("nobody.example").withVersion("v1").withKind("Nothing").withPlural("nothings")
                .withNamespaced(true).build());
        ReplaceReport report = handle.replace(
                builder().reconciler(next)
                        .watches(WatchSpec.of(missing), (nothing, context) -> List.of(), Predicate.all()).build(),
                ReplaceOptions.defaults().withWarmUp(Duration.ofSeconds(3))).await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("nothings.nobody.example");
        assertThat(next.requests).isEmpty();
        world.change("north", "a", "changed");
        eventually(() -> assertThat(recorder.lastSeen).containsEntry("north/a", "changed"));
        eventually(() -> assertThat(handle.engagements()).allSatisfy(engagement -> {
            assertThat(engagement.status().replacing()).isNull();
            assertThat(engagement.generation()).as("nobody noticed").isEqualTo(1);
        }));
        eventually(() -> assertThat(world.server("north").watches()).hasSize(1));
        assertThat(handle.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void aClusterInTroubleHoldsNobodyUpAndFollows() throws Exception {
        ClusterHandle south = world.manager.add(Cluster.builder("south").kubeconfig(world.server("south").kubeconfig())
                .backoff(Duration.ofMillis(50), Duration.ofMillis(200))
                .probe(Duration.ofMillis(200), Duration.ofSeconds(1), 2).build());
        south.ready().await(LIMIT);
        ControllerHandle<ConfigMap> handle = ready("north");
        world.server("south").faults().blackHole();
        eventually(() -> assertThat(south.state()).isNotEqualTo(UnitState.READY));
        ReplaceReport report = handle.replace(builder().reconciler(next).build(), NO_PROBATION).await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        world.create("north", "a");
        eventually(() -> assertThat(next.lastSeen).containsKey("north/a"));
        world.server("south").faults().heal();
        world.create("south", "b");
        eventually(() -> assertThat(next.lastSeen).containsKey("south/b"));
        assertThat(recorder.lastSeen).doesNotContainKeys("north/a", "south/b");
        eventually(() -> assertThat(handle.state()).isEqualTo(UnitState.READY));
    }

    @Test
    void oneEngagementIsReplacedAlone() throws Exception {
        world.create("north", "a");
        ControllerHandle<ConfigMap> handle = ready("north", "south");
        eventually(() -> assertThat(recorder.lastSeen).containsKey("north/a"));
        long before = recorder.countOf("a");
        ReplaceReport report = unit(handle, "north").replace(NO_PROBATION).await(LIMIT);
        assertThat(report.method()).as(report.toString()).isEqualTo(ReplaceMethod.WARM);
        eventually(() -> assertThat(recorder.countOf("a")).as("it is reconciled again").isGreaterThan(before));
        assertThat(unit(handle, "south").generation()).isEqualTo(1);
        assertThat(recorder.overlaps).hasValue(0);
    }

    @Test
    void aStopAndARestartAfterAReplaceAreThoseOfTheNextOne() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        handle.replace(builder().reconciler(next).build(), NO_PROBATION).await(LIMIT);
        handle.stop().await(LIMIT);
        assertThat(unit(handle, "north").state()).isEqualTo(UnitState.STOPPED);
        world.create("north", "a");
        handle.start().await(LIMIT);
        eventually(() -> assertThat(next.lastSeen).containsKey("north/a"));
        assertThat(recorder.requests).isEmpty();
        handle.remove().await(LIMIT);
        eventually(() -> assertThat(world.manager.units()).noneMatch(one -> one.name().contains("settings")));
        assertThat(series()).isEmpty();
    }

    @Test
    void aControllerOfAnotherNameIsRefused() throws Exception {
        ControllerHandle<ConfigMap> handle = ready("north");
        assertThatThrownBy(() -> handle.replace(builder().named("others").build()).await(LIMIT))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("controller/settings");
    }
}
