package dev.windlass.peers;

import dev.windlass.benchmarks.measure.Figures;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The same work as Windlass's own programs do, on Kubernetes' own Java client with its controller library. */
public final class Official {

    private static final int KEYS = 200_000;
    private static final int COLD_ROUNDS = 5;
    private static final int ROUNDS = 25;

    private Official() {
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "queue" -> queue();
            case "sync" -> {
                for (int round = 0; round < Integer.parseInt(arguments[4]); round++) {
                    sync(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), round == 0);
                }
            }
            case "controller" -> stop(arguments[1], Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(
                    "usage: queue | sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few CYCLES");
        }
        System.exit(0); // it may leave a thread behind that is no daemon
    }

    private static void sync(String kubeconfig, int objects, int workers, boolean cold)
            throws IOException, InterruptedException {
        String prefix = cold ? "" : "warm.";
        long before = cold ? Figures.heap() : 0;
        double cpuBefore = cold ? 0 : Figures.cpuSeconds();
        CountDownLatch left = new CountDownLatch(objects);
        long began = System.nanoTime();
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
        Figures.report(prefix + "synced", Figures.millisSince(began), "ms");
        left.await();
        Figures.report(prefix + "reconciled", Figures.millisSince(began), "ms");
        Figures.report(prefix + "cpu", Figures.cpuSeconds() - cpuBefore, "s");
        if (cold) {
            Figures.report("resident", Figures.residentMegabytes(), "MB");
            Figures.report("threads", Figures.platformThreads(), "");
            Figures.report("bytes", (double) (Figures.heap() - before) / objects, "B");
        }
        controller.shutdown();
        factory.stopAllRegisteredInformers(true);
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
    private static void stop(String kubeconfig, int cycles) throws IOException, InterruptedException {
        ApiClient client = client(kubeconfig);
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1Namespace> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1Namespace.class, V1NamespaceList.class, "", "v1", "namespaces", client),
                V1Namespace.class, 0);
        factory.startAllRegisteredInformers();
        int warmup = cycles / 2;
        long[] stops = new long[cycles];
        for (int i = -warmup; i < cycles; i++) {
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
            if (i >= 0) {
                stops[i] = System.nanoTime() - asked;
            }
        }
        Figures.reportQuantiles("stop", stops);
        factory.stopAllRegisteredInformers(true);
    }

    // ---- queue: as Windlass's own program measures it

    private static void queue() throws InterruptedException {
        List<Request> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(new Request("default", "object-" + i));
        }
        for (int threads : new int[]{1, 8}) {
            for (int round = 0; round < ROUNDS; round++) {
                Figures.report((round < COLD_ROUNDS ? "cold." : "") + "threads-" + threads, perSecond(keys, threads),
                        "ops/s");
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            fillAndDrain(keys.subList(0, KEYS / 2), round < COLD_ROUNDS ? "cold." : "");
        }
    }

    private static double perSecond(List<Request> keys, int threads) throws InterruptedException {
        DefaultWorkQueue<Request> queue = new DefaultWorkQueue<>();
        int share = keys.size() / threads;
        List<Thread> workers = new ArrayList<>();
        long began = System.nanoTime();
        for (int t = 0; t < threads; t++) {
            List<Request> mine = keys.subList(t * share, (t + 1) * share);
            workers.add(Thread.ofPlatform().start(() -> work(queue, mine)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        return keys.size() / ((System.nanoTime() - began) / 1e9);
    }

    private static void work(DefaultWorkQueue<Request> queue, List<Request> keys) {
        try {
            for (Request key : keys) {
                queue.add(key);
                queue.done(queue.get());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void fillAndDrain(List<Request> keys, String prefix) throws InterruptedException {
        DefaultWorkQueue<Request> queue = new DefaultWorkQueue<>();
        long began = System.nanoTime();
        keys.forEach(queue::add);
        Figures.report(prefix + "fill", Figures.millisSince(began), "ms");
        began = System.nanoTime();
        for (int i = 0; i < keys.size(); i++) {
            queue.done(queue.get());
        }
        Figures.report(prefix + "drain", Figures.millisSince(began), "ms");
    }
}
