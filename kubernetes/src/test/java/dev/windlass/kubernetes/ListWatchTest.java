package dev.windlass.kubernetes;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.InformerStatus.State;
import dev.windlass.kubernetes.ScriptedServer.Ask;
import dev.windlass.kubernetes.ScriptedServer.Script;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static dev.windlass.kubernetes.ScriptedServer.endOfList;
import static dev.windlass.kubernetes.ScriptedServer.event;
import static dev.windlass.kubernetes.ScriptedServer.list;
import static dev.windlass.kubernetes.ScriptedServer.object;
import static org.assertj.core.api.Assertions.assertThat;

/** How an informer lists and watches, on a healthy server and on others. */
class ListWatchTest {

    @Nested
    class OnAHealthyServer extends OnEmbeddedServer {

        private List<String> asked() {
            return server().requests().stream().map(request -> request.verb() + " " + request.path())
                    .filter(request -> request.contains("configmaps")).toList();
        }

        private InformerLease<ConfigMap> watch(Journal journal) throws Exception {
            ClusterConnection north = connect(cluster("north"));
            var lease = north.informers().acquire(owner(north, "user"), WatchSpec.of(ConfigMap.class));
            assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
            return lease;
        }

        private Client direct() throws Exception {
            ClusterConnection connection = connect(Cluster.builder("direct").kubeconfig(server().kubeconfig()));
            return connection.client(owner(connection, "user"));
        }

        @Test
        void theListComesInOneAnswerFromAServerThatHasItInMemory() throws Exception {
            Client client = direct();
            client.create(configMap("a", "1"));
            server().clearRequests();
            Journal journal = new Journal();
            InformerLease<ConfigMap> lease = watch(journal);
            client.create(configMap("b", "1"));
            eventually().untilAsserted(() -> assertThat(journal.told).containsExactly("+a", "+b"));
            assertThat(asked()).filteredOn(request -> !request.startsWith("create")).satisfiesExactly(
                    list -> assertThat(list).isEqualTo("list /api/v1/configmaps"),
                    watch -> assertThat(watch).startsWith("watch").contains("&resourceVersion=")
                            .doesNotContain("sendInitialEvents"));
            assertThat(lease.status().state()).isEqualTo(State.WATCHING);
            assertThat(lease.status().lists()).isEqualTo(1);
        }

        @Test
        void anAnswerThatIsCutOffIsFollowedByAStreamedListWhichGoesOnAsTheWatch() throws Exception {
            Client client = direct();
            client.create(configMap("a", "1"));
            server().clearRequests();
            server().faults().add(FaultRule.on("list", "configmaps").answering(504).times(1));
            Journal journal = new Journal();
            InformerLease<ConfigMap> lease = watch(journal);
            client.create(configMap("b", "1"));
            eventually().untilAsserted(() -> assertThat(journal.told).containsExactly("+a", "+b"));
            assertThat(asked()).filteredOn(request -> request.startsWith("watch")).singleElement().asString()
                    .contains("sendInitialEvents=true");
            assertThat(lease.status().state()).isEqualTo(State.WATCHING);
        }

        @Test
        void eventsWhichServersDoNotKeepInMemoryAreStreamed() throws Exception {
            ClusterConnection north = connect(cluster("north"));
            var lease = north.informers().acquire(owner(north, "user"), WatchSpec.of(Event.class));
            eventually().until(() -> lease.status().synced());
            assertThat(server().requests()).filteredOn(request -> request.path().contains("/events")).singleElement()
                    .extracting(request -> request.path()).asString().contains("sendInitialEvents=true");
        }

        @Test
        void aServerThatStreamsNoListsIsListedInPages() throws Exception {
            Client client = direct();
            for (int i = 0; i < 501; i++) {
                client.create(configMap("c" + i, "1"));
            }
            server().faults().add(FaultRule.on("list", "configmaps").answering(504).times(1));
            server().faults().add(FaultRule.on("watch", "configmaps").answering(422).times(1));
            server().clearRequests();
            Journal journal = new Journal();
            InformerLease<ConfigMap> lease = watch(journal);
            assertThat(journal.told).hasSize(501);
            assertThat(asked()).filteredOn(request -> request.contains("limit=500")).hasSize(2)
                    .anyMatch(request -> request.contains("continue="));
            client.create(configMap("later", "1"));
            eventually().until(() -> journal.told.contains("+later"));
            assertThat(lease.status().state()).isEqualTo(State.WATCHING);
        }

