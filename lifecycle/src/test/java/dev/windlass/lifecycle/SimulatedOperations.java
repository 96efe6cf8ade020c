package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was asked for, and what must be true of it when it has ended, and until then. */
final class SimulatedOperations {

    private final SimulatedWorld world;
    private final List<SimulatedName.Asked> open = new ArrayList<>();
    private final List<SimulatedName.Asked> cascades = new ArrayList<>();
    private final List<SimulatedName.Asked> limits = new ArrayList<>();
    private @Nullable Operation<StopReport> end;
    private long endAsked;

    SimulatedOperations(SimulatedWorld world) {
        this.world = world;
    }

    /** To be called right before the operation is asked for. */
    SimulatedName.Asked ask(SimulatedStep.Kind kind, @Nullable SimulatedName name, @Nullable StopOptions options) {
        Long bound = null;
        if (options != null && (kind == SimulatedStep.Kind.STOP || kind == SimulatedStep.Kind.REMOVE)) {
            long budget = options.budget().toNanos();
            bound = world.time().nanos() + budget + budget / 15 + 1_000;
        }
        SimulatedName.Asked asked = new SimulatedName.Asked(kind, name, world.time().nanos(), bound);
        asked.options = options;
        if (options != null && options.cascade()) {
            asked.running.putAll(world.transitions().running());
            cascades.add(asked);
        }
        if (name != null) {
            world.reached(kind, name.handle.state());
            if (kind.desires != null) {
                name.asked.add(asked);
            }
            if (kind == SimulatedStep.Kind.START) {
                name.startAsked = true;
            }
            if (kind == SimulatedStep.Kind.REPLACE || kind == SimulatedStep.Kind.RECONFIGURE) {
                name.changes.add(asked);
            }
        }
        return asked;
    }

    void awaits(SimulatedName.Asked asked, Operation<?> operation) {
        asked.operation = operation;
        open.add(asked);
    }

    void setLimits(Limits next) {
        SimulatedName.Asked asked = ask(SimulatedStep.Kind.QUOTA, null, null);
        asked.limits = next;
        limits.add(asked);
        world.transitions().states().forEach(state -> world.reached(SimulatedStep.Kind.QUOTA, state));
        awaits(asked, world.manager().quotas().set(next));
    }

    void stopManager(StopOptions options) {
        if (end == null) {
            endAsked = world.time().nanos();
        }
        world.manager().units().forEach(unit -> world.reached(SimulatedStep.Kind.STOP_MANAGER, unit.state()));
        end = world.manager().stop(options);
    }

    boolean managerHasStopped() {
        Operation<StopReport> stop = end;
        return stop != null && stop.isDone();
    }

    /** Whether a cascade was asked for, in which the time of a stop is shared. */
    boolean cascaded() {
        return !cascades.isEmpty();
    }

    /** Whether a cascade may still have to stop units. */
    boolean cascades() {
        return cascades.stream().anyMatch(this::goesOn);
    }

    /** It goes on, unless the unit is wanted again, also when that has ended itself. */
    private boolean goesOn(SimulatedName.Asked cascade) {
        SimulatedName name = cascade.name;
        return !cascade.seen || (name != null && !name.handle.status().desiredRunning()
                && cascade.running.entrySet().stream()
                        .anyMatch(each -> world.transitions().runs(each.getKey(), each.getValue())));
    }

    /** The limit that counts, or the highest of those of which one may count. */
    long mostWatches() {
        long most = Long.MAX_VALUE;
        boolean any = false;
        for (SimulatedName.Asked each : limits.reversed()) {
            if (each.seen && (each.error instanceof RefusedException || each.error instanceof StoppingException)) {
                continue;
            }
            long limit = each.limits == null
                    ? Long.MAX_VALUE
                    : each.limits.limit(CostDimension.WATCHES).orElse(Long.MAX_VALUE);
            most = any ? Math.max(most, limit) : limit;
            any = true;
            if (each.seen) {
                return most;
            }
        }
        return Long.MAX_VALUE;
    }

    /** What has not ended. */
    Optional<SimulatedName.Asked> open() {
        return open.stream().findFirst();
    }

    // ---- how they end

    /** Nobody can go on without time passing: looks which operations have ended. */
    void look() {
        for (SimulatedName.Asked each : List.copyOf(open)) {
            Operation<?> operation = each.operation;
            if (operation != null && operation.isDone()) {
                open.remove(each);
                each.seen = true;
                ended(each, operation);
            } else {
                long late = world.time().nanos()
                        - (each.bound == null
                                ? each.at + SimulatedWorld.OPERATION_DEADLINE.toNanos() + 1_000_000
                                : each.bound);
                world.require(late <= 0, "%s of %s has not ended in time", each.kind,
                        each.name == null ? "" : each.name.handle);
            }
        }
        Operation<StopReport> stop = end;
        if (stop != null && !stop.isDone()) {
            world.require(world.time().nanos() - endAsked <= world.manager().worstCaseStop().toNanos(),
                    "the manager has not stopped within %s", world.manager().worstCaseStop());
        }
    }

