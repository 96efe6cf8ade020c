package dev.windlass.benchmarks;

import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.WorkQueue;
import java.util.ArrayList;
import java.util.List;

/** Add, take and done of distinct keys per second: best of the rounds, as the Go peer measures it. */
final class QueueBenchmark {

    private static final int ROUNDS = 10;

    private record Key(String namespace, String name) {
    }

    private QueueBenchmark() {
    }

    static void run() throws InterruptedException {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            keys.add(new Key("default", "object-" + i));
        }
        for (int threads : new int[]{1, 8}) {
            double fastest = 0;
            for (int round = 0; round < ROUNDS; round++) {
                fastest = Math.max(fastest, round(keys, threads));
            }
            Figures.report("queue.windlass." + threads, fastest, "ops/s");
        }
    }

    private static double round(List<Key> keys, int threads) throws InterruptedException {
        try (WorkQueue<Key> queue = WorkQueue.create("benchmark")) {
            int share = keys.size() / threads;
            List<Thread> workers = new ArrayList<>();
            long began = System.nanoTime();
            for (int t = 0; t < threads; t++) {
                List<Key> mine = keys.subList(t * share, (t + 1) * share);
                workers.add(Thread.ofPlatform().start(() -> work(queue, mine)));
            }
            for (Thread worker : workers) {
                worker.join();
            }
            return keys.size() / ((System.nanoTime() - began) / 1e9);
        }
    }

    private static void work(WorkQueue<Key> queue, List<Key> keys) {
        try {
            for (Key key : keys) {
                queue.add(key);
                Item<Key> item = queue.take();
                if (item != null) {
                    queue.done(item);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
