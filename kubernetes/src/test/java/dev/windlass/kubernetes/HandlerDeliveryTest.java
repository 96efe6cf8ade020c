package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ObjectScanner.Scanned;
import dev.windlass.lifecycle.Forked;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.TimeSource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What one handler is told, without a server: the test takes the place of the list-watch. */
@Timeout(60)
class HandlerDeliveryTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Manager manager = Manager.create();
    private final Serialization serialization = Serialization.create(null);
    private final WatchSpec<ConfigMap> spec = WatchSpec.of(ConfigMap.class);
    private final SharedInformer informer = new SharedInformer("test", spec, TimeSource.system(), new Intake());
    private Lease<ConfigMap> lease;

    @BeforeEach
    void startManager() throws Exception {
        manager.start();
        openLease("owner");
    }

    private void openLease(String ownerName) throws Exception {
        CompletableFuture<RunnableContext> context = new CompletableFuture<>();
        manager.add(ownerName, owner -> {
            context.complete(owner);
            owner.awaitStop();
        });
        lease = new Lease<>(spec, informer, new ObjectDecoder<>(serialization, spec.resource()), context.get(),
                () -> {
                });
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    /** Writes down what it is told; takes one change for each permit. */
    private static final class Recorder implements ResourceHandler<ConfigMap> {

        private final List<String> told = new CopyOnWriteArrayList<>();
        private final Semaphore permits;

        Recorder(int permits) {
            this.permits = new Semaphore(permits);
        }

        private void tell(String what) {
            told.add(what);
            permits.acquireUninterruptibly();
        }

        @Override
        public void added(Observed<ConfigMap> now) {
            tell("+" + now + (now.initial() ? " initial" : "") + (now.unchanged() ? " unchanged" : ""));
        }

        @Override
        public void updated(Observed<ConfigMap> old, Observed<ConfigMap> now) {
            tell("~" + old + ">" + now);
        }

        @Override
        public void deleted(Observed<ConfigMap> last) {
            tell("-" + last + (last.finalStateUnknown() ? " unknown" : ""));
        }

        @Override
        public void vanished(KnownObject known) {
            tell("?" + known.key());
        }
    }

    private static Scanned object(String name, String uid, int version) {
        String json = """
                {"metadata":{"name":"%s","namespace":"ns","uid":"%s","resourceVersion":"%d","labels":{"v":"%d"}},"data":{"v":"%d"}}"""
                .formatted(name, uid, version, version, version);
        return new Scanned("ns", name, uid, Integer.toString(version), json.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String name, int version) {
        informer.put(object(name, "u-" + name, version), false);
    }

    private void delete(String name, int version) {
        informer.delete(object(name, "u-" + name, version));
    }

    private static void awaitTold(Recorder recorder, String... expected) {
        awaitTold(recorder.told, expected);
    }

    private static void awaitTold(List<String> told, String... expected) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told).containsExactly(expected));
    }

    @Test
    void aHandlerIsSyncedWhenItHasBeenToldTheFirstCompleteList() throws Exception {
        Recorder recorder = new Recorder(1);
        HandlerRegistration registration = lease.addHandler(recorder);
        informer.put(object("a", "1", 1), true);
        informer.put(object("b", "2", 2), true);
        informer.listed("2");
        awaitTold(recorder, "+ns/a@1 initial", "+ns/b@2 initial");
        assertThat(registration.synced()).isFalse();
        recorder.permits.release(10);
        assertThat(registration.awaitSynced(LIMIT)).isTrue();
        put("c", 3);
        awaitTold(recorder, "+ns/a@1 initial", "+ns/b@2 initial", "+ns/c@3");
    }

    @Test
    void aLateHandlerGetsTheCurrentStateFirst() throws Exception {
        put("a", 1);
        informer.listed("1");
        Recorder recorder = new Recorder(100);
        assertThat(lease.addHandler(recorder).awaitSynced(LIMIT)).isTrue();
        put("a", 2);
        awaitTold(recorder, "+ns/a@1 initial", "~ns/a@1>ns/a@2");
    }

    @Test
    void changesOfOneObjectAreMergedWhileTheHandlerIsBusy() {
        Recorder recorder = new Recorder(0);
        lease.addHandler(recorder);
        put("busy", 1);
        awaitTold(recorder, "+ns/busy@1");
        put("a", 2);
        put("b", 3);
        put("a", 4);
        delete("b", 5);
        put("c", 6);
        put("c", 7);
        delete("busy", 8);
        recorder.permits.release(100);
        // Of b, which came and went unseen, there is nothing to tell.
        awaitTold(recorder, "+ns/busy@1", "+ns/a@4", "+ns/c@7", "-ns/busy@8");
    }

    @Test
    void whoAwaitsWhatWaitsForDeliveryDoesNotAwaitWhatComesLater() throws Exception {
        Recorder recorder = new Recorder(0);
        HandlerRegistration registration = lease.addHandler(recorder);
        put("busy", 1);
        awaitTold(recorder, "+ns/busy@1");
        put("a", 2);
        CompletableFuture<Boolean> delivered = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                registration.awaitDelivered();
                delivered.complete(true);
            } catch (InterruptedException e) {
                delivered.completeExceptionally(e);
            }
        });
        await().atMost(LIMIT).until(() -> registration.backlog() == 2); // a, and the question
        put("b", 3);
        recorder.permits.release();
        awaitTold(recorder, "+ns/busy@1", "+ns/a@2");
        assertThat(delivered).isNotDone();
        recorder.permits.release();
        assertThat(delivered.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        awaitTold(recorder, "+ns/busy@1", "+ns/a@2", "+ns/b@3");
        recorder.permits.release();
        registration.close();
        registration.awaitDelivered(); // at once
    }

    @Test
    void nobodyAwaitsADeliveryThatACordonHoldsBackFromTheVeryBeginning() throws Exception {
        Intake intake = new Intake();
        SharedInformer cordoned = new SharedInformer("test", spec, TimeSource.system(), intake);
        CompletableFuture<RunnableContext> context = new CompletableFuture<>();
        manager.add("late", owner -> {
            context.complete(owner);
            owner.awaitStop();
        });
        CountDownLatch begin = new CountDownLatch(1);
        HandlerRegistration registration = new Lease<>(spec, cordoned,
                new ObjectDecoder<>(serialization, spec.resource()), forkingLate(context.get(), begin), () -> {
                }).addHandler(new Recorder(0));
        CompletableFuture<Void> answered = new CompletableFuture<>();
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                registration.awaitDelivered();
                answered.complete(null);
            } catch (InterruptedException e) {
                answered.completeExceptionally(e);
            }
        });
        await().atMost(LIMIT).until(() -> waiting.getState() == Thread.State.WAITING);
        intake.close();
        begin.countDown();
        assertThat(answered).succeedsWithin(LIMIT);
    }

    /** A context whose threads begin only then. */
    private static RunnableContext forkingLate(RunnableContext owner, CountDownLatch begin) {
        return (RunnableContext) Proxy.newProxyInstance(RunnableContext.class.getClassLoader(),
                new Class<?>[]{RunnableContext.class}, (self, method, arguments) -> {
                    if (method.getName().equals("fork")) {
                        return owner.fork((String) arguments[0], () -> {
                            begin.await();
                            ((Forked) arguments[1]).run();
                        });
                    }
                    return method.invoke(owner, arguments);
                });
    }

    @Test
    void anObjectThatWasReplacedIsDeletedThenAdded() {
        Recorder recorder = new Recorder(0);
        lease.addHandler(recorder);
        informer.put(object("a", "first", 1), false);
        awaitTold(recorder, "+ns/a@1");
        informer.delete(object("a", "first", 2));
        informer.put(object("a", "second", 3), false);
        recorder.permits.release(100);
        awaitTold(recorder, "+ns/a@1", "-ns/a@2", "+ns/a@3");
    }

    @Test
    void anObjectThatAListShowsReplacedIsDeletedWithUnknownFinalState() {
        Recorder recorder = new Recorder(100);
        lease.addHandler(recorder);
        informer.put(object("a", "first", 1), false);
        awaitTold(recorder, "+ns/a@1");
        informer.put(object("a", "second", 3), false);
        awaitTold(recorder, "+ns/a@1", "-ns/a@1 unknown", "+ns/a@3");
    }

    @Test
    void whatIsMissingInAListWasDeletedWithUnknownFinalState() {
        Recorder recorder = new Recorder(100);
        lease.addHandler(recorder);
        put("a", 1);
        put("b", 2);
        awaitTold(recorder, "+ns/a@1", "+ns/b@2");
        informer.retain(Set.of(ObjectKey.of("ns", "b")));
        awaitTold(recorder, "+ns/a@1", "+ns/b@2", "-ns/a@1 unknown");
        assertThat(lease.reader().keys()).containsExactly(ObjectKey.of("ns", "b"));
    }

    @Test
    void aSlowHandlerDelaysOnlyItself() {
        Recorder slow = new Recorder(0);
        Recorder quick = new Recorder(100);
        HandlerRegistration behind = lease.addHandler(slow);
        lease.addHandler(quick);
        put("a", 1);
        awaitTold(slow, "+ns/a@1");
        put("b", 2);
        put("b", 3);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> quick.told.contains("+ns/b@3") || quick.told.contains("~ns/b@2>ns/b@3"));
        assertThat(slow.told).containsExactly("+ns/a@1");
        assertThat(behind.backlog()).isEqualTo(1);
        slow.permits.release(100);
    }

    @Test
    void closeReturnsOnlyWhenNoCallbackRuns() throws Exception {
        Recorder recorder = new Recorder(0);
        HandlerRegistration registration = lease.addHandler(recorder);
        put("a", 1);
        awaitTold(recorder, "+ns/a@1");
        put("b", 2);
        Thread closing = Thread.ofVirtual().start(registration::close);
        assertThat(closing.join(Duration.ofMillis(50))).isFalse();
        recorder.permits.release(100);
        assertThat(closing.join(LIMIT)).isTrue();
        put("c", 3);
        assertThat(recorder.told).containsExactly("+ns/a@1");
        assertThat(lease.status().handlers()).isZero();
    }

    @Test
    void aHandlerMayCloseItselfFromItsOwnCallback() {
        CompletableFuture<HandlerRegistration> self = new CompletableFuture<>();
        Recorder recorder = new Recorder(100);
        self.complete(lease.addHandler(new ResourceHandler<>() {
            @Override
            public void added(Observed<ConfigMap> now) {
                self.join().close();
                recorder.added(now);
            }

            @Override
            public void updated(Observed<ConfigMap> old, Observed<ConfigMap> now) {
                recorder.updated(old, now);
            }

            @Override
            public void deleted(Observed<ConfigMap> last) {
                recorder.deleted(last);
            }
        }));
        put("a", 1);
        awaitTold(recorder, "+ns/a@1");
        put("b", 2);
        assertThat(recorder.told).containsExactly("+ns/a@1");
    }

    /** A handler all of whose calls do the same. */
    private record Same(java.util.function.Consumer<String> call) implements ResourceHandler<ConfigMap> {

        @Override
        public void added(Observed<ConfigMap> now) {
            call.accept("+" + now);
        }

        @Override
        public void updated(Observed<ConfigMap> old, Observed<ConfigMap> now) {
            call.accept("~" + old + ">" + now);
        }

        @Override
        public void deleted(Observed<ConfigMap> last) {
            call.accept("-" + last);
        }

        @Override
        public void vanished(KnownObject known) {
            call.accept("?" + known.key());
        }
    }

    @Test
    void whatAHandlerThrowsAtIsToldAgainWhileItGoesOn() {
        List<String> told = new CopyOnWriteArrayList<>();
        AtomicBoolean broken = new AtomicBoolean();
        HandlerRegistration registration = lease.addHandler(new Same(call -> {
            told.add(call);
            if (broken.get() && call.contains("/bad")) {
                throw new IllegalStateException("cannot take " + call);
            }
        }));
        put("bad", 1);
        awaitTold(told, "+ns/bad@1");
        broken.set(true);
        delete("bad", 2);
        put("good", 3);
        awaitTold(told, "+ns/bad@1", "-ns/bad@2", "+ns/good@3");
        await().atMost(LIMIT).until(() -> registration.trouble().contains("ns/bad"));
        assertThat(registration.trouble()).contains("IllegalStateException: cannot take -ns/bad@2");
        assertThat(registration.lastError()).isEqualTo(registration.trouble());
        assertThat(registration.failures()).isPositive();
        broken.set(false);
        await().atMost(LIMIT).until(() -> registration.trouble().isEmpty());
        assertThat(told.getLast()).isEqualTo("-ns/bad@2");
        assertThat(registration.backlog()).isZero();
        assertThat(manager.find("owner").orElseThrow().state().name()).isEqualTo("READY");
    }

    @Test
    void whatAHandlerThrewAtIsToldAtOnceWhenTheObjectChanges() {
        List<String> told = new CopyOnWriteArrayList<>();
        HandlerRegistration registration = lease.addHandler(new Same(call -> {
            told.add(call);
            if (!call.endsWith("@3")) {
                throw new AssertionError(call);
            }
        }));
        put("a", 1);
        await().atMost(LIMIT).until(() -> registration.failures() > 0);
        put("a", 3);
        await().atMost(LIMIT).until(() -> registration.trouble().isEmpty());
        assertThat(told).endsWith("+ns/a@3").allMatch(call -> call.startsWith("+"));
    }

    @Test
    void aHandlerThatThrowsAtTheFirstListIsSyncedAllTheSame() throws Exception {
        HandlerRegistration registration = lease.addHandler(new Same(call -> {
            throw new IllegalStateException(call);
        }), KnownObjects.of(List.of(new KnownObject(ObjectKey.of("ns", "gone"), "u", "1"))));
        informer.put(object("a", "1", 1), true);
        informer.listed("1");
        assertThat(registration.awaitSynced(LIMIT)).isTrue();
        await().atMost(LIMIT).until(() -> registration.failures() >= 4); // both are told again
        assertThat(registration.detach()).extracting(KnownObject::key).containsExactly(ObjectKey.of("ns", "gone"));
    }

    @Test
    void anInterruptThatAHandlerLeavesBehindEndsNothing() {
        List<String> told = new CopyOnWriteArrayList<>();
        lease.addHandler(new Same(call -> {
            told.add(call);
            Thread.currentThread().interrupt();
        }));
        put("a", 1);
        awaitTold(told, "+ns/a@1");
        put("b", 2);
        awaitTold(told, "+ns/a@1", "+ns/b@2");
    }

    @Test
    void whatComesAndGoesWhileAHandlerIsStuckLeavesNothingBehind() {
        Recorder stuck = new Recorder(0);
        HandlerRegistration registration = lease.addHandler(stuck);
        put("busy", 1);
        awaitTold(stuck, "+ns/busy@1");
        for (int i = 0; i < 1_000; i++) {
            put("passing-" + i, 2);
            delete("passing-" + i, 3);
        }
        delete("busy", 4);
        informer.put(object("busy", "another", 5), false);
        informer.delete(object("busy", "another", 6));
        assertThat(registration.backlog()).isEqualTo(1);
        stuck.permits.release(100);
        awaitTold(stuck, "+ns/busy@1", "-ns/busy@4");
    }

    @Test
    void whatWasToldIsKnownAlsoWhenTheInformerEndsFirst() throws Exception {
        put("a", 1);
        put("b", 2);
        informer.listed("2");
        HandlerRegistration registration = lease.addHandler(new Recorder(100));
        assertThat(registration.awaitSynced(LIMIT)).isTrue();
        informer.end();
        assertThat(registration.detach().sample(10)).containsExactlyInAnyOrder("ns/a", "ns/b");
    }

    @Test
    void whatWasToldIsKnownAlsoWhenTheOwnerIsCancelledFirst() throws Exception {
        put("a", 1);
        informer.listed("1");
        HandlerRegistration registration = lease.addHandler(new Recorder(100),
                KnownObjects.of(List.of(new KnownObject(ObjectKey.of("ns", "a"), "u-a", "1"))));
        assertThat(registration.awaitSynced(LIMIT)).isTrue();
        manager.find("owner").orElseThrow().stop(StopOptions.abort()).await(LIMIT);
        assertThat(registration.detach().sample(10)).containsExactly("ns/a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeletionThatIsBeingToldWhenTheOwnerIsCancelledIsNewsForTheSuccessor(boolean throwing) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        HandlerRegistration registration = lease.addHandler(new Same(call -> {
            if (call.startsWith("-")) {
                entered.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    if (throwing) {
                        throw new IllegalStateException("interrupted", e);
                    }
                }
            }
        }));
        put("goes", 1);
        put("stays", 2);
        informer.listed("2");
        assertThat(registration.awaitSynced(LIMIT)).isTrue();
        delete("goes", 3);
        entered.await();
        manager.find("owner").orElseThrow().stop(StopOptions.abort()).await(LIMIT);
        KnownObjects known = registration.detach();
        assertThat(known.sample(10)).containsExactlyInAnyOrder("ns/goes", "ns/stays");

        openLease("second");
        List<String> told = new CopyOnWriteArrayList<>();
        assertThat(lease.addHandler(new Same(told::add), known).awaitSynced(LIMIT)).isTrue();
        assertThat(told).containsExactlyInAnyOrder("+ns/stays@2", "?ns/goes");
    }

    @Test
    void whatASuccessorMissedIsToldToIt() throws Exception {
        Recorder first = new Recorder(3);
        HandlerRegistration registration = lease.addHandler(first);
        for (String name : List.of("same", "changes", "goes", "replaced")) {
            put(name, 1);
        }
        informer.listed("1");
        await().atMost(Duration.ofSeconds(20)).until(() -> first.told.size() == 4);
        // The fourth object is being told right now, so it counts as told; what comes from here on does not.
        put("new", 2);
        put("changes", 3);
        CompletableFuture<KnownObjects> detached = CompletableFuture.supplyAsync(registration::detach);
        await().atMost(Duration.ofSeconds(20)).until(() -> lease.status().handlers() == 0);
        delete("goes", 4);
        delete("replaced", 5);
        informer.put(object("replaced", "another", 6), false);
        first.permits.release(100);
        KnownObjects known = detached.get();
        assertThat(known.count()).isEqualTo(4);
        assertThat(known.sample(10)).containsExactlyInAnyOrder("ns/same", "ns/changes", "ns/goes", "ns/replaced");

        Recorder second = new Recorder(100);
        assertThat(lease.addHandler(second, known).awaitSynced(LIMIT)).isTrue();
        assertThat(second.told).containsExactlyInAnyOrder("+ns/same@1 initial unchanged", "+ns/changes@3 initial",
                "+ns/new@2 initial", "?ns/replaced", "+ns/replaced@6 initial", "?ns/goes");
        assertThat(second.told.indexOf("?ns/replaced")).isLessThan(second.told.indexOf("+ns/replaced@6 initial"));
    }

    @Test
    void whatIsHandedOutIsACopyOfTheReadersOwn() {
        put("a", 1);
        ConfigMap mine = lease.reader().get(ObjectKey.of("ns", "a")).orElseThrow();
        mine.getData().put("v", "spoiled");
        mine.getMetadata().setName("spoiled");
        assertThat(lease.reader().list()).singleElement().satisfies(other -> {
            assertThat(other.getData()).containsEntry("v", "1");
            assertThat(other.getMetadata().getName()).isEqualTo("a");
        });
    }

    @Test
    void indexesAndSelectorsFollowTheObjects() {
        put("a", 1);
        put("b", 1);
        var index = lease.addIndex("v", map -> List.of(map.getData().get("v")));
        put("c", 1);
        put("b", 2);
        delete("a", 3);
        assertThat(lease.reader().byIndex("v", "1")).extracting(map -> map.getMetadata().getName())
                .containsExactly("c");
        assertThat(lease.reader().byIndex("v", "2")).extracting(map -> map.getMetadata().getName())
                .containsExactly("b");
        assertThat(lease.reader().select("ns", "v in (2,3)")).extracting(map -> map.getMetadata().getName())
                .containsExactly("b");
        assertThat(lease.reader().list("other")).isEmpty();
        index.close();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> lease.reader().byIndex("v", "1"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("there is no index \"v\"");
    }

    @Test
    void anErrorOfAnIndexFunctionLeavesTheObjectOutAndStopsNoInformer() {
        lease.addIndex("v", map -> {
            if (map.getMetadata().getName().equals("bad")) {
                throw new NoClassDefFoundError("shop/Gone");
            }
            return List.of(map.getData().get("v"));
        });
        put("bad", 1);
        put("good", 1);
        assertThat(lease.reader().byIndex("v", "1")).extracting(map -> map.getMetadata().getName())
                .containsExactly("good");
        assertThat(lease.reader().list()).hasSize(2);
    }

    @Test
    void aReaderOfAClosedLeaseIsRevokedAndNeverSaysNotThere() {
        put("a", 1);
        Reader<ConfigMap> reader = lease.reader();
        lease.close();
        for (Runnable read : List.<Runnable>of(() -> reader.get(ObjectKey.of("ns", "a")), reader::list, reader::keys,
                reader::size,
                () -> reader.contains(ObjectKey.of("ns", "a")), () -> reader.select("a"))) {
            org.assertj.core.api.Assertions.assertThatThrownBy(read::run)
                    .isInstanceOf(dev.windlass.lifecycle.RevokedException.class).hasMessageContaining("configmaps");
        }
    }
}
