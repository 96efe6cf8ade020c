package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.NameTakenException;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StoppingException;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.lifecycle.UnknownUnitException;
import dev.windlass.workqueue.WorkQueueMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>The monitor guards the first three maps and the fields of pairs. It is held while an engagement is added, so that one attempt per
 * pair is under way, and never while one is awaited. Lock order: this, then a {@link ControllerRun}.
 */
final class Engagements implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Engagements.class);

    /** How long an engagement may take to be warm for a controller that is to be replaced, which itself may take less. */
    private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(10);

    /** The detail of clusters, controllers and engagements that says what they found at their start. */
    static final String CAUGHT_UP = "caught up";

    private final Manager manager;
    private final Clusters clusters;
    private final WorkQueueMetrics queueMetrics;
    private final ControllerMetrics metrics;
    private final Map<String, ControllerRun<?>> runs = new HashMap<>();
    private final Map<String, Map<String, Pair>> pairs = new HashMap<>(); // by controller, then by cluster
    /** By controller; those that are not settled. */
    private final Map<String, ControllerSuccession> successions = new HashMap<>();
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

    // ---- watches that come and go

    void opened(String controller, WatchHandle added) {
        for (EngagementRun<?> engagement : running(controller)) {
            engagement.open(added);
        }
        told(controller, added);
    }

    void closed(String controller, WatchHandle gone) {
        running(controller).forEach(engagement -> engagement.close(gone));
    }

    /** A watch may have become synced everywhere; while the controller does not run it is not. */
    void told(String controller, WatchHandle added) {
        synchronized (this) {
            if (!runs.containsKey(controller)) {
                return;
            }
        }
        if (pairs(controller).stream().filter(Engagements::willSync).allMatch(pair -> synced(pair, added))) {
            added.synced();
        }
    }

    /** Whether there is an engagement that is at work, or on its way there. */
    private static boolean willSync(Pair pair) {
        RunnableHandle handle = pair.handle;
        return pair.run != null && handle != null && switch (handle.state()) {
            case NEW, PENDING, STARTING, READY, DEGRADED, PAUSED -> true;
            default -> false;
        };
    }

    private static boolean synced(Pair pair, WatchHandle added) {
        EngagementRun<?> engagement = pair.engagement;
        return engagement != null && engagement.open() && engagement.synced(added);
    }

    private List<EngagementRun<?>> running(String controller) {
        List<EngagementRun<?>> running = new ArrayList<>();
        for (EngagementRun<?> engagement : runsOf(controller)) {
            if (engagement.open()) {
                running.add(engagement);
            }
        }
        return running;
    }

    /** The engagements that work or have worked last, those that get warm, and those that wait whether they are to go on. */
    private List<EngagementRun<?>> runsOf(String controller) {
        List<EngagementRun<?>> all = new ArrayList<>();
        for (Pair pair : pairs(controller)) {
            Takeover takeover = pair.takeover;
            Stream.of(Optional.ofNullable(pair.engagement), Optional.ofNullable(pair.standby),
                    Optional.ofNullable(takeover).map(Takeover::before)).flatMap(Optional::stream)
                    .distinct().forEach(all::add);
        }
        return all;
    }

    // ---- engaging

    /** A controller runs: it is engaged with every cluster that is connected. */
    void join(ControllerRun<?> run) {
        synchronized (this) {
            runs.put(run.controller().name(), run);
            if (run.context().handle() instanceof ControllerHandle<?> handle) {
                handles.put(run.controller().name(), handle);
            }
            for (Pair pair : pairs(run.controller().name())) {
                if (isOf(pair, run)) {
                    take(pair, run);
                } else if (!serves(run, pair)) {
                    letGo(pair);
                }
            }
            for (ClusterHandle cluster : clusters.all()) {
                cluster.connection().ifPresent(connection -> tryToEngage(run, connection));
            }
        }
        ControllerSuccession succession = run.succession();
        if (succession != null && succession.before() == null) { // nobody has handed over, so nobody can take back
            settle(succession, true);
        }
        evaluate(run);
    }

    /** Whether an engagement of this run has the work, or is to have it, or to have it back. */
    private static boolean isOf(Pair pair, ControllerRun<?> run) {
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

    /** What the user's function throws is told where the pair is engaged, which is tried then. */
    static boolean serves(ControllerRun<?> run, Pair pair) {
        try {
            return run.controller().serves(pair.cluster());
        } catch (RuntimeException e) {
            return true;
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
        List<ControllerRun<?>> all;
        synchronized (this) {
            all = List.copyOf(runs.values());
            all.forEach(run -> tryToEngage(run, connection));
        }
        connection.context().detail(CAUGHT_UP, () -> caughtUp(connection));
        all.forEach(this::evaluate);
    }

    /** What goes wrong with one pair is told of its controller, and keeps no other pair from being engaged. */
    private void tryToEngage(ControllerRun<?> run, ClusterConnection connection) {
        try {
            engage(run, connection);
        } catch (RuntimeException e) {
            Pair pair = pair(run.controller().name(), connection.name());
            pair.run = null; // with the next connection it is tried again
            pair.refusal = "cannot be engaged with cluster " + connection.name() + ": " + e;
            LOGGER.atError().setCause(e).addKeyValue("unit", pair.unit()).log("not engaged");
        }
    }

    private Pair pair(String controller, String cluster) {
        return pairs.computeIfAbsent(controller, name -> new TreeMap<>())
                .computeIfAbsent(cluster, name -> new Pair(controller, name, this));
    }

    private void engage(ControllerRun<?> run, ClusterConnection connection) {
        if (!run.controller().serves(connection.name())) {
            return;
        }
        Pair pair = pair(run.controller().name(), connection.name());
        ClusterConnection before = pair.connection;
        if (pair.run == run && before != null && before.generation() >= connection.generation()) {
            return; // engaged, or tried; an older generation's message came late
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
            replace(pair, engagement, run, connection, run.controller().syncTimeout());
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
        if (run != null && connection != null) {
            pair.run = null;
            tryToEngage(run, connection);
        }
    }

    // ---- replacing

    /** The run of a controller that has its engagements now; null when none runs. */
    synchronized @Nullable ControllerRun<?> current(String controller) {
        return runs.get(controller);
    }

    /** A run is to take the place of the current one: what works on ready clusters gets a successor that is warm by then. */
    synchronized void prepare(ControllerSuccession succession) {
        ControllerRun<?> run = succession.next();
        successions.put(run.controller().name(), succession);
        for (Pair pair : pairs(run.controller().name())) {
            EngagementHandle handle = pair.handle;
            ClusterConnection connection = pair.connection;
            if (handle != null && connection != null && clusterIsReady(pair) && works(handle)
                    && handle.state() != UnitState.DEGRADED && serves(run, pair)) {
                replace(pair, handle, run, connection, LONGEST_WARM_UP);
            }
        }
    }

    /** The current run is frozen: on all clusters that are ready the next one takes over, or this throws. */
    void handOver(ControllerRun<?> from) {
        ControllerSuccession succession;
        synchronized (this) {
            succession = successions.get(from.controller().name());
        }
        if (succession != null) {
            succession.handOver(from);
        }
    }

    /** The run goes on, after all: what the next one has taken over comes back. */
    void takeBack(ControllerRun<?> run) {
        ControllerSuccession succession;
        synchronized (this) {
            succession = successions.get(run.controller().name());
        }
        if (succession != null && succession.before() == run) {
            settle(succession, false);
        }
        join(run);
    }

    private void settle(ControllerSuccession succession, boolean stays) {
        ControllerRun<?> next = succession.next();
        String controller = next.controller().name();
        List<Pair> lost = List.of();
        synchronized (this) {
            successions.remove(controller, succession);
            succession.settle(stays, next.context().id() + " is taken back");
            if (stays) { // what was taken back in the last moment
                lost = pairs(controller).stream().filter(pair -> pair.run == next && pair.takeover == null
                        && isWith(pair, succession.before())).toList();
            }
        }
        lost.forEach(pair -> restartFor(next, pair));
    }

    private static boolean isWith(Pair pair, @Nullable ControllerRun<?> run) {
        EngagementRun<?> present = pair.engagement;
        return present != null && run != null && present.isOf(run);
    }

    boolean clusterIsReady(Pair pair) {
        return clusters.find(pair.cluster()).filter(cluster -> cluster.state() == UnitState.READY).isPresent();
    }

    private static boolean works(RunnableHandle engagement) {
        return switch (engagement.state()) {
            case READY, DEGRADED, PAUSED, STARTING, BACKOFF, PENDING -> true;
            default -> false;
        };
    }

    /** Under the monitor. An engagement stays or goes with its controller, if that is not decided yet. */
    private void replace(Pair pair, EngagementHandle handle, ControllerRun<?> run, ClusterConnection connection,
            Duration warmUp) {
        ControllerSuccession succession = run.succession();
        boolean provisional = succession != null && !succession.settled();
        Takeover takeover = new Takeover(pair, run, pair.engagement, handle,
                handle.replace(EngagementUnit.of(pair, run, connection.informers().unit()),
                        new ReplaceOptions(warmUp, provisional ? ReplaceOptions.LONGEST : Duration.ZERO, null)));
        pair.takeover = takeover;
        if (succession != null && provisional) {
            succession.add(takeover);
        }
        takeover.operation().whenDone(outcome -> onReplaced(takeover, outcome));
    }

    private void onReplaced(Takeover takeover, Outcome<ReplaceReport> outcome) {
        Pair pair = takeover.pair();
        ControllerRun<?> run = takeover.next();
        String wrong = switch (outcome) {
            case Outcome.Done<ReplaceReport>(ReplaceReport report) ->
                report.outcome() == ReplaceOutcome.REPLACED ? "" : report.message();
            // Something else has ended it, and what follows that follows.
            case Outcome.Failed<ReplaceReport>(PreemptedException _) -> "";
            case Outcome.Failed<ReplaceReport>(LifecycleException error) -> String.valueOf(error.getMessage());
        };
        if (!wrong.isEmpty() && !run.over() && !refused(takeover, wrong)) {
            LOGGER.atWarn().addKeyValue("unit", pair.unit()).addKeyValue("reason", wrong)
                    .log("the engagement did not get warm for its new controller: it is restarted");
            restartFor(run, pair);
        }
        synchronized (this) {
            if (pair.takeover == takeover) {
                pair.takeover = null;
            }
        }
        follow(pair);
        run.onNews();
        evaluate(pair.controller());
    }

    /** Whether it is, or was, for the controller to say what follows. */
    private synchronized boolean refused(Takeover takeover, String wrong) {
        ControllerSuccession succession = takeover.next().succession();
        if (succession == null || succession.settled()) {
            return false;
        }
        Pair pair = takeover.pair();
        if (clusterIsReady(pair)) {
            succession.refuse(pair.unit() + " is not taken over: " + wrong);
        } else if (pair.run == takeover.next()) {
            pair.run = null; // it is tried again when the cluster is ready
        }
        return true;
    }

    private void restartFor(ControllerRun<?> run, Pair pair) {
        EngagementHandle handle = pair.handle;
        if (handle != null && pair.run == run) {
            handle.restart(handle.spec().stop().withMode(StopMode.HANDOFF))
                    .whenDone(outcome -> evaluate(pair.controller()));
        }
    }

    /** A controller was paused, or is being replaced, or goes on. */
    void onHeld(ControllerRun<?> run) {
        runsOf(run.controller().name()).stream().filter(engagement -> engagement.isOf(run))
                .forEach(EngagementRun::onOwnerHeld);
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

    /** A controller is described in another way: its engagements follow. One that begins at this moment looks for itself. */
    void onReconfigured(ControllerRun<?> run) {
        runsOf(run.controller().name()).stream().filter(engagement -> engagement.isOf(run))
                .forEach(EngagementRun::onReconfigured);
        pairs(run.controller().name()).forEach(Engagements::follow);
    }

    private static void follow(Pair pair) {
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
        ControllerSuccession handedTo = successionFrom(run);
        ControllerSuccession tried = run.succession();
        if (handedTo != null && handsOn(departure)) {
            settle(handedTo, true);
            departure.await(handedTo);
            evaluate(handedTo.next());
        } else if (tried != null && isTakenBack(run, tried, departure)) {
            settle(tried, false);
            List<Pair> others = leaveCurrent(run).stream()
                    .filter(pair -> pair.takeover == null && !isWith(pair, tried.before())).toList();
            departure.await(tried);
            departure.stop(others);
        } else {
            departure.stop(leaveCurrent(run));
        }
        departure.end();
    }

    private synchronized @Nullable ControllerSuccession successionFrom(ControllerRun<?> run) {
        ControllerSuccession present = successions.get(run.controller().name());
        return present != null && present.before() == run ? present : null;
    }

    /** Whether a run that has handed over is not wanted back; it may end before the next one has said that it has all. */
    private static boolean handsOn(Departure departure) {
        Reason reason = departure.reason();
        return reason == null || reason == Reason.REPLACED;
    }

    private synchronized boolean isTakenBack(ControllerRun<?> run, ControllerSuccession tried, Departure departure) {
        ControllerRun<?> before = tried.before();
        if (tried.settled()) {
            return false;
        }
        Reason reason = departure.reason();
        return runs.get(run.controller().name()) != run
                || (before != null && !before.over()
                        && (reason == null || reason == Reason.ROLLED_BACK || reason == Reason.FAILED));
    }

    /** The pairs that are nobody's from now on: those of the run that ends, unless another one has them. */
    private synchronized List<Pair> leaveCurrent(ControllerRun<?> run) {
        String controller = run.controller().name();
        ControllerRun<?> current = runs.get(controller);
        if (current == null || (current != run && !current.over())) {
            return List.of();
        }
        runs.remove(controller);
        ControllerSuccession tried = run.succession();
        if (tried != null) {
            successions.remove(controller, tried);
        }
        Map<String, Pair> byCluster = pairs.getOrDefault(controller, Map.of());
        byCluster.values().removeIf(pair -> pair.handle == null); // was never engaged
        List<Pair> mine = List.copyOf(byCluster.values());
        mine.forEach(pair -> pair.run = null);
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
                successions().forEach(ControllerSuccession::onNews);
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
    private synchronized void onClusterReady(String unit) {
        if (manager.find(unit).orElse(null) instanceof ClusterHandle cluster) {
            cluster.connection().ifPresent(connection -> runs.values().forEach(run -> tryToEngage(run, connection)));
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
        String controller = event.unit().substring(Controller.PREFIX.length());
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
            RunnableHandle handle = pair.handle;
            return pair.unit().equals(event.unit()) && handle != null && handle.state() == UnitState.REMOVED
                    && pair.run == null;
        });
        if (byCluster.isEmpty()) {
            pairs.remove(controller);
        }
    }

    private synchronized List<ControllerSuccession> successions() {
        return List.copyOf(successions.values());
    }

    private synchronized List<ControllerRun<?>> runs() {
        return List.copyOf(runs.values());
    }

    private void evaluate(String controller) {
        ControllerRun<?> run;
        synchronized (this) {
            run = runs.get(controller);
        }
        if (run != null) {
            evaluate(run);
        }
    }

    private void evaluate(ControllerRun<?> run) {
        tellState(run);
        // An engagement that they waited for may have synced, stopped or gone.
        run.extras().forEach(extra -> told(run.controller().name(), extra));
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

    private synchronized List<Pair> pairs(String controller) {
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
