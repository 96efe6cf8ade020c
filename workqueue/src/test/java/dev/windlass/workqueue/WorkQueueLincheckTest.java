package dev.windlass.workqueue;

import dev.windlass.lifecycle.StopMode;
import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every interleaving that Lincheck tries has a sequential explanation. */
@Param(name = "key", gen = IntGen.class, conf = "1:2")
public class WorkQueueLincheckTest {

    private final WorkQueue<Integer> queue = WorkQueue.<Integer>builder("q").time(new VirtualTime()).build();
    /** What each thread has taken and not given back: no thread touches another's. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private final @Nullable Item<Integer>[] held = new Item[8];

    @Operation
    public boolean add(@Param(name = "key") int key) {
        return queue.add(key);
    }

    @Operation
    public boolean addWithPriority(@Param(name = "key") int key) {
        return queue.add(key, 1);
    }

    @Operation
    public boolean addAfter(@Param(name = "key") int key) {
        return queue.addAfter(key, Duration.ofSeconds(1));
    }

    @Operation
    public @Nullable Integer poll(@Param(gen = ThreadIdGen.class) int thread) {
        if (held[thread] != null) {
            return null;
        }
        Item<Integer> item = queue.poll();
        held[thread] = item;
        return item == null ? null : item.key();
    }

    @Operation
    public boolean done(@Param(gen = ThreadIdGen.class) int thread) {
        Item<Integer> item = held[thread];
        held[thread] = null;
        if (item != null) {
            queue.done(item);
        }
        return item != null;
    }

    @Operation
    public boolean retry(@Param(gen = ThreadIdGen.class) int thread) {
        Item<Integer> item = held[thread];
        held[thread] = null;
        return item != null && queue.retry(item);
    }

    @Operation
    public boolean release(@Param(gen = ThreadIdGen.class) int thread) {
        Item<Integer> item = held[thread];
        held[thread] = null;
        return item != null && queue.release(item);
    }

    @Operation
    public String sizes() {
        return queue.sizes().toString();
    }

    @Operation
    public boolean freeze() {
        return queue.freeze();
    }

    @Operation
    public String handOver() {
        try {
            return queue.handOver().items().stream().map(QueuedItem::key).sorted().toList().toString();
        } catch (IllegalStateException notFrozen) {
            return "not frozen";
        }
    }

    @Operation
    public int thaw(@Param(name = "key") int key) {
        return queue.thaw(List.of(new QueuedItem<>(key, 0, 0, 1)));
    }

    @Operation
    public void drain() {
        queue.shutDown(StopMode.DRAIN);
    }

    @Operation
    public int export() {
        return queue.export().items().size();
    }

    @Test
    void everyInterleavingOfFewStepsIsLinearizable() {
        new ModelCheckingOptions().iterations(30).invocationsPerIteration(100).threads(2).actorsPerThread(3)
                .check(getClass());
    }

    @Test
    void stressIsLinearizable() {
        new StressOptions().iterations(10).invocationsPerIteration(300).threads(3).actorsPerThread(3)
                .check(getClass());
    }
}
