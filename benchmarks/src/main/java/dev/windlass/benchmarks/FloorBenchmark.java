package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.benchmarks.measure.StopCycles;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * What the JVM itself asks for units: named virtual threads, parked, each with one small object; no registry, no report. Nothing
 * on this JVM can be cheaper.
 */
final class FloorBenchmark {

    private FloorBenchmark() {
    }

    private static final class Bare {

        private final CountDownLatch running;
        private volatile boolean stopped;

        Bare(CountDownLatch running) {
            this.running = running;
        }

        void run() {
            running.countDown();
            while (!stopped) {
                LockSupport.park(this);
            }
        }
    }

    /** In as many rounds as Windlass's own units. */
    static void run(int count, int inAll) throws InterruptedException {
        int rounds = UnitBenchmark.rounds(count, inAll);
        for (int round = 0; round < rounds + UnitBenchmark.weighings(rounds); round++) {
            once(count, round < rounds / 2 ? "cold." : "", round >= rounds);
        }
    }

    private static void once(int count, String prefix, boolean measureBytes) throws InterruptedException {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = "unit-" + i;
        }
        long before = measureBytes ? Figures.heap() : 0;
        CountDownLatch running = new CountDownLatch(count);
        Bare[] bare = new Bare[count];
        Thread[] threads = new Thread[count];
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            Bare one = new Bare(running);
            bare[i] = one;
            threads[i] = Thread.ofVirtual().name(names[i]).start(one::run);
        }
        running.await();
        if (measureBytes) {
            Figures.report("bytes", (double) (Figures.heap() - before) / count, "B");
        } else {
            Figures.report(prefix + "add-start", (System.nanoTime() - began) / 1e3 / count, "µs");
        }
        began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            bare[i].stopped = true;
            LockSupport.unpark(threads[i]);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!measureBytes) { // after a full collection the heap is small, and would have to grow again
            Figures.report(prefix + "stop", Figures.millisSince(began), "ms");
        }
    }

    /** One parked thread is told to end, and awaited. */
    static void stopOne(int cycles) throws Exception {
        StopCycles.run(cycles, () -> {
            CountDownLatch running = new CountDownLatch(1);
            Bare bare = new Bare(running);
            Thread thread = Thread.ofVirtual().name("idle").start(bare::run);
            running.await();
            long began = System.nanoTime();
            bare.stopped = true;
            LockSupport.unpark(thread);
            thread.join();
            return System.nanoTime() - began;
        });
    }
}
