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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name in the tree: its state machine and all that outlives a generation. It is its own mailbox: every method whose name
 * starts with {@code on} runs as a message, and only messages write the fields that are not marked otherwise. Fields that
 * others read are volatile.
 *
 * <p>A generation that ends goes through a {@link Teardown}. Messages of a generation carry it and are ignored when it is not
 * the current one any more.
 */
final class UnitCell extends Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /** State with its reason, so that readers see both together. */
    record Position(UnitState state, Reason reason, String message, long sinceNanos) {
    }

    /** Who asked for a stop and what for. */
    record StopOrder(Reason reason, StopOptions options, String actor, boolean remove) {
    }

    private final Manager manager;
    private final String name;
    private final @Nullable UnitCell parent;
    private volatile Unit<?> unit;
    private volatile RunnableSpec spec;
    private volatile RunnableHandle handle;
    private volatile Position position;
    private volatile long generation;
    private volatile @Nullable Incarnation incarnation;
    private volatile @Nullable CarryOver carryOver;
    private volatile @Nullable StopReport lastStop;
    private volatile @Nullable String lastError;
    private volatile boolean desiredRunning = true;
    private volatile boolean closedForChildren;
    private volatile @Nullable Set<UnitCell> children;
    private @Nullable Teardown teardown;
    private @Nullable StopOrder cascading;
    private boolean removeAfterStop;
    private boolean startAfterStop;
    private @Nullable List<Promise<UnitStatus>> readyWaiters;
    private @Nullable List<Consumer<StopReport>> stopWaiters;

    UnitCell(Manager manager, String name, @Nullable UnitCell parent, Unit<?> unit, RunnableSpec spec,
            long lastGeneration) {
        this.manager = manager;
        this.name = name;
        this.parent = parent;
        this.unit = unit;
        this.spec = spec;
        this.generation = lastGeneration;
        this.position = new Position(UnitState.NEW, Reason.ADDED, "", manager.time().nanos());
        this.handle = new RunnableHandle(this);
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

    Unit<?> unit() {
        return unit;
    }

    RunnableSpec spec() {
        return spec;
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

    UnitState state() {
        return position.state();
    }

    long generation() {
        return generation;
    }

    boolean isCurrent(Incarnation asker) {
        return incarnation == asker;
    }

    @Nullable
    StopReport lastStop() {
        return lastStop;
    }

    @Nullable
    CarryOver carryOver() {
        return carryOver;
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
        Position now = position;
        Incarnation current = incarnation;
        Workload work = current == null || !now.state().isActive() ? null : current.currentWorkload();
        CarryOver kept = carryOver;
        TimeSource time = manager.time();
        return new UnitStatus(name, spec.kind(), now.state(), now.reason(), now.message(), generation,
                current == null ? null : current.incarnation(),
                time.now().minusNanos(time.nanos() - now.sinceNanos()), 0, desiredRunning,
                parent == null ? null : parent.name, spec.group(), spec.labels(), spec.dependsOn(),
                work == null ? null : work.queued(), work == null ? null : work.inFlight(),
                kept == null ? 0 : kept.count(), lastError);
    }

    Map<String, String> details() {
        Incarnation current = incarnation;
        if (current == null || !state().isActive()) {
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

    List<RunnableHandle> children() {
        return childCells().stream().sorted(Comparator.comparing(UnitCell::name)).map(UnitCell::handle).toList();
    }

    List<UnitCell> childCells() {
        Set<UnitCell> present = children;
        return present == null ? List.of() : List.copyOf(present);
    }

    /** Whether children may be added: the generation that adds them is alive and was not asked to stop. */
    boolean acceptsChildren(Incarnation asker) {
        return incarnation == asker && !closedForChildren && !asker.stopping().isSet();
    }

    void addChild(UnitCell child) {
        synchronized (this) {
            if (children == null) {
                children = ConcurrentHashMap.newKeySet();
            }
            children.add(child);
        }
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
        promise.limit(manager.operationDeadline(), () -> name + " is " + state() + waitingFor());
        return promise;
    }

    Operation<UnitStatus> start() {
        Promise<UnitStatus> promise = new Promise<>("start of " + name, manager.time(), null);
        String actor = Incarnation.currentActor();
        post(() -> onStart(actor, promise));
        promise.limit(manager.operationDeadline(), () -> name + " is " + state() + waitingFor());
        return promise;
    }

    Operation<StopReport> stop(StopOptions options) {
        return stop(new StopOrder(Reason.STOP_REQUESTED, options, Incarnation.currentActor(), false));
    }

    Operation<StopReport> remove(StopOptions options) {
        return stop(new StopOrder(Reason.REMOVED, options, Incarnation.currentActor(), true));
    }

    private Operation<StopReport> stop(StopOrder order) {
        Promise<StopReport> promise = new Promise<>((order.remove() ? "removal of " : "stop of ") + name,
                manager.time(), this::isAncestorOrSelfOf);
        post(() -> onStop(order, promise));
        return promise;
    }

    /** Stops because the manager, the scope or a dependency does; never refused. */
    void stopAlong(Reason reason, StopOptions options, boolean remove, Consumer<StopReport> whenDone) {
        StopOrder order = new StopOrder(reason, options, Incarnation.currentActor(), remove);
        post(() -> onStopAlong(order, whenDone));
    }

    private String waitingFor() {
        String message = position.message();
        return message.isEmpty() ? "" : ": " + message;
    }

    // ---- start

    /** Starts it as part of an add or of the manager's start. */
    void startByDesire(String actor) {
        post(() -> onStart(actor, null));
    }

    /** Something that a start may wait for has changed. */
    void poke() {
        post(this::onPoke);
    }

    /** A stopped child is declared again by the next generation of its scope. */
    void adopt(Unit<?> newUnit, RunnableSpec newSpec, RunnableHandle newHandle, String actor) {
        post(() -> {
            unit = newUnit;
            spec = newSpec;
            handle = newHandle;
            onStart(actor, null);
        });
    }

    private void onReadyAsked(Promise<UnitStatus> promise) {
        if (state() == UnitState.READY) {
            promise.complete(status());
        } else if (state().isTerminal() && !startAfterStop) {
            promise.fail(endedBeforeReady());
        } else {
            addReadyWaiter(promise);
        }
    }

    private void addReadyWaiter(Promise<UnitStatus> promise) {
        if (readyWaiters == null) {
            readyWaiters = new ArrayList<>(1);
        }
        readyWaiters.add(promise);
    }

    private void onStart(String actor, @Nullable Promise<UnitStatus> promise) {
        UnitState state = state();
        if (state == UnitState.REMOVED || removeAfterStop) {
            if (promise != null) {
                promise.fail(new UnknownUnitException(name + " has been removed: add it again"));
            }
            return;
        }
        desiredRunning = true;
        if (promise != null) {
            if (state == UnitState.READY && cascading == null) {
                promise.complete(status());
                return;
            }
            addReadyWaiter(promise);
        }
        if (state.isEnding() || cascading != null) {
            startAfterStop = true;
        } else if (state == UnitState.NEW || state.isTerminal()) {
            if (state == UnitState.NEW && !manager.started()) {
                return;
            }
            move(UnitState.PENDING, Reason.START_REQUESTED, "", actor);
            onPoke();
        }
    }

    private void onPoke() {
        if (state() != UnitState.PENDING) {
            return;
        }
        if (parent == null ? manager.stopping() : !parent.state().isActive() || parent.closedForChildren) {
            refuseStart();
            return;
        }
        String waitsFor = manager.waitsFor(this);
        if (waitsFor != null) {
            move(UnitState.PENDING, Reason.WAITING, "waits for " + waitsFor, "manager");
            return;
        }
        long number = generation + 1;
        generation = number;
        teardown = null;
        closedForChildren = false;
        Incarnation next = new Incarnation(this, number, manager.nextSerial());
        incarnation = next;
        move(UnitState.STARTING, Reason.ADMITTED, "", "manager");
        next.startMain();
    }

    private void refuseStart() {
        Reason reason = parent == null ? Reason.MANAGER_STOPPING : Reason.SCOPE_STOPPING;
        move(UnitState.STOPPED, reason, parent == null ? "the manager is stopping" : parent.name + " is not running",
                "manager");
    }

    /** The unit's main thread is about to run user code; returns whether it may. */
    boolean enter(Incarnation asker) {
        if (asker.stopping().isSet()) {
            return false;
        }
        if (!spec.signalsReadiness()) {
            said(asker, UnitState.READY, Reason.BECAME_READY, "");
        }
        return true;
    }

    // ---- what a running generation says

    void said(Incarnation asker, UnitState state, Reason reason, String message) {
        post(() -> {
            if (incarnation == asker && teardown == null && state() != state && state().canBecome(state)) {
                move(state, reason, message, asker.id());
            } else if (incarnation == asker && teardown == null && state() == state && state != UnitState.READY) {
                move(state, reason, message, asker.id());
            }
        });
    }

    void waiting(Incarnation asker, String what) {
        post(() -> {
            Position now = position;
            if (incarnation == asker && now.state() == UnitState.STARTING) {
                position = new Position(now.state(), Reason.WAITING, "waits for " + what, now.sinceNanos());
            }
        });
    }

    void carryOver(Incarnation asker, @Nullable CarryOver work) {
        if (incarnation == asker) {
            carryOver = work;
        }
    }

    void requestsEnded(Incarnation asker) {
        post(() -> {
            if (incarnation == asker && teardown != null) {
                teardown.onProgress();
            }
        });
    }

    void threadEnded(Incarnation asker, boolean main, @Nullable Throwable thrown) {
        post(() -> onThreadEnded(asker, main, thrown));
    }

    private void onThreadEnded(Incarnation asker, boolean main, @Nullable Throwable thrown) {
        if (incarnation != asker) {
            return;
        }
        if (teardown != null) {
            teardown.onThreadEnded(thrown);
            if (state() == UnitState.QUARANTINED && !asker.hasThreads()) {
                move(UnitState.STOPPED, Reason.ENDED_LATE, "its last thread ended after all", asker.id());
            }
        } else if (thrown != null) {
            fail(asker, thrown);
        } else if (main) {
            beginTeardown(new StopOrder(Reason.COMPLETED, spec.stop(), asker.id(), false), UnitState.COMPLETED);
        }
    }

    private void fail(Incarnation asker, Throwable thrown) {
        String error = thrown.toString();
        lastError = error;
        FailurePolicy policy = spec.onFailure();
        boolean stopsManager = policy == FailurePolicy.STOP_MANAGER || (policy == null && parent == null);
        if (!stopsManager) {
            LOG.atError().addKeyValue("unit", asker.id()).setCause(thrown).log("unit failed");
        }
        beginTeardown(new StopOrder(Reason.FAILED, spec.stop(), asker.id(), false), UnitState.FAILED);
        if (stopsManager) {
            manager.fail(new UnitFailedException(asker.id() + " failed: " + error, thrown));
        }
    }

    // ---- stop

    private void onStop(StopOrder order, Promise<StopReport> promise) {
        if (state() == UnitState.REMOVED) {
            promise.fail(new UnknownUnitException(name + " has been removed already"));
            return;
        }
        List<UnitCell> dependents = state().isActive() ? manager.activeDependents(this) : List.of();
        if (!dependents.isEmpty() && !order.options().cascade() && teardown == null && cascading == null) {
            promise.fail(new RefusedException("%s cannot be stopped: %s depend%s on it; stop them first, or use cascade"
                    .formatted(name, String.join(", ", dependents.stream().map(UnitCell::name).sorted().toList()),
                            dependents.size() == 1 ? "s" : "")));
            return;
        }
        addStopWaiter(promise::complete);
        begin(order, dependents);
    }

    private void onStopAlong(StopOrder order, Consumer<StopReport> whenDone) {
        if (state() == UnitState.REMOVED) {
            whenDone.accept(notRunning(order.reason()));
            return;
        }
        addStopWaiter(whenDone);
        begin(order, List.of());
    }

    private void addStopWaiter(Consumer<StopReport> waiter) {
        if (stopWaiters == null) {
            stopWaiters = new ArrayList<>(1);
        }
        stopWaiters.add(waiter);
    }

    private void begin(StopOrder order, List<UnitCell> dependents) {
        if (order.remove()) {
            removeAfterStop = true;
        }
        if (order.reason() == Reason.STOP_REQUESTED || order.reason() == Reason.REMOVED) {
            desiredRunning = false;
        }
        if (startAfterStop) {
            startAfterStop = false;
            failReadyWaiters(new PreemptedException("the start of " + name + " was overtaken by a stop"));
        }
        if (teardown != null && state().isEnding()) {
            teardown.onAskedAgain(order);
        } else if (cascading != null) {
            return;
        } else if (!state().isActive()) {
            stopInactive(order);
        } else if (!dependents.isEmpty()) {
            cascading = order;
            StopOptions options = order.options();
            new LevelStopper(this, dependents, Reason.DEPENDENCY_STOPPED, options, false,
                    manager.time().nanos() + options.budget().toNanos(), reports -> {
                        cascading = null;
                        if (teardown == null && state().isActive()) {
                            beginTeardown(order, UnitState.STOPPED);
                        }
                    }).run();
        } else {
            beginTeardown(order, UnitState.STOPPED);
        }
    }

    private void stopInactive(StopOrder order) {
        UnitState result = state().isTerminal() ? state() : UnitState.STOPPED;
        List<UnitCell> inside = order.remove() ? childCells() : List.of();
        if (inside.isEmpty()) {
            finishStop(order, notRunning(order.reason()), result);
        } else {
            new LevelStopper(this, inside, Reason.SCOPE_STOPPING, order.options(), true,
                    manager.time().nanos() + order.options().budget().toNanos(),
                    reports -> finishStop(order, notRunning(order.reason()), result)).run();
        }
    }

    private StopReport notRunning(Reason reason) {
        return new StopReport(name, generation, StopOutcome.NOT_RUNNING, reason, Duration.ZERO, 0, 0, 0, 0, List.of(),
                List.of(), List.of(), List.of(), List.of());
    }

    private void beginTeardown(StopOrder order, UnitState target) {
        Incarnation current = incarnation;
        if (current == null) {
            throw new IllegalStateException(name + " is " + state() + " without a generation");
        }
        closedForChildren = true;
        if (target != UnitState.READY && target != UnitState.STOPPED) {
            failReadyWaiters(null);
        } else {
            failReadyWaiters(new PreemptedException("%s was stopped before it was ready (%s)"
                    .formatted(current.id(), order.reason())));
        }
        Teardown started = new Teardown(this, current, order, target);
        teardown = started;
        started.begin();
    }

    /** A teardown has ended. */
    void torndown(StopOrder order, StopReport report, UnitState result) {
        lastStop = report;
        finishStop(order, report, result);
    }

    private void finishStop(StopOrder order, StopReport report, UnitState result) {
        if (state() != result && state().canBecome(result)) {
            move(result, report.outcome() == StopOutcome.QUARANTINED ? Reason.DEADLINE_EXCEEDED : order.reason(),
                    result == UnitState.FAILED ? String.valueOf(lastError) : "", order.actor());
        }
        StopReport told = report;
        if (removeAfterStop) {
            told = discardCarryOver(report);
            move(UnitState.REMOVED, Reason.REMOVED, "", order.actor());
            manager.forget(this);
        } else {
            CarryOver kept = carryOver;
            if (kept != null && told.carriedOver() != kept.count()) {
                told = withCarriedOver(told, kept.count());
            }
        }
        List<Consumer<StopReport>> waiters = stopWaiters;
        stopWaiters = null;
        if (waiters != null) {
            StopReport result2 = told;
            waiters.forEach(waiter -> waiter.accept(result2));
        }
        if (startAfterStop) {
            startAfterStop = false;
            onStart(order.actor(), null);
        } else if (state().isTerminal()) {
            failReadyWaiters(null);
        }
    }

    private StopReport discardCarryOver(StopReport report) {
        CarryOver kept = carryOver;
        if (kept == null || kept.count() == 0) {
            return report;
        }
        carryOver = null;
        List<String> sample = new ArrayList<>(report.discardedSample());
        sample.addAll(kept.sample(10 - sample.size()));
        return new StopReport(report.unit(), report.generation(), report.outcome(), report.reason(), report.duration(),
                report.drained(), report.handedOver(), 0, report.discarded() + kept.count(), sample,
                report.unknownOutcomes(), report.leftovers(), report.errors(), report.children());
    }

    private static StopReport withCarriedOver(StopReport report, long count) {
        return new StopReport(report.unit(), report.generation(), report.outcome(), report.reason(), report.duration(),
                report.drained(), report.handedOver(), count, report.discarded(), report.discardedSample(),
                report.unknownOutcomes(), report.leftovers(), report.errors(), report.children());
    }

    private void failReadyWaiters(@Nullable LifecycleException error) {
        List<Promise<UnitStatus>> waiters = readyWaiters;
        readyWaiters = null;
        if (waiters != null) {
            LifecycleException told = error == null ? endedBeforeReady() : error;
            waiters.forEach(waiter -> waiter.fail(told));
        }
    }

    private LifecycleException endedBeforeReady() {
        String error = lastError;
        return new UnitFailedException("%s is %s (%s) and will not become ready%s".formatted(name, state(),
                position.reason(), error == null ? ": start it again" : ": " + error), null);
    }

    // ---- transitions

    /** Enters a state; also with the same state and a new message. */
    void move(UnitState next, Reason reason, String message, String actor) {
        Position before = position;
        if (before.state() != next && !before.state().canBecome(next)) {
            throw new IllegalStateException(name + " cannot go from " + before.state() + " to " + next);
        }
        long now = manager.time().nanos();
        boolean same = before.state() == next;
        position = new Position(next, reason, message, same ? before.sinceNanos() : now);
        if (same) {
            return;
        }
        manager.events().emit(this, before, reason, message, actor, now);
        LOG.atDebug().addKeyValue("unit", name).addKeyValue("generation", generation)
                .addKeyValue("from", before.state()).addKeyValue("to", next).addKeyValue("reason", reason)
                .log("transition");
        if (next == UnitState.READY) {
            List<Promise<UnitStatus>> waiters = readyWaiters;
            readyWaiters = null;
            if (waiters != null) {
                UnitStatus status = status();
                waiters.forEach(waiter -> waiter.complete(status));
            }
        }
        manager.moved(this, before.state(), next);
    }
}