        @Test
        void aListThatIsForbiddenNamesVerbResourceNamespaceAndRemedyAndRecovers() throws Exception {
            server().faults().add(FaultRule.on("*", "configmaps").answering(403));
            ClusterConnection north = connect(cluster("north"));
            var lease = north.informers().acquire(owner(north, "user"),
                    WatchSpec.of(ConfigMap.class).inNamespace("default"));
            eventually().until(() -> lease.status().state() == State.DEGRADED);
            assertThat(lease.status().message()).contains("list configmaps in namespace default on cluster north",
                    "403", "grant the verb");
            server().faults().clear();
            eventually().until(() -> lease.status().synced() && lease.status().state() == State.WATCHING);
            assertThat(lease.status().message()).isEmpty();
        }

        @Test
        void aForgottenVersionIsSaidWhileItListsAgain() throws Exception {
            Journal journal = new Journal();
            InformerLease<ConfigMap> lease = watch(journal);
            server().faults().add(FaultRule.on("watch", "configmaps").answering(410).times(1));
            server().faults().dropWatches();
            eventually().untilAsserted(() -> assertThat(lease.status().message()).contains("forgotten"));
            eventually().until(() -> lease.status().lists() == 2 && lease.status().state() == State.WATCHING);
        }

        @Test
        void everyKindOfFailureIsSurvived() throws Exception {
            Journal journal = new Journal();
            InformerLease<ConfigMap> lease = watch(journal);
            Client client = direct();
            for (int code : new int[]{400, 409, 429, 500, 503, 504}) {
                var fault = server().faults().add(FaultRule.on("watch", "configmaps").answering(code).times(1));
                server().faults().dropWatches();
                eventually().until(() -> fault.hits() == 1);
                client.create(configMap("after-" + code, "1"));
                eventually().until(() -> journal.told.contains("+after-" + code));
            }
            eventually().until(() -> lease.status().state() == State.WATCHING);
            assertThat(journal.told).hasSize(6);
        }
    }

    @Test
    void bookmarksCarryAWatchOverWhatTheServerHasForgotten() throws Exception {
        try (Manager manager = Manager.create();
                ApiServer server = ApiServer.builder().bookmarkInterval(Duration.ofMillis(50)).start()) {
            manager.start();
            ClusterConnection north = OnEmbeddedServer
                    .connect(manager.add(Cluster.fromKubeconfig("north", server.kubeconfig())));
            RunnableContext owner = OnEmbeddedServer.owner(north, "user");
            var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
            OnEmbeddedServer.eventually().until(() -> lease.status().synced());
            String before = lease.status().resourceVersion();
            // Changes of another kind: nothing that this watch would be told.
            for (int i = 0; i < 3; i++) {
                north.client(owner).create(new SecretBuilder().withNewMetadata().withName("s" + i)
                        .withNamespace("default").endMetadata().build());
            }
            OnEmbeddedServer.eventually().until(
                    () -> Long.parseLong(lease.status().resourceVersion()) >= Long.parseLong(before) + 3);
            server.compact();
            server.faults().dropWatches();
            OnEmbeddedServer.eventually().until(() -> lease.status().watches() == 2);
            OnEmbeddedServer.eventually().until(() -> lease.status().state() == State.WATCHING);
            assertThat(lease.status().lists()).isEqualTo(1);
        }
    }

    @Nested
    class OnOtherServers {

        private final OnEmbeddedServer.Journal journal = new OnEmbeddedServer.Journal();

        private interface Check {
            void check(ScriptedServer server, InformerLease<ConfigMap> lease, ClusterConnection cluster)
                    throws Exception;
        }

        private void with(Script script, Check check) throws Exception {
            with("33", script, check);
        }

        private void with(String minorVersion, Script script, Check check) throws Exception {
            try (Manager manager = Manager.create();
                    ScriptedServer server = new ScriptedServer(minorVersion, script)) {
                manager.start();
                ClusterConnection cluster = OnEmbeddedServer.connect(manager.add(Cluster.builder("scripted")
                        .kubeconfig(server.kubeconfig()).probe(Duration.ofMinutes(5), Duration.ofSeconds(5), 5)
                        .watches(Duration.ofMinutes(5), Duration.ofMillis(500)).build()));
                var lease = cluster.informers().acquire(OnEmbeddedServer.owner(cluster, "user"),
                        WatchSpec.of(ConfigMap.class));
                lease.addHandler(journal);
                check.check(server, lease, cluster);
            }
        }

        private void awaitTold(String... expected) {
            OnEmbeddedServer.eventually().untilAsserted(() -> assertThat(journal.told).containsExactly(expected));
        }

        @Test
        void aServerThatIgnoresTheWishForAStreamedListIsListed() throws Exception {
            with((ask, reply) -> {
                if (ask.streamedList()) {
                    reply.part(event("ADDED", object("a", 5)));
                    reply.hold();
                } else if (ask.watch()) {
                    reply.part(event("MODIFIED", object("a", 8)));
                    reply.hold();
                } else {
                    reply.send(200, list(7, "", object("a", 5), object("b", 6)));
                }
            }, (server, lease, cluster) -> {
                awaitTold("+a", "+b", "~a=8");
                assertThat(lease.status().synced()).isTrue();
            });
        }

