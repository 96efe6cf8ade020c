package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.QueueRounds;
import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.WorkQueue;

/** The work queue, with keys as controllers have them. */
final class QueueBenchmark {

    private record Key(String namespace, String name) {
    }

    private record Measured(WorkQueue<Key> queue) implements QueueRounds.Queue<Key> {

        @Override
        public void add(Key key) {
            queue.add(key);
        }

        @Override
        public void finishOne() throws InterruptedException {
            Item<Key> item = queue.take();
            if (item != null) {
                queue.done(item);
            }
        }

        @Override
        public void close() {
            queue.close();
        }
    }

    private QueueBenchmark() {
    }

    static void run(int rounds) throws InterruptedException {
        QueueRounds.run(rounds, name -> new Key("default", name),
                () -> new Measured(WorkQueue.create("benchmark")));
    }
}
