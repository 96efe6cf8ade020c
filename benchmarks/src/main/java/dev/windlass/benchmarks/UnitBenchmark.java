package dev.windlass.benchmarks;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import java.util.concurrent.CountDownLatch;

/** Plain units of a manager: add and start, bytes each, stop of all; and the stop of one idle unit. */
final class UnitBenchmark {

    private static final int ROUNDS = 5;

    private UnitBenchmark() {
    }

    static void run(int count) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            once(count);
        }
        stopOne();
    }

    private static void once(int count) throws InterruptedException {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = "unit-" + i;
        }
        Manager manager = Manager.create();
        manager.start();
        CountDownLatch running = new CountDownLatch(count);
        long before = Figures.heap();
        long began = System.nanoTime();
        for (String name : names) {
            manager.add(name, context -> {
                running.countDown();
                context.awaitStop();
            });
        }
        running.await();
        Figures.report("units.add-start", (double) (System.nanoTime() - began) / count, "ns");
        Figures.report("units.bytes", (double) (Figures.heap() - before) / count, "B");
        began = System.nanoTime();
        manager.close();
        Figures.report("units.stop-all", Figures.millis(System.nanoTime() - began), "ms");
    }

    private static void stopOne() throws InterruptedException {
        int warmup = 2_000;
        long[] samples = new long[10_000];
        try (Manager manager = Manager.create()) {
            manager.start();
            for (int i = -warmup; i < samples.length; i++) {
                RunnableHandle handle = manager.add("idle", RunnableContext::awaitStop);
                handle.ready().await();
                long began = System.nanoTime();
                handle.stop().await();
                if (i >= 0) {
                    samples[i] = System.nanoTime() - began;
                }
                handle.remove().await();
            }
        }
        Figures.report("units.stop-idle.p50", Figures.quantile(samples, 0.5) / 1e3, "µs");
        Figures.report("units.stop-idle.p99", Figures.quantile(samples, 0.99) / 1e3, "µs");
    }
}
