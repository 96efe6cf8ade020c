package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.benchmarks.measure.StopCycles;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import java.util.concurrent.CountDownLatch;

/** Plain units of a manager: add and start, bytes each, stop of all; and the stop of one idle unit. */
final class UnitBenchmark {

    private static final int FEWEST_ROUNDS = 2;
    private static final int MOST_ROUNDS = 2_000;
    private static final int MOST_WEIGHINGS = 5;

    private UnitBenchmark() {
    }

    /**
     * The first half of the rounds warms up and is reported apart.
     *
     * @param inAll how many units the rounds start together: enough, and the later ones run compiled code
     */
    static void run(int count, int inAll) throws InterruptedException {
        int rounds = rounds(count, inAll);
        for (int round = 0; round < rounds; round++) {
            timed(count, round < rounds / 2 ? "cold." : "");
        }
        // Apart, since a full collection shrinks the heap: the next round would pay for growing it again.
        for (int round = 0; round < weighings(rounds); round++) {
            weighed(count);
        }
    }

    static int rounds(int count, int inAll) {
        return Math.clamp(inAll / count, FEWEST_ROUNDS, MOST_ROUNDS);
    }

    static int weighings(int rounds) {
        return Math.min(MOST_WEIGHINGS, rounds / 2);
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
    static void stopOne(int cycles) throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            StopCycles.run(cycles, () -> {
                RunnableHandle handle = manager.add("idle", RunnableContext::awaitStop);
                handle.ready().await();
                long began = System.nanoTime();
                handle.stop().await();
                long took = System.nanoTime() - began;
                handle.remove().await();
                return took;
            });
        }
    }
}
