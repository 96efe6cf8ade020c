package dev.windlass.peers;

import dev.windlass.benchmarks.measure.QueueRounds;
import dev.windlass.benchmarks.measure.StopCycles;
import dev.windlass.benchmarks.measure.SyncRounds;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.extended.controller.Controller;
import io.kubernetes.client.extended.controller.DefaultController;
import io.kubernetes.client.extended.controller.builder.ControllerBuilder;
import io.kubernetes.client.extended.controller.reconciler.Reconciler;
import io.kubernetes.client.extended.controller.reconciler.Request;
import io.kubernetes.client.extended.controller.reconciler.Result;
import io.kubernetes.client.extended.workqueue.DefaultWorkQueue;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NamespaceList;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** The same work as Windlass's own programs do, on Kubernetes' own Java client with its controller library. */
public final class Official {

    private Official() {
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "queue" -> QueueRounds.run(number(arguments, 1), name -> new Request("default", name),
                    () -> new Measured(new DefaultWorkQueue<>()));
            case "sync" -> SyncRounds.run(number(arguments, 2), number(arguments, 4),
                    left -> start(arguments[1], number(arguments, 3), left));
            case "controller" -> stop(arguments[1], number(arguments, 3));
            default -> throw new IllegalArgumentException(
                    "usage: queue ROUNDS | sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0); // it may leave a thread behind that is no daemon
    }

    private static int number(String[] arguments, int at) {
        return Integer.parseInt(arguments[at]);
    }

    private record Measured(DefaultWorkQueue<Request> queue) implements QueueRounds.Queue<Request> {

        @Override
        public void add(Request key) {
            queue.add(key);
        }

        @Override
        public void finishOne() throws InterruptedException {
            queue.done(queue.get());
        }

        @Override
        public void close() {
            queue.shutDown();
        }
    }

    private static AutoCloseable start(String kubeconfig, int workers, CountDownLatch left) throws IOException {
        ApiClient client = client(kubeconfig);
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client),
                V1ConfigMap.class, 0);
        Controller controller = controller(factory, V1ConfigMap.class, workers, informer, request -> {
            if (informer.getIndexer().getByKey(request.getNamespace() + "/" + request.getName()) == null) {
                throw new IllegalStateException(request + " was not in the cache when it was reconciled");
            }
            left.countDown();
            return new Result(false);
        });
        factory.startAllRegisteredInformers();
        Thread.ofPlatform().daemon().start(controller);
        while (!informer.hasSynced()) {
            Thread.onSpinWait();
            Thread.yield();
        }
        return () -> {
            controller.shutdown();
            factory.stopAllRegisteredInformers(true);
        };
    }

    private static ApiClient client(String kubeconfig) throws IOException {
        String text = Files.readString(Path.of(kubeconfig));
        return ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(text))).build()
                .setReadTimeout(0);
    }

    private static <T extends KubernetesObject> Controller controller(SharedInformerFactory factory, Class<T> type,
            int workers, SharedIndexInformer<T> informer, Reconciler reconciler) {
        return ControllerBuilder.defaultBuilder(factory)
                .watch(queue -> ControllerBuilder.controllerWatchBuilder(type, queue).build())
                .withReconciler(reconciler).withName("benchmark").withWorkerCount(workers)
                .withReadyFunc(informer::hasSynced).build();
    }

    /** One controller after the other on one factory; the handlers of those that were stopped stay with its informer. */
    private static void stop(String kubeconfig, int cycles) throws Exception {
        ApiClient client = client(kubeconfig);
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1Namespace> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1Namespace.class, V1NamespaceList.class, "", "v1", "namespaces", client),
                V1Namespace.class, 0);
        factory.startAllRegisteredInformers();
        StopCycles.run(cycles, () -> cycle(factory, informer));
        factory.stopAllRegisteredInformers(true);
    }

    private static long cycle(SharedInformerFactory factory, SharedIndexInformer<V1Namespace> informer)
            throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        Controller controller = controller(factory, V1Namespace.class, 1, informer, request -> {
            began.countDown();
            return new Result(false);
        });
        if (controller instanceof DefaultController polling) {
            polling.setReadyCheckInternal(Duration.ofMillis(1)); // a second by default
        }
        Thread running = Thread.ofPlatform().daemon().start(controller);
        began.await();
        Thread.sleep(20); // there is nothing that says when it is idle
        long asked = System.nanoTime();
        controller.shutdown();
        running.join();
        return System.nanoTime() - asked;
    }
}
