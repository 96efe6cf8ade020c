package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name in the tree: its state machine and all that outlives a generation. It is its own mailbox: every method whose name
 * starts with {@code on} runs as a message, and so do the private ones that those call. Only messages write the fields, except
 * {@code children}, {@code adopting}, {@code removalAsked}, {@code givesWay} and {@code carryOver}. Fields that others read are volatile.
 *
 * <p>A stop is a {@link UnitStop}, in which a generation that ends goes through a {@link Teardown}. Messages of a generation carry
 * it and are ignored when it is not the current one any more.
 *
 * <p>A start and the stop of what it depends on meet without a lock: the starting unit sets {@code admitting} and then looks
 * whether its dependencies are open, the stopping one sets {@code closedForDependents} and then looks who is active or
 * admitting. So at least one of them sees the other.
 *
 * <p>The monitor guards {@code children}, {@code adopting}, {@code removalAsked} and {@code closedForCarryOver}. It makes a change of {@code position} and
 * its event one step, and the same of {@code carryOver} and the question who may leave it; the monitors of listeners are taken
 * under it.
 */
final class UnitCell extends Mailbox implements Teardown.Owner {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /**
     * State with its reason and generation, so that readers see them together.
     *
     * @param serial of the generation, from which its identity follows; 0 before the first start
     */
    record Position(UnitState state, Reason reason, String message, long sinceNanos, long generation, long serial) {
    }

    /**
     * Who asked for a stop, when, and what for.
     *
     * @param began when the stop that this one is a part of was asked for; {@code asked} when it is not a part
     */
    record StopOrder(Reason reason, StopOptions options, String actor, long asked, long began, boolean remove) {

        StopOrder because(Reason other) {
            return new StopOrder(other, options, actor, asked, began, remove);
        }

        /** Both: the harder mode and the shorter budget. */
        StopOrder and(StopOrder later) {
            StopMode mode = later.options.mode().compareTo(options.mode()) > 0 ? later.options.mode() : options.mode();
            StopOptions shorter = later.options.budget().compareTo(options.budget()) < 0 ? later.options : options;
            return new StopOrder(reason, shorter.withMode(mode), actor, asked, began, remove || later.remove);
        }

        /** With what is left of the budget. */
        StopOrder at(long now) {
            return within(Duration.ofNanos(Math.max(0, SystemTime.nanos(options.budget()) - (now - asked))));
        }

        /** In no more time than this. */
        StopOrder within(Duration left) {
            return new StopOrder(reason, options.within(left), actor, asked, began, remove);
        }
    }

    /** What makes its generations, and the face that its handle shows. */
    record Description(Unit<?> unit, RunnableSpec spec, RunnableHandle handle) {
    }

    private final Manager manager;
    private final String name;
    private final @Nullable UnitCell parent;
    private volatile Unit<?> unit;
    private volatile RunnableSpec spec;
    private volatile RunnableHandle handle;
    private volatile Position position;
    private volatile @Nullable Incarnation incarnation;
    private volatile @Nullable KeptWork carryOver;
    private volatile @Nullable StopReport lastStop;
    private volatile @Nullable String lastError;
    private volatile @Nullable Restarts restarts;
    private volatile @Nullable QuotaClaim claim;
    private volatile @Nullable Standstill standstill;
    private volatile @Nullable Succession succession;
    /** How often the name has been started; more than the current generation after a replace that was taken back. */
    private long generations;
    private volatile boolean desiredRunning = true;
    private volatile boolean closedForChildren;
    private volatile boolean closedForDependents;
    /** From when a quota has decided to stop it: it is ordered to when its dependents have stopped, which must not come back first. */
    private volatile boolean givesWay;
    private volatile boolean admitting;
    private boolean closedForCarryOver;
    private volatile @Nullable Set<UnitCell> children;
    private boolean adopting;
    /** From the moment of the order on, before its message has run, so that nobody declares anew what is on its way out. */
    private boolean removalAsked;
    /** Which generation of the parent has declared it. */
    private long ownerGeneration;
    /** Which generations of what it depends on the current generation works with; null when it depends on nothing. */
    private @Nullable Map<String, Long> bound;
    private @Nullable UnitStop stop;
    private @Nullable List<Promise<UnitStatus>> readyWaiters;

    /** @param owner the generation of the parent that declares it; null at the root */
    UnitCell(Manager manager, String name, @Nullable UnitCell parent, @Nullable Incarnation owner, Unit<?> unit,
            RunnableSpec spec) {
        this.manager = manager;
        this.name = name;
        this.parent = parent;
        this.ownerGeneration = owner == null ? 0 : owner.generation();
        this.unit = unit;
        this.spec = spec;
        this.position = new Position(UnitState.NEW, Reason.ADDED, "", manager.time().nanos(), 0, 0);
        this.handle = new RunnableHandle(this);
    }

    /** Continues the count of an earlier unit of the same name. Before it is started. */
    void continueFrom(long generation) {
        if (generation == position.generation()) {
            return;
        }
        generations = generation;
        position = new Position(UnitState.NEW, Reason.ADDED, "", position.sinceNanos(), generation, 0);
    }

    @Override
    void turn() {
        manager.scheduling().turn();
    }

    /** By name, which decides in which order sets of units are gone through. */
    @Override
    public int hashCode() {
        return name.hashCode();
    }

    // ---- read by anybody

    Manager manager() {
        return manager;
    }

    String name() {
        return name;
    }

    @Nullable
    UnitCell parent() {
        return parent;
    }

    /** The unit at the root that this one is, or is inside of. */
    UnitCell top() {
        UnitCell cell = this;
        while (cell.parent != null) {
            cell = cell.parent;
        }
        return cell;
    }

