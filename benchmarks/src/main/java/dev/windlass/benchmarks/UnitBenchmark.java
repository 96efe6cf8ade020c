package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import java.util.concurrent.CountDownLatch;

/** Plain units of a manager: add and start, bytes each, stop of all; and the stop of one idle unit. */
final class UnitBenchmark {

    /** Rounds together start at least so many units, so that the later ones run compiled code. */
    private static final int UNITS_IN_ALL = 1_500_000;
    private static final int FEWEST_ROUNDS = 8;
    private static final int MOST_ROUNDS = 2_000;
    private static final int MEASURED_BYTES = 5;

    private UnitBenchmark() {
    }

    /** The first half of the rounds warms up and is reported apart. */
    static void run(int count) throws InterruptedException {
        int rounds = Math.clamp(UNITS_IN_ALL / count, FEWEST_ROUNDS, MOST_ROUNDS);
        for (int round = 0; round < rounds; round++) {
            timed(count, round < rounds / 2 ? "cold." : "");
        }
        // Apart, since a full collection shrinks the heap: the next round would pay for growing it again.
        for (int round = 0; round < MEASURED_BYTES; round++) {
            weighed(count);
        }
    }

    private static void timed(int count, String prefix) throws InterruptedException {
        String[] names = names(count);
        Manager manager = Manager.create();
        manager.start();
        long began = System.nanoTime();
        add(manager, names);
        Figures.report(prefix + "add-start", (System.nanoTime() - began) / 1e3 / count, "µs");
        began = System.nanoTime();
        manager.close();
        Figures.report(prefix + "stop", Figures.millisSince(began), "ms");
    }

    private static void weighed(int count) throws InterruptedException {
        String[] names = names(count);
        long before = Figures.heap();
        try (Manager manager = Manager.create()) {
            manager.start();
            add(manager, names);
            Figures.report("bytes", (double) (Figures.heap() - before) / count, "B");
        }
    }

    private static String[] names(int count) {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = "unit-" + i;
        }
        return names;
    }

    /** Returns when the code of all has been entered. */
    private static void add(Manager manager, String[] names) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(names.length);
        ManagedRunnable idle = context -> {
            running.countDown();
            context.awaitStop();
        };
        for (String name : names) {
            manager.add(name, idle);
        }
        running.await();
    }

    /** From the stop request of one idle unit among others to its report. */
    static void stopOne() throws InterruptedException {
        int warmup = 5_000;
        long[] samples = new long[20_000];
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
        Figures.reportQuantiles("stop", samples);
    }
}
