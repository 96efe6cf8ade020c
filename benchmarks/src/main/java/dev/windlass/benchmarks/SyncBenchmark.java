package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.SyncRounds;
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

/** From nothing to all objects in the cache and all reconciled, by a reconciler that reads its object from the cache and returns. */
final class SyncBenchmark {

    private SyncBenchmark() {
    }

    static void run(Path kubeconfig, int objects, int workers, int rounds) throws Exception {
        SyncRounds.run(objects, rounds, left -> start(kubeconfig, workers, left));
    }

    private static AutoCloseable start(Path kubeconfig, int workers, CountDownLatch left) throws InterruptedException {
        AtomicInteger missing = new AtomicInteger();
        Manager manager = Manager.create();
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
        return () -> {
            manager.close();
            if (missing.get() > 0) {
                throw new IllegalStateException(missing + " objects were not in the cache when they were reconciled");
            }
        };
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
