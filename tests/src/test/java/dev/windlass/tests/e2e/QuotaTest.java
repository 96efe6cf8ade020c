package dev.windlass.tests.e2e;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.controller.Controller;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Rule 19 with watches that an API server sees: its count of them is the witness. */
@Timeout(240)
class QuotaTest {

    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final int CONTROLLERS = 40;
    private static final int WATCHES_EACH = 10;
    private static final int OBJECTS_EACH = 4;
    private static final String GONE = "(gone)";

    // Over HTTP/1.1 a server notices that the client of a watch has gone when it next writes to it: it writes often.
    private final ApiServer server = ApiServer.builder().name("north").bookmarkInterval(Duration.ofMillis(200)).start();
    private final KubernetesClient user = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.kubeconfig())).build();
    private final Manager manager = Manager.create();
    private final Quotas quotas = Quotas.of(manager);
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    @BeforeEach
    void begin() throws InterruptedException {
        manager.start();
        manager.add(Cluster.builder("north").kubeconfig(server.kubeconfig()).linger(Duration.ZERO).build()).ready()
                .await(LIMIT);
    }

    @AfterEach
    void end() {
        manager.close();
        user.close();
        server.close();
    }

    private Controller.Builder<ConfigMap> controller(String name, String selector) {
        return Controller.builder(WatchSpec.of(ConfigMap.class).withLabels(selector)).named(name)
                .reconciler((request, context) -> {
                    seen.put(request.name(), context.cache().get(request).map(found -> found.getData().get("value"))
                            .orElse(GONE));
                    return Result.done();
                });
    }

    /** Watches its objects and nine other selections, so that it opens ten watches which nobody shares. */
    private Controller<ConfigMap> ofTenWatches(int number, PriorityClass priority) {
        String owner = "owner=c" + number;
        Controller.Builder<ConfigMap> builder = controller("c" + number, owner).priority(priority);
        for (int part = 1; part < WATCHES_EACH; part++) {
            builder.watches(WatchSpec.of(ConfigMap.class).withLabels(owner + ",part=p" + part),
                    (map, context) -> List.of(ObjectKey.of(map)), dev.windlass.controller.Predicate.all());
        }
        return builder.build();
    }

    private RunnableHandle engagement(String controller) {
        return manager.find("cluster/north/" + controller).orElseThrow();
    }

    private long engagementsIn(UnitState state) {
        return manager.units().stream().map(RunnableHandle::status)
                .filter(status -> status.kind().equals("Engagement") && status.state() == state).count();
    }

    /** A watch is opened behind its list, so that a cache that is synced may still be about to. */
    private void awaitWatches(int count) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.watches()).hasSize(count));
    }

    private static String object(int owner, int number) {
        return "c" + owner + "-" + number;
    }

    @Test
    void fortyControllersShrunkFromFourHundredWatchesToAHundredAndFiftyAndBackLoseNoKey() throws Exception {
        quotas.coolDown(Duration.ZERO);
        quotas.set(Limits.of(WATCHES, CONTROLLERS * WATCHES_EACH)).await(LIMIT);
        Map<String, String> last = new HashMap<>();
        for (int owner = 0; owner < CONTROLLERS; owner++) {
            for (int number = 0; number < OBJECTS_EACH; number++) {
                user.resource(new ConfigMapBuilder().withNewMetadata().withName(object(owner, number))
                        .withNamespace("default").addToLabels("owner", "c" + owner)
                        .addToLabels("part", "p" + number).endMetadata().addToData("value", "0").build()).create();
                last.put(object(owner, number), "0");
            }
            manager.add(ofTenWatches(owner, owner < 10 ? PriorityClass.CRITICAL : PriorityClass.BATCH));
        }
        await().atMost(LIMIT).until(() -> engagementsIn(UnitState.READY) == CONTROLLERS);
        awaitWatches(CONTROLLERS * WATCHES_EACH);

        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger changes = new AtomicInteger();
        Thread load = Thread.ofPlatform().start(() -> change(over, changes, last));
        changesCome(changes, 50);
        QuotaPlan plan = quotas.set(Limits.of(WATCHES, 150)).await(LIMIT);
        assertThat(plan.stopped()).hasSize(25).noneMatch(unit -> unit.matches("cluster/north/c\\d")); // no CRITICAL
        await().atMost(LIMIT).until(() -> server.watches().size() == 150 && engagementsIn(UnitState.PENDING) == 25);
        assertThat(plan.stopped()).allSatisfy(unit -> {
            UnitStatus status = manager.find(unit).orElseThrow().status();
            assertThat(status.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
            assertThat(status.message()).contains("needs watches=10", "free 0 of 150");
        });
        changesCome(changes, 200);
        quotas.set(Limits.of(WATCHES, CONTROLLERS * WATCHES_EACH)).await(LIMIT);
        await().atMost(LIMIT).until(() -> engagementsIn(UnitState.READY) == CONTROLLERS);
        changesCome(changes, 50);
        over.set(true);
        load.join();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(seen).containsAllEntriesOf(last));
        assertThat(engagement("c0").generation()).isEqualTo(1);
        awaitWatches(CONTROLLERS * WATCHES_EACH);
    }

    private static void changesCome(AtomicInteger changes, int more) {
        int target = changes.get() + more;
        await().atMost(LIMIT).until(() -> changes.get() >= target);
    }

    /** Changes and now and then deletes objects until it is over; {@code last} is what each was left as. */
    private void change(AtomicBoolean over, AtomicInteger changes, Map<String, String> last) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(19);
        while (!over.get()) {
            String name = object(random.nextInt(CONTROLLERS), random.nextInt(OBJECTS_EACH));
            if (GONE.equals(last.get(name))) {
                continue;
            }
            if (random.nextInt(20) == 0) {
                user.configMaps().inNamespace("default").withName(name).delete();
                last.put(name, GONE);
            } else {
                String value = Integer.toString(changes.get() + 1);
                user.configMaps().inNamespace("default").withName(name).edit(map -> {
                    map.getData().put("value", value);
                    return map;
                });
                last.put(name, value);
            }
            changes.incrementAndGet();
        }
    }

    @Test
    void aThousandAddsAgainstAHundredFreeNeverShowAHundredAndOneToTheServer() throws Exception {
        quotas.set(Limits.of(WATCHES, 100)).await(LIMIT);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger most = new AtomicInteger();
        Thread witness = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                most.accumulateAndGet(server.watches().size(), Math::max);
            }
        });
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> adders = new ArrayList<>();
        for (int t = 0; t < 50; t++) {
            int first = t * 20;
            adders.add(Thread.ofPlatform().start(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = first; i < first + 20; i++) {
                    manager.add(controller("one-" + i, "n=v" + i).build());
                }
            }));
        }
        go.countDown();
        for (Thread adder : adders) {
            adder.join();
        }
        await().atMost(LIMIT).until(() -> engagementsIn(UnitState.READY) == 100
                && engagementsIn(UnitState.PENDING) == 900 && server.watches().size() == 100);
        over.set(true);
        witness.join();
        assertThat(most).hasValue(100);
        assertThat(quotas.status().scopes().getFirst().used().in(WATCHES)).isEqualTo(100);
    }
}
