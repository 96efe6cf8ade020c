package dev.windlass.peers;

import dev.windlass.benchmarks.measure.Figures;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The same work as Windlass's own programs do, on the Java Operator SDK. */
public final class Josdk {

    private Josdk() {
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "sync" -> {
                for (int round = 0; round < Integer.parseInt(arguments[4]); round++) {
                    sync(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), round == 0);
                }
            }
            case "controller" -> stop(arguments[1], Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(
                    "usage: sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0);
    }

    @ControllerConfiguration
    private static final class Counting implements Reconciler<ConfigMap> {

        private final CountDownLatch left;

        Counting(CountDownLatch left) {
            this.left = left;
        }

        @Override
        public UpdateControl<ConfigMap> reconcile(ConfigMap object, Context<ConfigMap> context) {
            left.countDown();
            return UpdateControl.noUpdate();
        }
    }

    @ControllerConfiguration
    private static final class Idle implements Reconciler<Namespace> {

        @Override
        public UpdateControl<Namespace> reconcile(Namespace object, Context<Namespace> context) {
            return UpdateControl.noUpdate();
        }
    }

    private static void sync(String kubeconfig, int objects, int workers, boolean cold)
            throws IOException, InterruptedException {
        String prefix = cold ? "" : "warm.";
        long before = cold ? Figures.heap() : 0;
        double cpuBefore = cold ? 0 : Figures.cpuSeconds();
        CountDownLatch left = new CountDownLatch(objects);
        long began = System.nanoTime();
        Operator operator = operator(kubeconfig, workers);
        operator.register(new Counting(left));
        operator.start();
        Figures.report(prefix + "synced", Figures.millisSince(began), "ms");
        left.await();
        Figures.report(prefix + "reconciled", Figures.millisSince(began), "ms");
        Figures.report(prefix + "cpu", Figures.cpuSeconds() - cpuBefore, "s");
        if (cold) {
            Figures.report("resident", Figures.residentMegabytes(), "MB");
            Figures.report("threads", Figures.platformThreads(), "");
            Figures.report("bytes", (double) (Figures.heap() - before) / objects, "B");
        }
        operator.stop();
    }

    private static Operator operator(String kubeconfig, int workers) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(kubeconfig)));
        return new Operator(overrider -> overrider.withConcurrentReconciliationThreads(workers)
                .withKubernetesClient(new KubernetesClientBuilder().withConfig(config).build()));
    }

    /** It has no stop of one controller: what is measured is that of an operator with one. */
    private static void stop(String kubeconfig, int cycles) throws IOException {
        int warmup = cycles / 2;
        long[] stops = new long[cycles];
        for (int i = -warmup; i < cycles; i++) {
            Operator operator = operator(kubeconfig, 1);
            operator.register(new Idle());
            operator.start();
            long began = System.nanoTime();
            operator.stop();
            if (i >= 0) {
                stops[i] = System.nanoTime() - began;
            }
        }
        Figures.reportQuantiles("stop", stops);
    }
}
