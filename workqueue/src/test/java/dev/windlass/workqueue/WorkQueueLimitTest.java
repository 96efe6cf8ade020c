package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class WorkQueueLimitTest {

    private final VirtualTime time = new VirtualTime();
    private final WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();

    private Item<String> next() {
        return requireNonNull(queue.poll(), "nothing is ready");
    }

    @Test
    void noMoreIsDispatchedThanTheLimitAllows() {
        queue.limit(1);
        queue.add("a");
        queue.add("b");
        Item<String> a = next();
        assertThat(queue.poll()).isNull();
        queue.limit(2);
        Item<String> b = next();
        queue.limit(0);
        queue.done(a);
        queue.retry(b);
        queue.add("c");
        assertThat(queue.poll()).isNull();
        assertThat(queue.sizes()).isEqualTo(new QueueSizes(1, 1, 0, 0, 0));
        queue.limit(Integer.MAX_VALUE);
        assertThat(next().key()).isEqualTo("c");
        assertThatThrownBy(() -> queue.limit(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1 keys");
    }

    @Test
    void whatBecomesDueWhileNothingIsDispatchedIsThereAfterwards() {
        queue.limit(0);
        queue.addAfter("later", Duration.ofSeconds(5));
        assertThat(queue.poll()).isNull();
        time.advance(Duration.ofSeconds(5));
        assertThat(queue.poll()).isNull();
        assertThat(queue.sizes().ready()).isEqualTo(1);
        queue.limit(1);
        assertThat(next().key()).isEqualTo("later");
    }

    @Test
    void aDrainKeepsToTheLimitAndWithoutDispatchLeavesEverythingToTheExport() throws InterruptedException {
        queue.add("a");
        queue.add("b");
        queue.limit(1);
        queue.shutDown(StopMode.DRAIN);
        Item<String> a = requireNonNull(queue.take());
        assertThat(queue.take()).isNull(); // a second worker ends, the first goes on
        queue.done(a);
        queue.limit(0);
        assertThat(queue.take()).isNull();
        assertThat(queue.export().items()).extracting(QueuedItem::key).containsExactly("b");
    }

    /** Workers wait, and nobody who could run is left asleep, whatever the limit was in between. */
    @Test
    void waitingWorkersAreWokenWhenThereIsRoom() throws Exception {
        WorkQueue<Integer> real = WorkQueue.<Integer>builder("real").build();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        int keys = 2_000;
        CountDownLatch done = new CountDownLatch(keys);
        List<Thread> workers = new ArrayList<>();
        real.limit(3);
        for (int i = 0; i < 8; i++) {
            workers.add(Thread.startVirtualThread(() -> {
                try {
                    for (Item<Integer> item = real.take(); item != null; item = real.take()) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        running.decrementAndGet();
                        done.countDown();
                        if (item.key() % 7 == 0 && item.failures() == 0) {
                            real.retry(item);
                        } else {
                            real.done(item);
                        }
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (int key = 0; key < keys; key++) {
            real.add(key);
            if (key % 100 == 0) {
                real.limit(key % 300 == 0 ? 0 : 3);
                real.awaitLimit();
            }
        }
        real.limit(3);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isLessThanOrEqualTo(3);
        real.shutDown(StopMode.HANDOFF);
        for (Thread worker : workers) {
            worker.join();
        }
        real.close();
    }

    @Test
    void whoAwaitsTheLimitIsToldWhenWhatIsTooMuchHasEnded() throws Exception {
        queue.add("a");
        queue.add("b");
        Item<String> a = next();
        Item<String> b = next();
        queue.limit(1);
        CountDownLatch holds = new CountDownLatch(1);
        Thread waiter = Thread.startVirtualThread(() -> {
            try {
                queue.awaitLimit();
                holds.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(holds.getCount()).isEqualTo(1);
        queue.done(a);
        waiter.join();
        assertThat(holds.getCount()).isZero();
        queue.done(b);
        queue.awaitLimit();
    }
}
