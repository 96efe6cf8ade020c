package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;

/** A unit whose generations take the place of each other, for tests of that. */
abstract class Replacing {

    static final ReplaceOptions SOON = ReplaceOptions.defaults().withProbation(Duration.ofMillis(1));

    final Manager manager = Manager.create();
    final BlockingQueue<Generation> generations = new LinkedBlockingQueue<>();
    final List<String> done = new CopyOnWriteArrayList<>();
    final List<CountDownLatch> latches = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        latches.forEach(CountDownLatch::countDown);
        Trial.end(manager);
    }

    CountDownLatch latch() {
        CountDownLatch latch = new CountDownLatch(1);
        latches.add(latch);
        return latch;
    }

    /** One generation of the unit of these tests: gets warm when it is told to, ends when it is told how. */
    final class Generation {

        final RunnableContext context;
        final Keys keys;
        final CountDownLatch warm = latch();
        final CountDownLatch tookOver = latch();
        final BlockingQueue<Optional<RuntimeException>> ends = new LinkedBlockingQueue<>();

        Generation(RunnableContext context) {
            this.context = context;
            this.keys = new Keys(context, key -> done.add(key + " by #" + context.generation()));
        }

        void run() throws Exception {
            context.handsOver(keys);
            generations.add(this);
            if (context.generation() > 1) {
                warm.await();
            }
            keys.take(context.takeOver());
            context.ready();
            tookOver.countDown();
            Thread worker = context.fork("worker", keys::run);
            context.fork("ends", () -> {
                Optional<RuntimeException> how = ends.take();
                if (how.isPresent()) {
                    throw how.get();
                }
            });
            worker.join();
        }
    }

    static RunnableSpec.Builder spec() {
        return RunnableSpec.builder("unit").signalsReadiness(true).warmsUp(true);
    }

    Task task(RunnableSpec spec) {
        return Task.of(spec, context -> new Generation(context).run());
    }

    Generation next() throws InterruptedException {
        Generation next = generations.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a further generation").isNotNull();
        return Objects.requireNonNull(next);
    }

    /** The next generation, when it has taken over. */
    Generation succeeded() throws InterruptedException {
        Generation next = next();
        next.warm.countDown();
        Trial.await(next.tookOver);
        return next;
    }

    RunnableHandle running() throws InterruptedException {
        manager.start();
        RunnableHandle unit = manager.add(task(spec().build()));
        unit.ready().await();
        return unit;
    }
}
