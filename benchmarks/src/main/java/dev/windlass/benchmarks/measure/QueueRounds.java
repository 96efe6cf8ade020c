package dev.windlass.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Add, take and done of distinct keys per second, on 1 and on 8 threads that each do all three in turn; and filling a queue with
 * keys, then draining it. The first fifth of the rounds are the cold ones.
 *
 * @param <K> the keys
 */
public final class QueueRounds<K> {

    private static final int KEYS = 200_000;

    private final List<K> keys;
    private final Supplier<? extends Queue<K>> queues;

    private QueueRounds(List<K> keys, Supplier<? extends Queue<K>> queues) {
        this.keys = keys;
        this.queues = queues;
    }

    /**
     * What is measured.
     *
     * @param <K> the keys
     */
    public interface Queue<K> extends AutoCloseable {

        /** Adds a key that is not in the queue. */
        void add(K key);

        /** Takes a key and gives it back as done. */
        void finishOne() throws InterruptedException;

        @Override
        void close();
    }

    /** @param key makes a key of an object's name */
    public static <K> void run(int rounds, Function<String, K> key, Supplier<? extends Queue<K>> queues)
            throws InterruptedException {
        List<K> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(key.apply("object-" + i));
        }
        new QueueRounds<>(keys, queues).run(rounds);
    }

    private void run(int rounds) throws InterruptedException {
        int cold = Math.max(1, rounds / 5);
        for (int threads : new int[]{1, 8}) {
            for (int round = 0; round < rounds; round++) {
                Figures.report((round < cold ? "cold." : "") + "threads-" + threads, perSecond(threads), "ops/s");
            }
        }
        for (int round = 0; round < rounds; round++) {
            fillAndDrain(round < cold ? "cold." : "");
        }
    }

    private double perSecond(int threads) throws InterruptedException {
        try (Queue<K> queue = queues.get()) {
            int share = keys.size() / threads;
            List<Thread> workers = new ArrayList<>();
            long began = System.nanoTime();
            for (int t = 0; t < threads; t++) {
                List<K> mine = keys.subList(t * share, (t + 1) * share);
                workers.add(Thread.ofPlatform().start(() -> work(queue, mine)));
            }
            for (Thread worker : workers) {
                worker.join();
            }
            return keys.size() / ((System.nanoTime() - began) / 1e9);
        }
    }

    private static <K> void work(Queue<K> queue, List<K> keys) {
        try {
            for (K key : keys) {
                queue.add(key);
                queue.finishOne();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fillAndDrain(String prefix) throws InterruptedException {
        List<K> half = keys.subList(0, KEYS / 2);
        try (Queue<K> queue = queues.get()) {
            long began = System.nanoTime();
            half.forEach(queue::add);
            Figures.report(prefix + "fill", Figures.millisSince(began), "ms");
            began = System.nanoTime();
            for (int i = 0; i < half.size(); i++) {
                queue.finishOne();
            }
            Figures.report(prefix + "drain", Figures.millisSince(began), "ms");
        }
    }
}
