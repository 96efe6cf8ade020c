package dev.windlass.benchmarks.measure;

import java.util.concurrent.CountDownLatch;

/**
 * From nothing to all objects in the cache and all reconciled, again and again in one JVM, each time with a fresh manager,
 * operator or client. The first round is the cold one; in the first half of the others the JVM still compiles; then it is warm.
 */
public final class SyncRounds {

    private final int objects;
    private final boolean reconciles;
    private final Contender contender;

    private SyncRounds(int objects, boolean reconciles, Contender contender) {
        this.objects = objects;
        this.reconciles = reconciles;
        this.contender = contender;
    }

    /** What is measured. */
    public interface Contender {

        /**
         * Starts with nothing, and returns when all objects are in the cache.
         *
         * @param left to be counted down by each reconciliation
         * @return ends all that was started
         */
        AutoCloseable start(CountDownLatch left) throws Exception;
    }

    /** Measures one that reconciles. */
    public static void run(int objects, int rounds, Contender contender) throws Exception {
        new SyncRounds(objects, true, contender).run(rounds);
    }

    /** Measures one that has a cache and no controllers. */
    public static void runCacheOnly(int objects, int rounds, Contender contender) throws Exception {
        new SyncRounds(objects, false, contender).run(rounds);
    }

    private void run(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            once(round == 0 ? "" : round <= rounds / 2 ? "early." : "warm.");
        }
    }

    private void once(String prefix) throws Exception {
        boolean cold = prefix.isEmpty();
        long before = cold ? Figures.heap() : 0;
        double cpuBefore = cold ? 0 : Figures.cpuSeconds();
        CountDownLatch left = new CountDownLatch(objects);
        long began = System.nanoTime();
        AutoCloseable started = contender.start(left);
        try {
            Figures.report(prefix + "synced", Figures.millisSince(began), "ms");
            if (reconciles) {
                left.await();
                Figures.report(prefix + "reconciled", Figures.millisSince(began), "ms");
            }
            Figures.report(prefix + "cpu", Figures.cpuSeconds() - cpuBefore, "s");
            if (cold) {
                Figures.report("resident", Figures.residentMegabytes(), "MB");
                Figures.report("threads", Figures.platformThreads(), "");
                Figures.report("bytes", (double) (Figures.heap() - before) / objects, "B");
            }
        } finally {
            started.close();
        }
    }
}
