package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Request;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

import static dev.windlass.tests.e2e.Outside.NAMESPACE;
import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.Reconcilers.NOTES;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** One name, several generations: the old one never touches the new one. */
class GenerationsTest {

    @Scenario
    void aClusterRemovedAndAddedAgainKnowsNothingOfTheOldKeys(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        List<String> old = names("old", 100);
        outside.each(old, name -> outside.note(name, "queued"));
        world.journal.hold(SOUTH);
        ClusterHandle south = world.connect(SOUTH);
        world.notes();
        RunnableHandle engagement = world.engagement(SOUTH, NOTES);
        eventually(() -> assertThat(engagement.status().inFlight()).isEqualTo(4));

        StopReport report = south.remove(StopOptions.abort()).await(LIMIT);
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.allLeftovers()).isEmpty();
        StopReport notes = report.children().stream().filter(child -> child.unit().equals("cluster/south/notes"))
                .findFirst().orElseThrow();
        assertThat(notes.discarded()).as("loss is a number, never silence").isEqualTo(100);
        assertThat(notes.discardedSample()).hasSize(10).allMatch(key -> key.contains("old-"));
        assertThat(world.manager.find("cluster/south")).isEmpty();
        assertThat(world.manager.find("cluster/south/notes")).isEmpty();
        assertThat(world.meters(SOUTH)).isEmpty();

        outside.each(old, outside::discard);
        world.journal.release(SOUTH);
        ClusterHandle again = world.connect(SOUTH);
        outside.note("fresh", "new");
        eventually(() -> assertThat(world.seen(NOTES, SOUTH, "fresh")).isEqualTo("new"));
        assertThat(again.generation()).isEqualTo(2);
        assertThat(world.journal.asked(NOTES, SOUTH, 2)).containsExactly("fresh");
        assertThat(world.engagement(SOUTH, NOTES).generation()).isEqualTo(2);
    }

    @Scenario
    void noKeyIsReconciledTwiceAtOnceHoweverItsClusterAndItsControllerStopAndStart(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        List<String> names = names("note", 8);
        outside.each(names, name -> outside.note(name, "0"));
        ClusterHandle south = world.connect(SOUTH);
        ControllerHandle<ConfigMap> notes = world.ready(world.notesBuilder().workers(8)
                .reconciler(world.journal.noting((request, context) -> {
                    // Long enough to be cut short by an abort, and then deaf for a moment.
                    try {
                        TimeUnit.MILLISECONDS.sleep(2);
                    } catch (InterruptedException e) {
                        deafFor(Duration.ofMillis(20));
                        throw e;
                    }
                    return Reconcilers.note(request, context);
                })).build());
        AtomicBoolean end = new AtomicBoolean();
        CompletableFuture<Integer> writes = new CompletableFuture<>();
        Thread writer = Thread.ofVirtual().name("writer").start(() -> {
            int round = 0;
            try {
                while (!end.get()) {
                    round++;
                    for (String name : names) {
                        outside.overwrite(name, Integer.toString(round));
                    }
                }
                writes.complete(round);
            } catch (RuntimeException e) {
                writes.completeExceptionally(e);
            }
        });
        for (int round = 0; round < 6; round++) {
            for (StopMode mode : StopMode.values()) {
                StopOptions options = StopOptions.drain(LIMIT).withMode(mode);
                RunnableHandle unit = round % 2 == 0 ? south : notes;
                long before = world.journal.calls(SOUTH);
                assertThat(unit.stop(options).await(LIMIT).outcome()).isEqualTo(StopOutcome.STOPPED);
                unit.start().await(LIMIT);
                eventually(() -> assertThat(world.journal.calls(SOUTH)).isGreaterThan(before));
            }
        }
        end.set(true);
        String last = Integer.toString(written(writes));
        writer.join();
        eventually(() -> assertThat(names).allMatch(name -> world.seen(NOTES, SOUTH, name).equals(last)));
        assertThat(world.journal.overlaps()).isEmpty();
    }

    private static int written(Future<Integer> writes) throws Exception {
        return writes.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void deafFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    @Scenario
    void aReconcilerThatWillNotEndNeitherWritesNorSharesItsKey(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        outside.note("stuck", "here");
        outside.note("free", "here");
        Stubborn stubborn = new Stubborn();
        world.opened(stubborn);
        world.connect(SOUTH);
        ControllerHandle<ConfigMap> notes = world
                .ready(Controller.builder(WatchSpec.of(ConfigMap.class).withLabels(Reconcilers.NOTE_LABEL))
                        .named(NOTES).workers(2).reconciler(world.journal.noting(stubborn)).build());
        stubborn.entered.await();
        eventually(() -> assertThat(world.journal.asked(NOTES, SOUTH, 1)).contains("free"));

        RunnableHandle engagement = world.engagement(SOUTH, NOTES);
        notes.stop(StopOptions.drain(Duration.ofMillis(900)).withMode(StopMode.ABORT)).await(LIMIT);
        StopReport report = engagement.lastStop().orElseThrow();
        assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
        assertThat(report.leftovers()).anyMatch(left -> left.kind().equals("thread")
                && left.detail().contains("Stubborn.reconcile"));
        assertThat(engagement.state()).isEqualTo(UnitState.QUARANTINED);

        outside.overwrite("free", "changed");
        outside.overwrite("stuck", "changed");
        notes.start().await(LIMIT);
        eventually(() -> assertThat(world.seen(NOTES, SOUTH, "free")).isEqualTo("changed"));
        assertThat(stubborn.calls("stuck")).as("its key stays locked").isEqualTo(1);

        stubborn.mayWrite.countDown();
        stubborn.wrote.await();
        assertThat(stubborn.failure).as("its client is revoked")
                .isInstanceOf(dev.windlass.lifecycle.RevokedException.class);
        assertThat(outside.configMap("written-too-late").get()).isNull();
        eventually(() -> assertThat(world.seen(NOTES, SOUTH, "stuck")).isEqualTo("changed"));
        assertThat(world.journal.overlaps()).isEmpty();
    }

    /** At its first call for the key "stuck" it ignores interrupts until it may write, and then tries to. */
    private static final class Stubborn implements Journal.Work<ConfigMap>, AutoCloseable {

        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch mayWrite = new CountDownLatch(1);
        private final CountDownLatch wrote = new CountDownLatch(1);
        private final List<String> calls = new java.util.concurrent.CopyOnWriteArrayList<>();
        private volatile @Nullable RuntimeException failure;

        @Override
        public String reconcile(Request<ConfigMap> request, ReconcileContext context) {
            calls.add(request.name());
            if (request.name().equals("stuck") && calls("stuck") == 1) {
                entered.countDown();
                awaitDeaf();
                try {
                    context.client().apply(new ConfigMapBuilder().withNewMetadata().withNamespace(NAMESPACE)
                            .withName("written-too-late").endMetadata().build(), FieldOwner.of("stubborn"));
                } catch (RuntimeException e) {
                    failure = e;
                } finally {
                    wrote.countDown();
                }
                return "too late";
            }
            Optional<ConfigMap> note = context.cache().get(request);
            return note.map(found -> found.getData().getOrDefault(Reconcilers.TEXT, "")).orElse(Journal.GONE);
        }

        long calls(String name) {
            return calls.stream().filter(name::equals).count();
        }

        private void awaitDeaf() {
            boolean waiting = true;
            while (waiting) {
                try {
                    mayWrite.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // That is the point: it does not end when it is told to.
                    waiting = true;
                }
            }
        }

        @Override
        public void close() {
            mayWrite.countDown();
        }
    }
}
