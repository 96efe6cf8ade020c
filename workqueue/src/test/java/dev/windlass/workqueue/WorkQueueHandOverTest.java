package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One queue hands its work to another while both live, and takes it back. Workers come and go. */
@Timeout(60)
class WorkQueueHandOverTest {

    private final VirtualTime time = new VirtualTime();
    private final WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();
    private final WorkQueue<String> successor = WorkQueue.<String>builder("q").time(time).build();

    private static Item<String> next(WorkQueue<String> from) {
        return requireNonNull(from.poll(), "nothing is ready");
    }

    @Test
    void aFrozenQueueDispatchesNothingAndGoesOnToTakeAdds() {
        queue.add("before");
        queue.addAfter("later", Duration.ofSeconds(1));
        assertThat(queue.freeze()).isTrue();
        assertThat(queue.add("meanwhile")).isTrue();
        time.advance(Duration.ofSeconds(2));
        assertThat(queue.poll()).isNull();
        assertThat(queue.sizes().queued()).isEqualTo(3);
        assertThat(queue.thaw(List.of())).isZero();
        assertThat(List.of(next(queue).key(), next(queue).key(), next(queue).key()))
                .containsExactly("before", "meanwhile", "later");
    }

    @Test
    void priorityDueTimeAndFailuresGoAcrossAndComeBack() {
        queue.add("failing", 5);
        queue.retry(next(queue), 5);
        queue.addAfter("later", Duration.ofSeconds(2), -100);
        queue.add("now");
        long start = time.nanos();
        queue.freeze();
        List<QueuedItem<String>> expected = List.of(new QueuedItem<>("now", 0, start, 0),
                new QueuedItem<>("failing", 5, start + 5_000_000, 1),
                new QueuedItem<>("later", -100, start + 2_000_000_000L, 0));
        CarriedWork<String> work = queue.handOver();
        assertThat(work.items()).containsExactlyElementsOf(expected);
        assertThat(queue.sizes().empty()).isTrue();

        successor.freeze(); // gated until the hand-over is complete
        assertThat(successor.restore(work.items())).isEqualTo(3);
        assertThat(successor.poll()).isNull();
        successor.thaw(List.of());
        assertThat(next(successor).key()).isEqualTo("now");

        successor.freeze();
        List<QueuedItem<String>> back = successor.handOver().items();
        assertThat(back).containsExactlyElementsOf(expected);
        assertThat(queue.thaw(back)).isEqualTo(3);
        time.advance(Duration.ofMillis(5));
        Item<String> failing = next(queue);
        assertThat(failing.key()).isEqualTo("failing"); // by its priority
        assertThat(failing.failures()).isEqualTo(1);
        queue.retry(failing);
        time.advance(Duration.ofMillis(9));
        assertThat(next(queue).key()).isEqualTo("now");
        assertThat(queue.poll()).isNull();
        time.advance(Duration.ofMillis(1));
        assertThat(next(queue).failures()).isEqualTo(2);
    }

