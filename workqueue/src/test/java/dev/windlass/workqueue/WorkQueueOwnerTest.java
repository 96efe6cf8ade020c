package dev.windlass.workqueue;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A queue goes with the generation of the unit that it belongs to, also when a thread of that does not. */
@Timeout(60)
class WorkQueueOwnerTest {

    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CompletableFuture<WorkQueue<String>> made = new CompletableFuture<>();
    private final CompletableFuture<RunnableContext> seen = new CompletableFuture<>();

    private void run(RunnableContext context) {
        WorkQueue<String> queue = WorkQueue.<String>builder("q").owner(context).build();
        seen.complete(context);
        made.complete(queue);
        while (letGo.getCount() > 0) {
            Thread.onSpinWait(); // deaf to interrupts
        }
    }

    @Test
    void aThreadThatOutlivesTheGenerationCannotUseItsQueue() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", this::run);
            WorkQueue<String> queue = made.get(20, TimeUnit.SECONDS);
            queue.add("a");
            queue.add("b");
            Item<String> taken = Objects.requireNonNull(queue.poll());
            assertThat(unit.stop(StopOptions.drain(Duration.ofMillis(30))).await().outcome())
                    .isEqualTo(StopOutcome.QUARANTINED);
            assertThatThrownBy(() -> queue.add("c")).isInstanceOf(RevokedException.class)
                    .hasMessageContaining("queue q").hasMessageContaining("unit#1");
            assertThatThrownBy(() -> queue.addAfter("c", Duration.ofSeconds(1))).isInstanceOf(RevokedException.class);
            assertThatThrownBy(() -> queue.restore(List.of())).isInstanceOf(RevokedException.class);
            assertThatThrownBy(queue::take).isInstanceOf(RevokedException.class);
            assertThatThrownBy(queue::poll).isInstanceOf(RevokedException.class);
            queue.retry(taken); // gives up what it holds
            assertThat(queue.export().items()).extracting(QueuedItem::key).containsExactlyInAnyOrder("a", "b");
            RunnableContext context = seen.get(20, TimeUnit.SECONDS);
            PrometheusRegistry registry = new PrometheusRegistry();
            WorkQueueMetrics metrics = WorkQueueMetrics.register(registry);
            assertThatThrownBy(() -> WorkQueue.<String>builder("late").owner(context).metrics(metrics).build())
                    .isInstanceOf(RevokedException.class);
            assertThat(registry.scrape().stream().flatMap(meter -> meter.getDataPoints().stream()))
                    .as("meters of a queue that was not made").isEmpty();
        } finally {
            letGo.countDown();
        }
    }

    @Test
    void aQueueOfNobodyRefusesWithoutAnException() throws Exception {
        WorkQueue<String> queue = WorkQueue.create("q");
        queue.close();
        assertThat(queue.add("a")).isFalse();
        assertThat(queue.take()).isNull();
        assertThat(queue.poll()).isNull();
    }
}
