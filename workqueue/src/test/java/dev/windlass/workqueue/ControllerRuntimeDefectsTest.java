package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/** Defects of the priority queue of controller-runtime, each with what was broken here to see its test fail. */
@Timeout(60)
class ControllerRuntimeDefectsTest {

    private final VirtualTime time = new VirtualTime();
    private final WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();

    private Item<String> next() {
        return requireNonNull(queue.poll(), "nothing is ready");
    }

    /**
     * controller-runtime: what is ready, waiting or buffered when the queue is shut down is dropped. Seen red: an export that
     * forgot what waits for its time.
     */
    @ParameterizedTest
    @EnumSource
    void whatIsPendingAtTheShutDownIsDropped(StopMode mode) {
        queue.add("ready");
        queue.addAfter("waiting", Duration.ofSeconds(5), 2);
        queue.add("failing");
        Item<String> ready = next();
        queue.retry(next());
        queue.shutDown(mode);
        queue.release(ready);
        int drained = 0;
        for (Item<String> item = queue.poll(); item != null; item = queue.poll()) {
            queue.done(item);
            drained++;
        }
        List<String> exported = queue.export().items().stream().map(QueuedItem::key).toList();
        assertThat(exported).contains("waiting", "failing");
        assertThat(drained + exported.size()).isEqualTo(3);
    }

    /** controller-runtime: a second shut-down of the queue panics. Seen red: a shut-down that refused to be repeated. */
    @ParameterizedTest
    @EnumSource
    void aSecondShutDownPanics(StopMode second) {
        queue.add("a");
        queue.shutDown(StopMode.DRAIN);
        queue.shutDown(second);
        queue.shutDown(second);
        assertThat(queue.add("b")).isFalse();
        queue.close();
        queue.shutDown(second);
        queue.close();
    }

    /**
     * controller-runtime: a worker that waits can be handed an item together with the news of the shut-down, and throws it away. Here
     * it is handed one or the other. Seen red: a close that
     * was refused because the queue was shut down.
     */
    @Test
    void anItemIsHandedOverWithTheNewsOfTheShutDownAndDiscarded() throws Exception {
        for (int i = 0; i < 500; i++) {
            WorkQueue<Integer> one = WorkQueue.create("q");
            int key = i;
            CountDownLatch waits = new CountDownLatch(1);
            CompletableFuture<@Nullable Integer> taken = new CompletableFuture<>();
            Thread worker = Thread.ofVirtual().start(() -> {
                try {
                    waits.countDown();
                    Item<Integer> item = one.take();
                    taken.complete(item == null ? null : item.key());
                    if (item != null) {
                        one.done(item);
                    }
                } catch (InterruptedException e) {
                    taken.completeExceptionally(e);
                }
            });
            waits.await();
            CompletableFuture<Boolean> accepted = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> accepted.complete(one.add(key)));
            one.shutDown(StopMode.HANDOFF);
            Integer got = taken.get(20, TimeUnit.SECONDS);
            worker.join();
            boolean wasAccepted = accepted.get(20, TimeUnit.SECONDS);
            List<Integer> exported = one.export().items().stream().map(QueuedItem::key).toList();
            assertThat((got == null ? 0 : 1) + exported.size()).as("%d is handed over, exported or refused", key)
                    .isEqualTo(wasAccepted ? 1 : 0);
            one.close();
        }
    }

    /**
     * controller-runtime: the rate limiter is asked later, by another goroutine, so that what was retried is not seen to have failed
     * yet. Seen red: a retry that did not count.
     */
    @Test
    void aRetryIsCountedLater() {
        queue.add("a");
        for (int failures = 1; failures <= 4; failures++) {
            queue.retry(next());
            assertThat(queue.sizes().delayed()).isEqualTo(1);
            assertThat(queue.poll()).isNull();
            time.advance(Duration.ofMillis(5L << (failures - 1)));
        }
        queue.shutDown(StopMode.HANDOFF);
        assertThat(queue.export().items()).singleElement()
                .satisfies(item -> assertThat(item.failures()).isEqualTo(4));
    }

    /**
     * controller-runtime: a terminal error leaves the key in the rate limiter, for ever when the object is gone. Here an item that is
     * done has no failures, and no entry. Seen red: an item that was done and kept its failures.
     */
    @Test
    void whatWillNotBeRetriedStaysInTheRateLimiter() {
        for (int i = 0; i < 1_000; i++) {
            queue.add("gone-" + i);
            queue.retry(next());
            time.advance(Duration.ofMillis(5));
            queue.done(next());
        }
        assertThat(queue.sizes().empty()).isTrue();
        assertThat(queue.snapshot().delayed()).isEmpty();
        queue.add("gone-0");
        queue.retry(next());
        time.advance(Duration.ofMillis(5)); // the first delay again
        assertThat(queue.poll()).isNotNull();
    }
}
