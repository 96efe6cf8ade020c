package dev.windlass.docs;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.FailurePolicy;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.HangPolicy;
import dev.windlass.lifecycle.InFlight;
import dev.windlass.lifecycle.InMemoryElection;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.LeadershipStatus;
import dev.windlass.lifecycle.Leftover;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.Subscription;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@code docs/lifecycle.md} shows compiles, runs, does what the page says, and is what stands here. */
@Timeout(60)
class LifecyclePageTest extends RunPage {

    LifecyclePageTest() {
        super("lifecycle.md");
    }

    private void until(RunnableHandle unit, UnitState state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> unit.state() == state);
    }

    @Test
    void thePageHasEveryStateAndEveryTransition() {
        Map<String, String> written = page.table("State").stream()
                .collect(Collectors.toMap(row -> row.get(0).replace("`", ""), row -> row.get(2).replace("`", "")));
        assertThat(written.keySet()).isEqualTo(Arrays.stream(UnitState.values()).map(UnitState::name)
                .collect(Collectors.toCollection(TreeSet::new)));
        for (UnitState from : UnitState.values()) {
            String next = Arrays.stream(UnitState.values()).filter(from::canBecome).map(UnitState::name)
                    .collect(Collectors.joining(", "));
            assertThat(written.get(from.name())).as("what follows %s", from).isEqualTo(next);
        }
    }

    @Test
    void thePageHasEveryReason() {
        assertThat(page.table("Reason").stream().map(row -> row.get(0).replace("`", "")))
                .containsExactlyElementsOf(Arrays.stream(Reason.values()).map(Reason::name).toList());
    }

    @Test
    void tenLines() throws Exception {
        // code: ten-lines
        RunnableHandle ticker = manager.add("ticker", context -> {
            while (context.sleep(Duration.ofSeconds(1))) {
                print("tick");
            }
        });
        ticker.ready().await();
        StopReport report = ticker.stop().await();
        print(report); // ticker#1 stopped in 0.4 ms, nothing left
        // end
        assertThat(log.getLast()).startsWith("ticker#1 stopped in ").endsWith(" ms, nothing left");
    }

    /** Stands for something that blocks in I/O and ends when it is closed, not when its thread is interrupted. */
    private static final class Connection implements Closeable {

        private final CountDownLatch closed = new CountDownLatch(1);

        String read() throws IOException {
            while (true) {
                try {
                    closed.await();
                    throw new IOException("closed");
                } catch (InterruptedException e) {
                    // It is deaf to this, like a socket.
                }
            }
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void blockingCallsThatDoNotListen() throws Exception {
        // code: deaf
        RunnableHandle reader = manager.add("reader", context -> {
            Connection connection = context.own("connection", "upstream", new Connection());
            context.stopping().onSet(connection::close); // wakes the read, which an interrupt would not
            while (!context.stopping().isSet()) {
                try {
                    print(connection.read());
                } catch (IOException e) {
                    if (!context.stopping().isSet()) {
                        throw e; // a failure; the same exception after a stop is none
                    }
                }
            }
        });
        // end
        reader.ready().await();
        StopReport report = reader.stop().await();
        assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
        assertThat(report.clean()).isTrue();
    }

    // code: carry-over
    /** Orders that wait. */
    record Orders(List<String> waiting) implements CarryOver {

        @Override
        public long count() {
            return waiting.size();
        }

        @Override
        public List<String> sample(int max) {
            return waiting.stream().limit(max).toList();
        }
    }

    /** Works off orders; leaves to its next generation what it could not finish. */
    static final class Shop implements ManagedRunnable {

        private final BlockingQueue<String> intake;

        Shop(BlockingQueue<String> intake) {
            this.intake = intake;
        }

        @Override
        public void run(RunnableContext context) throws Exception {
            List<String> mine = new ArrayList<>();
            if (context.carryOver().orElse(null) instanceof Orders left) {
                mine.addAll(left.waiting());
            }
            try {
                while (!context.stopping().isSet()) {
                    mine.add(intake.take());
                }
            } catch (InterruptedException e) {
                // The stop: a unit that does not say that it drains is cancelled at once.
            } finally {
                context.carryOver(new Orders(List.copyOf(mine)));
            }
        }
    }
    // end

    @Test
    void workThatIsLeftToTheNextGeneration() throws Exception {
        BlockingQueue<String> intake = new LinkedBlockingQueue<>(List.of("one", "two"));
        // code: left
        RunnableHandle shop = manager.add(Task.each(RunnableSpec.named("shop"), () -> new Shop(intake)));
        shop.ready().await();
        Awaitility.await().until(intake::isEmpty);
        print(shop.stop().await().carriedOver()); // 2
        shop.start().await(); // finds them
        StopReport removal = shop.remove().await();
        print(removal.discarded() + " given up: " + removal.discardedSample()); // 2 given up: [one, two]
        // end
        assertThat(log).containsExactly("2", "2 given up: [one, two]");
    }

    private static final Queue<String> LETTERS = new ConcurrentLinkedQueue<>();

    private static void connect() {
        LETTERS.clear();
    }

    // code: handover
    /** Sends letters, and hands those that wait to the generation that replaces it. */
    static final class Mailer implements ManagedRunnable, Handover {

        private final Deque<String> waiting = new ArrayDeque<>();
        private boolean frozen;

        @Override
        public void run(RunnableContext context) throws Exception {
            context.handsOver(this);
            connect(); // takes its time: the generation before goes on sending meanwhile
            thaw(context.takeOver().orElse(null));
            context.carryOver(null); // the letters are here now
            context.ready();
            try {
                while (true) {
                    sendNext();
                }
            } finally {
                context.carryOver(freeze());
            }
        }

        private synchronized void sendNext() throws InterruptedException {
            while (frozen || waiting.isEmpty()) {
                wait();
            }
            LETTERS.add(waiting.remove());
        }

        @Override
        public synchronized CarryOver freeze() {
            frozen = true; // what is being sent holds the monitor, so that it is awaited
            Orders left = new Orders(List.copyOf(waiting));
            waiting.clear();
            return left;
        }

        @Override
        public synchronized void thaw(@Nullable CarryOver back) {
            if (back instanceof Orders orders) {
                waiting.addAll(orders.waiting());
            }
            frozen = false;
            notifyAll();
        }
        // end
    }

    @Test
    void aUnitThatIsReplaced() throws Exception {
        // code: replace
        RunnableSpec spec = RunnableSpec.builder("mailer").signalsReadiness(true).warmsUp(true).build();
        RunnableHandle mailer = manager.add(Task.each(spec, Mailer::new));
        mailer.ready().await();
        ReplaceReport report = mailer.replace(Task.each(spec.toBuilder().label("version", "2").build(), Mailer::new),
                ReplaceOptions.defaults().withProbation(Duration.ofMillis(10))).await();
        print(report); // mailer#1 → #2 replaced (warm)
        // end
        assertThat(log).containsExactly("mailer#1 → #2 replaced (warm)");
        assertThat(mailer.status().labels()).containsEntry("version", "2");
    }

    @Test
    void aUnitThatIsReconfigured() throws Exception {
        // code: reconfigure
        RunnableSpec declared = RunnableSpec.builder("ticker").signalsReadiness(true).build();
        RunnableHandle ticker = manager.add(Task.of(declared, context -> {
            context.onReconfigure((spec, unit) -> print("now " + spec.labels()));
            context.ready(); // only now, so that it is told of each change
            context.awaitStop();
        }));
        ticker.ready().await();
        UnitStatus status = ticker.reconfigure(spec -> spec.label("team", "shop").priority(PriorityClass.CRITICAL))
                .await();
        print(status.id() + " has revision " + status.revision()); // ticker#1 has revision 2
        // end
        assertThat(log).containsExactly("now {team=shop}", "ticker#1 has revision 2");
    }

    @Test
    void aUnitThatDrains() throws Exception {
        BlockingQueue<String> queue = new LinkedBlockingQueue<>(List.of("a", "b", "c"));
        // code: drain
        RunnableSpec spec = RunnableSpec.builder("worker")
                .drains(true) // a stop tells first, and cancels when the in-flight share of the budget has passed
                .stop(StopOptions.drain(Duration.ofSeconds(10)))
                .build();
        RunnableHandle worker = manager.add(Task.of(spec, context -> {
            context.awaitStop();
            for (String item = queue.poll(); item != null; item = queue.poll()) {
                try (InFlight _ = context.inFlight("request", "PUT orders/" + item, true)) {
                    print("sent " + item);
                }
                context.account().drained(1);
            }
        }));
        worker.ready().await();
        print(worker.stop().await()); // worker#1 stopped in 0.9 ms, 3 drained, nothing left
        // end
        assertThat(log).startsWith("sent a", "sent b", "sent c");
        assertThat(log.getLast()).contains(" ms, 3 drained, nothing left");
    }

    @Test
    void aScopeAndWhatIsInside() throws Exception {
        // code: scope
        RunnableHandle region = manager.add(Task.of(RunnableSpec.builder("region").signalsReadiness(true).build(),
                context -> {
                    RunnableHandle store = context.add("store", RunnableContext::awaitStop);
                    context.add(Task.of(RunnableSpec.builder("index").dependsOn("region/store").build(),
                            RunnableContext::awaitStop)).ready().await();
                    print(store.name()); // region/store
                    context.ready();
                    context.awaitStop();
                }));
        region.ready().await();
        StopReport report = region.stop().await();
        report.children().forEach(child -> print(child.unit())); // region/index, then region/store
        // end
        assertThat(log).containsExactly("region/store", "region/index", "region/store");
    }

    @Test
    void aUnitThatHangs() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle stubborn = manager.add("stubborn", context -> {
            while (letGo.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        stubborn.ready().await();
        // code: hung
        StopReport report = stubborn.stop(StopOptions.drain(Duration.ofMillis(150))).await();
        print(report.outcome()); // QUARANTINED
        for (Leftover left : report.leftovers()) {
            print(left + "\n" + left.detail()); // thread stubborn#1, and where it stands
        }
        stubborn.start(); // the name is free at once: a new generation
        // end
        assertThat(log.get(0)).isEqualTo("QUARANTINED");
        assertThat(log.get(1)).startsWith("thread stubborn#1\nat ").contains("LifecyclePageTest");
        letGo.countDown();
        until(stubborn, UnitState.COMPLETED);
    }

    @Test
    void pausing() throws Exception {
        // code: pause
        RunnableSpec spec = RunnableSpec.builder("ticker").signalsReadiness(true).build();
        RunnableHandle ticker = manager.add(Task.of(spec, context -> {
            AtomicBoolean paused = new AtomicBoolean();
            context.pausable(new Suspension() {

                @Override
                public void begin() {
                    paused.set(true);
                }

                @Override
                public void end() {
                    paused.set(false);
                }
            });
            context.ready();
            while (context.sleep(Duration.ofMillis(1))) {
                if (!paused.get()) {
                    print("tick");
                }
            }
        }));
        ticker.ready().await();
        UnitStatus status = ticker.pause().await();
        print(status.state() + " " + status.desiredPaused()); // PAUSED true
        ticker.restart().await(); // is still to be paused
        ticker.resume().await();
        // end
        assertThat(log).contains("PAUSED true");
        assertThat(ticker.generation()).isEqualTo(2);
        until(ticker, UnitState.READY);
    }

    /** Something that can be used elsewhere. */
    interface Mails {

        void send(String to);
    }

    @Test
    void aUnitThatWorksOnKeys() throws Exception {
        Mails mails = to -> print("sent to " + to);
        // code: claims
        RunnableSpec spec = RunnableSpec.builder("newsletter")
                .onHang(HangPolicy.exitProcess(Duration.ofMinutes(5))) // the default is to keep its threads
                .build();
        RunnableHandle newsletter = manager.add(Task.of(spec, context -> {
            Mails mine = context.revocable(Mails.class, mails); // refuses when this generation is over
            Optional<Registration> claim = context.claim("alice");
            if (claim.isPresent()) {
                try (Registration _ = claim.get()) {
                    mine.send("alice");
                }
            } else {
                print("an earlier generation is still at it");
            }
        }));
        // end
        until(newsletter, UnitState.COMPLETED);
        assertThat(log).containsExactly("sent to alice");
        assertThat(newsletter.claimedKeys()).isEmpty();
    }

    @Test
    void aUnitForALeader() throws Exception {
        // code: leader
        InMemoryElection election = InMemoryElection.named("shop"); // one for the managers of a process, and for tests
        Manager shop = Manager.builder()
                .elector(election.elector("pod-1"))
                .onLeadershipLost(OnLeadershipLost.STEP_DOWN) // the default is to stop the manager
                .build();
        RunnableSpec spec = RunnableSpec.builder("billing").leadership(Leadership.LEADER).build();
        RunnableHandle billing = shop.add(Task.of(spec, context -> {
            while (!context.stopping().isSet()) {
                try (InFlight request = context.inFlight("request", "POST invoices", true)) { // throws when it does not lead
                    request.sending(); // asks once more, right before the bytes go out
                    print("sent");
                }
                context.sleep(Duration.ofMinutes(1));
            }
        }));
        shop.start();
        billing.ready().await();
        LeadershipStatus status = shop.leadership().orElseThrow();
        print(status.holder() + " leads " + status.election()); // pod-1 leads shop
        // end
        shop.close();
        assertThat(log).contains("pod-1 leads shop");
    }

    @Test
    void listening() throws Exception {
        List<UnitEvent> events = new CopyOnWriteArrayList<>();
        // code: events
        Subscription subscription = manager.subscribe(event -> {
            print(event.unit() + "#" + event.generation() + " " + event.from() + " → " + event.to());
            events.add(event);
        });
        // end
        manager.add("unit", RunnableContext::awaitStop).ready().await();
        Awaitility.await().until(() -> !events.isEmpty() && events.getLast().to() == UnitState.READY);
        assertThat(log.getLast()).matches("unit#1 (null|STARTING) → READY"); // told as the state or as a transition
        subscription.close();
    }

    @Test
    void aUnitThatGoesOnWithAnotherGeneration() throws Exception {
        CountDownLatch fail = new CountDownLatch(1);
        manager.add(Task.of(RunnableSpec.builder("database").restart(RestartPolicy.onFailure()).build(), context -> {
            if (context.generation() == 1) {
                fail.await();
                throw new IOException("connection reset");
            }
            context.awaitStop();
        }));
        // code: rebind
        RunnableSpec spec = RunnableSpec.builder("reports").dependsOn("database").signalsReadiness(true).build();
        RunnableHandle reports = manager.add(Task.of(spec, context -> {
            context.onRebind(database -> print(context.id() + " goes on with " + database.status().id()));
            context.ready();
            context.awaitStop();
        }));
        // end
        reports.ready().await();
        fail.countDown();
        Awaitility.await().until(() -> !log.isEmpty());
        assertThat(log).containsExactly("reports#1 goes on with database#2");
        until(reports, UnitState.READY);
    }

    @Test
    void aUnitThatIsRestarted() throws Exception {
        // code: restart
        RunnableHandle flaky = manager.add(Task.of(
                RunnableSpec.builder("flaky").restart(RestartPolicy.onFailure()).build(),
                context -> {
                    if (context.generation() == 1) {
                        throw new IOException("connection refused");
                    }
                    context.awaitStop();
                }));
        // end
        until(flaky, UnitState.BACKOFF);
        assertThat(flaky.status().message())
                .startsWith("java.io.IOException: connection refused; failure 1 of 5 in a row; tries again at ");
        Awaitility.await().until(() -> flaky.generation() == 2);
        assertThat(flaky.ready().await().restarts()).isEqualTo(1);
    }

    @Test
    void whatFollowsAFailure() {
        // code: failure
        RunnableHandle optional = manager.add(Task.of(
                RunnableSpec.builder("optional").onFailure(FailurePolicy.ISOLATE).build(),
                context -> {
                    throw new IOException("disk full");
                }));
        // end
        until(optional, UnitState.FAILED);
        assertThat(optional.status().lastError()).isEqualTo("java.io.IOException: disk full");
        assertThat(manager.stopping()).isFalse();
    }
}
