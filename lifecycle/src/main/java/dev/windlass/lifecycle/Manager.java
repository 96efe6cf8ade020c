package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The root scope: runs units, each of which can be added, stopped, started and removed while the others work.
 *
 * <p>All methods may be called at any time from any thread. {@link #add} returns at once, before, during and after {@link
 * #start}. Two managers in one JVM share nothing. A manager that has stopped cannot be started again.
 */
public final class Manager implements AutoCloseable {

    private static final Duration EXTENSION_LIMIT = Duration.ofSeconds(2);

    /** Messages about the manager as a whole. */
    private static final class Root extends Mailbox {
    }

    private final String name;
    private final TimeSource time;
    private final boolean ownsTime;
    private final Duration shutdownBudget;
    private final Duration operationDeadline;
    private final boolean stopsOnSignals;
    private final PrometheusRegistry metrics;
    private final Health health = new Health();
    private final Registry registry = new Registry();
    private final EventHub events;
    private final Watchdog watchdog;
    private final Extensions extensions;
    private final Root root = new Root();
    private final UUID identity = UUID.randomUUID();
    private final AtomicLong serials = new AtomicLong();
    private final Promise<StopReport> end;
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile int openGroups = -1;
    private volatile @Nullable UnitFailedException failure;
    private long stopBegan;

    private Manager(Builder builder) {
        name = builder.name;
        ownsTime = builder.time == null;
        time = builder.time == null ? TimeSource.system() : builder.time;
        shutdownBudget = builder.shutdownBudget;
        operationDeadline = builder.operationDeadline;
        stopsOnSignals = builder.stopsOnSignals;
        metrics = builder.metrics == null ? new PrometheusRegistry() : builder.metrics;
        events = new EventHub(time, registry::all);
        watchdog = new Watchdog(time);
        extensions = new Extensions(this);
        end = new Promise<>("stop of " + name, time, asker -> asker != null && asker.manager() == this);
        GaugeWithCallback.builder().name("windlass_units").help("Units by kind and state").labelNames("kind", "state")
                .callback(this::countUnits).register(metrics);
    }

    /** A manager with all defaults. */
    public static Manager create() {
        return builder().build();
    }

    /** Starts the description of a manager. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its name, for reports; {@code manager} by default. */
    public String name() {
        return name;
    }

    /** The clock that everything in it uses. */
    public TimeSource time() {
        return time;
    }

    /** Where its meters are registered: a registry of its own by default. */
    public PrometheusRegistry metrics() {
        return metrics;
    }

    /** Its health checks. */
    public Health health() {
        return health;
    }

    /** Whether it has been started. */
    public boolean started() {
        return started;
    }

    /** Whether it stops or has stopped. */
    public boolean stopping() {
        return stopping;
    }

    /** The longest time that {@link #stop()} takes, whatever the units do: its budget, a last grace, and its extensions. */
    public Duration worstCaseStop() {
        return shutdownBudget.plus(shutdownBudget.dividedBy(15)).plus(EXTENSION_LIMIT);
    }

    // ---- units

    /**
     * Adds a unit. It starts at once when the manager runs, else with the manager. Returns before any of its code has run.
     *
     * @throws NameTakenException when a unit of that name is registered
     * @throws RefusedException when its dependencies would close a cycle
     * @throws StoppingException when the manager stops or has stopped; the unit's code never runs then
     */
    public <H extends RunnableHandle> H add(Unit<H> unit) {
        RunnableSpec spec = unit.spec();
        refuseWhenStopping(spec.name());
        UnitCell cell = new UnitCell(this, spec.name(), null, unit, spec, registry.lastGeneration(spec.name()));
        H handle = unit.handle(cell.handle());
        cell.handle(handle);
        registry.add(cell);
        cell.startByDesire(Incarnation.currentActor());
        return handle;
    }

    /**
     * Adds code without state of its own, which can run again after a stop.
     *
     * @see #add(Unit)
     */
    public RunnableHandle add(String unitName, ManagedRunnable code) {
        return add(Task.of(unitName, code));
    }

    <H extends RunnableHandle> H addChild(UnitCell parent, Incarnation asker, Unit<H> unit) {
        RunnableSpec spec = unit.spec();
        String childName = RunnableSpec.checkedName(parent.name() + "/" + spec.name());
        if (!parent.acceptsChildren(asker)) {
            throw new StoppingException("%s takes no unit \"%s\": it is stopping or has ended"
                    .formatted(asker.id(), spec.name()));
        }
        UnitCell present = registry.find(childName);
        if (present != null && present.parent() == parent && present.state().isTerminal()
                && present.state() != UnitState.REMOVED) {
            H handle = unit.handle(new RunnableHandle(present));
            registry.redeclare(present, spec);
            present.adopt(unit, spec, handle, asker.id());
            return handle;
        }
        UnitCell cell = new UnitCell(this, childName, parent, unit, spec, registry.lastGeneration(childName));
        H handle = unit.handle(cell.handle());
        cell.handle(handle);
        registry.add(cell);
        parent.addChild(cell);
        cell.startByDesire(asker.id());
        return handle;
    }

    private void refuseWhenStopping(String unitName) {
        if (stopping) {
            throw new StoppingException(
                    "%s takes no unit \"%s\": it is stopping or has stopped".formatted(name, unitName));
        }
    }

    /** All units, by name. */
    public List<RunnableHandle> units() {
        return registry.all().stream().sorted(Comparator.comparing(UnitCell::name)).map(UnitCell::handle).toList();
    }

    /** The unit of that name, with its typed face. */
    public Optional<RunnableHandle> find(String unitName) {
        return Optional.ofNullable(registry.find(unitName)).map(UnitCell::handle);
    }

    /**
     * What belongs to a manager but not to the lifecycle: made at the first call for the type, the same at every further
     * call, closed after all units have ended if it is {@link AutoCloseable}.
     *
     * @throws StoppingException when it would have to be made and the manager has stopped
     */
    public <T> T extension(Class<T> type, Function<? super Manager, ? extends T> factory) {
        return extensions.get(type, factory);
    }

    /**
     * Tells a listener of every transition, first of the current state of every unit. Deliveries are in order, off the
     * units' own threads, and bounded: a listener that is too slow loses the oldest events and is told the current states.
     */
    public Subscription subscribe(Consumer<? super UnitEvent> listener) {
        return events.subscribe(listener);
    }

    // ---- start and stop

    /**
     * Starts all units that have been added, group by group, and returns at once.
     *
     * @throws IllegalStateException when it was started before
     */
    public void start() {
        synchronized (root) {
            if (started) {
                throw new IllegalStateException(name + " has been started already: a manager starts once");
            }
            refuseWhenStopping("(start)");
            started = true;
        }
        root.post(this::onAdvance);
        registry.all().forEach(cell -> cell.startByDesire("manager"));
    }

    /**
     * Starts, unless it was started before, and blocks until the manager has ended. With {@link
     * Builder#stopOnSignals(boolean)} SIGTERM and SIGINT stop it. An interrupt of the calling thread stops it too.
     *
     * @throws UnitFailedException when the failure of a unit ended it
     */
    public void run() throws InterruptedException {
        if (!started) {
            start();
        }
        Registration signals = stopsOnSignals ? ProcessSignals.onTermination(signal -> stopSoon()) : () -> {
        };
        try (signals) {
            end.await();
        } catch (InterruptedException e) {
            close();
            throw e;
        }
        UnitFailedException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    private void stopSoon() {
        root.post(() -> onStop(StopOptions.defaults()));
    }

    /** Stops all units in order: groups in reverse, dependents before dependencies. */
    public Operation<StopReport> stop() {
        return stop(StopOptions.defaults());
    }

    /** The same with another mode. The budget is the manager's own. */
    public Operation<StopReport> stop(StopOptions options) {
        root.post(() -> onStop(options));
        return end;
    }

    /** The end of the manager, whoever asks for it. */
    public Operation<StopReport> ended() {
        return end;
    }

    /** Stops and awaits the end, which comes within {@link #worstCaseStop()}, also when interrupted. */
    @Override
    public void close() {
        Operation<StopReport> stop = stop();
        boolean interrupted = false;
        while (true) {
            try {
                stop.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void fail(UnitFailedException error) {
        root.post(() -> {
            if (failure == null && !stopping) {
                failure = error;
            }
            onStop(StopOptions.defaults());
        });
    }

    private void onStop(StopOptions options) {
        if (stopping) {
            return;
        }
        stopBegan = time.nanos();
        stopping = true;
        List<UnitCell> top = registry.all().stream().filter(cell -> cell.parent() == null).toList();
        if (top.isEmpty()) {
            onUnitsStopped(List.of());
        } else {
            new LevelStopper(root, top, Reason.MANAGER_STOPPING, options, false, stopBegan + shutdownBudget.toNanos(),
                    this::onUnitsStopped).run();
        }
    }

    private void onUnitsStopped(List<StopReport> reports) {
        extensions.close(EXTENSION_LIMIT, (leftovers, errors) -> {
            StopOutcome outcome = reports.stream().anyMatch(report -> report.outcome() == StopOutcome.QUARANTINED)
                    ? StopOutcome.QUARANTINED
                    : StopOutcome.STOPPED;
            StopReport report = new StopReport(name, 1, outcome, Reason.STOP_REQUESTED,
                    Duration.ofNanos(time.nanos() - stopBegan), reports.stream().mapToLong(StopReport::drained).sum(),
                    0,
                    reports.stream().mapToLong(StopReport::carriedOver).sum(), 0, List.of(), List.of(), leftovers,
                    errors,
                    reports);
            if (ownsTime && time instanceof SystemTime system) {
                system.close();
            }
            end.complete(report);
        });
    }

    // ---- what the engine asks

    /** What a unit that wants to start must wait for; null when it may. */
    @Nullable
    String waitsFor(UnitCell cell) {
        if (cell.parent() == null && cell.spec().group().ordinal() > openGroups) {
            return requiredBefore(cell.spec().group());
        }
        for (String dependency : cell.spec().dependsOn()) {
            UnitCell other = registry.find(dependency);
            if (other == null) {
                return dependency + ", which does not exist";
            }
            if (!other.state().satisfiesDependents()) {
                return dependency + ", which is " + other.state();
            }
        }
        return null;
    }

    private String requiredBefore(Group group) {
        List<String> names = requiredNotReady(Group.values()[Math.max(0, openGroups)]).stream()
                .map(cell -> cell.name() + " (" + cell.state() + ")").sorted().toList();
        return "group %s, held back by %s".formatted(group, names.isEmpty()
                ? "the groups before it"
                : String.join(", ", names));
    }

    private List<UnitCell> requiredNotReady(Group group) {
        return registry.all().stream().filter(cell -> cell.parent() == null && cell.spec().required()
                && cell.spec().group() == group && !cell.state().satisfiesDependents()).toList();
    }

    private void onAdvance() {
        int last = Group.values().length - 1;
        int open = openGroups;
        while (started && open < last && (open < 0 || requiredNotReady(Group.values()[open]).isEmpty())) {
            open++;
            openGroups = open;
            Group opened = Group.values()[open];
            registry.all().stream().filter(cell -> cell.parent() == null && cell.spec().group() == opened)
                    .forEach(UnitCell::poke);
        }
    }

    List<UnitCell> activeDependents(UnitCell cell) {
        List<UnitCell> found = new ArrayList<>(0);
        collectDependents(cell, cell, found);
        return found;
    }

    private void collectDependents(UnitCell of, UnitCell outside, List<UnitCell> found) {
        for (UnitCell dependent : registry.dependentsOf(of.name())) {
            if (dependent.state().isActive() && !outside.isAncestorOrSelfOf(dependent) && !found.contains(dependent)) {
                found.add(dependent);
                collectDependents(dependent, outside, found);
            }
        }
        of.childCells().forEach(child -> collectDependents(child, outside, found));
    }

    void moved(UnitCell cell, UnitState from, UnitState to) {
        if (to.satisfiesDependents() && !from.satisfiesDependents()) {
            registry.dependentsOf(cell.name()).forEach(UnitCell::poke);
            if (openGroups < Group.values().length - 1 && cell.parent() == null && cell.spec().required()) {
                root.post(this::onAdvance);
            }
        }
    }

    void forget(UnitCell cell) {
        registry.remove(cell);
        UnitCell parent = cell.parent();
        if (parent != null) {
            parent.removeChild(cell);
        }
        if (cell.parent() == null && cell.spec().required() && openGroups < Group.values().length - 1) {
            root.post(this::onAdvance);
        }
    }

    EventHub events() {
        return events;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    Duration operationDeadline() {
        return operationDeadline;
    }

    long nextSerial() {
        return serials.incrementAndGet();
    }

    UUID incarnationId(long serial) {
        return new UUID(identity.getMostSignificantBits(), identity.getLeastSignificantBits() ^ serial);
    }

    private void countUnits(GaugeWithCallback.Callback callback) {
        record Cell(String kind, UnitState state) {
        }
        Map<Cell, Integer> counts = new HashMap<>();
        registry.all().forEach(cell -> counts.merge(new Cell(cell.spec().kind(), cell.state()), 1, Integer::sum));
        counts.forEach(
                (cell, count) -> callback.call(count, cell.kind(), cell.state().name().toLowerCase(Locale.ROOT)));
    }

    /** Describes a manager. Not thread-safe. */
    public static final class Builder {

        private String name = "manager";
        private @Nullable TimeSource time;
        private @Nullable PrometheusRegistry metrics;
        private Duration shutdownBudget = Duration.ofSeconds(25);
        private Duration operationDeadline = Duration.ofMinutes(10);
        private boolean stopsOnSignals;

        private Builder() {
        }

        /** A name for reports. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** The clock; by default the system's, with a timer thread that ends with the manager. */
        public Builder time(TimeSource value) {
            time = value;
            return this;
        }

        /** Where meters are registered; by default a registry of the manager's own. */
        public Builder metrics(PrometheusRegistry value) {
            metrics = value;
            return this;
        }

        /**
         * How long a stop of the manager may take, shared out over the levels of units; 25 s by default, so that the usual
         * 30 s of a pod suffice.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        public Builder shutdownBudget(Duration value) {
            shutdownBudget = positive("shutdown budget", value);
            return this;
        }

        /**
         * When {@link RunnableHandle#ready()} and {@link RunnableHandle#start()} give up; 10 minutes by default.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        public Builder operationDeadline(Duration value) {
            operationDeadline = positive("operation deadline", value);
            return this;
        }

        /** Whether {@link Manager#run()} turns SIGTERM and SIGINT into a stop; by default it does not. */
        public Builder stopOnSignals(boolean value) {
            stopsOnSignals = value;
            return this;
        }

        /** The manager, not started. */
        public Manager build() {
            return new Manager(this);
        }

        private static Duration positive(String what, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("the " + what + " is " + value + ": it must be positive");
            }
            return value;
        }
    }
}
