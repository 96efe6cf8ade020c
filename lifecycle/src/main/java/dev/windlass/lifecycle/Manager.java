package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The root scope: runs units, each of which can be added, stopped, started and removed while the others work.
 *
 * <p>All methods may be called at any time from any thread. {@link #add} returns at once, before, during and after {@link
 * #start}. Two managers in one JVM share nothing. A manager that has stopped cannot be started again.
 *
 * <p>The threads of units are virtual, therefore daemons: {@link #run()} keeps a program alive, {@link #start()} does not. They
 * inherit nothing from the thread that adds or starts a unit, and have the context class loader of the one that built the
 * manager, unless the unit, or one around it, says another one: {@link RunnableContext#contextClassLoader(ClassLoader)}.
 */
public final class Manager implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final Duration EXTENSION_LIMIT = Duration.ofSeconds(2);

    /** Messages about the manager as a whole. */
    private static final class Root extends Mailbox {

        private final Scheduling scheduling;

        Root(Scheduling scheduling) {
            this.scheduling = scheduling;
        }

        @Override
        void turn() {
            scheduling.turn();
        }
    }

    private final String name;
    private final TimeSource time;
    private final Scheduling scheduling;
    private final boolean ownsTime;
    private final Duration shutdownBudget;
    private final Duration operationDeadline;
    private final boolean stopsOnSignals;
    private final PrometheusRegistry metrics;
    private final Health health = new Health();
    private final Registry registry = new Registry();
    private final EventHub events;
    private final Watchdog watchdog;
    private final KeyClaims claims = new KeyClaims();
    private final Quarantine quarantine;
    private final Random random;
    private final StartRate startRate;
    private final Extensions extensions;
    private final QuotaBook quota;
    private final Quotas quotas;
    private final Root root;
    private final LeaderGroup leaders;
    private final Admission admission;
    private final UUID identity = UUID.randomUUID();
    private final AtomicLong serials = new AtomicLong();
    private final ManagerMeters meters;
    private final @Nullable ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
    private final Promise<StopReport> end;
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile boolean running;
    private volatile @Nullable LifecycleException failure;
    /** Failures that would have stopped the manager, had it not been stopping already. Guarded by itself. */
    private final List<String> laterFailures = new ArrayList<>(0);
    // Written by messages of root only:
    private long stopBegan;
    private @Nullable LevelStopper stopper;

    private Manager(Builder builder) {
        name = builder.name;
        ownsTime = builder.time == null;
        time = builder.time == null ? TimeSource.system() : builder.time;
        scheduling = builder.scheduling;
        root = new Root(scheduling);
        shutdownBudget = builder.shutdownBudget;
        operationDeadline = builder.operationDeadline;
        stopsOnSignals = builder.stopsOnSignals;
        metrics = builder.metrics == null ? new PrometheusRegistry() : builder.metrics;
        leaders = new LeaderGroup(this, root, builder.elector, builder.onLeadershipLost, shutdownBudget);
        admission = new Admission(registry, root, leaders);
        events = new EventHub(time, scheduling, registry::all);
        watchdog = new Watchdog(time);
        quarantine = new Quarantine(time, builder.processExit);
        random = builder.random == null ? new Random() : builder.random;
        startRate = new StartRate(builder.restartsPerSecond, time.nanos());
        extensions = new Extensions(this);
        quota = new QuotaBook(this);
        quotas = new Quotas(this, quota);
        end = new Promise<>("stop of " + name, time, asker -> asker != null && asker.manager() == this);
        health.add("quarantine", HealthKind.DIAGNOSTIC, quarantine::requireNone);
        meters = new ManagerMeters(this, registry::all, quarantine, quotas);
        leaders.enter(); // last: from here on others know of this manager
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

    /**
     * The longest time that {@link #stop()} takes, whatever the units do: its budget, a last grace of a fifteenth of it, and 2 s
     * for what other rooms have hung on the manager.
     */
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
        RunnableSpec spec = leaders.entered(unit.spec());
        refuseWhenStopping(spec.name());
        UnitCell cell = new UnitCell(this, spec.name(), null, null, unit, spec);
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
        RunnableSpec spec = leaders.entered(unit.spec());
        String childName = RunnableSpec.checkedName(parent.name() + "/" + spec.name());
        if (!parent.acceptsChildren(asker)) {
            throw takesNoUnit(asker, spec);
        }
        UnitCell present = registry.find(childName);
        if (present != null && present.parent() == parent && present.reserve()) {
            return adopt(present, asker, unit, spec);
        }
        UnitCell cell = new UnitCell(this, childName, parent, asker, unit, spec);
        H handle = unit.handle(cell.handle());
        cell.handle(handle);
        registry.add(cell);
        parent.addChild(cell);
        if (!parent.acceptsChildren(asker)) {
            cell.withdraw(asker.id());
            throw takesNoUnit(asker, spec);
        }
        cell.startByDesire(asker.id());
        return handle;
    }

    private <H extends RunnableHandle> H adopt(UnitCell present, Incarnation asker, Unit<H> unit, RunnableSpec spec) {
        try {
            H handle = unit.handle(new RunnableHandle(present), present.handle());
            registry.redeclare(present, spec);
            present.adopt(asker, new UnitEntry.Description(unit, spec, handle, asker.contextClassLoader()));
            return handle;
        } catch (RuntimeException | Error e) {
            present.unreserve();
            throw e;
        }
    }

    private static StoppingException takesNoUnit(Incarnation asker, RunnableSpec spec) {
        return new StoppingException("%s takes no unit \"%s\": it is stopping or has ended"
                .formatted(asker.id(), spec.name()));
    }

    private void refuseWhenStopping(String unitName) {
        if (stopping) {
            throw new StoppingException(
                    "%s takes no unit \"%s\": it is stopping or has stopped".formatted(name, unitName));
        }
    }

    /** All units, by name. */
    public List<RunnableHandle> units() {
        return handlesOf(registry.all());
    }

    /** The unit of that name, with its typed face. */
    public Optional<RunnableHandle> find(String unitName) {
        return Optional.ofNullable(registry.find(unitName)).flatMap(Manager::handleOf);
    }

    /** By name. */
    static List<RunnableHandle> handlesOf(Collection<UnitCell> cells) {
        return cells.stream().sorted(Comparator.comparing(UnitCell::name)).flatMap(cell -> handleOf(cell).stream())
                .toList();
    }

    /** Empty when it has just been removed: its handle may have lost its typed face then, which it has while it is not. */
    private static Optional<RunnableHandle> handleOf(UnitCell cell) {
        RunnableHandle handle = cell.handle();
        return cell.state() == UnitState.REMOVED ? Optional.empty() : Optional.of(handle);
    }

    /**
     * The generations that did not end within their budgets and of which something is left now, by name and generation. Also
     * those that have been succeeded, and those whose names are gone or belong to other units. Takes stack traces.
     */
    public List<QuarantinedGeneration> quarantined() {
        return quarantine.all();
    }

    /** The election, as this manager sees it; empty when it has no {@link Builder#elector}. */
    public Optional<LeadershipStatus> leadership() {
        return Optional.ofNullable(leaders.status());
    }

    /**
     * What belongs to a manager but not to the lifecycle: made at the first call for the type, the same at every further
     * call, closed after all units have ended if it is {@link AutoCloseable}.
     *
     * @throws StoppingException when it would have to be made and the manager has stopped
     * @throws IllegalArgumentException when a unit asks for a type of its own class loader, see {@link
     *     RunnableContext#contextClassLoader(ClassLoader)}
     */
    public <T> T extension(Class<T> type, Function<? super Manager, ? extends T> factory) {
        return extensions.get(type, factory);
    }

    /**
     * Tells a listener of every transition, first of the current state of every unit. Deliveries are in order, off the
     * units' own threads, and bounded: a listener that is 4096 events behind loses the oldest ones, and is told the current state
     * of every unit again; what is not among those is gone. What it throws is logged.
     */
    public Subscription subscribe(Consumer<? super UnitEvent> listener) {
        return events.subscribe(listener);
    }

    // ---- start and stop

    /**
     * Starts all units that have been added, group by group, and returns at once.
     *
     * @throws IllegalStateException when it was started before
     * @throws StoppingException when it stops or has stopped
     */
    public void start() {
        synchronized (root) {
            if (started) {
                throw new IllegalStateException(name + " has been started already: a manager starts once");
            }
            if (stopping) {
                throw new StoppingException(name + " cannot start: it is stopping or has stopped; build a new one");
            }
            started = true;
        }
        admission.begin();
        registry.all().forEach(cell -> cell.startByDesire("manager"));
    }

    /**
     * Starts, unless it was started before, and blocks until the manager has ended. With {@link
     * Builder#stopOnSignals(boolean)} SIGTERM and SIGINT stop it. An interrupt of the calling thread stops it too.
     *
     * @throws UnitFailedException when the failure of a unit ended it
     * @throws LeadershipLostException when the loss of its leadership ended it
     * @throws StoppingException when it had stopped before it was started
     */
    public void run() throws InterruptedException {
        running = true;
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
        LifecycleException failed = failure;
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

    /**
     * The same with another mode. The budget is the manager's own. A further call while it stops awaits the same end, and makes
     * the stop harder when it asks for a harder mode.
     */
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

    void fail(LifecycleException error) {
        root.post(() -> {
            if (failure == null && !stopping) {
                failure = error;
                if (!running) {
                    // Nobody waits in run(), which would throw it.
                    LOG.atError().addKeyValue("manager", name).setCause(error).log("a failure stops the manager");
                }
            } else {
                LOG.atError().addKeyValue("manager", name).setCause(error).log("a failure while the manager stops");
                synchronized (laterFailures) {
                    laterFailures.add(String.valueOf(error.getMessage()));
                }
            }
            onStop(StopOptions.defaults());
        });
    }

    private void onStop(StopOptions options) {
        if (stopping) {
            if (stopper != null) {
                stopper.again(options.mode(), stopBegan + SystemTime.nanos(shutdownBudget));
            }
            return;
        }
        stopBegan = time.nanos();
        stopping = true;
        List<UnitCell> top = registry.all().stream().filter(cell -> cell.parent() == null).toList();
        stopper = new LevelStopper(root, time, top,
                new LevelStopper.Order(Reason.MANAGER_STOPPING, options.mode(), "manager", stopBegan, false),
                stopBegan + SystemTime.nanos(shutdownBudget), 0, this::onUnitsStopped);
        stopper.run();
    }

    private void onUnitsStopped(List<StopReport> reports) {
        stopper = null;
        extensions.close(EXTENSION_LIMIT, (leftovers, errors) -> onEnd(reports, leftovers, errors));
    }

    /** Called once, on any thread. */
    private void onEnd(List<StopReport> reports, List<Leftover> leftovers, List<String> closingErrors) {
        LifecycleException failed = failure;
        boolean quarantined = reports.stream().anyMatch(report -> report.outcome() == StopOutcome.QUARANTINED);
        List<String> errors = new ArrayList<>();
        if (failed != null) {
            errors.add(String.valueOf(failed.getMessage()));
        }
        synchronized (laterFailures) {
            errors.addAll(laterFailures);
        }
        errors.addAll(closingErrors);
        StopOutcome outcome = quarantined
                ? StopOutcome.QUARANTINED
                : failed != null ? StopOutcome.FAILED : StopOutcome.STOPPED;
        Reason reason = failed == null
                ? Reason.STOP_REQUESTED
                : failed instanceof LeadershipLostException ? Reason.LEADERSHIP_LOST : Reason.FAILED;
        StopReport report = new StopReport(name, 1, outcome, reason,
                Duration.ofNanos(time.nanos() - stopBegan), sum(reports, StopReport::drained),
                sum(reports, StopReport::handedOver), sum(reports, StopReport::carriedOver),
                sum(reports, StopReport::discarded), List.of(), List.of(), leftovers, errors, reports);
        watchdog.close();
        quota.close();
        meters.close();
        if (ownsTime && time instanceof SystemTime system) {
            quarantine.whenNoExitIsPending(system::close);
        }
        end.complete(report);
    }

    /** Of all units, also those inside others. */
    private static long sum(List<StopReport> reports, ToLongFunction<StopReport> count) {
        long sum = 0;
        for (StopReport report : reports) { // there can be very many, and nearly none has anything inside
            sum += count.applyAsLong(report) + (report.children().isEmpty() ? 0 : sum(report.children(), count));
        }
        return sum;
    }

    // ---- what the engine asks

    Admission admission() {
        return admission;
    }

    LeaderGroup leaders() {
        return leaders;
    }

    Collection<UnitCell> cells() {
        return registry.all();
    }

    List<RunnableHandle> handles(Collection<String> names) {
        return names.stream().flatMap(each -> find(each).stream()).toList();
    }

    /** The units that would run without what they depend on if this one and all inside it ended. */
    List<UnitCell> activeDependents(UnitCell cell) {
        return registry.allDependentsOf(cell).stream().filter(UnitCell::isActiveOrAdmitting).toList();
    }

    void pokeDependents(UnitCell cell) {
        if (registry.anyDependencies()) {
            registry.dependentsOf(cell.name()).forEach(UnitCell::poke);
            cell.childCells().forEach(this::pokeDependents); // what is inside is there no more than its scope
        }
    }

    void moved(UnitCell cell, UnitState from, UnitState to) {
        pokeDependents(cell);
        if (to.satisfiesDependents() != from.satisfiesDependents() || to == UnitState.REMOVED) {
            admission.moved(cell);
        }
    }

    /** See {@link Registry#refuseCycleOf}. */
    void refuseCycle(UnitCell cell, RunnableSpec next) {
        registry.refuseCycleOf(cell, next);
    }

    /** See {@link Registry#redeclare}. */
    void redeclare(UnitCell cell, RunnableSpec next) {
        registry.redeclare(cell, next);
    }

    boolean anyDependencies() {
        return registry.anyDependencies();
    }

    @Nullable
    ClassLoader contextClassLoader() {
        return contextClassLoader;
    }

    void forget(UnitCell cell) {
        registry.remove(cell);
        quota.forget(cell);
        UnitCell parent = cell.parent();
        if (parent != null) {
            parent.removeChild(cell);
        }
        pokeDependents(cell);
        admission.moved(cell);
    }

    Scheduling scheduling() {
        return scheduling;
    }

    EventHub events() {
        return events;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    KeyClaims claims() {
        return claims;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    Random random() {
        return random;
    }

    StartRate startRate() {
        return startRate;
    }

    QuotaBook quota() {
        return quota;
    }

    Quotas quotas() {
        return quotas;
    }

    @Nullable
    UnitCell cell(String unitName) {
        return registry.find(unitName);
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

    /** Describes a manager. Not thread-safe. */
    public static final class Builder {

        private String name = "manager";
        private @Nullable TimeSource time;
        private @Nullable PrometheusRegistry metrics;
        private Duration shutdownBudget = Duration.ofSeconds(25);
        private Duration operationDeadline = Duration.ofMinutes(10);
        private boolean stopsOnSignals;
        private @Nullable Random random;
        private int restartsPerSecond = 10;
        private IntConsumer processExit = Runtime.getRuntime()::halt;
        private Scheduling scheduling = new Scheduling() {
        };
        private @Nullable Elector elector;
        private OnLeadershipLost onLeadershipLost = OnLeadershipLost.STOP_MANAGER;

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
         * @throws IllegalArgumentException when it is not positive, or longer than 365 days
         */
        public Builder shutdownBudget(Duration value) {
            shutdownBudget = positive("shutdown budget", value);
            return this;
        }

        /**
         * When {@link RunnableHandle#ready()} and {@link RunnableHandle#start()} give up; 10 minutes by default.
         *
         * @throws IllegalArgumentException when it is not positive, or longer than 365 days
         */
        public Builder operationDeadline(Duration value) {
            operationDeadline = positive("operation deadline", value);
            return this;
        }

        /** Where the manager draws the jitter of restarts from; by default from a source with a seed of its own. */
        public Builder random(Random value) {
            random = value;
            return this;
        }

        /**
         * How many units that ended by themselves the manager restarts in a second, all together, so that those which fail do
         * not take the time of the others; 10 by default. The others wait in {@code BACKOFF} for their turn.
         *
         * @throws IllegalArgumentException when it is not between 1 and 1 000 000
         */
        public Builder restartsPerSecond(int value) {
            if (value < 1 || value > 1_000_000) {
                throw new IllegalArgumentException(
                        "there may be " + value + " restarts per second: it must be between 1 and 1000000");
            }
            restartsPerSecond = value;
            return this;
        }

        /**
         * How the process is ended when a unit that hangs has asked for that with {@link HangPolicy#exitProcess}: is given the
         * exit code, on a thread of its own. By default at once, without the hooks of a shutdown, which might wait for what hangs.
         */
        public Builder processExit(IntConsumer value) {
            processExit = value;
            return this;
        }

        /** Where threads come from; by default the JVM. */
        Builder scheduling(Scheduling value) {
            scheduling = value;
            return this;
        }

        /**
         * Who stands for election, so that units which are declared {@link Leadership#LEADER} run only where the manager leads;
         * without one they run at once. It is a unit of the manager, {@code leader-election}, on which the leader units depend:
         * it begins when the groups before the last are there, and ends after the last of those units.
         */
        public Builder elector(Elector value) {
            elector = value;
            return this;
        }

        /** What follows when the leadership is lost; {@link OnLeadershipLost#STOP_MANAGER} by default. */
        public Builder onLeadershipLost(OnLeadershipLost value) {
            onLeadershipLost = value;
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
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(365)) > 0) {
                throw new IllegalArgumentException(
                        "the " + what + " is " + value + ": it must be positive, and at most 365 days");
            }
            return value;
        }
    }
}
