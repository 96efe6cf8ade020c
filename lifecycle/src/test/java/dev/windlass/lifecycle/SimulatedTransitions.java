package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the transitions say of each name, and what must be true at each of them. They come as one sequence, so that what the others
 * were at each of them is known.
 */
final class SimulatedTransitions {

    /** A generation, or a name without one. */
    private static final class Seen {

        UnitState state = UnitState.NEW;
        Reason reason = Reason.ADDED;
        long generation;
        /** Whether a generation is alive. */
        boolean active;
        /** Whether it gets warm beside another one, or has not got any further than that. */
        boolean standby;
        /** Whether it was pending because of a start that goes on at once, and what it depends on was there then. */
        boolean beginning;
        boolean hadAll;
        /**
         * Whether it was started while a cascade was under way: what it depends on may have to stop in that, without having been
         * told so by then.
         */
        boolean intoCascade;
    }

    /** The generations of a name, of which two are there at once while it is replaced. */
    private static final class Line {

        final List<Seen> all = new ArrayList<>(List.of(new Seen()));
        long highest;

        /** The one that counts for others: the latest that is there and has had its turn. */
        Seen current() {
            Seen found = all.getFirst();
            for (Seen each : all) {
                found = !each.standby && (each.active || !found.active) ? each : found;
            }
            return found;
        }

        @Nullable
        Seen of(long generation) {
            for (Seen each : all) {
                if (each.generation == generation) {
                    return each;
                }
            }
            return null;
        }

        boolean active() {
            return all.stream().anyMatch(each -> each.active);
        }
    }

    private static final Map<UnitState, Set<UnitState>> TABLE = table();

    private final SimulatedWorld world;
    private final Map<String, Line> lines = new TreeMap<>();

    SimulatedTransitions(SimulatedWorld world) {
        this.world = world;
    }

    private static Map<UnitState, Set<UnitState>> table() {
        Map<UnitState, Set<UnitState>> table = new EnumMap<>(UnitState.class);
        table.put(UnitState.NEW, EnumSet.of(UnitState.PENDING, UnitState.STOPPED));
        table.put(UnitState.PENDING, EnumSet.of(UnitState.STARTING, UnitState.STOPPED));
        table.put(UnitState.STARTING, EnumSet.of(UnitState.READY, UnitState.BACKOFF, UnitState.DEGRADED,
                UnitState.DRAINING, UnitState.STOPPING));
        table.put(UnitState.BACKOFF, EnumSet.of(UnitState.READY, UnitState.DEGRADED, UnitState.PENDING,
                UnitState.STOPPED, UnitState.DRAINING, UnitState.STOPPING));
        table.put(UnitState.READY, EnumSet.of(UnitState.DEGRADED, UnitState.PAUSED, UnitState.DRAINING,
                UnitState.STOPPING));
        table.put(UnitState.DEGRADED, EnumSet.of(UnitState.READY, UnitState.DRAINING, UnitState.STOPPING));
        table.put(UnitState.PAUSED, EnumSet.of(UnitState.READY, UnitState.DRAINING, UnitState.STOPPING));
        table.put(UnitState.DRAINING, EnumSet.of(UnitState.STOPPING));
        table.put(UnitState.STOPPING, EnumSet.of(UnitState.STOPPED, UnitState.COMPLETED, UnitState.FAILED,
                UnitState.QUARANTINED, UnitState.BACKOFF));
        for (UnitState ended : List.of(UnitState.STOPPED, UnitState.COMPLETED, UnitState.FAILED)) {
            table.put(ended, EnumSet.of(UnitState.PENDING, UnitState.REMOVED));
        }
        table.put(UnitState.QUARANTINED, EnumSet.of(UnitState.STOPPED, UnitState.BACKOFF, UnitState.PENDING,
                UnitState.REMOVED));
        return table;
    }

    // ---- what they say

    private Line line(String name) {
        return lines.computeIfAbsent(name, any -> new Line());
    }

    private Seen seen(String name) {
        return line(name).current();
    }