    Unit<?> unit() {
        return unit;
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    Description description() {
        return new Description(unit, spec, handle);
    }

    /** From the next start on, or for a generation that is there, from now on. */
    void describe(Description next) {
        unit = next.unit();
        spec = next.spec();
        handle = next.handle();
    }

    /** What made a generation, current or beside that. */
    Description descriptionOf(Incarnation asker) {
        Succession replacing = succession;
        Description other = replacing == null ? null : replacing.descriptionOf(asker);
        return other == null ? description() : other;
    }

    RunnableHandle handle() {
        return handle;
    }

    void handle(RunnableHandle typed) {
        handle = typed;
    }

    Position position() {
        return position;
    }

    @Override
    public UnitState state() {
        return position.state();
    }

    long generation() {
        return position.generation();
    }

    /** How often the name has been started. */
    long lastGeneration() {
        return generations;
    }

    long nextGeneration() {
        generations++;
        return generations;
    }

    /** The last number was given to nobody after all. */
    void takeBackGeneration() {
        generations--;
    }

    /** Whether a unit that depends on this one may start. */
    boolean satisfiesDependents() {
        if (!state().satisfiesDependents()) {
            return false;
        }
        for (UnitCell cell = this; cell != null; cell = cell.parent) {
            if (cell.closedForDependents || cell.givesWay) {
                return false;
            }
        }
        return true;
    }

    boolean desiredRunning() {
        return desiredRunning;
    }

    /** Whether there is a generation that a stop would have to end. */
    boolean isAlive() {
        return incarnation != null && state().isActive();
    }

    /** Whether it is alive or just about to be. */
    boolean isActiveOrAdmitting() {
        return admitting || isAlive(); // in this order: a start sets the state and then ends the admission
    }

    /** Whether it runs only where its manager leads: it is declared so, or something that it is inside of. */
    boolean leaderOnly() {
        for (UnitCell cell = this; cell != null; cell = cell.parent) {
            if (cell.spec.leadership() == Leadership.LEADER) {
                return true;
            }
        }
        return false;
    }

    boolean isAliveIn(Term term) {
        Incarnation current = incarnation;
        return current != null && current.term() == term && state().isActive();
    }

    @Nullable
    StopReport lastStop() {
        return lastStop;
    }

    @Nullable
    CarryOver carryOver() {
        KeptWork kept = carryOver;
        return kept == null ? null : kept.work();
    }

    boolean isAncestorOrSelfOf(@Nullable UnitCell other) {
        for (UnitCell cell = other; cell != null; cell = cell.parent) {
            if (cell == this) {
                return true;
            }
        }
        return false;
    }

    UnitStatus status() {
        Incarnation current = incarnation;
        return status(current == null || !isAlive() ? null : current.currentWorkload());
    }

    /** @param work asked for its counts: code of the unit, not to be called from a message */
    private UnitStatus status(@Nullable Workload work) {
        Position now = position;
        KeptWork kept = carryOver;
        Restarts again = restarts;
        Succession replacing = succession;
        TimeSource time = manager.time();
        return new UnitStatus(name, spec.kind(), now.state(), now.reason(), message(now), now.generation(),
                now.serial() == 0 ? null : manager.incarnationId(now.serial()),
                time.now().minusNanos(time.nanos() - now.sinceNanos()), again == null ? 0 : again.count(),
                now.state() == UnitState.BACKOFF && again != null ? again.dueAt() : null, desiredRunning,
                wantsStandstill(Standstill.Kind.PAUSE), wantsStandstill(Standstill.Kind.CORDON),
                spec.revision(), parent == null ? null : parent.name, spec.group(), spec.labels(), spec.dependsOn(),
                work == null ? null : count(work::queued), work == null ? null : count(work::inFlight),
                kept == null ? 0 : kept.count(), lastError, replacing == null ? null : replacing.describe());
    }

    /** For messages: without the counts of its work. */
    UnitStatus statusNow() {
        return status(null);
    }

    private boolean wantsStandstill(Standstill.Kind kind) {
        Standstill present = standstill;
        return present != null && present.wanted(kind);
    }

    /** What keeps a unit from its quota changes while it waits, so that it is put into words when somebody asks. */
    private String message(Position at) {
        QuotaClaim waits = at.reason() == Reason.QUOTA_EXCEEDED ? claim : null;
        return waits == null ? at.message() : waits.describe();
    }

    /** What a generation has of the quota, or nothing. */
    @Nullable
    QuotaClaim claim(Incarnation asker) {
        QuotaClaim present = claim;
        Succession replacing = succession;
        return present != null && present.generation == asker.generation()
                ? present
                : replacing == null ? null : replacing.claimOf(asker);
    }

    private @Nullable Long count(LongSupplier source) {
        try {
            return source.getAsLong();
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("unit", name).setCause(e).log("a unit cannot count its work");
            return null;
        }
    }

    Map<String, String> details() {
        Incarnation current = incarnation;
        if (current == null || !isAlive()) {
            return Map.of();
        }
        Map<String, String> values = new LinkedHashMap<>();
        current.currentDetails().forEach((key, value) -> {
            try {
                values.put(key, value.get());
            } catch (RuntimeException e) {
                values.put(key, "not available: " + e);
            }
        });
        return values;
    }

    /** Where the threads of the current generation stand, also of a quarantined one, and of what is beside it. */
    List<ThreadPosition> threads() {
        Incarnation current = incarnation;
        Succession replacing = succession;
        List<ThreadPosition> positions = new ArrayList<>();
        for (Incarnation each : new Incarnation[]{current, replacing == null ? null : replacing.beside()}) {
            if (each != null) {
                positions.addAll(each.threads().positions());
            }
        }
        return positions;
    }

    List<RunnableHandle> children() {
        return childCells().stream().sorted(Comparator.comparing(UnitCell::name)).map(UnitCell::handle).toList();
    }

    @Override
    public List<UnitCell> childCells() {
        Set<UnitCell> present = children;
        return present == null ? List.of() : List.copyOf(present);
    }

    /** Whether children may be added: the generation that adds them is alive and was not asked to stop. */
    boolean acceptsChildren(Incarnation asker) {
        return incarnation == asker && !closedForChildren && !asker.stopping().isSet();
    }

    synchronized void addChild(UnitCell child) {
        Set<UnitCell> present = children;
        if (present == null) {
            present = ConcurrentHashMap.newKeySet();
            children = present;
        }
        present.add(child);
    }

    void removeChild(UnitCell child) {
        Set<UnitCell> present = children;
        if (present != null) {
            present.remove(child);
        }
    }

    // ---- asked from outside

    Operation<UnitStatus> ready() {
        Promise<UnitStatus> promise = new Promise<>("readiness of " + name, manager.time(), null);
        post(() -> onReadyAsked(promise));
        return limited(promise);
    }

    Operation<UnitStatus> start() {
        Incarnation.requireNotSucceeded(this, "start");
        Promise<UnitStatus> promise = new Promise<>("start of " + name, manager.time(), null);
        String actor = Incarnation.currentActor();
        post(() -> onStart(actor, promise));
        return limited(promise);
    }

    <T> Operation<T> limited(Promise<T> promise) {
        promise.limit(manager.operationDeadline(), () -> name + " is " + state() + waitingFor() + replacing(),
                () -> post(() -> onOverdue(promise)));
        return promise;
    }

    Operation<StopReport> stop(StopOptions options) {
        Incarnation.requireNotSucceeded(this, "stop");
        return stop(order(Reason.STOP_REQUESTED, options, Incarnation.currentActor(), false));
    }

    Operation<StopReport> remove(StopOptions options) {
        Incarnation.requireNotSucceeded(this, "remove");
        removalAsked(true);
        return stop(order(Reason.REMOVED, options, Incarnation.currentActor(), true));
    }

    private synchronized void removalAsked(boolean asked) {
        removalAsked = asked;
    }

    StopOrder order(Reason reason, StopOptions options, String actor, boolean remove) {
        long now = manager.time().nanos();
        return new StopOrder(reason, options, actor, now, now, remove);
    }

    private Operation<StopReport> stop(StopOrder order) {
        Promise<StopReport> promise = new Promise<>((order.remove() ? "removal of " : "stop of ") + name,
                manager.time(), endsBy(order));
        postStop(order, left -> onStop(left, promise::complete, promise::fail));
        return promise;
    }

    Operation<UnitStatus> restart(StopOptions options) {
        Incarnation.requireNotSucceeded(this, "restart");
        StopOrder order = order(Reason.STOP_REQUESTED, options, Incarnation.currentActor(), false);
        Promise<UnitStatus> promise = new Promise<>("restart of " + name, manager.time(), endsBy(order));
        postStop(order, left -> {
            onStop(left, report -> {
            }, promise::fail);
            if (!promise.isDone()) {
                onStart(order.actor(), promise);
            }
        });
        return limited(promise);
    }

    /** While work is between two generations, a stop waits until it has arrived, at its own expense. */
    private void postStop(StopOrder order, Consumer<StopOrder> message) {
        post(() -> {
            Succession replacing = succession;
            if (replacing == null || !replacing.holdsUp(order, message)) {
                message.accept(order);
            }
        });
    }

    Operation<ReplaceReport> replace(@Nullable Description next, ReplaceOptions options) {
        Incarnation.requireNotSucceeded(this, "replace");
        Promise<ReplaceReport> promise = new Promise<>("replace of " + name, manager.time(),
                this::isAncestorOrSelfOf);
        String actor = Incarnation.currentActor();
        return ask(promise,
                () -> Succession.begin(this, next == null ? description() : next, options, actor, promise));
    }

    Operation<UnitStatus> reconfigure(Description next, Description base) {
        Promise<UnitStatus> promise = new Promise<>("reconfiguration of " + name, manager.time(), null);
        return ask(promise, () -> Reconfiguring.begin(this, next, base, promise));
    }

    Operation<UnitStatus> suspend(Standstill.Kind kind, boolean wanted) {
        Incarnation.requireNotSucceeded(this, wanted ? kind.begin : kind.end);
        Promise<UnitStatus> promise = new Promise<>((wanted ? kind.begin : kind.end) + " of " + name, manager.time(),
                null);
        String actor = Incarnation.currentActor();
        return ask(promise, () -> {
            Incarnation current = incarnation;
            standstill().onAsked(kind, wanted, actor, current != null && isRunning(current) ? current : null, promise);
        });
    }

    /** Posts what is asked for by name, and refuses it when the name is gone, or goes. */
    private <T> Operation<T> ask(Promise<T> promise, Runnable message) {
        post(() -> {
            if (state() == UnitState.REMOVED || isGoing()) {
                promise.fail(removed());
            } else {
                message.run();
            }
        });
        return limited(promise);
    }

    /** What holds it back, or can. */
    Standstill standstill() {
        Standstill present = standstill;
        if (present == null) {
            synchronized (this) {
                present = standstill;
                if (present == null) {
                    present = new Standstill(this);
                    standstill = present;
                }
            }
        }
        return present;
    }

    /** Whether that generation is the current one, or the last. */
    boolean isOf(Incarnation asker) {
        return incarnation == asker;
    }

    /** Whether that generation is the current one, and does not end. */
    boolean isRunning(Incarnation asker) {
        return incarnation == asker && isAlive() && asker.teardown() == null;
    }

    /** Who would wait for the own end when awaiting the end of such a stop. */
    private Predicate<@Nullable UnitCell> endsBy(StopOrder order) {
        return order.options().cascade() ? this::stopsWithCascade : this::isAncestorOrSelfOf;
    }

    private boolean stopsWithCascade(@Nullable UnitCell other) {
        return isAncestorOrSelfOf(other)
                || manager.activeDependents(this).stream().anyMatch(dependent -> dependent.isAncestorOrSelfOf(other));
    }

    /** Stops because the manager, the scope or a dependency does; never refused. */
    void stopAlong(StopOrder order, Consumer<StopReport> whenDone) {
        postStop(order, left -> onStopAlong(left, whenDone));
    }

    /** Takes back an add that was too late: it goes without having run. */
    void withdraw(String actor) {
        stopAlong(order(Reason.SCOPE_STOPPING, spec.stop(), actor, true), report -> {
        });
    }

    private String waitingFor() {
        String message = message(position);
        return message.isEmpty() ? "" : ": " + message;
    }

    private String replacing() {
        Succession present = succession;
        return present == null ? "" : "; " + present.describe();
    }

    // ---- start

    /** Starts it as part of an add or of the manager's start, unless it was stopped before. */
    void startByDesire(String actor) {
        post(() -> {
            if (desiredRunning) {
                onStart(actor, null);
            }
        });
    }

    /** Something that a start may wait for has changed. */
    void poke() {
        post(this::onPoke);
    }

    /** Reserves a unit that does not run for a new declaration; false when it runs, goes, or is reserved for another one. */
    synchronized boolean reserve() {
        UnitState state = state();
        if (adopting || removalAsked || !state.isTerminal() || state == UnitState.REMOVED) {
            return false;
        }
        adopting = true;
        return true;
    }

    /** A stopped child, which has been reserved, is declared again by a generation of its scope. */
    void adopt(Incarnation owner, Unit<?> newUnit, RunnableSpec newSpec, RunnableHandle newHandle) {
        post(() -> {
            ownerGeneration = owner.generation();
            unit = newUnit;
            spec = newSpec;
            handle = newHandle;
            unreserve();
            onStart(owner.id(), null);
        });
    }

    synchronized void unreserve() {
        adopting = false;
    }

    private void onReadyAsked(Promise<UnitStatus> promise) {
        UnitState state = state();
        if (state == UnitState.READY || state == UnitState.COMPLETED) {
            promise.complete(status(null));
        } else if (state == UnitState.REMOVED) {
            promise.fail(removed());
        } else if (state.isTerminal() && !startFollows() && !comesBack()) {
            promise.fail(endedBeforeReady());
        } else {
            addReadyWaiter(promise);
        }
    }

    private UnknownUnitException removed() {
        return new UnknownUnitException(name + " has been removed: add it again");
    }

    private void addReadyWaiter(Promise<UnitStatus> promise) {
        if (readyWaiters == null) {
            readyWaiters = new ArrayList<>(1);
        }
        readyWaiters.add(promise);
    }

    private void onOverdue(Promise<?> promise) {
        if (readyWaiters != null) {
            readyWaiters.remove(promise);
        }
    }

    void onStart(String actor, @Nullable Promise<UnitStatus> promise) {
        UnitState state = state();
        if (state == UnitState.REMOVED || isGoing()) {
            if (promise != null) {
                promise.fail(removed());
            }
            return;
        }
        desiredRunning = true;
        if (restarts != null) {
            restarts.reset();
        }
        boolean ends = state.isEnding() || cascades();
        if (promise != null) {
            if (state == UnitState.READY && !ends) {
                promise.complete(status(null));
                return;
            }
            addReadyWaiter(promise);
        }
        if (ends) {
            ongoingStop().letStartFollow();
        } else if (state == UnitState.NEW ? manager.started() || manager.stopping() : isAtRest()) {
            admit(actor);
        }
    }

    /** Starts a unit without a generation by the description that it has now, also when it waits by an older one. */
    void startAnew(String actor) {
        if (state() == UnitState.PENDING) {
            withdrawClaim();
            admit(actor);
        } else if (state().isTerminal() || state() == UnitState.BACKOFF) {
            onStart(actor, null);
        }
    }

    /** Whether nothing runs, and something would if it was started. */
    boolean isAtRest() {
        return state().isTerminal() || (state() == UnitState.BACKOFF && !isAlive());
    }

    private void onPoke() {
        if (state() == UnitState.PENDING || canComeBack()) {
            admit("manager");
        } else if (state() == UnitState.COMPLETED) {
            manager.pokeDependents(this); // it does not mind; those above may
        } else if (bound != null && isAlive() && teardown() == null && !cascades()) {
            onDependenciesMoved(bound);
        }
        if (succession != null) {
            succession.onDependenciesMoved();
        }
    }

    /** Whether it was stopped only because of something that it depends on, so that it starts again when that is back. */
    private boolean comesBack() {
        return state() == UnitState.STOPPED && position.reason() == Reason.DEPENDENCY_STOPPED && desiredRunning
                && !isGoing() && refusal() == null;
    }

    private boolean canComeBack() {
        return comesBack() && manager.admission().dependsOnlyOnWhatRuns(this)
                && manager.admission().waitsFor(this) == null;
    }

    /**
     * It claims to be ready only with all that it depends on. When that is back as another generation, it goes on if it has
     * said that it can, else it is restarted.
     */
    private void onDependenciesMoved(Map<String, Long> before) {
        String lost = manager.admission().lostDependency(spec);
        if (lost != null) {
            if (state() == UnitState.READY || lacksDependency()) {
                move(UnitState.DEGRADED, Reason.DEPENDENCY_LOST, lost, "manager");
            }
            return;
        }
        Map<String, Long> now = manager.admission().dependencies(spec);
        Incarnation current = incarnation;
        if (!now.equals(before) && current != null) {
            List<String> changed = now.entrySet().stream()
                    .filter(each -> !each.getValue().equals(before.get(each.getKey()))).map(Map.Entry::getKey)
                    .sorted().toList();
            if (!current.rebind(manager.handles(changed))) {
                ongoingStop().letStartFollow();
                beginTeardown(order(Reason.DEPENDENCY_RESTARTED, spec.stop(), "manager", false), UnitState.STOPPED);
                return;
            }
            bound = now;
        }
        if (lacksDependency()) {
            move(UnitState.READY, Reason.BECAME_READY, "", "manager");
            settle("manager");
        } else if (state() == UnitState.DEGRADED) {
            manager.pokeDependents(this); // it says itself that it is degraded; those above may have waited for this all the same
        }
    }

    /** Starts it, or says what it waits for, or why it cannot start. It is pending in between, and tells so once. */
    private void admit(String actor) {
        String refusal = refusal();
        if (refusal != null) {
            refuseStart(refusal);
            return;
        }
        askForQuota();
        String waitsFor;
        admitting = true;
        try {
            waitsFor = manager.admission().waitsFor(this);
            if (waitsFor == null && hasQuota()) {
                if (state() != UnitState.PENDING) {
                    move(UnitState.PENDING, Reason.START_REQUESTED, "", actor);
                }
                beginGeneration();
                return;
            }
        } finally {
            admitting = false;
        }
        if (waitsFor != null) {
            withdrawClaim(); // who cannot start keeps nothing from others
            move(UnitState.PENDING, Reason.WAITING, "waits for " + waitsFor, actor);
        } else {
            move(UnitState.PENDING, Reason.QUOTA_EXCEEDED, "waits for quota: needs " + spec.cost(), actor);
        }
    }

    /**
     * Asks for what it declared that it costs, unless it has asked or waits for something else; the quota pokes it when that is
     * granted later. Not while it is admitted: the quota may be served by this thread, and have to stop what this unit depends on.
     */
    private void askForQuota() {
        if (claim == null && !spec.cost().isNone() && manager.admission().waitsFor(this) == null) {
            claim = manager.quota().ask(this, generations + 1);
        }
    }

    /** Whether it has what it declared that it costs. */
    private boolean hasQuota() {
        QuotaClaim asked = claim;
        return spec.cost().isNone() || (asked != null && asked.take());
    }

    private void withdrawClaim() {
        QuotaClaim asked = claim;
        if (asked != null) {
            claim = null;
            asked.end();
        }
    }

    private boolean lacksDependency() {
        return state() == UnitState.DEGRADED && position.reason() == Reason.DEPENDENCY_LOST;
    }

    private void beginGeneration() {
        closedForChildren = false;
        closedForDependents = false;
        Incarnation next = new Incarnation(this, nextGeneration(), manager.nextSerial(),
                manager.leaders().termFor(this));
        bound = bindings(spec);
        synchronized (this) {
            incarnation = next;
        }
        move(new Position(UnitState.STARTING, Reason.ADMITTED, "", manager.time().nanos(), next.generation(),
                next.serial()), "manager");
        next.startMain();
    }

    /** Which generations of what it depends on there are now; null when it depends on nothing. */
    @Nullable
    Map<String, Long> bindings(RunnableSpec of) {
        return of.dependsOn().isEmpty() ? null : manager.admission().dependencies(of);
    }

    private @Nullable String refusal() {
        if (parent == null) {
            return manager.stopping() ? "the manager is stopping" : null;
        }
        if (!parent.isAlive() || parent.closedForChildren) {
            return parent.name + " is not running";
        }
        return parent.generation() == ownerGeneration
                ? null
                : "%s#%d, which declared it, has ended; it starts when %s declares it again".formatted(parent.name,
                        ownerGeneration, parent.name);
    }

    private void refuseStart(String why) {
        if (!state().isTerminal()) {
            move(UnitState.STOPPED, parent == null ? Reason.MANAGER_STOPPING : Reason.SCOPE_STOPPING, why, "manager");
        }
        failReadyWaiters(new StoppingException("%s cannot start: %s".formatted(name, why)));
    }

    // ---- what a running generation says

    void said(Incarnation asker, UnitState state, Reason reason, String message) {
        post(() -> {
            if (incarnation != asker || asker.teardown() != null) {
                if (succession != null) {
                    succession.onSaid(asker, state, message);
                }
                return;
            }
            if (state == UnitState.PAUSED || standstill != null) {
                standstill().onSaid(state, message);
            }
            if (state == UnitState.PAUSED || state() == UnitState.PAUSED) {
                standstill().settle(asker.id());
                return;
            }
            String lost = state == UnitState.READY && bound != null ? manager.admission().lostDependency(spec) : null;
            if (lost != null && (state() == UnitState.DEGRADED || state().canBecome(UnitState.DEGRADED))) {
                move(UnitState.DEGRADED, Reason.DEPENDENCY_LOST, lost, asker.id());
            } else if (lost == null
                    && (state() == state ? state != UnitState.READY : state().canBecome(state))) {
                move(state, reason, message, asker.id());
            }
            settle(asker.id());
        });
    }

    private void settle(String actor) {
        Standstill present = standstill;
        if (present != null) {
            present.settle(actor);
        }
    }

    /** It is not held back any more, and may not have all that it needs. */
    void tellWhatItLacks(@Nullable String trouble, String actor) {
        if (bound != null) {
            onDependenciesMoved(bound);
        }
        if (trouble != null && state() == UnitState.READY) {
            move(UnitState.DEGRADED, Reason.BECAME_DEGRADED, trouble, actor);
        }
    }

    /** A running generation will try again by itself. */
    void backoff(Incarnation asker, String message, long nanos) {
        post(() -> {
            if (incarnation == asker && asker.teardown() == null
                    && (state() == UnitState.BACKOFF || state().canBecome(UnitState.BACKOFF))) {
                restarts().dueIn(nanos);
                move(UnitState.BACKOFF, Reason.RETRY_LATER, message, asker.id());
            } else if (succession != null) {
                succession.onSaid(asker, UnitState.BACKOFF, message);
            }
        });
    }

    void waiting(Incarnation asker, String what) {
        post(() -> {
            if (incarnation == asker && state() == UnitState.STARTING) {
                move(UnitState.STARTING, Reason.WAITING, "waits for " + what, asker.id());
            } else if (succession != null) {
                succession.onSaid(asker, UnitState.STARTING, "waits for " + what);
            }
        });
    }

    /** A quota has brought a generation to another rung. */
    void rung(Incarnation of, Rung rung) {
        post(() -> {
            if (incarnation != of || of.teardown() != null) {
                return;
            }
            standstill().onRung(rung.works() ? null : rung + " by the quota");
            settle("quota");
        });
    }

    /** Counts here, on the unit's own thread: a count that throws or blocks must not do so in a message. */
    void carryOver(Incarnation asker, @Nullable CarryOver work) {
        KeptWork kept = work == null ? null : KeptWork.of(work);
        if (!keep(asker, kept)) {
            KeptWork.warnOfLoss(kept, asker, "carry-over of a generation that has ended, or was succeeded, is lost");
        }
    }

    /** Under the monitor, so that a generation that is succeeded meanwhile does not touch what its successor has. */
    private synchronized boolean keep(Incarnation asker, @Nullable KeptWork kept) {
        if (incarnation != asker || closedForCarryOver) {
            return false;
        }
        if (asker.frozen() && (KeptWork.isWork(carryOver) || !KeptWork.isWork(kept))) {
            asker.leftWhileFrozen(kept); // what it has handed over is the name's, unless it turns out that it has taken that back
        } else {
            carryOver = kept; // also of one that ended while it was asked to hand over, so that only one of the two got the work
        }
        return true;
    }

    /** A generation has handed its work over, which is the name's from now on. Returns false when it is too late for that. */
    synchronized boolean freeze(Incarnation asker, @Nullable KeptWork kept) {
        boolean current = incarnation == asker && !closedForCarryOver;
        if (current) {
            asker.frozen(true);
        }
        if (current && kept != null && (KeptWork.isWork(kept) || !KeptWork.isWork(carryOver))) {
            carryOver = kept;
        }
        return current;
    }

    synchronized Incarnation.@Nullable Left leftWhileFrozen(Incarnation asker) {
        return asker.leftWhileFrozen();
    }

    /**
     * The current generation has taken back the work that the name had, and works again. On its own thread, as soon as it has: when
     * it ends meanwhile, what it leaves contains that work.
     *
     * @param before what it had left before: one that had ended by then has taken nothing back
     */
    @SuppressWarnings("ReferenceEquality") // the same work, not other work that equals it
    synchronized void thaw(Incarnation asker, @Nullable KeptWork back, Incarnation.@Nullable Left before) {
        if (incarnation != asker) {
            return;
        }
        Incarnation.Left left = asker.leftWhileFrozen();
        asker.frozen(false);
        if (left != before && left != null) {
            carryOver = left.work();
        } else if (left == null && carryOver == back) {
            carryOver = null;
        }
    }

    @Nullable
    KeptWork keptWork() {
        return carryOver;
    }

    /** A generation is warm: the signal tells it when it is its turn. */
    void warm(Incarnation asker, SignalCell turn) {
        post(() -> {
            if (succession == null || !succession.onWarm(asker, turn)) {
                turn.set();
            }
        });
    }

    /** What is given up with the name; nothing can be left here after it. */
    private synchronized @Nullable KeptWork takeForGood() {
        KeptWork kept = carryOver;
        carryOver = null;
        closedForCarryOver = true;
        return kept;
    }

    void requestsEnded(Incarnation asker) {
        post(() -> {
            Teardown teardown = asker.teardown();
            if (teardown != null && (incarnation == asker || (succession != null && succession.beside() == asker))) {
                teardown.onProgress();
            }
        });
    }

    void threadEnded(Incarnation asker, Thread thread, boolean main, UnitThreads.@Nullable Ending ending) {
        post(() -> {
            asker.threads().leave(thread);
            onThreadEnded(asker, main, ending);
        });
    }

    private void onThreadEnded(Incarnation asker, boolean main, UnitThreads.@Nullable Ending ending) {
        if (asker.teardown() == null && incarnation == asker && asker.hasLostLeadership() && (main || ending != null)) {
            onLeadershipLost(order(Reason.LEADERSHIP_LOST, spec.stop().withMode(StopMode.ABORT), asker.id(), false));
        }
        Teardown teardown = asker.teardown();
        if (teardown != null) { // also of one that was quarantined, and has been succeeded since
            teardown.onThreadEnded(ending);
        } else if ((ending != null || main) && succession != null && succession.takesEnd(asker, ending)) {
            lastError = ending == null ? lastError : ending.description();
        } else if (ending != null) {
            fail(asker, ending);
        } else if (main) {
            if (restartPolicy().when() == RestartPolicy.When.ALWAYS) {
                restarts().returned();
            }
            beginTeardown(order(Reason.COMPLETED, spec.stop(), asker.id(), false), UnitState.COMPLETED);
        }
    }

    private void fail(Incarnation asker, UnitThreads.Ending ending) {
        lastError = ending.description();
        RestartPolicy restart = restartPolicy();
        long readyFor = state() == UnitState.READY ? manager.time().nanos() - position.sinceNanos() : 0;
        boolean never = restart.when() == RestartPolicy.When.NEVER;
        if (!never && restarts().failed(restart, readyFor)) {
            LOG.atWarn().addKeyValue("unit", asker.id()).setCause(ending.thrown()).log("unit failed, it is restarted");
        } else if (stopsManager()) { // before the end of the unit, which may be the last one that the manager awaits
            manager.fail(new UnitFailedException(asker.id() + " failed: " + ending.description(), ending.thrown()));
        } else {
            LOG.atError().addKeyValue("unit", asker.id()).setCause(ending.thrown()).log("unit failed");
        }
        Reason reason = never || restarts().isPlanned() ? Reason.FAILED : Reason.CRASH_LOOP;
        beginTeardown(order(reason, spec.stop(), asker.id(), false), UnitState.FAILED);
    }

    private boolean stopsManager() {
        FailurePolicy policy = spec.onFailure();
        return policy == FailurePolicy.STOP_MANAGER || (policy == null && parent == null);
    }

    private RestartPolicy restartPolicy() {
        RestartPolicy declared = spec.restart();
        return declared != null ? declared : parent == null ? RestartPolicy.never() : RestartPolicy.onFailure();
    }

    private Restarts restarts() {
        Restarts present = restarts;
        if (present == null) {
            present = new Restarts(this);
            restarts = present;
        }
        return present;
    }

    void restartDue() {
        post(() -> {
            if (state() == UnitState.BACKOFF && !isAlive()) {
                if (restarts().mayStart()) {
                    admit("manager");
                } else {
                    move(UnitState.BACKOFF, Reason.RESTART_SCHEDULED, restarts().describe(restartPolicy(), lastError),
                            "manager");
                }
            }
        });
    }

    /** All of a quarantined generation has ended after all. */
    void endedLate(Incarnation asker) {
        boolean current = incarnation == asker && state() == UnitState.QUARANTINED;
        manager.quarantine().leave(asker);
        retire(asker);
        if (current && willRestart()) {
            backOff(asker.id());
        } else if (current) {
            move(UnitState.STOPPED, Reason.ENDED_LATE, "the last of it ended after all", asker.id());
        }
    }

    private boolean willRestart() {
        return restarts != null && restarts.isPlanned() && desiredRunning && !isGoing() && refusal() == null;
    }

    private void backOff(String actor) {
        RestartPolicy policy = restartPolicy();
        restarts().schedule(policy);
        move(UnitState.BACKOFF, Reason.RESTART_SCHEDULED, restarts().describe(policy, lastError), actor);
    }

    /** Lets go of a generation that has ended. */
    void retire(Incarnation ended) {
        if (incarnation == ended) {
            incarnation = null;
        }
        ended.forget();
        manager.quota().ended(ended);
    }

    // ---- stop

    /** A quota has decided to stop it, or has done with that, be it stopped or refused. */
    void givesWay(boolean now) {
        givesWay = now;
        if (!now) {
            manager.pokeDependents(this);
        }
    }

    /**
     * Ends its generation, to give back what that has of the quota; the next one starts when there is room again. Runs on when
     * others depend on it.
     */
    void reclaim(StopOptions options, Runnable whenOver) {
        StopOrder order = order(Reason.QUOTA_RECLAIMED, options, "quota", false);
        post(() -> {
            if (isAlive() && !state().isEnding() && !cascades()) {
                if (closeForDependents(false).isEmpty()) {
                    ongoingStop().tell(report -> whenOver.run());
                    ongoingStop().letStartFollow();
                    beginTeardown(order, UnitState.STOPPED);
                } else {
                    whenOver.run();
                }
            } else if (stop != null) { // it ends anyway, and whoever wanted that says what follows
                stop.tell(report -> whenOver.run());
                Teardown ongoing = ongoingTeardown();
                if (ongoing != null) {
                    endSooner(ongoing, order);
                }
            } else {
                whenOver.run();
            }
        });
    }

    void onStop(StopOrder order, Consumer<StopReport> whenDone, Consumer<LifecycleException> refused) {
        UnitState state = state();
        if (state == UnitState.REMOVED) {
            refused.accept(new UnknownUnitException(name + " has been removed already"));
            return;
        }
        List<UnitCell> dependents = List.of();
        if (isAlive() && !state.isEnding() && !cascades()) {
            dependents = closeForDependents(order.options().cascade());
            if (!dependents.isEmpty() && !order.options().cascade()) {
                if (order.remove()) {
                    removalAsked(isGoing());
                }
                refused.accept(refused(dependents));
                return;
            }
        }
        UnitStop ongoing = ongoingStop();
        ongoing.tell(whenDone);
        ongoing.begin(order, dependents);
    }

    /** Lets no dependent start from now on, and returns those that run: if there are any, it stays open unless they stop too. */
    private List<UnitCell> closeForDependents(boolean cascade) {
        closedForDependents = true;
        List<UnitCell> dependents = manager.activeDependents(this);
        if (!dependents.isEmpty() && !cascade) {
            closedForDependents = false;
            manager.pokeDependents(this);
        }
        return dependents;
    }

    private RefusedException refused(List<UnitCell> dependents) {
        return new RefusedException("%s cannot be stopped: %s depend%s on it; stop them first, or use cascade"
                .formatted(name, String.join(", ", dependents.stream().map(UnitCell::name).sorted().toList()),
                        dependents.size() == 1 ? "s" : ""));
    }

    /** Ends a generation whose leadership has ended, however it is ending already; the next one waits for the next election. */
    private void onLeadershipLost(StopOrder order) {
        Teardown ongoing = ongoingTeardown();
        if (ongoing != null) {
            endSooner(ongoing, order);
        } else {
            if (desiredRunning) {
                ongoingStop().letStartFollow();
            }
            beginTeardown(order, UnitState.STOPPED);
        }
    }

    /** It ends already, and now for a reason that no generation of it may outlive; what follows is up to whoever wanted that end. */
    private void endSooner(Teardown ongoing, StopOrder order) {
        if (succession != null) {
            succession.onEndsSooner(order);
        }
        ongoing.onAskedAgain(order);
    }

    private void onStopAlong(StopOrder order, Consumer<StopReport> whenDone) {
        if (order.reason() == Reason.LEADERSHIP_LOST) {
            Incarnation current = incarnation;
            if (current == null || !isAlive() || !current.hasLostLeadership()) {
                whenDone.accept(notRunning(order.reason())); // nothing of it runs, or it was started under the next leadership
            } else {
                ongoingStop().tell(whenDone);
                onLeadershipLost(order);
            }
            return;
        }
        if (state() == UnitState.REMOVED) {
            whenDone.accept(notRunning(order.reason()));
            return;
        }
        UnitStop ongoing = ongoingStop();
        ongoing.tell(whenDone);
        ongoing.beginAlong(order);
    }

    UnitStop ongoingStop() {
        UnitStop present = stop;
        if (present == null) {
            present = new UnitStop(this);
            stop = present;
        }
        return present;
    }

    /** Whether it waits for its dependents to stop. */
    boolean cascades() {
        return stop != null && stop.cascades();
    }

    /** Whether its name goes when it has stopped. */
    private boolean isGoing() {
        return stop != null && stop.removes();
    }

    private boolean startFollows() {
        return stop != null && stop.startFollows();
    }

    /** Somebody asked for the stop: it is not wanted any more, and neither is a start or restart that was to come. */
    void unwanted(StopOrder order, boolean startWasToFollow) {
        if (succession != null) {
            succession.onStopAsked(order);
        }
        if (order.reason() == Reason.STOP_REQUESTED || order.reason() == Reason.REMOVED) {
            desiredRunning = false;
        }
        boolean restarting = restartIsPlanned();
        if (restarting) {
            restarts().cancel();
        }
        if (startWasToFollow || restarting) {
            failReadyWaiters(new PreemptedException("the start of " + name + " was overtaken by a stop"));
        }
    }

    boolean restartIsPlanned() {
        return restarts != null && restarts.isPlanned();
    }

    private @Nullable Teardown teardown() {
        Incarnation current = incarnation;
        return current == null ? null : current.teardown();
    }

    /** The teardown that is under way. */
    @Nullable
    Teardown ongoingTeardown() {
        return state().isEnding() ? teardown() : null;
    }

    /** It does not run. When others stop too and it was ended after that began, by whomever, that end is part of the report. */
    StopReport alreadyEnded(StopOrder order) {
        StopReport last = lastStop;
        boolean along = order.reason() == Reason.MANAGER_STOPPING || order.reason() == Reason.SCOPE_STOPPING;
        return along && last != null && state().isTerminal() && position.sinceNanos() - order.began() >= 0
                ? last
                : notRunning(order.reason());
    }

    StopReport notRunning(Reason reason) {
        return new StopReport(name, generation(), StopOutcome.NOT_RUNNING, reason, Duration.ZERO, 0, 0, 0, 0, List.of(),
                List.of(), List.of(), List.of(), List.of());
    }

    void beginTeardown(StopOrder order, UnitState target) {
        Incarnation current = incarnation;
        if (current == null) {
            throw new IllegalStateException(name + " is " + state() + " without a generation");
        }
        if (succession != null) {
            succession.onCurrentEnds(order, target);
        }
        closedForChildren = true;
        closedForDependents = true;
        // If it ended by itself meanwhile, whoever asked for a stop is told of this end, and has it in the time that he gave.
        StopOrder overtaken = ongoingStop().cascadeIsOver();
        boolean runsAgain = startFollows() || restartIsPlanned();
        if (readyWaiters != null && !runsAgain) {
            failReadyWaiters(switch (target) {
                case FAILED ->
                    new UnitFailedException(current.id() + " failed before it was ready: " + lastError, null);
                case COMPLETED -> new UnitFailedException(current.id() + " returned before it was ready", null);
                default -> new PreemptedException(
                        "%s was stopped before it was ready (%s)".formatted(current.id(), order.reason()));
            });
        }
        Teardown started = new Teardown(this, current, order, target);
        current.teardown(started);
        Standstill held = standstill;
        if (held != null) {
            held.onEnding();
        }
        started.begin();
        if (overtaken != null && ongoingTeardown() == started) {
            started.onAskedAgain(overtaken);
        }
    }

    /** A teardown has ended. */
    @Override
    public void torndown(StopOrder order, StopReport report, UnitState result) {
        Incarnation ended = incarnation;
        if (succession != null && succession.takesOver(report, result)) {
            return;
        }
        if (ended != null && result != UnitState.QUARANTINED) {
            retire(ended);
        }
        ongoingStop().ended(order, report, result);
    }

    /** Ends what is beside the current generation; tells of that at once when there is nothing. */
    void endBeside(StopOrder order, Consumer<List<StopReport>> whenEnded) {
        Succession replacing = succession;
        if (replacing == null) {
            whenEnded.accept(List.of());
        } else {
            replacing.endBeside(order, whenEnded);
        }
    }

    /** Nothing runs any more. */
    void settle(StopOrder order, UnitState result) {
        closedForDependents = false;
        if ((result == UnitState.FAILED || result == UnitState.COMPLETED) && willRestart()) {
            backOff(order.actor());
        } else if (state() != result) {
            move(result, result == UnitState.QUARANTINED ? Reason.DEADLINE_EXCEEDED : order.reason(),
                    result == UnitState.FAILED ? String.valueOf(lastError) : "", order.actor());
        }
    }

    /** The last message of a stop. */
    void onStopEnded(UnitStop ended, StopOrder order, StopReport own, List<StopReport> removedInside) {
        KeptWork kept = ended.removes() ? takeForGood() : carryOver;
        StopReport report = own.with(removedInside);
        if (kept != null && kept.count() > 0) {
            report = kept.addedTo(report, ended.removes());
        }
        if (report.outcome() != StopOutcome.NOT_RUNNING || report.discarded() > 0) {
            lastStop = report;
        }
        if (ended.removes()) {
            move(UnitState.REMOVED, Reason.REMOVED, "", order.actor());
            manager.forget(this);
        }
        stop = null;
        ended.tellAll(report);
        if (ended.startFollows()) {
            onStart(order.actor(), null);
        } else if (canComeBack()) {
            admit("manager"); // what it depends on was back before it had ended
        } else if (readyWaiters != null && state() != UnitState.BACKOFF && !comesBack()) {
            failReadyWaiters(ended.removes() ? removed() : endedBeforeReady());
        }
    }

    private void failReadyWaiters(LifecycleException error) {
        List<Promise<UnitStatus>> waiters = readyWaiters;
        readyWaiters = null;
        if (waiters != null) {
            waiters.forEach(waiter -> waiter.fail(error));
        }
    }

    private LifecycleException endedBeforeReady() {
        String error = lastError;
        return new UnitFailedException("%s is %s (%s) and will not become ready%s".formatted(name, state(),
                position.reason(), error == null ? ": start it again" : ": " + error), null);
    }

    // ---- transitions

    /** Enters a state; also the same state with a new message, which is no transition. */
    @Override
    public void move(UnitState next, Reason reason, String message, String actor) {
        Position before = position;
        long since = before.state() == next ? before.sinceNanos() : manager.time().nanos();
        move(new Position(next, reason, message, since, before.generation(), before.serial()), actor);
    }

    /** Returns when the event of the state that is seen has been entered in the backlogs of the listeners. */
    synchronized void awaitEvent() {
        // A transition and its event are one step under the monitor.
    }

    private void move(Position next, String actor) {
        Position before = position;
        if (before.state() == next.state()) {
            position = next;
            return;
        }
        if (!before.state().canBecome(next.state())) {
            throw new IllegalStateException(name + " cannot go from " + before.state() + " to " + next.state());
        }
        synchronized (this) {
            position = next;
            manager.events().emit(this, before, next, actor);
        }
        if (LOG.isDebugEnabled()) {
            LOG.atDebug().addKeyValue("unit", name).addKeyValue("generation", next.generation())
                    .addKeyValue("from", before.state()).addKeyValue("to", next.state())
                    .addKeyValue("reason", next.reason()).log("transition");
        }
        entered(before, next);
    }

    /** The state has been entered, and listeners have been told. */
    private void entered(Position before, Position next) {
        if (restarts != null && before.state() == UnitState.BACKOFF) {
            restarts.unschedule();
        } else if (restarts != null && before.state() == UnitState.READY && !next.state().isEnding()) {
            restarts.wasReady(restartPolicy(), next.sinceNanos() - before.sinceNanos());
        }
        if (next.state() == UnitState.READY && readyWaiters != null) {
            List<Promise<UnitStatus>> waiters = readyWaiters;
            readyWaiters = null;
            UnitStatus status = status(null);
            waiters.forEach(waiter -> waiter.complete(status));
        }
        QuotaClaim held = claim;
        if (held != null && !held.staysIn(next.state(), incarnation)) {
            claim = null;
        }
        manager.moved(this, before.state(), next.state());
        if (succession != null) {
            succession.onMoved(next);
        }
    }

    // ---- two generations

    @Nullable
    Succession succession() {
        return succession;
    }

    void succession(@Nullable Succession begun) {
        succession = begun;
    }

    @Nullable
    Incarnation incarnation() {
        return incarnation;
    }

    /**
     * The generation beside becomes the current one, which is beside from then on. Each enters a state with it.
     *
     * @param left where the generation stands that was the current one
     * @param now where the one stands that is
     */
    void changePlaces(Standby beside, Position left, Position now, String actor) {
        Incarnation current = incarnation;
        if (current == null) {
            throw new IllegalStateException(name + " has no generation whose place another one could take");
        }
        Standby.Place mine = new Standby.Place(description(), current, position, bound, claim);
        Standby.Place other = beside.place();
        synchronized (this) {
            if (left.state() != mine.position().state()) {
                manager.events().emit(this, mine.position(), left, actor);
            }
            if (now.state() != other.position().state()) {
                manager.events().emit(this, other.position(), now, actor);
            }
            incarnation = other.incarnation();
            position = now;
            beside.take(mine.at(left));
        }
        describe(other.description());
        bound = other.bound();
        claim = other.claim();
        closedForDependents = false;
        closedForChildren = false;
        stop = null;
        entered(mine.position(), now);
        if (standstill != null) {
            standstill.onPlacesChanged(other.incarnation());
        }
    }

    /** What the current generation has of the quota is counted as that of the unit. */
    void countAsCurrent() {
        QuotaClaim held = claim;
        if (held != null) {
            manager.quota().current(held, spec.priority());
        }
    }

    /** Whether that generation is beside the current one, and does not end. */
    boolean isBeside(Incarnation asker) {
        return succession != null && succession.beside() == asker && asker.teardown() == null;
    }

    /** Nothing is beside the current generation any more. */
    void besideEnded() {
        if (standstill != null) {
            standstill.onBesideEnded();
        }
    }

    /** The generation cannot go on: another one follows it, with the work that the name has. */
    void restartInPlace(StopOrder order) {
        ongoingStop().letStartFollow();
        beginTeardown(order, UnitState.STOPPED);
    }
}
