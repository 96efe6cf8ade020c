package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class WorkQueueConcurrencyTest {

    @Test
    void manyProducersAndWorkersLoseNothingAndNeverShareAKey() throws InterruptedException {
        WorkQueue<Integer> queue = WorkQueue.create("q");
        int keys = 500;
        AtomicInteger[] running = new AtomicInteger[keys];
        AtomicInteger[] added = new AtomicInteger[keys];
        AtomicInteger[] seen = new AtomicInteger[keys];
        for (int i = 0; i < keys; i++) {
            running[i] = new AtomicInteger();
            added[i] = new AtomicInteger();
            seen[i] = new AtomicInteger(-1);
        }
        AtomicInteger shared = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int w = 0; w < 16; w++) {
            workers.add(Thread.startVirtualThread(() -> {
                try {
                    for (@Nullable
                    Item<Integer> item = queue.take(); item != null; item = queue.take()) {
                        int key = item.key();
                        if (running[key].incrementAndGet() != 1) {
                            shared.incrementAndGet();
                        }
                        seen[key].set(added[key].get());
                        LockSupport.parkNanos(1);
                        running[key].decrementAndGet();
                        switch (ThreadLocalRandom.current().nextInt(8)) {
                            case 0 -> queue.retry(item);
                            case 1 -> queue.retryAfter(item, Duration.ofMillis(1));
                            case 2 -> queue.release(item);
                            default -> queue.done(item);
                        }
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            producers.add(Thread.startVirtualThread(() -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int i = 0; i < 20_000; i++) {
                    int key = random.nextInt(keys);
                    added[key].incrementAndGet();
                    if (random.nextInt(10) == 0) {
                        queue.addAfter(key, Duration.ofNanos(random.nextInt(2_000_000)), random.nextInt(-1, 2));
                    } else {
                        queue.add(key, random.nextInt(-1, 2));
                    }
                }
            }));
        }
        for (Thread producer : producers) {
            producer.join();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> queue.sizes().empty());
        queue.shutDown(StopMode.DRAIN);
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(shared).hasValue(0);
        for (int i = 0; i < keys; i++) {
            assertThat(seen[i].get()).as("last add that a run of key %s saw", i)
                    .isEqualTo(added[i].get() == 0 ? -1 : added[i].get());
        }
        queue.close();
    }

    @Test
    void aWaitingWorkerIsWokenByAnAddAndByADueTime() throws Exception {
        WorkQueue<String> queue = WorkQueue.<String>builder("q").time(TimeSource.system()).build();
        FutureTask<@Nullable Item<String>> first = new FutureTask<>(queue::take);
        Thread.startVirtualThread(first);
        queue.addAfter("delayed", Duration.ofMillis(20));
        assertThat(first.get()).extracting(Item::key).isEqualTo("delayed");
        FutureTask<@Nullable Item<String>> second = new FutureTask<>(queue::take);
        Thread.startVirtualThread(second);
        queue.add("now");
        assertThat(second.get()).extracting(Item::key).isEqualTo("now");
        queue.close();
    }

    @Test
    void anInterruptedWorkerTakesNothing() throws Exception {
        WorkQueue<String> queue = WorkQueue.create("q");
        FutureTask<@Nullable Item<String>> taken = new FutureTask<>(queue::take);
        Thread worker = Thread.startVirtualThread(taken);
        worker.interrupt();
        assertThatThrownBy(taken::get).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        queue.add("a");
        assertThat(queue.poll()).isNotNull();
        queue.close();
    }

    @Test
    void oneTimerServesAnyNumberOfDelayedKeysAndWorkers() {
        VirtualTime time = new VirtualTime();
        WorkQueue<Integer> queue = WorkQueue.<Integer>builder("q").time(time).build();
        for (int i = 0; i < 1000; i++) {
            queue.addAfter(i, Duration.ofSeconds(10 + i));
        }
        assertThat(time.armed()).as("nobody waits, nobody needs a timer").isZero();
        AtomicInteger taken = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            workers.add(Thread.startVirtualThread(() -> {
                try {
                    for (@Nullable
                    Item<Integer> item = queue.take(); item != null; item = queue.take()) {
                        taken.incrementAndGet();
                        queue.done(item);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        await().until(() -> time.armed() == 1);
        queue.addAfter(5000, Duration.ofSeconds(1));
        assertThat(time.armed()).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        await().until(() -> taken.get() == 1 && time.armed() == 1);
        time.advance(Duration.ofHours(1));
        await().until(() -> taken.get() == 1001);
        queue.shutDown(StopMode.DRAIN);
        await().until(() -> workers.stream().noneMatch(Thread::isAlive));
        assertThat(time.armed()).isZero();
    }

    @Test
    void aBusyWorkerKeepsNoDueKeyFromAnIdleOne() throws InterruptedException {
        VirtualTime time = new VirtualTime();
        WorkQueue<String> queue = WorkQueue.<String>builder("q").time(time).build();
        queue.addAfter("first", Duration.ofSeconds(1));
        queue.addAfter("second", Duration.ofSeconds(2));
        List<String> taken = new CopyOnWriteArrayList<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            // Each takes one key and never gives it back: it is busy from then on.
            workers.add(Thread.startVirtualThread(() -> {
                try {
                    taken.add(requireNonNull(queue.take()).key());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        await().until(() -> workers.stream().allMatch(worker -> worker.getState() == Thread.State.WAITING));
        time.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(taken).containsExactly("first"));
        time.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(taken).containsExactly("first", "second"));
        for (Thread worker : workers) {
            worker.join();
        }
        queue.close();
    }
}
