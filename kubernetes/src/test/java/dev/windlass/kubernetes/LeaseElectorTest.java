package dev.windlass.kubernetes;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.FaultyWire.Mode;
import dev.windlass.lifecycle.FencedException;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.LeadershipLoss;
import dev.windlass.lifecycle.LeaseTimes;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LeaseElectorTest extends OnEmbeddedServer {

    private static final LeaseTimes QUICK = new LeaseTimes(Duration.ofSeconds(4), Duration.ofSeconds(2),
            Duration.ofMillis(100), Duration.ofSeconds(1));

    private final List<Manager> managers = new ArrayList<>();
    private @Nullable Client witness;

    @BeforeEach
    void connectWitness() throws Exception {
        ClusterConnection north = connect(Cluster.builder("witness").kubeconfig(server().kubeconfig()));
        witness = north.client(owner(north, "witness"));
    }

    @AfterEach
    void endManagers() {
        wire().mode(Mode.PASS);
        managers.forEach(Manager::close);
    }

    private Manager candidate(String identity, String kubeconfig) {
        Manager candidate = Manager.builder().name(identity).onLeadershipLost(OnLeadershipLost.STEP_DOWN)
                .elector(LeaseElector.builder("default", "shop").kubeconfig(kubeconfig).identity(identity).times(QUICK)
                        .build())
                .build();
        managers.add(candidate);
        return candidate;
    }

    private static RunnableHandle work(Manager manager) {
        return manager.add(Task.of(RunnableSpec.builder("work").leadership(Leadership.LEADER).build(),
                RunnableContext::awaitStop));
    }

    private Client witness() {
        return Objects.requireNonNull(witness);
    }

    private Lease lease() {
        return witness().get(Lease.class, ObjectKey.of("default", "shop")).orElseThrow();
    }

    @Test
    void theLeaseSaysWhoLeadsAndASuccessorStartsAtOnce() {
        Manager a = candidate("a", kubeconfig());
        RunnableHandle first = work(a);
        a.start();
        eventually().until(() -> first.state() == UnitState.READY);
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("a");
        assertThat(lease().getSpec().getLeaseDurationSeconds()).isEqualTo(4);
        assertThat(lease().getSpec().getLeaseTransitions()).isZero();
        ZonedDateTime acquired = lease().getSpec().getAcquireTime();
        ZonedDateTime renewed = lease().getSpec().getRenewTime();
        eventually().until(() -> lease().getSpec().getRenewTime().isAfter(renewed));
        assertThat(lease().getSpec().getAcquireTime()).isEqualTo(acquired);
        Manager b = candidate("b", kubeconfig());
        RunnableHandle second = work(b);
        b.start();
        eventually().until(() -> second.status().message().startsWith("waits for leadership: held by a since 20"));

        a.close();

        eventually().until(() -> second.state() == UnitState.READY);
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("b");
        assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(1);
        b.close();
        assertThat(lease().getSpec().getHolderIdentity()).isEmpty();
        assertThat(lease().getSpec().getLeaseDurationSeconds()).isEqualTo(1);
    }

    private List<Event> events() {
        return witness().list(Event.class, "default").stream()
                .filter(event -> "LeaderElection".equals(event.getReason())).toList();
    }

    @Test
    void eventsSayWhoBeganAndWhoStopped() throws Exception {
        Manager a = candidate("a", kubeconfig());
        RunnableHandle work = work(a);
        a.start();
        eventually().until(() -> work.state() == UnitState.READY);
        eventually().untilAsserted(() -> assertThat(events()).extracting(Event::getMessage)
                .containsExactly("a became leader"));
        Event event = events().getFirst();
        assertThat(event.getType()).isEqualTo("Normal");
        assertThat(event.getInvolvedObject().getKind()).isEqualTo("Lease");
        assertThat(event.getInvolvedObject().getUid()).isEqualTo(lease().getMetadata().getUid());
        StopReport report = a.find("leader-election").orElseThrow().stop(StopOptions.handoff().withCascade())
                .await(HANG);
        assertThat(report.clean()).as(report.toString()).isTrue();
        eventually().untilAsserted(() -> assertThat(events()).extracting(Event::getMessage)
                .containsExactlyInAnyOrder("a became leader", "a stopped leading"));
    }

    @Test
    void aServerThatTakesNoEventsIsLedAllTheSame() {
        server().faults().add(FaultRule.on("create", "events").answering(403));
        Manager a = candidate("a", kubeconfig());
        RunnableHandle work = work(a);
        a.start();
        eventually().until(() -> work.state() == UnitState.READY);
        ZonedDateTime renewed = lease().getSpec().getRenewTime();
        eventually().until(() -> lease().getSpec().getRenewTime().isAfter(renewed));
        assertThat(events()).isEmpty();
    }

    @Test
    void anAbortGivesTheLeaseUpToo() throws Exception {
        Manager a = candidate("a", kubeconfig());
        RunnableHandle work = work(a);
        a.start();
        eventually().until(() -> work.state() == UnitState.READY);
        StopReport report = a.find("leader-election").orElseThrow().stop(StopOptions.abort().withCascade())
                .await(HANG);
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(lease().getSpec().getHolderIdentity()).isEmpty();
        assertThat(lease().getSpec().getLeaseDurationSeconds()).isEqualTo(1);
    }

    @Test
    void anAbortWithoutAServerEndsInItsTime() throws Exception {
        Manager a = candidate("a", kubeconfig());
        RunnableHandle work = work(a);
        a.start();
        eventually().until(() -> work.state() == UnitState.READY);
        wire().mode(Mode.BLACK_HOLE);
        StopReport report = a.find("leader-election").orElseThrow().stop(StopOptions.abort().withCascade())
                .await(HANG);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.leftovers()).isEmpty();
    }

    @Test
    void aHolderThatIsNotSeenRenewingIsWaitedForAndTheRestOfTheObjectStays() {
        // As client-go writes it, by a clock that is an hour slow, and with fields of others.
        witness().create(new LeaseBuilder().withNewMetadata().withNamespace("default").withName("shop")
                .addToLabels("app", "shop").addToAnnotations("owner", "shop").endMetadata().withNewSpec()
                .withHolderIdentity("go_1")
                .withLeaseDurationSeconds(2).withLeaseTransitions(7)
                .withAcquireTime(ZonedDateTime.now(ZoneOffset.UTC).minusHours(1))
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC).minusHours(1)).endSpec().build());
        Manager a = candidate("a", kubeconfig());
        RunnableHandle work = work(a);
        long began = System.nanoTime();
        a.start();
        eventually().until(() -> work.state() == UnitState.READY);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("a");
        assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(8);
        assertThat(lease().getMetadata().getAnnotations()).isEqualTo(Map.of("owner", "shop"));
        assertThat(lease().getMetadata().getLabels()).isEqualTo(Map.of("app", "shop"));
    }

    @Test
    void whoIsCutOffStopsBeforeTheOthersMayStartAndComesBack() {
        Manager a = candidate("a", kubeconfig());
        RunnableHandle first = work(a);
        a.start();
        eventually().until(() -> first.state() == UnitState.READY);
        Manager b = candidate("b", server().kubeconfig()); // not through the wire
        RunnableHandle second = work(b);
        b.start();
        eventually().until(() -> second.status().message().contains("held by a"));

        wire().mode(Mode.BLACK_HOLE);

        eventually().until(() -> second.state() == UnitState.READY);
        assertThat(first.state()).isEqualTo(UnitState.PENDING);
        assertThat(first.lastStop().orElseThrow().clean()).isTrue();
        assertThat(Objects.requireNonNull(a.leadership().orElseThrow().lastLoss()).why())
                .contains("default/shop cannot be reached");
        wire().mode(Mode.PASS);
        eventually().until(() -> first.status().message().contains("held by b"));
        b.close();
        eventually().until(() -> first.state() == UnitState.READY && first.generation() == 2);
    }

    @Test
    void aWriteThatWaitedUntilTheLeadershipEndedIsNotSent() throws Exception {
        Manager a = candidate("a", kubeconfig());
        ClusterHandle handle = a
                .add(Cluster.builder("direct").kubeconfig(server().kubeconfig()).maxInFlight(1).build());
        CompletableFuture<RunnableContext> context = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        a.add(Task.of(RunnableSpec.builder("work").leadership(Leadership.LEADER).build(), leader -> {
            context.complete(leader);
            while (!end.isDone()) { // does not hear that it is to end, so that only the fence refuses
                try {
                    end.get();
                } catch (InterruptedException e) {
                    // Goes on.
                }
            }
        }));
        a.start();
        Client client = connect(handle).client(context.get(HANG.toSeconds(), TimeUnit.SECONDS));
        try (var _ = server().faults()
                .add(FaultRule.on("get", "configmaps").delaying(Duration.ofSeconds(5)).times(1))) {
            CompletableFuture<Object> slow = CompletableFuture
                    .supplyAsync(() -> client.get(ConfigMap.class, ObjectKey.of("default", "none")));
            eventually().until(() -> details(handle).contains("1 in flight"));
            CompletableFuture<Object> late = CompletableFuture.supplyAsync(() -> client.create(configMap("late", "1")));
            eventually().until(() -> details(handle).contains("1 waiting"));
            witness().patch(lease(), Patch.merge("{\"spec\":{\"holderIdentity\":\"b\"}}"));
            assertThatThrownBy(() -> late.get(HANG.toSeconds(), TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(FencedException.class);
            slow.handle((value, error) -> error).get(HANG.toSeconds(), TimeUnit.SECONDS);
            LeadershipLoss loss = Objects.requireNonNull(a.leadership().orElseThrow().lastLoss());
            assertThat(loss.why()).isEqualTo("it was taken over by b");
            assertThat(loss.writes()).isEmpty();
            assertThat(witness().get(ConfigMap.class, ObjectKey.of("default", "late"))).isEmpty();
        } finally {
            end.complete(null);
        }
    }

    private static String details(ClusterHandle handle) {
        return String.valueOf(handle.details().get("requests"));
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThatThrownBy(() -> LeaseElector.builder("default", "shop").build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("has no kubeconfig");
        assertThatThrownBy(() -> LeaseElector.builder("a/b", "shop")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LeaseElector.builder("default", "shop").identity(" "))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must have an identity");
        assertThat(LeaseElector.builder("default", "shop").kubeconfig(kubeconfig()).build().identity())
                .matches(".+_[0-9a-f-]{36}");
        assertThat(ServerLease.roundedUp(Duration.ofMillis(1001))).isEqualTo(2);
        assertThat(ServerLease.roundedUp(Duration.ofSeconds(15))).isEqualTo(15);
    }
}
