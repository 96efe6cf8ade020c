package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.benchmarks.measure.StopCycles;
import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.UnitStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.Objects;

/**
 * One idle controller comes and goes beside another that keeps their watch warm: from its add to {@code READY}, from its stop to
 * the report, and what each such cycle leaves behind.
 */
final class ControllerBenchmark<T extends HasMetadata> {

    private final Manager manager;
    private final Class<T> kind;

    private ControllerBenchmark(Manager manager, Class<T> kind) {
        this.manager = manager;
        this.kind = kind;
    }

    static <T extends HasMetadata> void run(Path kubeconfig, Class<T> kind, int cycles) throws Exception {
        try (Manager manager = Manager.create()) {
            manager.add(Cluster.fromKubeconfig("real", kubeconfig));
            manager.start();
            ControllerBenchmark<T> benchmark = new ControllerBenchmark<>(manager, kind);
            benchmark.add("resident").ready().await();
            StopCycles.warm(() -> benchmark.cycles(1).stop[0]);
            int threadsBefore = Figures.virtualThreads();
            long before = Figures.liveBytes();
            benchmark.cycles(cycles).report();
            Figures.report("left.bytes", (double) (Figures.liveBytes() - before) / cycles, "B");
            Figures.report("left.threads", (double) (Figures.virtualThreads() - threadsBefore) / cycles, "");
        }
    }

    private ControllerHandle<T> add(String name) {
        return manager.add(Controller.builder(kind).named(name).reconciler((request, context) -> Result.done())
                .build());
    }

    /** What is measured is the stop of an idle controller. */
    private void awaitIdle(ControllerHandle<T> controller) {
        UnitStatus status;
        do {
            Thread.onSpinWait();
            status = controller.status();
        } while (Objects.requireNonNullElse(status.queued(), 0L)
                + Objects.requireNonNullElse(status.inFlight(), 0L) > 0);
    }

    private Nanos cycles(int count) throws InterruptedException {
        Nanos nanos = new Nanos(count);
        for (int i = 0; i < count; i++) {
            long began = System.nanoTime();
            ControllerHandle<T> controller = add("passing");
            controller.ready().await();
            nanos.ready[i] = System.nanoTime() - began;
            awaitIdle(controller);
            began = System.nanoTime();
            controller.stop().await();
            nanos.stop[i] = System.nanoTime() - began;
            controller.remove().await();
        }
        return nanos;
    }

    private static final class Nanos {

        final long[] ready;
        final long[] stop;

        Nanos(int count) {
            ready = new long[count];
            stop = new long[count];
        }

        void report() {
            Figures.reportQuantiles("ready", ready);
            Figures.reportQuantiles("stop", stop);
        }
    }
}
