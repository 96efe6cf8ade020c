package dev.windlass.lifecycle;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be true of a simulated world when it has come to rest, and when its manager has stopped. */
final class SimulatedRest {

    private final SimulatedWorld world;
    private final Manager manager;

    SimulatedRest(SimulatedWorld world) {
        this.world = world;
        this.manager = world.manager();
    }

    /** Everything has had the time to come to rest; nobody is held up and nothing is scarce. */
    void check() {
        world.operations().open().ifPresent(open -> world.breaks(open.kind + " has not ended"));
        for (SimulatedName name : world.registrations()) {
            if (name.handle.state() != UnitState.REMOVED) {
                check(name);
            }
        }
        world.work().check();
        checkQuota();
    }

    private void checkQuota() {
        long used = 0;
        for (RunnableHandle unit : manager.units()) {
            world.require(unit.state() != UnitState.REMOVED, "%s is registered at rest", unit);
            long alive = world.transitions().alive(unit.name());
            world.require(alive <= 1, "at rest there are %d generations of %s", alive, unit);
            used += alive * world.watches(unit.name());
        }
        for (QuotaStatus.ScopeUse scope : manager.quotas().status().scopes()) {
            if (scope.name().isEmpty()) {
                world.require(scope.used().in(CostDimension.WATCHES) == used,
                        "at rest %d watches are counted, %d are in use", scope.used().in(CostDimension.WATCHES), used);
            }
        }
    }

    private void check(SimulatedName name) {
        UnitStatus status = name.handle.status();
        String what = "at rest %s is %s (%s, %s)".formatted(status.id(), status.state(), status.reason(),
                status.message());
        Boolean desired = name.desired();
        if (desired != null) {
            world.require(desired == status.desiredRunning(), "%s and is said to be wanted: %s", what,
                    status.desiredRunning());
        }
        boolean wanted = status.desiredRunning();
        boolean ends = manager.stopping();
        String lacks = lacks(name.plan.name());
        world.require(status.replacing() == null, "%s: %s", what, status.replacing());
        switch (status.state()) {
            case NEW, STARTING, DRAINING, STOPPING, QUARANTINED -> world.breaks(what);
            case PENDING -> {
                world.require(wanted && !ends, "%s", what);
                world.require(lacks != null || groupIsHeldBack(name), "%s, and nothing is missing", what);
            }
            case READY, DEGRADED, PAUSED -> {
                world.require(wanted && !ends, "%s and is not wanted", what);
                world.require(lacks == null || status.state() != UnitState.READY, "%s without %s", what, lacks);
                world.require(status.state() != UnitState.READY || !status.desiredPaused() || !name.plan.suspends(),
                        "%s and should be paused", what);
                world.require(status.state() != UnitState.DEGRADED || status.reason() != Reason.DEPENDENCY_LOST
                        || lacks != null, "%s, and nothing is missing", what);
            }
            case STOPPED -> world.require(!wanted || ends || mayStayStopped(name, status), "%s and should run", what);
            case COMPLETED -> world.require(!wanted || ends || restarts(name) != RestartPolicy.When.ALWAYS
                    || isInside(name), "%s and should be restarted", what);
            case FAILED -> world.require(!wanted || ends || status.reason() == Reason.CRASH_LOOP
                    || restarts(name) == RestartPolicy.When.NEVER || isInside(name), "%s and should be restarted",
                    what);
            default -> {
            }
        }
        world.require(name.kept.size() == status.carriedOver(), "%s and keeps %d keys, not %s", what,
                status.carriedOver(), name.kept);
    }

    /** What it needs and is not there. By now the manager leads again, unless nobody stands for election. */
    private @Nullable String lacks(String name) {
        String lacks = world.transitions().lacks(name);
        return lacks == null && world.leaderOnly(name) && !world.leadership().leads() ? "leadership" : lacks;
    }

    private static RestartPolicy.When restarts(SimulatedName name) {
        RestartPolicy policy = name.plan.spec().restart();
        return policy == null ? RestartPolicy.When.NEVER : policy.when();
    }

    private boolean mayStayStopped(SimulatedName name, UnitStatus status) {
        return switch (status.reason()) {
            case DEPENDENCY_STOPPED -> !allBelowIsThere(name.plan.name(), new LinkedHashSet<>()) || isInside(name)
                    || groupIsHeldBack(name);
            case ENDED_LATE -> true;
            default -> isInside(name);
        };
    }

    /** Whether it is inside of something that may not run, or may not have declared it again. */
    private static boolean isInside(SimulatedName name) {
        return name.plan.parent() != null;
    }

    private boolean allBelowIsThere(String name, Set<String> visited) {
        for (String dependency : world.plan(name).spec().dependsOn()) {
            SimulatedName other = world.present(dependency);
            String scope = world.plan(dependency).parent();
            if (other == null || (scope != null && !world.transitions().active(scope))
                    || !SimulatedTransitions.isThere(other.handle.state()) || !other.handle.status().desiredRunning()
                    || (visited.add(dependency) && !allBelowIsThere(dependency, visited))) {
                return false;
            }
        }
        return !world.leaderOnly(name) || world.leadership().leads();
    }

    private boolean groupIsHeldBack(SimulatedName name) {
        String own = name.plan.name();
        Group group = own.equals(LeaderGroup.UNIT) // it begins with those that it is for
                ? Group.LEADER_ELECTED
                : name.plan.parent() == null ? name.plan.spec().group() : Group.HTTP_SERVERS;
        return manager.units().stream().anyMatch(other -> !other.name().contains("/") && !other.name().equals(own)
                && world.plan(other.name()).spec().required()
                && world.plan(other.name()).spec().group().compareTo(group) < 0
                && !SimulatedTransitions.isThere(other.state()));
    }

    /** The manager has stopped, and everybody was let go. */
    void checkEnd() {
        world.require(world.operations().managerHasStopped(), "the manager has not stopped");
        for (SimulatedGeneration each : world.generations()) {
            world.require(each.live == 0 && !each.inCode, "%s#%d runs after the end of the manager",
                    each.model == null ? "?" : each.model.plan.name(), each.number);
            world.require(each.openResources() == 0, "%s#%d has %d resources open after the end of the manager",
                    each.model == null ? "?" : each.model.plan.name(), each.number, each.openResources());
        }
        for (RunnableHandle unit : manager.units()) {
            world.require(unit.state().isTerminal() && unit.state() != UnitState.QUARANTINED,
                    "%s after the end of the manager", unit);
            world.require(unit.claimedKeys().isEmpty(), "%s claims %s after the end of the manager", unit,
                    unit.claimedKeys());
            UnitState last = world.transitions().last(unit.name(), unit.generation());
            world.require(last == unit.state(), "%s, and its last event said %s", unit, last);
        }
        world.require(manager.quarantined().isEmpty(), "%s is quarantined after its end", manager.quarantined());
        world.require(world.time().open() == 0, "%d timers are armed after the end of the manager",
                world.time().open());
        int meters = manager.metrics().scrape().size();
        world.require(meters == 0, "%d meters are left", meters);
        world.require(world.time().defect() == null, "%s", world.time().defect());
        world.work().check();
    }
}
