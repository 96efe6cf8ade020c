package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.NameTakenException;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StoppingException;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.lifecycle.UnknownUnitException;
import dev.windlass.workqueue.WorkQueueMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engagements of a manager: whenever a controller runs or a cluster is connected, the pairs that are missing are started.
 * Adding an engagement returns at once, so that no pair waits for another.
 *
 * <p>The monitor guards the two maps and the fields of pairs. It is held while an engagement is added, so that one attempt per
 * pair is under way, and never while one is awaited or the user's function is asked. Lock order: this, then a {@link ControllerRun}.
 */
final class Engagements implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Engagements.class);

    /** The detail of clusters, controllers and engagements that says what they found at their start. */
    static final String CAUGHT_UP = "caught up";

    private final Manager manager;
    private final Clusters clusters;
    private final WorkQueueMetrics queueMetrics;
    private final ControllerMetrics metrics;
    private final Map<String, ControllerRun<?>> runs = new HashMap<>();
    private final Map<String, Map<String, Pair>> pairs = new HashMap<>(); // by controller, then by cluster
    private final Takeovers takeovers = new Takeovers(this);
    private final ControllerEngagements each = new ControllerEngagements(this);
    private final Map<String, SyncPermits> syncPermits = new ConcurrentHashMap<>(); // by unit of the cluster
    private final Map<String, ControllerHandle<?>> handles = new ConcurrentHashMap<>(); // by controller
    private final Registration connected;
    private final Registration events;

    private Engagements(Manager manager) {
        this.manager = manager;
        this.clusters = Clusters.of(manager);
        this.queueMetrics = WorkQueueMetrics.register(manager.metrics());
        this.metrics = new ControllerMetrics(manager.metrics());
        this.connected = clusters.onConnected(this::onConnected);
        this.events = manager.subscribe(this::onEvent);
    }

    static Engagements of(Manager manager) {
        return manager.extension(Engagements.class, Engagements::new);
    }

    /** Engagements that are replaced with their controller. */
    Takeovers takeovers() {
        return takeovers;
    }

    /** All engagements of one controller. */
    ControllerEngagements each() {
        return each;
    }

    WorkQueueMetrics queueMetrics() {
        return queueMetrics;
    }

    ControllerMetrics metrics() {
        return metrics;
    }

    /** At most so many engagements of a cluster sync at the same time; one that takes long gives its place to the next. */
    SyncPermits syncPermits(String cluster) {
        return syncPermits.computeIfAbsent(cluster, unit -> new SyncPermits());
    }

    // ---- engaging

    /** A controller runs: it is engaged with every cluster that is connected. */
    void join(ControllerRun<?> run) {
        Choice choice = new Choice(run.controller());
        while (!joined(run, choice)) {
            choice.ask();
        }
        takeovers.onJoined(run);
        evaluate(run);
    }

    /** Returns false, and has changed nothing, when there is a cluster that the choice was not asked of. */
    private synchronized boolean joined(ControllerRun<?> run, Choice choice) {
        String controller = run.controller().name();
        List<Pair> known = pairs(controller);
        List<ClusterConnection> connections = clusters.all().stream().flatMap(cluster -> cluster.connection().stream())
                .toList();
        if (!choice.covers(Stream.concat(known.stream().map(Pair::cluster),
                connections.stream().map(ClusterConnection::name)).toList())) {
            return false;
        }
        runs.put(controller, run);
        if (run.context().handle() instanceof ControllerHandle<?> handle) {
            handles.put(controller, handle);
        }
        for (Pair pair : known) {
            Throwable thrown = choice.thrown(pair.cluster());
            pair.declined = !choice.serves(pair.cluster());
            if (isOf(pair, run)) {
                take(pair, run);
            } else if (pair.declined) {
                letGo(pair);
            } else if (thrown != null) {
                refuse(pair, thrown);
            }
        }
        connections.forEach(connection -> decide(run, connection, choice));
        return true;
    }

    /** Whether an engagement of this run has the work, or is to have it, or to have it back. */
    static boolean isOf(Pair pair, ControllerRun<?> run) {
        Takeover takeover = pair.takeover;
        EngagementRun<?> present = pair.engagement;
        EngagementRun<?> before = takeover == null ? null : takeover.before();
        return (takeover != null && takeover.next() == run) || (before != null && before.isOf(run))
                || (present != null && present.isOf(run) && !present.over());
    }

    /** The pair is this run's from now on. */
    private static void take(Pair pair, ControllerRun<?> run) {
        pair.run = run;
        pair.owner = run.amendments();
        pair.controllerGeneration = run.context().generation();
        pair.refusal = "";
        EngagementRun<?> standby = pair.standby;
        if (standby != null) { // it looks at whether the run is open
            standby.onNews();
        }
    }

    /** The one before worked on this cluster, this one does not: what is left stays, for one that does again. */
    private static void letGo(Pair pair) {
        RunnableHandle handle = pair.handle;
        pair.run = null;
        if (handle != null && works(handle)) {
            handle.stop(handle.spec().stop().withMode(StopMode.HANDOFF));
        }
    }

    private void onConnected(ClusterConnection connection) {
        offer(connection);
        connection.context().detail(CAUGHT_UP, () -> caughtUp(connection));
        runs().forEach(this::evaluate);
    }

    /** Controllers that work on it are engaged, or tried again; the others are asked. */
    private void offer(ClusterConnection connection) {
        List<ControllerRun<?>> undecided = new ArrayList<>();
        synchronized (this) {
            for (ControllerRun<?> run : runs.values()) {
                Pair known = known(run, connection);
                if (known == null || known.declined || !known.refusal.isEmpty()) {
                    undecided.add(run);
                } else {
                    tryToEngage(run, connection);
                }
            }
        }
        undecided.forEach(run -> ask(run, connection));
    }

    /** On a thread of the controller, whose code is asked: it may take long, and is not to hold up others. */
    private void ask(ControllerRun<?> run, ClusterConnection connection) {
        try {
            run.context().fork("choice of " + connection.name(), () -> {
                Choice choice = new Choice(run.controller());
                while (!chosen(run, connection, choice)) {
                    choice.ask();
                }
                evaluate(run);
            });
        } catch (RevokedException e) {
            LOGGER.atDebug().setCause(e).addKeyValue("cluster", connection.name())
                    .log("not engaged: the controller is ending");
        }
    }

    /** Returns false, and has changed nothing, when the choice was not asked of the cluster. */
    private synchronized boolean chosen(ControllerRun<?> run, ClusterConnection connection, Choice choice) {
        if (runs.get(run.controller().name()) != run || run.context().cancelled().isSet()) {
            return true; // it is leaving, or another one has its place; an answer may have been cut short
        }
        if (!choice.covers(List.of(connection.name()))) {
            return false;
        }
        decide(run, connection, choice);
        return true;
    }

    /** Under the monitor, when the choice was asked. */
    private void decide(ControllerRun<?> run, ClusterConnection connection, Choice choice) {
        Pair known = known(run, connection);
        boolean serves = choice.serves(connection.name());
        if (known != null) {
            known.declined = !serves;
            if (has(known, run, connection)) {
                return;
            }
        }
        Throwable thrown = choice.thrown(connection.name());
        if (thrown != null) {
            refuse(run, connection, thrown);
        } else if (serves) {
            tryToEngage(run, connection);
        }
    }

    private @Nullable Pair known(ControllerRun<?> run, ClusterConnection connection) {
        return pairs.getOrDefault(run.controller().name(), Map.of()).get(connection.name());
    }

    /** What goes wrong with one pair is told of its controller, and keeps no other pair from being engaged. */
    private void tryToEngage(ControllerRun<?> run, ClusterConnection connection) {
        try {
            engage(run, connection);
        } catch (RuntimeException e) {
            refuse(run, connection, e);
        }
    }

    private void refuse(ControllerRun<?> run, ClusterConnection connection, Throwable why) {
        Pair pair = pair(run.controller().name(), connection.name());
        refuse(pair, why);
        LOGGER.atError().setCause(why).addKeyValue("unit", pair.unit()).log("not engaged");
    }

    private static void refuse(Pair pair, Throwable why) {
        pair.run = null; // with the next connection it is tried again
        pair.refusal = "cannot be engaged with cluster " + pair.cluster() + ": " + why;
    }

    private Pair pair(String controller, String cluster) {
        return pairs.computeIfAbsent(controller, name -> new TreeMap<>())
                .computeIfAbsent(cluster, name -> new Pair(controller, name, this));
    }

    private void engage(ControllerRun<?> run, ClusterConnection connection) {
        Pair pair = pair(run.controller().name(), connection.name());
        if (has(pair, run, connection)) {
            return;
        }
        discardWorkOfNamesake(pair, run);
        pair.run = run;
        pair.connection = connection;
        pair.controllerGeneration = run.context().generation();
        pair.refusal = "";
        try {
            pair.handle = connection.context().add(EngagementUnit.of(pair, run, connection.informers().unit()));
        } catch (StoppingException e) {
            LOGGER.atDebug().addKeyValue("unit", pair.unit()).log("not engaged: the cluster is stopping");
        } catch (NameTakenException e) {
            restart(pair, run, connection, e);
        }
    }

    /** Whether it is engaged, or was tried, with this connection, or with a later one when a message came late. */
    private static boolean has(Pair pair, ControllerRun<?> run, ClusterConnection connection) {
        ClusterConnection present = pair.connection;
        return pair.run == run && present != null && present.generation() >= connection.generation();
    }

    /** The event of the removal of a controller may come after a new one of its name: what was kept for the old one goes first. */
    private static void discardWorkOfNamesake(Pair pair, ControllerRun<?> run) {
        Amendments owner = run.amendments();
        RunnableHandle left = pair.handle;
        if (pair.owner != null && !pair.owner.equals(owner) && left != null && left.state() != UnitState.REMOVED) {
            left.remove();
        }
        pair.owner = owner;
    }

    /** The engagement of an earlier generation of the controller has not ended yet: it starts again when it has. */
    private void restart(Pair pair, ControllerRun<?> run, ClusterConnection connection, NameTakenException taken) {
        RunnableHandle present = manager.find(pair.unit()).orElse(null);
        if (present == null) {
            engageAgain(pair); // gone since
            return;
        }
        if (!(present instanceof EngagementHandle engagement)) {
            pair.refusal = "the name " + pair.unit() + " is taken by another unit, a " + present.kind()
                    + ": remove that, or give the controller another name";
            LOGGER.atError().setCause(taken).addKeyValue("unit", pair.unit())
                    .log("not engaged: the name is taken by another unit");
            return;
        }
        pair.handle = engagement;
        EngagementRun<?> working = pair.engagement;
        if (working != null && !working.over() && !working.isOf(run) && works(present)) {
            takeovers.begin(pair, engagement, run, connection, run.controller().syncTimeout());
            return;
        }
        follow(pair);
        present.start().whenDone(outcome -> {
            if (outcome instanceof Outcome.Failed<UnitStatus> failed
                    && failed.error() instanceof UnknownUnitException) {
                engageAgain(pair); // it was on its way out, and is gone now
            }
            evaluate(pair.controller());
        });
    }

    private synchronized void engageAgain(Pair pair) {
        ControllerRun<?> run = pair.run;
        ClusterConnection connection = pair.connection;
        if (run != null && connection != null && !pair.declined) {
            pair.run = null;
            tryToEngage(run, connection);
        }
    }

    /** The run of a controller that has its engagements now; null when none runs. */
    synchronized @Nullable ControllerRun<?> current(String controller) {
        return runs.get(controller);
    }

    static boolean isWith(Pair pair, @Nullable ControllerRun<?> run) {
        EngagementRun<?> present = pair.engagement;
        return present != null && run != null && present.isOf(run);
    }

    boolean clusterIsReady(Pair pair) {
        return clusters.find(pair.cluster()).filter(cluster -> cluster.state() == UnitState.READY).isPresent();
    }

    static boolean works(RunnableHandle engagement) {
        return switch (engagement.state()) {
            case READY, DEGRADED, PAUSED, STARTING, BACKOFF, PENDING -> true;
            default -> false;
        };
    }

    /** Whether so many workers are within what a quota has admitted, where there is a limit for them at all. */
    void requireAdmitted(ControllerHandle<?> controller, int workers) {
        boolean limited = Quotas.of(manager).status().scopes().stream()
                .anyMatch(scope -> scope.limits().limit(CostDimension.CONCURRENCY).isPresent());
        for (RunnableHandle engagement : limited ? controller.engagements() : List.<RunnableHandle>of()) {
            long admitted = engagement.spec().cost().in(CostDimension.CONCURRENCY);
            if (workers > admitted) {
                throw new RefusedException(
                        "%s cannot have %d workers: a quota has admitted %d of them for %s; use replace"
                                .formatted(controller.name(), workers, admitted, engagement.name()));
            }
        }
    }

    static void follow(Pair pair) {
        EngagementHandle handle = pair.handle;
        ControllerRun<?> run = pair.run;
        if (handle != null && run != null) {
            handle.follow(pair.cluster(), run);
        }
    }

    // ---- disengaging

    /** A run of a controller ends: its engagements end with it, unless another one has them. Returns when they have. */
    void leave(ControllerRun<?> run) {
        Departure departure = new Departure(manager, run.context());
        if (!takeovers.leave(run, departure)) {
            departure.stop(leaveCurrent(run));
        }
        departure.end();
    }

    /** The pairs that are nobody's from now on: those of the run that ends, unless another one has them. */
    synchronized List<Pair> leaveCurrent(ControllerRun<?> run) {
        String controller = run.controller().name();
        ControllerRun<?> current = runs.get(controller);
        if (current == null || (current != run && !current.over())) {
            return List.of();
        }
        runs.remove(controller);
        takeovers.forget(run);
        Map<String, Pair> byCluster = pairs.getOrDefault(controller, Map.of());
        byCluster.values().removeIf(pair -> pair.handle == null); // was never engaged
        List<Pair> mine = List.copyOf(byCluster.values());
        mine.forEach(pair -> pair.run = null);
        byCluster.values().removeIf(pair -> isRemoved(pair.handle)); // with its cluster, while the controller went on
        return mine;
    }

    // ---- watching

    private void onEvent(UnitEvent event) {
        switch (event.kind()) {
            case "Cluster" -> {
                if (event.to() == UnitState.READY) {
                    onClusterReady(event.unit());
                } else if (event.to() == UnitState.REMOVED && manager.find(event.unit()).isEmpty()) {
                    syncPermits.remove(event.unit());
                }
                runs().forEach(this::evaluate);
                takeovers.onNews();
            }
            case "Controller" -> {
                if (event.to() == UnitState.REMOVED) {
                    onControllerRemoved(event);
                }
            }
            case EngagementUnit.KIND -> {
                String controller = event.unit().substring(event.unit().lastIndexOf('/') + 1);
                if (event.to() == UnitState.REMOVED) {
                    onEngagementRemoved(controller, event);
                }
                evaluate(controller);
            }
            default -> {
                if (event.to() == UnitState.REMOVED) {
                    onNameFree(event.unit());
                }
            }
        }
    }

    /** Controllers that came while the cluster was lost have missed its connection. */
    private void onClusterReady(String unit) {
        if (manager.find(unit).orElse(null) instanceof ClusterHandle cluster) {
            cluster.connection().ifPresent(this::offer);
        }
    }

    /** It may be that of an engagement. */
    private void onNameFree(String unit) {
        List<Pair> refused = new ArrayList<>();
        synchronized (this) {
            pairs.values().forEach(byCluster -> byCluster.values().stream()
                    .filter(pair -> pair.unit().equals(unit) && !pair.refusal.isEmpty()).forEach(refused::add));
        }
        refused.forEach(pair -> {
            engageAgain(pair);
            evaluate(pair.controller());
        });
    }

    /**
     * It was not running when it was removed, so nobody told its engagements. They are told under the monitor: a new controller
     * of that name that engages now finds them either there or on their way out, and not an order that comes after it.
     */
    private synchronized void onControllerRemoved(UnitEvent event) {
        String controller = Controller.nameOf(event.unit());
        ControllerHandle<?> gone = handles.get(controller);
        if (gone != null && gone.state() == UnitState.REMOVED) {
            handles.remove(controller);
            gone.removed();
        }
        for (Pair pair : pairs.getOrDefault(controller, Map.of()).values()) {
            RunnableHandle handle = pair.handle;
            if (pair.run == null && pair.controllerGeneration <= event.generation() && handle != null
                    && handle.state() != UnitState.REMOVED) {
                handle.remove();
            }
        }
    }

    private synchronized void onEngagementRemoved(String controller, UnitEvent event) {
        Map<String, Pair> byCluster = pairs.getOrDefault(controller, Map.of());
        byCluster.values().removeIf(pair -> {
            return pair.unit().equals(event.unit()) && isRemoved(pair.handle) && pair.run == null;
        });
        if (byCluster.isEmpty()) {
            pairs.remove(controller);
        }
    }

    private static boolean isRemoved(@Nullable RunnableHandle handle) {
        return handle != null && handle.state() == UnitState.REMOVED;
    }

    private synchronized List<ControllerRun<?>> runs() {
        return List.copyOf(runs.values());
    }

    void evaluate(String controller) {
        ControllerRun<?> run;
        synchronized (this) {
            run = runs.get(controller);
        }
        if (run != null) {
            evaluate(run);
        }
    }

    void evaluate(ControllerRun<?> run) {
        tellState(run);
        // An engagement that they waited for may have synced, stopped or gone.
        run.extras().forEach(extra -> each.told(run.controller().name(), extra));
    }

    /** Tells a controller how its engagements with ready clusters are. */
    private synchronized void tellState(ControllerRun<?> run) {
        if (runs.get(run.controller().name()) == run) {
            run.tell(Outlook.of(run, pairs(run.controller().name()), clusters));
        }
    }

    // ---- what others ask

    String caughtUp(ControllerRun<?> run) {
        return Outlook.caughtUp(pairs(run.controller().name()), engagement -> engagement.isOf(run));
    }

    private String caughtUp(ClusterConnection connection) {
        List<Pair> all;
        synchronized (this) {
            all = pairs.values().stream().flatMap(byCluster -> byCluster.values().stream()).toList();
        }
        return Outlook.caughtUp(all, engagement -> engagement.isOn(connection));
    }

    List<RunnableHandle> of(String controller) {
        return Outlook.handles(pairs(controller));
    }

    String describe(String controller) {
        return Outlook.describe(pairs(controller));
    }

    long sum(String controller, ToLongFunction<EngagementRun<?>> what) {
        long sum = 0;
        for (Pair pair : pairs(controller)) {
            EngagementRun<?> engagement = pair.engagement;
            sum += engagement == null ? 0 : what.applyAsLong(engagement);
        }
        return sum;
    }

    synchronized List<Pair> pairs(String controller) {
        return List.copyOf(pairs.getOrDefault(controller, Map.of()).values());
    }

    @Override
    public void close() {
        connected.close();
        events.close();
        queueMetrics.close();
        metrics.close();
    }
}
