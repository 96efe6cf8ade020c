package dev.windlass.peers;

import dev.windlass.benchmarks.measure.StopCycles;
import dev.windlass.benchmarks.measure.SyncRounds;
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
            case "sync" -> SyncRounds.run(number(arguments, 2), number(arguments, 4),
                    left -> start(arguments[1], number(arguments, 3), left));
            case "controller" -> StopCycles.run(number(arguments, 3),
                    () -> stop(arguments[1]));
            default -> throw new IllegalArgumentException(
                    "usage: sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0);
    }

    private static int number(String[] arguments, int at) {
        return Integer.parseInt(arguments[at]);
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

    private static AutoCloseable start(String kubeconfig, int workers, CountDownLatch left) throws IOException {
        Operator operator = operator(kubeconfig, workers);
        operator.register(new Counting(left));
        operator.start();
        return operator::stop;
    }

    private static Operator operator(String kubeconfig, int workers) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(kubeconfig)));
        return new Operator(overrider -> overrider.withConcurrentReconciliationThreads(workers)
                .withKubernetesClient(new KubernetesClientBuilder().withConfig(config).build()));
    }

    /** It has no stop of one controller: what is measured is that of an operator with one. */
    private static long stop(String kubeconfig) throws IOException {
        Operator operator = operator(kubeconfig, 1);
        operator.register(new Idle());
        operator.start();
        long began = System.nanoTime();
        operator.stop();
        return System.nanoTime() - began;
    }
}