    @Test
    void whatIsGivenBackBeforeTheHandOverIsPartOfIt() {
        for (String key : List.of("done", "failed", "again", "released", "dirty")) {
            queue.add(key);
        }
        List<Item<String>> items = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            items.add(next(queue));
        }
        queue.add("dirty", 7);
        queue.freeze();
        queue.done(items.get(0));
        assertThat(queue.retry(items.get(1))).isTrue();
        assertThat(queue.retryAfter(items.get(2), Duration.ofMinutes(1))).isTrue();
        assertThat(queue.release(items.get(3))).isTrue();
        queue.done(items.get(4));
        assertThat(queue.handOver().items()).extracting(QueuedItem::key)
                .containsExactly("dirty", "released", "failed", "again");
    }

    /** Whoever does not wait for what is in flight gets those keys too; the run's outcome counts no more. */
    @Test
    void whatIsInFlightAtTheHandOverIsNotRunBesideItself() {
        queue.add("slow");
        Item<String> slow = next(queue);
        queue.addAfter("slow", Duration.ofSeconds(1), 4);
        queue.freeze();
        assertThat(queue.handOver().items()).extracting(QueuedItem::key, QueuedItem::priority)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("slow", 4));
        assertThat(queue.handOver().items()).isEmpty();
        queue.thaw(List.of(new QueuedItem<>("slow", 0, time.nanos(), 3)));
        assertThat(queue.poll()).isNull();
        assertThat(queue.retry(slow)).isFalse();
        Item<String> again = next(queue);
        assertThat(again.failures()).isEqualTo(3);
        assertThat(queue.poll()).isNull();
        queue.done(again);
        assertThat(queue.sizes().empty()).isTrue();
    }

    @Test
    void whatIsAddedForARunThatWasHandedOverIsKept() {
        queue.add("slow");
        Item<String> slow = next(queue);
        queue.freeze();
        queue.handOver();
        queue.add("slow");
        assertThat(queue.release(slow)).isFalse();
        assertThat(queue.handOver().items()).extracting(QueuedItem::key).containsExactly("slow");
        assertThat(queue.sizes().empty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(StopMode.class)
    void aFrozenQueueThatIsShutDownExportsWhatCameMeanwhile(StopMode mode) throws InterruptedException {
        queue.add("a");
        queue.freeze();
        queue.handOver();
        queue.add("meanwhile");
        queue.shutDown(mode);
        assertThat(queue.take()).isNull();
        assertThat(queue.thaw(List.of(new QueuedItem<>("a", 0, 0, 0)))).isZero();
        assertThat(queue.poll()).isNull();
        assertThat(queue.freeze()).isFalse();
        assertThat(queue.export().items()).extracting(QueuedItem::key).containsExactly("meanwhile");
    }

    @Test
    void onlyAFrozenQueueHandsOver() {
        assertThatThrownBy(queue::handOver).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("queue q is not frozen").hasMessageContaining("freeze()");
    }

    @Test
    void aFrozenQueueArmsNoTimerAndAThawedOneDoes() throws InterruptedException {
        queue.addAfter("a", Duration.ofSeconds(1));
        Thread taker = taker(queue, new ConcurrentLinkedQueue<>());
        org.awaitility.Awaitility.await().until(() -> time.armed() == 1);
        queue.freeze();
        assertThat(time.armed()).isZero();
        queue.thaw(List.of());
        org.awaitility.Awaitility.await().until(() -> time.armed() == 1);
        queue.shutDown(StopMode.ABORT);
        taker.join();
    }

    @Test
    void anotherRateLimiterCountsForWhatFailsFromThenOn() {
        queue.add("a");
        queue.add("b");
        queue.retry(next(queue));
        queue.rateLimiter(RateLimiter.exponential(Duration.ofSeconds(1), Duration.ofSeconds(9)));
        queue.retry(next(queue));
        long now = time.nanos();
        queue.freeze();
        assertThat(queue.handOver().items()).extracting(item -> item.dueNanos() - now)
                .containsExactly(5_000_000L, 1_000_000_000L);
    }

    @Test
    void dismissedWorkersGoAndCanBeTakenBackBefore() throws InterruptedException {
        Queue<String> ended = new ConcurrentLinkedQueue<>();
        List<Thread> takers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            takers.add(taker(queue, ended));
        }
        assertThat(queue.dismiss(2)).isZero();
        org.awaitility.Awaitility.await().until(() -> takers.stream().filter(Thread::isAlive).count() == 1);
        queue.add("a");
        org.awaitility.Awaitility.await().until(() -> ended.contains("a"));
        assertThat(queue.dismiss(-2)).isEqualTo(2); // both have gone
        queue.shutDown(StopMode.ABORT);
        for (Thread taker : takers) {
            taker.join();
        }
        WorkQueue<String> busy = WorkQueue.<String>builder("q").time(time).build();
        assertThat(busy.dismiss(3)).isZero();
        assertThat(busy.dismiss(-1)).isZero();
        assertThat(busy.take()).isNull();
        assertThat(busy.take()).isNull();
        assertThat(busy.dismiss(-1)).isEqualTo(1);
        busy.add("a");
        assertThat(requireNonNull(busy.take()).key()).isEqualTo("a");
        busy.dismiss(1);
        assertThat(busy.take()).isNull();
    }

    /** Work goes to and fro between two queues with workers, under adds: nothing is lost, no key runs in both at once. */
    @Test
    void nothingIsLostAndNoKeyRunsTwiceAtOnceWhenWorkGoesToAndFro() throws Exception {
        int keys = 400;
        WorkQueue<Integer> one = WorkQueue.<Integer>builder("one").build();
        WorkQueue<Integer> other = WorkQueue.<Integer>builder("other").build();
        Map<Integer, String> running = new ConcurrentHashMap<>();
        Queue<String> twice = new ConcurrentLinkedQueue<>();
        Map<Integer, AtomicInteger> owed = new ConcurrentHashMap<>();
        CountDownLatch all = new CountDownLatch(keys);
        List<Thread> workers = new ArrayList<>();
        other.freeze();
        for (WorkQueue<Integer> queue : List.of(one, other)) {
            for (int i = 0; i < 4; i++) {
                workers.add(Thread.startVirtualThread(() -> work(queue, running, twice, owed, all)));
            }
        }
        WorkQueue<Integer> open = one;
        WorkQueue<Integer> closed = other;
        for (int key = 0; key < keys; key++) {
            owed.put(key, new AtomicInteger());
            open.add(key, key % 3);
            if (key % 5 == 0) {
                open.addAfter(key, Duration.ofMillis(key % 7), 1);
            }
            if (key % 40 == 39) {
                open.freeze();
                open.awaitIdle();
                CarriedWork<Integer> work = open.handOver();
                assertThat(closed.thaw(work.items())).isEqualTo(work.items().size());
                WorkQueue<Integer> before = open;
                open = closed;
                closed = before;
            }
        }
        assertThat(all.await(30, TimeUnit.SECONDS)).as("all keys ran").isTrue();
        assertThat(twice).isEmpty();
        one.shutDown(StopMode.ABORT);
        other.shutDown(StopMode.ABORT);
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private static void work(WorkQueue<Integer> queue, Map<Integer, String> running, Queue<String> twice,
            Map<Integer, AtomicInteger> owed, CountDownLatch all) {
        try {
            for (Item<Integer> item = queue.take(); item != null; item = queue.take()) {
                String other = running.putIfAbsent(item.key(), queue.name());
                if (other != null) {
                    twice.add(item.key() + " in " + queue.name() + " and " + other);
                }
                Thread.onSpinWait();
                running.remove(item.key());
                if (item.failures() < 2) {
                    queue.retry(item);
                    continue;
                }
                if (requireNonNull(owed.get(item.key())).getAndIncrement() == 0) {
                    all.countDown();
                }
                queue.done(item);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread taker(WorkQueue<String> queue, Queue<String> ended) {
        return Thread.startVirtualThread(() -> {
            try {
                for (Item<String> item = queue.take(); item != null; item = queue.take()) {
                    queue.done(item);
                    ended.add(item.key());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