    /** Whether a generation of the name is alive. */
    boolean active(String name) {
        return line(name).active();
    }

    /** Whether that generation is. */
    boolean runs(String name, long generation) {
        Seen found = line(name).of(generation);
        return found != null && found.active;
    }

    /** How many generations of it are alive. */
    long alive(String name) {
        return line(name).all.stream().filter(each -> each.active).count();
    }

    /** What its last transition said of that generation, or of the name when it has none. */
    @Nullable
    UnitState last(String name, long generation) {
        Seen found = line(name).of(generation);
        return found == null ? null : found.state;
    }

    /** The current generation of each name. */
    Map<String, Long> running() {
        Map<String, Long> running = new TreeMap<>();
        lines.forEach((name, line) -> running.put(name, line.current().generation));
        return running;
    }

    List<UnitState> states() {
        return lines.values().stream().map(line -> line.current().state).toList();
    }

    /** What the name depends on and is not there, if anything. */
    @Nullable
    String lacks(String name) {
        for (String dependency : world.plan(name).spec().dependsOn()) {
            if (!isThere(seen(dependency).state)) {
                return dependency + " (" + seen(dependency).state + ")";
            }
        }
        return null;
    }

    static boolean isThere(UnitState state) {
        return switch (state) {
            case READY, DEGRADED, PAUSED, COMPLETED -> true;
            default -> false;
        };
    }

    // ---- each of them

    void onEvent(UnitEvent event) {
        world.note(event.unit());
        world.note(event.to().ordinal() * 64 + event.reason().ordinal());
        world.note(event.time());
        world.note(event.generation());
        UnitState from = event.from();
        world.log(() -> "    %s#%d %s -> %s (%s %s) by %s".formatted(event.unit(), event.generation(), from, event.to(),
                event.reason(), event.message(), event.actor()));
        if (from == null) {
            world.breaks("events were lost");
            return;
        }
        Object what = new Object() {
            @Override
            public String toString() {
                return "%s#%d %s → %s (%s)".formatted(event.unit(), event.generation(), from, event.to(),
                        event.reason());
            }
        };
        Line line = line(event.unit());
        Seen unit = subject(line, event, what);
        world.require(from == unit.state, "%s: it was %s", what, unit.state);
        world.require(TABLE.getOrDefault(from, Set.of()).contains(event.to()), "%s is no transition", what);
        world.require(!event.actor().startsWith(event.unit() + "#")
                || event.actor().equals(event.unit() + "#" + event.generation())
                || line.current() != unit, "%s by %s", what, event.actor()); // the end of one is that of who is beside it
        boolean ended = from == UnitState.STOPPING;
        check(event, unit, line.current() == unit, what);
        if (ended && event.to() != UnitState.QUARANTINED) {
            onEnded(event, what);
        }
        unit.state = event.to();
        unit.reason = event.reason();
        unit.generation = event.generation();
        unit.active = event.to().isActive() && !(ended && event.to() == UnitState.BACKOFF)
                && from != UnitState.QUARANTINED;
        unit.standby &= event.to() != UnitState.READY;
        line.highest = Math.max(line.highest, event.generation());
        boolean goesOn = event.to().isActive() && !event.to().isEnding() && !ended;
        if (!unit.standby && (goesOn || event.actor().equals(event.unit() + "#" + event.generation()))) {
            line.all.removeIf(each -> each != unit && !each.active); // it is the current one, again perhaps
        }
        if (event.to() == UnitState.REMOVED) {
            unit.state = UnitState.NEW;
            line.all.removeIf(each -> each != unit);
        }
    }