        @Test
        void anAnswerThatBreaksOffIsFollowedByAStreamedList() throws Exception {
            with("34+", (ask, reply) -> {
                if (ask.streamedList()) {
                    reply.part(event("ADDED", object("a", 5)) + event("ADDED", object("b", 6)) + endOfList(7));
                    reply.hold();
                } else if (!ask.watch()) {
                    String whole = list(7, "", object("a", 5), object("gone", 6));
                    reply.part(whole.substring(0, whole.length() - 40)); // and breaks off
                }
            }, (server, lease, cluster) -> {
                OnEmbeddedServer.eventually().until(() -> lease.status().synced());
                assertThat(lease.status().resourceVersion()).isEqualTo("7");
                assertThat(server.asked()).hasSize(2).last().matches(Ask::streamedList);
            });
        }

        @Test
        void aVersionIsNotTakenFromTheMiddleOfAList() throws Exception {
            AtomicInteger streams = new AtomicInteger();
            with((ask, reply) -> {
                if (ask.streamedList() && streams.incrementAndGet() == 1) {
                    reply.part(event("ADDED", object("a", 9))); // and breaks off
                } else if (ask.streamedList()) {
                    reply.part(event("ADDED", object("a", 9)) + event("ADDED", object("b", 3)) + endOfList(10));
                    reply.hold();
                } else {
                    reply.refuse(500, "InternalError", "resumed from the middle of a list");
                }
            }, (server, lease, cluster) -> {
                awaitTold("+a", "+b");
                OnEmbeddedServer.eventually().until(() -> lease.status().resourceVersion().equals("10"));
                assertThat(server.asked()).allMatch(Ask::streamedList);
            });
        }

        @Test
        void aListThatExpiresBetweenItsPagesBeginsAgainAndMissesNothing() throws Exception {
            AtomicInteger lists = new AtomicInteger();
            with((ask, reply) -> {
                if (ask.streamedList()) {
                    reply.refuse(422, "Invalid", "sendInitialEvents is forbidden");
                } else if (ask.watch()) {
                    reply.hold();
                } else if (!ask.continues()) {
                    boolean first = lists.incrementAndGet() == 1;
                    reply.send(200, first
                            ? list(5, "more", object("gone", 1), object("a", 2))
                            : list(8, "more", object("a", 2)));
                } else if (lists.get() == 1) {
                    reply.refuse(410, "Expired", "The provided continue parameter is too old");
                } else {
                    reply.send(200, list(8, "", object("b", 3)));
                }
            }, (server, lease, cluster) -> {
                // What is listed when the handler comes is told in no order.
                OnEmbeddedServer.eventually().untilAsserted(() -> assertThat(journal.told)
                        .containsExactlyInAnyOrder("+gone", "+a", "+b", "-gone").endsWith("-gone"));
            });
        }

        @Test
        void anEventThatBreaksOffIsToldOnceAndWhole() throws Exception {
            with((ask, reply) -> {
                String whole = event("ADDED", object("b", 12));
                if (ask.streamedList()) {
                    reply.part(endOfList(10) + event("ADDED", object("a", 11))
                            + whole.substring(0, whole.length() / 2)); // and breaks off
                } else if (ask.version().equals("11")) {
                    reply.part(whole);
                    reply.hold();
                } else {
                    reply.refuse(500, "InternalError", "resumed at " + ask.version());
                }
            }, (server, lease, cluster) -> {
                awaitTold("+a", "+b");
                assertThat(lease.status().lists()).isEqualTo(1);
            });
        }

        @Test
        void aServerThatEndsEachWatchAtOnceIsAskedWithPausesAndListedAgain() throws Exception {
            with((ask, reply) -> {
                if (ask.streamedList()) {
                    reply.part(event("ADDED", object("a", 1)) + endOfList(1));
                } else {
                    reply.part("");
                }
            }, (server, lease, cluster) -> {
                OnEmbeddedServer.eventually().until(() -> lease.status().lists() >= 2);
                assertThat(server.asked()).hasSizeLessThan(10);
                assertThat(journal.told).containsExactly("+a");
            });
        }

        @Test
        void aVersionThatIsForgottenAfterAUsefulWatchIsNoFailureInARow() throws Exception {
            AtomicInteger versions = new AtomicInteger();
            with((ask, reply) -> {
                int version = versions.addAndGet(2);
                reply.part(event("ADDED", object("a", version)) + endOfList(version)
                        + event("MODIFIED", object("a", version + 1))
                        + event("ERROR",
                                """
                                        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":410,"reason":"Expired","message":"too old"}"""));
            }, (server, lease, cluster) -> {
                // With pauses that double each time the ninth list came after a minute.
                OnEmbeddedServer.eventually().until(() -> lease.status().lists() >= 9);
                assertThat(lease.status().watches()).isGreaterThanOrEqualTo(8);
            });
        }

