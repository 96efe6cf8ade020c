package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.DeadlineException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.awaitility.core.ThrowingRunnable;

import static org.awaitility.Awaitility.await;

/** A running manager and the two API servers, with nothing on them yet but the definition of {@link Website}. */
final class World implements AutoCloseable {

    static final String NORTH = "north";
    static final String SOUTH = "south";
    /** After this long a test hangs. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    final Manager manager = Manager.builder().shutdownBudget(Duration.ofSeconds(20)).build();
    final Journal journal = new Journal();
    private final Map<String, TestApiServer> servers = new TreeMap<>();
    private final Map<String, Outside> outsides = new TreeMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Set<String> metersAtStart;

    World(TestApiServer... servers) {
        for (TestApiServer server : servers) {
            this.servers.put(server.name(), server);
            Outside outside = new Outside(server);
            outside.wipe();
            outsides.put(server.name(), outside);
        }
        manager.start();
        metersAtStart = series();
    }

    TestApiServer server(String name) {
        return Objects.requireNonNull(servers.get(name), name);
    }

    Outside outside(String name) {
        return Objects.requireNonNull(outsides.get(name), name);
    }

    ClusterHandle cluster(String name) {
        return Clusters.of(manager).get(name);
    }

    /** Closed with this world, the newest first, after the manager. */
    <A extends AutoCloseable> A opened(A resource) {
        opened.add(resource);
        return resource;
    }

    // ---- units

    /** A description with short back-offs and probes. */
    static Cluster.Builder describe(String name, String kubeconfig) {
        return Cluster.builder(name).kubeconfig(kubeconfig)
                .backoff(Duration.ofMillis(50), Duration.ofMillis(500))
                .probe(Duration.ofMillis(500), Duration.ofSeconds(2), 3);
    }

    ClusterHandle connect(String name) throws InterruptedException {
        ClusterHandle handle = manager.add(describe(name, server(name).kubeconfig()).build());
        handle.ready().await(LIMIT);
        return handle;
    }

    /** Both clusters and both controllers, all ready. */
    void engageAll() throws InterruptedException {
        connect(NORTH);
        connect(SOUTH);
        websites();
        notes();
    }

    ControllerHandle<Website> websites() throws InterruptedException {
        return ready(Controller.builder(Website.class).named(Reconcilers.WEBSITES).owns(ConfigMap.class).workers(2)
                .reconciler(journal.noting(Reconcilers::website)).build());
    }

    ControllerHandle<ConfigMap> notes() throws InterruptedException {
        return ready(notesBuilder().build());
    }

    Controller.Builder<ConfigMap> notesBuilder() {
        return Controller.builder(WatchSpec.of(ConfigMap.class).withLabels(Reconcilers.NOTE_LABEL))
                .named(Reconcilers.NOTES).workers(4).reconciler(journal.noting(Reconcilers::note));
    }

    <T extends io.fabric8.kubernetes.api.model.HasMetadata> ControllerHandle<T> ready(Controller<T> controller)
            throws InterruptedException {
        ControllerHandle<T> handle = manager.add(controller);
        try {
            handle.ready().await(LIMIT);
        } catch (DeadlineException e) {
            throw new AssertionError("not ready: " + manager.units().stream().map(RunnableHandle::status).toList(), e);
        }
        return handle;
    }

    RunnableHandle engagement(String cluster, String controller) {
        return manager.find("cluster/" + cluster + "/" + controller)
                .orElseThrow(() -> new AssertionError("no " + controller + " on " + cluster + " among "
                        + manager.units()));
    }

    /** Whether a controller's work on a cluster is about to go to another generation. */
    boolean handsOver(String cluster, String controller) {
        String replacing = engagement(cluster, controller).status().replacing();
        return replacing != null && replacing.contains("hands over");
    }

    // ---- what can be seen

    static void eventually(ThrowingRunnable assertion) {
        await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).atMost(LIMIT)
                .untilAsserted(assertion);
    }

    /** What a controller last saw of an object. */
    String seen(String controller, String cluster, String name) {
        return String.valueOf(journal.seen(controller, cluster, name));
    }

    /** Every series that names a cluster, in any label, or its server. */
    List<String> meters(String cluster) {
        String port = ":" + server(cluster).url().getPort();
        return series(labels -> labels.stream()
                .anyMatch(label -> label.getValue().contains(cluster) || label.getValue().endsWith(port)));
    }

    /** Every series there is, by name and labels. */
    Set<String> series() {
        return new TreeSet<>(series(labels -> true));
    }

    private List<String> series(Predicate<Labels> which) {
        List<String> series = new ArrayList<>();
        manager.metrics().scrape().forEach(snapshot -> snapshot.getDataPoints().forEach(point -> {
            if (which.test(point.getLabels())) {
                series.add(snapshot.getMetadata().getName() + point.getLabels());
            }
        }));
        return series;
    }

    /** The series that a closed world has left: units' meters go with them. */
    Set<String> metersLeft() {
        Set<String> left = series();
        left.removeAll(metersAtStart);
        return left;
    }

    @Override
    public void close() {
        journal.releaseAll();
        outsides.values().forEach(Outside::close);
        manager.close();
        for (AutoCloseable resource : opened.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("a resource of the test was not closed: " + e, e);
            }
        }
    }
}