    /** What the transition is about: a new generation continues its name, or is beside the current one. */
    private Seen subject(Line line, UnitEvent event, Object what) {
        boolean starts = event.to() == UnitState.STARTING;
        Seen found = line.of(event.generation());
        if (starts && event.reason() == Reason.REPLACED) {
            found = new Seen();
            found.state = UnitState.PENDING;
            found.generation = event.generation();
            found.standby = true;
            line.all.removeIf(each -> !each.active);
            world.require(line.all.size() == 1, "%s beside %d generations", what, line.all.size());
            line.all.add(found);
        } else if (starts || found == null) {
            found = line.all.stream().filter(each -> each.state == UnitState.PENDING || each.state == UnitState.NEW)
                    .findFirst().orElse(line.current());
            Seen kept = found;
            line.all.removeIf(each -> each != kept && !each.active);
            world.require(starts || event.from() == UnitState.NEW, "%s, which is not known", what);
        }
        world.require(starts ? event.generation() > line.highest : event.generation() >= found.generation,
                "%s after generation %d", what, line.highest);
        return found;
    }

    private void check(UnitEvent event, Seen unit, boolean current, Object what) {
        UnitState from = event.from();
        SimulatedName name = live(event.unit());
        switch (event.to()) {
            case PENDING -> {
                unit.beginning = event.reason() == Reason.START_REQUESTED;
                unit.hadAll = lacks(event.unit()) == null;
                world.require(from != UnitState.BACKOFF || !event.actor().equals("manager")
                        || event.inPreviousState().compareTo(Duration.ofMillis(800)) >= 0
                        || world.isJustStarted() || world.manager().stopping(), "%s: restarted after %s", what,
                        event.inPreviousState());
            }
            case STARTING -> onStarting(event, unit, what);
            case DRAINING, STOPPING -> {
                if (from != UnitState.DRAINING) {
                    if (name != null && (event.reason() == Reason.FAILED || event.reason() == Reason.CRASH_LOOP)) {
                        name.failures++;
                        name.startAsked = false; // nobody knows whether that came before it
                    }
                    if (current) {
                        onEnding(event, what);
                    }
                }
            }
            case FAILED -> {
                if (event.reason() == Reason.CRASH_LOOP) {
                    RestartPolicy policy = world.plan(event.unit()).spec().restart();
                    world.require(name == null || (policy != null && name.failures >= policy.attempts()),
                            "%s after %d failures", what, name == null ? 0 : name.failures);
                }
            }
            case QUARANTINED -> onQuarantined(event, unit, what);
            case REMOVED -> onRemoved(event, what);
            default -> {
            }
        }
    }

    /** The registration that the transitions are about; null while whoever adds it has not returned. */
    private @Nullable SimulatedName live(String name) {
        for (SimulatedName each : world.registrations(name)) {
            if (!each.gone) {
                return each;
            }
        }
        return null;
    }

    private void onStarting(UnitEvent event, Seen unit, Object what) {
        SimulatedName model = live(event.unit());
        if (model != null && model.startAsked && !unit.standby) {
            model.startAsked = false;
            model.failures = 0;
        }
        unit.intoCascade = world.operations().cascades();
        String lacks = lacks(event.unit());
        world.require(lacks == null || unit.standby || (unit.beginning && unit.hadAll), "%s without %s", what, lacks);
        String parent = world.plan(event.unit()).parent();
        world.require(parent == null || active(parent) || unit.beginning, "%s while %s is %s", what, parent,
                parent == null ? "" : seen(parent).state);
        world.require(!world.leaderOnly(event.unit()) || world.leadership().led(event.time()),
                "%s, and the manager does not lead", what);
        long cost = world.watches(event.unit());
        if (cost > 0) {
            long used = cost;
            for (String other : lines.keySet()) {
                used += alive(other) * world.watches(other);
            }
            long most = world.operations().mostWatches();
            world.require(used <= most, "%s: %d watches are in use then, of %d", what, used, most);
        }
    }

