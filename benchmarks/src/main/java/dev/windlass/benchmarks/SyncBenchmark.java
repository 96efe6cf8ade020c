package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.controller.Controller;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From nothing to all objects in the cache and all reconciled, by a reconciler that reads its object from the cache and returns.
 * The first round of a JVM is the cold one, the others run with a fresh manager each in a JVM that is warm.
 */
final class SyncBenchmark {

    private final Path kubeconfig;
    private final int objects;
    private final int workers;

    private SyncBenchmark(Path kubeconfig, int objects, int workers) {
        this.kubeconfig = kubeconfig;
        this.objects = objects;
        this.workers = workers;
    }

    static void run(Path kubeconfig, int objects, int workers, int rounds) throws InterruptedException {
        SyncBenchmark benchmark = new SyncBenchmark(kubeconfig, objects, workers);
        for (int round = 0; round < rounds; round++) {
            benchmark.round(round == 0);
        }
    }

    private void round(boolean cold) throws InterruptedException {
        String prefix = cold ? "" : "warm.";
        long before = cold ? Figures.heap() : 0;
        double cpuBefore = cold ? 0 : Figures.cpuSeconds();
        CountDownLatch left = new CountDownLatch(objects);
        AtomicInteger missing = new AtomicInteger();
        long began = System.nanoTime();
        try (Manager manager = Manager.create()) {
            manager.add(Cluster.fromKubeconfig("real", kubeconfig));
            manager.add(Controller.builder(ConfigMap.class).named("benchmark").workers(workers)
                    .reconciler((request, context) -> reconcile(request, context, left, missing)).build());
            // A controller without a connected cluster is READY too: what is synced is its engagement.
            CountDownLatch engaged = new CountDownLatch(1);
            manager.subscribe(event -> {
                if (event.unit().equals("cluster/real/benchmark") && event.to() == UnitState.READY) {
                    engaged.countDown();
                }
            });
            manager.start();
            engaged.await();
            double synced = Figures.millisSince(began);
            left.await();
            double reconciled = Figures.millisSince(began);
            Figures.report(prefix + "synced", synced, "ms");
            Figures.report(prefix + "reconciled", reconciled, "ms");
            Figures.report(prefix + "cpu", Figures.cpuSeconds() - cpuBefore, "s");
            if (cold) {
                Figures.report("resident", Figures.residentMegabytes(), "MB");
                Figures.report("threads", Figures.platformThreads(), "");
                Figures.report("bytes", (double) (Figures.heap() - before) / objects, "B");
            }
        }
        if (missing.get() > 0) {
            throw new IllegalStateException(missing + " objects were not in the cache when they were reconciled");
        }
    }

    private static Result reconcile(Request<ConfigMap> request, ReconcileContext context, CountDownLatch left,
            AtomicInteger missing) {
        if (context.cache().get(request).isEmpty()) {
            missing.incrementAndGet();
        }
        left.countDown();
        return Result.done();
    }
}
