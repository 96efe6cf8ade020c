package dev.windlass.cli.operator;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.controller.Reconciler;
import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.RedirectReconciler;
import dev.windlass.examples.website.SiteIndexReconciler;
import dev.windlass.examples.website.Website;
import dev.windlass.examples.website.WebsiteReconciler;
import dev.windlass.examples.website.Websites;
import dev.windlass.kubernetes.LeaseElector;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.OnLeadershipLost;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitFailedException;
import dev.windlass.server.AdminServer;
import dev.windlass.server.HealthServer;
import dev.windlass.server.MetricsServer;
import dev.windlass.server.ServerHandle;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One manager with its endpoints, to which clusters and the example's controllers are added. */
public final class Operator implements AutoCloseable {
    /** Far more than a server needs to begin to listen. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final List<Consumer<Reconciliation>> listeners = new CopyOnWriteArrayList<>();
    private final Door door;
    private final Manager manager;
    private final ServerHandle admin;
    private final ServerHandle health;
    private final ServerHandle metrics;

    /** What each worker passes before it reconciles something of a cluster. */
    public interface Door {
        void pass(String cluster) throws InterruptedException;
    }

    /**
     * Describes a manager; nothing runs yet.
     *
     * @param elector where it stands for election; null when its controllers work at once
     * @throws IllegalArgumentException when the admin address is not one of this machine only
     */
    public Operator(String name, Endpoints endpoints, @Nullable LeaseElector elector, Door door) {
        AdminServer adminServer = AdminServer.at(endpoints.admin());
        if (endpoints.modules() != null) {
            adminServer = adminServer.with(new ModuleActions(endpoints.modules()).all());
        }
        this.door = door;
        Manager.Builder builder = Manager.builder().name(name);
        if (elector != null) {
            builder.elector(elector).onLeadershipLost(OnLeadershipLost.STEP_DOWN);
        }
        manager = builder.build();
        admin = manager.add(adminServer);
        health = manager.add(HealthServer.at(endpoints.health()));
        metrics = manager.add(MetricsServer.at(endpoints.metrics()));
    }

    /**
     * Starts the manager, and returns when all endpoints are served.
     *
     * @throws UnitFailedException when one cannot be; then the manager has ended
     */
    public void serve() throws InterruptedException {
        manager.start();
        try {
            for (RunnableHandle server : List.of(admin, health, metrics)) {
                server.ready().await(BOUND);
            }
        } catch (LifecycleException e) {
            if (e instanceof UnitFailedException || manager.stopping()) {
                // One that fails stops the others: this throws the failure of the one, whichever was awaited.
                manager.run();
            }
            throw e;
        }
    }

    /** The controller of websites; to be added, or to replace one that was. */
    public Controller<Website> websites() {
        return watched(Websites.controller().toBuilder(), new WebsiteReconciler());
    }

    /** The controller of redirects. */
    public Controller<Redirect> redirects() {
        return watched(Websites.redirects().toBuilder(), new RedirectReconciler());
    }

    /** The controller of the index of websites. */
    public Controller<Website> siteIndex() {
        return watched(Websites.siteIndex().toBuilder(), new SiteIndexReconciler());
    }

    private <T extends HasMetadata> Controller<T> watched(Controller.Builder<T> builder, Reconciler<T> reconciler) {
        return builder.reconciler(new WatchedReconciler<>(reconciler, door, this::tell)).build();
    }

    /** Adds a controller; it engages every cluster that is ready, now and later. */
    public <T extends HasMetadata> ControllerHandle<T> add(Controller<T> controller) {
        return manager.add(controller);
    }

    private void tell(Reconciliation reconciliation) {
        listeners.forEach(listener -> listener.accept(reconciliation));
    }

    /** Tells a listener of each reconciliation from now on, on the thread that reconciled. */
    public void onReconciliation(Consumer<Reconciliation> listener) {
        listeners.add(listener);
    }

    public Manager manager() {
        return manager;
    }

    public ServerHandle admin() {
        return admin;
    }

    public ServerHandle health() {
        return health;
    }

    public ServerHandle metrics() {
        return metrics;
    }

    /** Stops what runs, in order, and returns when nothing does any more. */
    @Override
    public void close() {
        manager.close();
    }
}