        @Test
        void aVersionThatTheServerHasNotReachedLeadsToANewList() throws Exception {
            AtomicInteger lists = new AtomicInteger();
            with((ask, reply) -> {
                if (ask.streamedList() && lists.incrementAndGet() == 1) {
                    reply.part(event("ADDED", object("a", 90)) + endOfList(100));
                } else if (ask.streamedList()) {
                    // It was restored from a backup.
                    reply.part(event("ADDED", object("b", 4)) + endOfList(5));
                    reply.hold();
                } else if (ask.version().equals("100")) {
                    reply.send(504,
                            """
                                    {"kind":"Status","status":"Failure","code":504,"reason":"Timeout","message":"Too large resource version: 100, current: 5",
                                    "details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1}}""");
                } else {
                    reply.hold();
                }
            }, (server, lease, cluster) -> {
                awaitTold("+a", "+b", "-a");
                assertThat(lease.status().resourceVersion()).isEqualTo("5");
            });
        }

        @Test
        void aServerThatAsksForPatienceIsGivenIt() throws Exception {
            AtomicInteger asks = new AtomicInteger();
            with((ask, reply) -> {
                if (asks.incrementAndGet() == 1) {
                    reply.send(429,
                            "{\"kind\":\"Status\",\"code\":429,\"reason\":\"TooManyRequests\",\"message\":\"slow down\"}",
                            "Retry-After", "2");
                } else {
                    reply.part(event("ADDED", object("a", 1)) + endOfList(1));
                    reply.hold();
                }
            }, (server, lease, cluster) -> {
                awaitTold("+a");
                assertThat(server.asked().get(1).at() - server.asked().get(0).at())
                        .isGreaterThanOrEqualTo(2_000_000_000L);
            });
        }

        @Test
        void noMoreListsThanAllowedAreUnderWayAtOnceAndEachGetsItsTurn() throws Exception {
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Semaphore finish = new Semaphore(0);
            with((ask, reply) -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                reply.part(event("ADDED", object("a", 1)));
                while (!finish.tryAcquire(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    reply.part(event("ADDED", object("a", 1))); // it is alive
                }
                now.decrementAndGet();
                reply.part(endOfList(1));
                reply.hold();
            }, (server, lease, cluster) -> {
                RunnableContext owner = OnEmbeddedServer.owner(cluster, "many");
                List<InformerLease<ConfigMap>> leases = new ArrayList<>(List.of(lease));
                for (int i = 0; i < 2 * ListPermits.MOST; i++) {
                    leases.add(cluster.informers().acquire(owner, WatchSpec.of(ConfigMap.class).inNamespace("n" + i)));
                }
                OnEmbeddedServer.eventually().until(() -> now.get() == ListPermits.MOST);
                assertThat(leases).filteredOn(one -> one.status().message().contains("waits for its turn"))
                        .hasSize(leases.size() - ListPermits.MOST);
                finish.release(leases.size());
                OnEmbeddedServer.eventually().until(() -> leases.stream().allMatch(one -> one.status().synced()));
                assertThat(most).hasValue(ListPermits.MOST);
            });
        }

        @Test
        void aListThatHangsGivesItsTurnBackWhenItIsNotWantedAnyMore() throws Exception {
            with((ask, reply) -> reply.hold(), (server, lease, cluster) -> {
                RunnableContext owner = OnEmbeddedServer.owner(cluster, "many");
                for (int i = 0; i < 2 * ListPermits.MOST; i++) {
                    cluster.informers().acquire(owner, WatchSpec.of(ConfigMap.class).inNamespace("n" + i));
                }
                assertThat(cluster.context().handle().stop().await(OnEmbeddedServer.HANG).clean()).isTrue();
                assertThat(cluster.context().handle().state()).isEqualTo(UnitState.STOPPED);
            });
        }
    }

    @Test
    void firstAttemptsGoBeforeRetries() throws Exception {
        ListPermits permits = new ListPermits(1);
        assertThat(permits.acquire(true, () -> false)).isTrue();
        List<String> order = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (boolean first : new boolean[]{false, false, true, true}) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    permits.acquire(first, () -> false);
                    order.add(first ? "first" : "retry");
                    go.await();
                    permits.release();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        OnEmbeddedServer.eventually().until(() -> permits.waiting() == 4);
        go.countDown();
        permits.release();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).containsExactly("first", "first", "retry", "retry");
    }
}
