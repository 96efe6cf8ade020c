package dev.windlass.cli.demo;

import dev.windlass.cli.operator.Operator;
import dev.windlass.cli.operator.Reconciliation;
import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.Website;
import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.LeaseElector;
import dev.windlass.lifecycle.LeadershipStatus;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitFailedException;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.server.AdminServer;
import dev.windlass.server.ServerHandle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What runs in a demo: two API servers with objects, and one manager with both clusters and the example's controllers. */
public final class Demo implements AutoCloseable {
    /** The clusters that each demo has. */
    public static final List<String> CLUSTERS = List.of("north", "south");

    private static final String LEASE = "windlass-demo";

    private final Gate gate = new Gate();
    private final Operator operator;
    private final EmbeddedCluster north;
    private final EmbeddedCluster south;
    private final List<ClusterHandle> joined;
    private final ControllerHandle<Website> websites;
    private final ControllerHandle<Redirect> redirects;

    private Demo(DemoOptions options, List<Cluster> joined, EmbeddedCluster north, EmbeddedCluster south) {
        this.north = north;
        this.south = south;
        operator = new Operator("demo", options.endpoints(), elector(options.election(), north), gate::pass);
        Manager manager = operator.manager();
        manager.add(Cluster.fromKubeconfig(north.name(), north.kubeconfig()));
        manager.add(Cluster.fromKubeconfig(south.name(), south.kubeconfig()));
        this.joined = joined.stream().map(manager::add).toList();
        websites = operator.add(operator.websites());
        redirects = operator.add(operator.redirects());
    }

    private static @Nullable LeaseElector elector(DemoOptions.Election election, EmbeddedCluster north) {
        if (!election.wanted()) {
            return null;
        }
        Path given = election.kubeconfig();
        return LeaseElector.builder("default", LEASE).kubeconfig(given == null ? north.kubeconfig() : given).build();
    }

    /**
     * Starts the API servers and describes to a manager what is to run; what takes time is told line by line.
     *
     * @param folder where the kubeconfig files go
     * @throws IllegalArgumentException when an address or a kubeconfig file that the user gave cannot be used
     */
    public static Demo prepare(DemoOptions options, Path folder, Consumer<String> progress)
            throws IOException, InterruptedException {
        // First what can be wrong with what the user gave.
        AdminServer _ = AdminServer.at(options.endpoints().admin());
        List<Cluster> joined = options.joined().entrySet().stream()
                .map(entry -> Cluster.fromKubeconfig(entry.getKey(), entry.getValue())).toList();
        List<EmbeddedCluster> started = new ArrayList<>();
        try {
            for (String name : CLUSTERS) {
                EmbeddedCluster cluster = EmbeddedCluster.start(name, folder);
                started.add(cluster);
                int objects = cluster.seed();
                progress.accept("API server " + name + " at " + cluster.url() + ", " + objects + " objects applied");
            }
            Demo demo = new Demo(options, joined, started.getFirst(), started.getLast());
            started.clear();
            return demo;
        } finally {
            started.forEach(EmbeddedCluster::close);
        }
    }

    /**
     * Starts the manager, and returns when all websites are published, or when another demo leads.
     *
     * @throws UnitFailedException when an endpoint cannot be served; then the manager has ended
     */
    public void start(Consumer<String> progress) throws InterruptedException {
        operator.serve();
        progress.accept("health, metrics and admin API are served");
        if (!leads(progress)) {
            return;
        }
        for (EmbeddedCluster cluster : clusters()) {
            unit("cluster/" + cluster.name()).ready().await(Await.BOUND);
            // Not the controllers as a whole: a cluster of the user's may lack their kinds.
            for (String controller : List.of("websites", "redirects")) {
                String engagement = "cluster/" + cluster.name() + "/" + controller;
                Await.until(engagement + " to be ready", () -> unit(engagement).state() == UnitState.READY);
            }
            progress.accept("cluster " + cluster.name() + " is connected, both controllers work on it");
        }
        for (EmbeddedCluster cluster : clusters()) {
            Await.until("all websites of " + cluster.name() + " to be published",
                    () -> Sites.of(cluster).stream().allMatch(Sites::isPublished));
        }
        progress.accept("all websites are published");
    }

    /** Returns when it can be seen who leads, if there is an election. */
    private boolean leads(Consumer<String> progress) throws InterruptedException {
        if (manager().leadership().isEmpty()) {
            return true;
        }
        // Whoever takes the lease sees itself as its holder a moment before it leads.
        Await.until("the election to be decided", () -> manager().leadership().map(status -> status.leads()
                || (status.holder() != null && !status.identity().equals(status.holder()))).orElse(false));
        LeadershipStatus status = manager().leadership().orElseThrow();
        progress.accept("%s leads %s: %s".formatted(status.holder(), status.election(), status.leads()
                ? "that is this demo"
                : "this demo stands by, its controllers wait"));
        return status.leads();
    }

    Controller<Website> siteIndexController() {
        return operator.siteIndex();
    }

    /** Tells a listener of each reconciliation from now on, on the thread that reconciled. */
    public void onReconciliation(Consumer<Reconciliation> listener) {
        operator.onReconciliation(listener);
    }

    Gate gate() {
        return gate;
    }

    public Manager manager() {
        return operator.manager();
    }

    public List<EmbeddedCluster> clusters() {
        return List.of(north, south);
    }

    /** The user's own clusters, which may not be reached. */
    public List<ClusterHandle> joined() {
        return joined;
    }

    EmbeddedCluster north() {
        return north;
    }

    EmbeddedCluster south() {
        return south;
    }

    public ServerHandle admin() {
        return operator.admin();
    }

    public ServerHandle health() {
        return operator.health();
    }

    public ServerHandle metrics() {
        return operator.metrics();
    }

    ControllerHandle<Website> websites() {
        return websites;
    }

    ControllerHandle<Redirect> redirects() {
        return redirects;
    }

    RunnableHandle unit(String name) {
        return manager().find(name).orElseThrow(() -> new IllegalStateException("there is no unit " + name));
    }

    /** The manager first: it still needs its clusters while it stops. */
    @Override
    public void close() {
        operator.close();
        north.close();
        south.close();
    }
}
