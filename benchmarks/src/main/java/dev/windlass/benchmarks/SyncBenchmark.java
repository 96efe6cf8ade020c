package dev.windlass.benchmarks;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.kubernetes.HandlerRegistration;
import dev.windlass.kubernetes.InformerLease;
import dev.windlass.kubernetes.Observed;
import dev.windlass.kubernetes.ResourceHandler;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Manager;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** From the start of a fresh manager to all objects in the cache and told to a handler; and what each object keeps. */
final class SyncBenchmark {

    private SyncBenchmark() {
    }

    static void run(Path kubeconfig, int objects) throws InterruptedException {
        long before = Figures.heap();
        long began = System.nanoTime();
        CountDownLatch synced = new CountDownLatch(1);
        CompletableFuture<InformerLease<ConfigMap>> kept = new CompletableFuture<>();
        try (Manager manager = Manager.create()) {
            manager.add(Cluster.fromKubeconfig("real", kubeconfig));
            manager.start();
            Clusters.of(manager).onConnected(connection -> connection.context().add("watcher", context -> {
                InformerLease<ConfigMap> lease = connection.informers().acquire(context, WatchSpec.of(ConfigMap.class));
                kept.complete(lease);
                HandlerRegistration registration = lease.addHandler(new Ignoring());
                if (registration.awaitSynced(Duration.ofMinutes(1))) {
                    synced.countDown();
                }
                context.awaitStop();
            }));
            synced.await();
            Figures.report("sync.informer", Figures.millis(System.nanoTime() - began), "ms");
            Figures.report("sync.informer.bytes", (double) (Figures.heap() - before) / objects, "B");
            int held = kept.join().reader().list().size();
            if (held < objects) {
                throw new IllegalStateException("the cache holds " + held + " objects, not " + objects);
            }
        }
    }

    private static final class Ignoring implements ResourceHandler<ConfigMap> {

        @Override
        public void added(Observed<ConfigMap> now) {
        }

        @Override
        public void updated(Observed<ConfigMap> old, Observed<ConfigMap> now) {
        }

        @Override
        public void deleted(Observed<ConfigMap> last) {
        }
    }
}
