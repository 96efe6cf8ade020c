package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.WorkQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * Add, take and done of distinct keys per second, on 1 and on 8 threads that each do all three in turn; and filling a queue with
 * all keys, then draining it. The first rounds are the cold ones.
 */
final class QueueBenchmark {

    private static final int KEYS = 200_000;
    private static final int COLD_ROUNDS = 5;
    private static final int ROUNDS = 25;

    private record Key(String namespace, String name) {
    }

    private QueueBenchmark() {
    }

    static void run() throws InterruptedException {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(new Key("default", "object-" + i));
        }
        for (int threads : new int[]{1, 8}) {
            for (int round = 0; round < ROUNDS; round++) {
                Figures.report((round < COLD_ROUNDS ? "cold." : "") + "threads-" + threads, round(keys, threads),
                        "ops/s");
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            fillAndDrain(keys.subList(0, KEYS / 2), round < COLD_ROUNDS ? "cold." : "");
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
                finishOne(queue);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void finishOne(WorkQueue<Key> queue) throws InterruptedException {
        Item<Key> item = queue.take();
        if (item != null) {
            queue.done(item);
        }
    }

    private static void fillAndDrain(List<Key> keys, String prefix) throws InterruptedException {
        try (WorkQueue<Key> queue = WorkQueue.create("benchmark")) {
            long began = System.nanoTime();
            keys.forEach(queue::add);
            Figures.report(prefix + "fill", Figures.millisSince(began), "ms");
            began = System.nanoTime();
            for (int i = 0; i < keys.size(); i++) {
                finishOne(queue);
            }
            Figures.report(prefix + "drain", Figures.millisSince(began), "ms");
        }
    }
}