    private void onEnding(UnitEvent event, Object what) {
        switch (event.reason()) {
            case STOP_REQUESTED, REMOVED, MANAGER_STOPPING, DEPENDENCY_STOPPED, QUOTA_RECLAIMED -> {
                String scope = world.plan(event.unit()).parent();
                if (scope != null && seen(scope).state.isEnding()) {
                    return; // it goes with its scope, which may have ended by itself
                }
                for (Map.Entry<String, Line> other : lines.entrySet()) {
                    boolean depends = world.plan(other.getKey()).spec().dependsOn().contains(event.unit());
                    Seen there = other.getValue().current();
                    world.require(!depends || !there.active || there.intoCascade,
                            "%s while %s, which depends on it, is %s", what, other.getKey(), there.state);
                }
            }
            default -> {
            }
        }
        world.require(event.reason() != Reason.QUOTA_RECLAIMED
                || world.plan(event.unit()).spec().priority() != PriorityClass.SYSTEM, "%s: it is of class SYSTEM",
                what);
    }

    /** Nothing of the generation is left. */
    private void onEnded(UnitEvent event, Object what) {
        for (SimulatedGeneration each : world.generations()) {
            if (isCode(each, event)) {
                world.require(each.live == 0, "%s: %d of its threads run", what, each.live);
                world.require(each.openResources() == 0, "%s: %d resources are open", what, each.openResources());
                world.require(each.holds().isEmpty(), "%s: it holds the keys %s", what, each.holds());
            }
        }
        for (SimulatedPlan child : world.plan(event.unit()).children()) {
            world.require(!active(child.name()), "%s while %s is %s", what, child.name(), seen(child.name()).state);
        }
    }

    private void onQuarantined(UnitEvent event, Seen unit, Object what) {
        world.require(world.misbehaved(), "%s: all units behave well", what);
        switch (unit.reason) {
            case STOP_REQUESTED, REMOVED, COMPLETED, FAILED, DEPENDENCY_RESTARTED -> {
                for (SimulatedGeneration each : world.generations()) {
                    world.require(!each.onlySwallowed || !isCode(each, event) || misbehavedElsewhere(each)
                            || !hadTime(each.name()), "%s: it would have ended at the second interrupt", what);
                }
            }
            default -> {
            }
        }
    }

    private static boolean isCode(SimulatedGeneration generation, UnitEvent event) {
        return generation.model != null && generation.model.plan.name().equals(event.unit())
                && generation.number == event.generation();
    }

    /** Whether nobody has asked for a stop that would not be the time of two interrupts long. */
    private boolean hadTime(SimulatedName model) {
        return !world.manager().stopping() && !world.operations().cascaded() && model.plan.children().isEmpty()
                && model.plan.parent() == null && model.plan.spec().stop().equals(StopOptions.defaults())
                && !model.plan.spec().drains() && !model.wasReplaced()
                && model.asked.stream().allMatch(
                        asked -> asked.options == null || asked.options.equals(StopOptions.defaults()));
    }

    private boolean misbehavedElsewhere(SimulatedGeneration generation) {
        return world.generations().stream().anyMatch(other -> other != generation && other.misbehaved);
    }

    private void onRemoved(UnitEvent event, Object what) {
        SimulatedName model = live(event.unit());
        if (model == null) {
            return; // it came too late, and went at once
        }
        model.gone = true;
        long reported = model.handle.lastStop().map(StopReport::discarded).orElse(0L);
        world.require(model.kept.isEmpty() || reported == model.kept.size(),
                "%s: the keys %s went with it, %d were reported", what, model.kept, reported);
        world.work().discard(model);
    }

    // ---- leadership

    /** Nobody can go on without time passing: who needs leadership that is over has been told to end, level by level. */
    void look() {
        if (!world.leadership().elects() || world.leadership().leads()) {
            return;
        }
        List<String> leaders = lines.keySet().stream().filter(world::leaderOnly).toList();
        boolean ending = leaders.stream()
                .anyMatch(name -> line(name).all.stream().anyMatch(each -> each.active && each.state.isEnding()));
        for (String name : leaders) {
            Seen current = seen(name);
            SimulatedName there = world.present(name);
            boolean handsOver = there != null && there.isBeingReplaced(); // it waits for that, for a part of its time
            world.require(ending || handsOver || !current.active || current.state.isEnding(),
                    "%s#%d is %s, and the leadership is over", name, current.generation, current.state);
        }
    }
}