    private void ended(SimulatedName.Asked asked, Operation<?> operation) {
        String what = asked.name == null ? asked.kind.name() : asked.kind + " of " + asked.name.handle.name();
        try {
            asked.result = operation.await();
            world.log(() -> "    " + what + " -> " + asked.result);
            world.note(what);
        } catch (LifecycleException e) {
            asked.error = e;
            world.note(what + e.getClass().getSimpleName());
            world.log(() -> "    " + what + " failed: " + e);
            world.require(asked.name == null || !(e instanceof DeadlineException) || mayStillCome(asked.name),
                    "%s was not told that there is nothing to wait for: %s", what, e.getMessage());
            world.require(asked.bound == null || !(e instanceof DeadlineException), "%s: %s", what, e.getMessage());
            world.require(e.getClass() != LifecycleException.class, "%s: %s has no name", what, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (asked.result instanceof StopReport report) {
            stopped(asked, report, what);
        }
        SimulatedName name = asked.name;
        if (name != null && asked.kind == SimulatedStep.Kind.REPLACE) {
            replaced(asked, name, what);
        } else if (name != null && asked.kind == SimulatedStep.Kind.RECONFIGURE) {
            reconfigured(asked, name, what);
        }
    }

    private void stopped(SimulatedName.Asked asked, StopReport report, String what) {
        boolean inside = asked.kind == SimulatedStep.Kind.REMOVE && asked.name != null && !asked.name.gone
                && asked.name.handle.state() != UnitState.REMOVED;
        world.require(!inside, "%s: it is %s", what, asked.name == null ? "" : asked.name.handle.state());
        world.require(report.outcome() != StopOutcome.QUARANTINED || world.misbehaved(), "%s: %s", what, report);
        world.require(report.outcome() == StopOutcome.QUARANTINED || report.leftovers().isEmpty(), "%s: %s", what,
                report);
    }

    /** Whether it may become ready without anybody doing something. */
    private static boolean mayStillCome(SimulatedName model) {
        UnitStatus status = model.handle.status();
        return !status.state().isTerminal() || status.reason() == Reason.DEPENDENCY_STOPPED;
    }

    // ---- replace and reconfigure

    private void replaced(SimulatedName.Asked asked, SimulatedName name, String what) {
        boolean last = name.changes.stream().filter(each -> each.kind == asked.kind).toList().getLast() == asked;
        boolean brought = name.handle.spec().labels().getOrDefault("version", "").equals(asked.brings);
        if (asked.error instanceof RefusedException || asked.error instanceof UnknownUnitException) {
            world.require(!brought, "%s was refused, and the unit is of its description", what);
        }
        if (!(asked.result instanceof ReplaceReport report)) {
            return;
        }
        boolean replaced = report.outcome() == ReplaceOutcome.REPLACED;
        boolean redeclared = name.plan.parent() != null; // by its scope, as it was, at any time
        world.require(!last || redeclared || brought == replaced, "%s: %s, and the description is the %s one", what,
                report,
                brought ? "new" : "old");
        for (SimulatedGeneration each : name.generations) {
            boolean goes = each.number == (replaced ? report.from() : report.to()) && report.from() != report.to();
            world.require(!goes || each.live == 0 || world.isQuarantined(each), "%s: %s, and #%d runs", what, report,
                    each.number);
        }
        long now = name.handle.generation();
        boolean warm = report.method() == ReplaceMethod.WARM;
        world.require(!warm || (replaced
                ? now >= report.to()
                : now != report.to() || !name.handle.state().isActive()), "%s: %s, and #%d is there", what, report,
                now);
        Integer found = name.found.get(report.to());
        world.require(!warm || found == null || found == report.handedOver(), "%s: %s, and %s were found", what, report,
                found);
    }

    private void reconfigured(SimulatedName.Asked asked, SimulatedName name, String what) {
        boolean last = name.changes.getLast() == asked;
        boolean there = name.handle.status().labels().getOrDefault("reconfigured", "").equals(asked.brings);
        world.require(!last || name.plan.parent() != null || there == (asked.error == null),
                "%s: %s, and its label is %s", what,
                asked.error == null ? "done" : asked.error, there ? "there" : "not there");
        SimulatedGeneration by = asked.by;
        world.require(asked.error != null || by == null || !by.takesOn() || by.told.contains(asked.brings),
                "%s is done, and #%s has not been told", what, by == null ? "" : by.number);
    }
}
