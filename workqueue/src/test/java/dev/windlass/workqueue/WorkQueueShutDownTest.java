package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class WorkQueueShutDownTest {

    private final VirtualTime time = new VirtualTime();
    private final WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();

    private Item<String> next() {
        return requireNonNull(queue.poll(), "nothing is ready");
    }

    @ParameterizedTest
    @EnumSource(StopMode.class)
    void everyAddIsRefusedOnceTheIntakeIsClosed(StopMode mode) {
        queue.shutDown(mode);
        assertThat(queue.add("a")).isFalse();
        assertThat(queue.addAfter("a", Duration.ofSeconds(1))).isFalse();
        assertThat(queue.restore(List.of(new QueuedItem<>("a", 0, 0, 0)))).isZero();
        assertThat(queue.sizes().empty()).isTrue();
    }

    /** controller-runtime's priority queue drops what is pending when it is shut down. */
    @Test
    void aDrainFinishesWhatIsQueued() throws InterruptedException {
        queue.add("a");
        queue.add("b");
        queue.shutDown(StopMode.DRAIN);
        queue.done(requireNonNull(queue.take()));
        queue.done(requireNonNull(queue.take()));
        assertThat(queue.take()).isNull();
        assertThat(queue.sizes().finishedSinceShutDown()).isEqualTo(2);
        assertThat(queue.export().items()).isEmpty();
    }

    @Test
    void aDrainFinishesWhatWasAddedWhileItWasProcessed() {
        queue.add("a");
        Item<String> first = next();
        queue.add("a");
        queue.shutDown(StopMode.DRAIN);
        assertThat(queue.poll()).isNull();
        queue.done(first);
        queue.done(next());
        assertThat(queue.sizes().empty()).isTrue();
    }

    @Test
    void aDrainPromotesNothingAndExportsWhatIsDelayed() {
        queue.addAfter("later", Duration.ofSeconds(2), 3);
        queue.add("failing");
        queue.shutDown(StopMode.DRAIN);
        assertThat(queue.retry(next())).isTrue();
        time.advance(Duration.ofSeconds(10));
        assertThat(queue.poll()).isNull();
        long now = time.nanos();
        assertThat(queue.export().items()).containsExactly(
                new QueuedItem<>("failing", 0, now - 10_000_000_000L + 5_000_000, 1),
                new QueuedItem<>("later", 3, now - 8_000_000_000L, 0));
    }

    @ParameterizedTest
    @EnumSource(value = StopMode.class, names = {"HANDOFF", "ABORT"})
    void aHandOverDispatchesNothingAndExportsEachKeyOnce(StopMode mode) throws InterruptedException {
        queue.add("running");
        Item<String> running = next();
        queue.add("running", 8);
        queue.add("dirtyLater");
        Item<String> dirtyLater = next();
        queue.addAfter("dirtyLater", Duration.ofSeconds(4));
        queue.add("ready", 1);
        queue.addAfter("later", Duration.ofSeconds(1));
        queue.shutDown(mode);
        assertThat(queue.take()).isNull();
        CarriedWork<String> work = queue.export();
        assertThat(work.items()).extracting(QueuedItem::key).containsExactly("dirtyLater", "running", "ready", "later");
        assertThat(work.items()).extracting(QueuedItem::priority).containsExactly(0, 8, 1, 0);
        assertThat(work.count()).isEqualTo(4);
        assertThat(work.sample(2)).containsExactly("dirtyLater", "running");
        assertThat(queue.export().items()).isEmpty();
        queue.done(running);
        assertThat(queue.retry(dirtyLater)).isFalse();
        assertThat(queue.sizes().empty()).isTrue();
    }

    @Test
    void whatEndsBeforeTheExportIsNotExported() {
        queue.add("a");
        queue.add("b");
        queue.add("c");
        Item<String> a = next();
        Item<String> b = next();
        Item<String> c = next();
        queue.shutDown(StopMode.HANDOFF);
        queue.done(a);
        queue.retryAfter(b, Duration.ofSeconds(1));
        queue.release(c);
        assertThat(queue.export().items()).extracting(QueuedItem::key).containsExactly("c", "b");
    }

    @Test
    void aRestoredItemKeepsDueTimePriorityAndFailures() {
        queue.add("failing", 5);
        queue.retry(next());
        queue.addAfter("later", Duration.ofSeconds(2));
        queue.add("now", -100);
        queue.shutDown(StopMode.ABORT);
        WorkQueue<String> successor = WorkQueue.<String>builder("q").time(time).build();
        successor.addAfter("later", Duration.ofSeconds(9));
        CarriedWork<String> work = queue.export();
        assertThat(successor.restore(work.items())).isEqualTo(3);
        Item<String> first = requireNonNull(successor.poll());
        assertThat(first.key()).isEqualTo("now");
        assertThat(first.priority()).isEqualTo(-100);
        assertThat(successor.poll()).isNull();
        time.advance(Duration.ofMillis(5));
        Item<String> second = requireNonNull(successor.poll());
        assertThat(second.key()).isEqualTo("failing");
        assertThat(second.failures()).isEqualTo(1);
        assertThat(second.priority()).isEqualTo(5);
        time.advance(Duration.ofMillis(1995));
        assertThat(requireNonNull(successor.poll()).key()).isEqualTo("later");
    }

    @Test
    void whatCouldRunBeforeAHandOverHasWaitedSinceThenAfterIt() {
        queue.add("a");
        long readySince = time.nanos();
        queue.shutDown(StopMode.HANDOFF);
        CarriedWork<String> work = queue.export();
        time.advance(Duration.ofMinutes(1));
        WorkQueue<String> successor = WorkQueue.<String>builder("q").time(time).build();
        successor.restore(work.items());
        successor.shutDown(StopMode.HANDOFF);
        assertThat(successor.export().items()).singleElement()
                .satisfies(item -> assertThat(item.dueNanos()).isEqualTo(readySince));
    }

    @Test
    void aQueueThatIsShutDownRestoresNothing() {
        queue.add("a");
        queue.add("b");
        CarriedWork<String> work = queue.export();
        assertThat(queue.restore(work.items())).isZero();
        assertThat(queue.sizes().empty()).isTrue();
    }

    /** JOSDK leaves a key "under processing" for ever when its run ends after the stop. */
    @Test
    void aKeyThatIsProcessedAcrossAStopIsNotStuck() {
        queue.add("a");
        Item<String> running = next();
        queue.shutDown(StopMode.HANDOFF);
        CarriedWork<String> work = queue.export();
        WorkQueue<String> successor = WorkQueue.<String>builder("q").time(time).build();
        successor.restore(work.items());
        queue.done(running);
        successor.done(requireNonNull(successor.poll()));
        assertThat(successor.add("a")).isTrue();
        assertThat(successor.poll()).isNotNull();
    }

    /** controller-runtime's priority queue panics on the second shut-down. */
    @Test
    void aShutDownCanBeRepeatedAndCutShort() {
        queue.add("a");
        queue.shutDown(StopMode.DRAIN);
        queue.shutDown(StopMode.DRAIN);
        queue.shutDown(StopMode.ABORT);
        queue.shutDown(StopMode.DRAIN); // too late: nothing is dispatched any more
        assertThat(queue.poll()).isNull();
        assertThat(queue.export().count()).isEqualTo(1);
        queue.close();
        queue.close();
    }

    @Test
    void noTimerIsLeftArmed() throws InterruptedException {
        queue.addAfter("a", Duration.ofSeconds(1));
        Thread taker = Thread.startVirtualThread(() -> {
            try {
                queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        org.awaitility.Awaitility.await().until(() -> time.armed() == 1);
        queue.shutDown(StopMode.DRAIN);
        taker.join();
        assertThat(time.armed()).isZero();
    }
}
