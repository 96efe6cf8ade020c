package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a unit that does not end may still touch, what it keeps from others, where it is seen, and what follows. */
@Timeout(60)
class Rule10HungUnitsTest {

    private static final StopOptions SHORT = StopOptions.drain(Duration.ofMillis(30));

    /** Something that a unit hands on. */
    interface Sender {

        String send(String what) throws IOException;
    }

    private final BlockingQueue<RunnableContext> contexts = new LinkedBlockingQueue<>();
    private final Trial.Hung hung = new Trial.Hung();

    /** Its first generation works on {@code default/a} and hangs; the others wait for a stop. */
    private void hangAtFirst(RunnableContext context) throws InterruptedException {
        contexts.add(context);
        if (context.generation() == 1) {
            var _ = context.claim("default/a").orElseThrow();
            context.claim("default/b").orElseThrow().close();
            hung.run(context);
        }
        context.awaitStop();
    }

    @Test
    void whatItWorksOnStaysClaimedForItsSuccessorsUntilItsThreadsHaveEnded() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", this::hangAtFirst);
            Trial.await(hung.entered);
            assertThat(unit.claimedKeys()).isEqualTo(Map.of("default/a", "unit#1"));
            StopReport report = unit.stop(SHORT).await();
            assertThat(report.leftovers()).extracting(Leftover::toString)
                    .containsExactly("thread unit#1", "key default/a");
            RunnableContext first = contexts.take();
            assertThatThrownBy(() -> first.claim("default/c")).isInstanceOf(RevokedException.class);
            unit.start().await();
            RunnableContext second = contexts.take();
            assertThat(second.claim("default/a")).isEmpty();
            assertThat(second.claim("default/b")).isPresent();
            unit.remove().await();
            RunnableHandle namesake = manager.add("unit", this::hangAtFirst);
            RunnableContext third = contexts.take();
            assertThat(third.claim("default/a")).isEmpty();
            assertThat(third.claim("default/b")).as("what ended in time").isPresent();
            assertThat(namesake.claimedKeys()).containsOnly(Map.entry("default/a", "unit#1"),
                    Map.entry("default/b", "unit#3"));
            hung.letGo.countDown();
            Trial.until(() -> !namesake.claimedKeys().containsKey("default/a"));
            assertThat(third.claim("default/a")).isPresent();
        }
    }

    @Test
    void aKeyIsClaimedOnceAtATimeAndByNameOfTheUnit() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            for (String name : List.of("one", "other")) {
                manager.add(name, context -> {
                    contexts.add(context);
                    context.awaitStop();
                });
            }
            RunnableContext context = contexts.take();
            Optional<Registration> claim = context.claim("key");
            assertThat(claim).isPresent();
            assertThat(context.claim("key")).isEmpty();
            assertThat(contexts.take().claim("key")).as("of another unit").isPresent();
            claim.orElseThrow().close();
            Registration again = context.claim("key").orElseThrow();
            claim.orElseThrow().close(); // a second time: the key is somebody else's by now
            assertThat(context.claim("key")).isEmpty();
            again.close();
            assertThat(context.claim("key")).isPresent();
        }
    }

    @Test
    void aClaimThatWasNotReleasedEndsWithTheGenerationAndIsNoLeftover() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                var _ = context.claim("key").orElseThrow();
                contexts.add(context);
                context.awaitStop();
            });
            contexts.take();
            assertThat(unit.stop().await().clean()).isTrue();
            assertThat(unit.claimedKeys()).isEmpty();
        }
    }

    @Test
    void theQuarantineOfASucceededGenerationIsSeenUntilTheLastOfItHasEnded() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            Health.Check check = manager.health().checks(HealthKind.DIAGNOSTIC).stream()
                    .filter(any -> any.name().equals("quarantine")).findFirst().orElseThrow();
            RunnableHandle unit = manager.add("unit", this::hangAtFirst);
            Trial.await(hung.entered);
            assertThat(unit.quarantined()).isEmpty();
            unit.stop(SHORT).await();
            unit.start().await();
            assertThat(unit.state()).isEqualTo(UnitState.READY);
            QuarantinedGeneration kept = unit.quarantined().getFirst();
            assertThat(kept.id()).isEqualTo("unit#1");
            assertThat(kept.leftovers()).extracting(Leftover::toString)
                    .containsExactly("thread unit#1", "key default/a");
            assertThat(kept.leftovers().getFirst().detail()).contains("Trial$Hung.hang");
            assertThatThrownBy(() -> check.check().check()).hasMessageContaining("quarantined: unit#1");
            assertThat(quarantined(manager.metrics())).containsExactly(1.0);
            unit.remove().await();
            assertThat(manager.quarantined()).extracting(QuarantinedGeneration::id).as("its name is gone")
                    .containsExactly("unit#1");
            hung.letGo.countDown();
            Trial.until(() -> manager.quarantined().isEmpty());
            check.check().check();
            assertThat(quarantined(manager.metrics())).isEmpty();
        }
    }

    private static List<Double> quarantined(PrometheusRegistry metrics) {
        return metrics.scrape(name -> name.equals("windlass_quarantined_generations")).stream()
                .map(GaugeSnapshot.class::cast).flatMap(family -> family.getDataPoints().stream())
                .map(GaugeSnapshot.GaugeDataPointSnapshot::getValue).toList();
    }

    @Test
    void aReleaseStepThatHangsKeepsTheKeysTooUntilItEnds() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                if (context.generation() == 1) {
                    context.own("socket", "s", () -> {
                        closing.countDown();
                        hung.hang();
                    });
                    var _ = context.claim("key").orElseThrow();
                }
                contexts.add(context);
                context.awaitStop();
            });
            contexts.take();
            StopReport report = unit.stop(SHORT).await();
            Trial.await(closing);
            assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
            assertThat(report.leftovers()).extracting(Leftover::toString).containsExactly("key key", "socket s");
            unit.start().await();
            RunnableContext second = contexts.take();
            assertThat(second.claim("key")).isEmpty();
            hung.letGo.countDown();
            Trial.until(() -> unit.quarantined().isEmpty());
            assertThat(second.claim("key")).isPresent();
        }
    }

    @Test
    void whatItHandedOnIsRevokedThoughItsThreadRuns() throws Exception {
        List<String> sent = new CopyOnWriteArrayList<>();
        BlockingQueue<Sender> senders = new LinkedBlockingQueue<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                senders.add(context.revocable(Sender.class, what -> {
                    if (what.isEmpty()) {
                        throw new IOException("nothing to send");
                    }
                    sent.add(what);
                    return "sent " + what;
                }));
                hung.run(context);
            });
            Trial.await(hung.entered);
            Sender sender = senders.take();
            assertThat(sender.send("a")).isEqualTo("sent a");
            assertThatThrownBy(() -> sender.send("")).isInstanceOf(IOException.class).hasMessage("nothing to send");
            unit.stop(SHORT).await();
            assertThatThrownBy(() -> sender.send("b")).isInstanceOf(RevokedException.class)
                    .hasMessageContaining("unit#1 cannot use its Sender");
            assertThat(sent).containsExactly("a");
            assertThat(sender).as("it can still be told from others").isEqualTo(sender).isNotEqualTo("sender")
                    .hasSameHashCodeAs(sender);
            assertThat(sender.toString()).startsWith("revocable ");
            hung.letGo.countDown();
        }
    }

    @Test
    void onlyInterfacesCanBeMadeRevocable() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            manager.add("unit", context -> {
                contexts.add(context);
                context.awaitStop();
            });
            RunnableContext context = contexts.take();
            assertThatThrownBy(() -> context.revocable(String.class, "text"))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("java.lang.String")
                    .hasMessageContaining("interface");
        }
    }

    @Test
    void aStopFromInsideOfAUnitThatThenHangsIsNoOther() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            BlockingQueue<Operation<StopReport>> asked = new LinkedBlockingQueue<>();
            RunnableHandle unit = manager.add("unit", context -> {
                asked.add(context.handle().stop(SHORT));
                hung.run(context);
            });
            StopReport report = asked.take().await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.QUARANTINED);
            assertThat(report.leftovers()).extracting(Leftover::toString).containsExactly("thread unit#1");
            hung.letGo.countDown();
            Trial.until(unit, UnitState.STOPPED);
            assertThat(unit.status().lastError()).isNull();
        }
    }

    // ---- the end of the process

    private static Task exits(String name, Duration after, ManagedRunnable code) {
        return Task.of(RunnableSpec.builder(name).onHang(HangPolicy.exitProcess(after)).build(), code);
    }

    @Test
    void theProcessIsEndedOnlyWhenThatIsDeclaredAndSomethingStillHangs() throws Exception {
        VirtualTime time = new VirtualTime();
        BlockingQueue<Integer> exits = new LinkedBlockingQueue<>();
        Manager manager = Manager.builder().time(time).processExit(exits::add).build();
        Trial.Hung kept = new Trial.Hung();
        Trial.Hung late = new Trial.Hung();
        try {
            manager.start();
            RunnableHandle keeps = manager.add("keeps", kept);
            RunnableHandle ends = manager.add(exits("ends", Duration.ofMinutes(3), late));
            RunnableHandle hangs = manager.add(exits("hangs", Duration.ofMinutes(3), hung));
            for (Trial.Hung one : List.of(kept, late, hung)) {
                Trial.await(one.entered);
            }
            quarantine(time, keeps);
            quarantine(time, ends);
            late.letGo.countDown();
            Trial.until(ends, UnitState.STOPPED);
            time.advance(Duration.ofHours(1));
            quarantine(time, hangs);
            time.advance(Duration.ofMinutes(2));
            assertThat(Trial.threadsNamed("windlass-exit")).isEmpty();
            assertThat(exits).isEmpty(); // also not from a thread that has ended before the line above
            time.advance(Duration.ofMinutes(1));
            assertThat(exits.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(70);
            time.advance(Duration.ofHours(1));
            Trial.until(() -> Trial.threadsNamed("windlass-exit").isEmpty());
            assertThat(exits).as("once").isEmpty();
        } finally {
            List.of(kept, late, hung).forEach(one -> one.letGo.countDown());
            Trial.end(manager);
        }
    }

    private static void quarantine(VirtualTime time, RunnableHandle unit) throws Exception {
        Operation<StopReport> stop = unit.stop();
        Trial.until(() -> {
            time.advance(Duration.ofMillis(200));
            return stop.isDone();
        });
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
    }

    @Test
    void theProcessIsEndedAlsoWhenTheUnitHasBeenRemovedAndItsManagerHasStopped() throws Exception {
        BlockingQueue<Integer> exits = new LinkedBlockingQueue<>();
        try (Manager manager = Manager.builder().processExit(exits::add).build()) {
            manager.start();
            RunnableHandle unit = manager.add(exits("unit", Duration.ofSeconds(1), hung));
            Trial.await(hung.entered);
            unit.remove(SHORT).await();
            manager.stop().await();
            assertThat(exits.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(70);
        } finally {
            hung.letGo.countDown();
        }
    }

    /** Whose timers are quicker than whoever arms them. */
    private record Eager(TimeSource real) implements TimeSource {

        @Override
        public Instant now() {
            return real.now();
        }

        @Override
        public long nanos() {
            return real.nanos();
        }

        @Override
        public Timer after(Duration delay, Runnable action) {
            if (delay.isPositive()) {
                return real.after(delay, action);
            }
            CountDownLatch done = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                action.run();
                done.countDown();
            });
            Trial.await(done);
            return () -> false;
        }

        @Override
        public void park(Object blocker, Duration limit) {
            real.park(blocker, limit);
        }
    }

    @Test
    void theProcessIsEndedAlsoWhenThatIsToBeAtOnce() throws Exception {
        BlockingQueue<Integer> exits = new LinkedBlockingQueue<>();
        try (Manager manager = Manager.builder().time(new Eager(TimeSource.system())).processExit(exits::add).build()) {
            manager.start();
            RunnableHandle unit = manager.add(exits("unit", Duration.ZERO, hung));
            Trial.await(hung.entered);
            unit.stop(SHORT).await();
            assertThat(exits.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(70);
        } finally {
            hung.letGo.countDown();
        }
    }

    /** Runs in a process of its own. */
    static final class Doomed {

        private Doomed() {
        }

        public static void main(String[] arguments) throws InterruptedException {
            Manager manager = Manager.create();
            manager.start();
            Trial.Hung hung = new Trial.Hung();
            RunnableHandle unit = manager.add(exits("unit", Duration.ofMillis(50), hung));
            Trial.await(hung.entered);
            unit.stop(SHORT).await();
            hung.hang();
        }
    }

    @Test
    void theProcessReallyEnds() throws Exception {
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-cp",
                System.getProperty("java.class.path"), Doomed.class.getName()).inheritIO().start();
        try {
            assertThat(process.waitFor(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(70);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void policiesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> HangPolicy.exitProcess(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("PT-1S");
        assertThatThrownBy(() -> HangPolicy.exitProcess(Duration.ofDays(366)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("365 days");
        assertThat(HangPolicy.keep().exitAfter()).isNull();
        assertThat(
                RunnableSpec.builder("unit").onHang(HangPolicy.exitProcess(Duration.ZERO)).build().toBuilder().build()
                        .onHang().exitAfter())
                .isEqualTo(Duration.ZERO);
    }
}
