package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A manager with simulated units, and beside it what must be true of it: of each transition, of what units are told and do, of each
 * operation, and when everything has come to rest. The transitions of all units come as one sequence, so that what the others were
 * at each of them is known.
 */
final class SimulatedWorld {

    static final Duration OPERATION_DEADLINE = Duration.ofMinutes(2);
    static final Instant START = Instant.parse("2000-01-01T00:00:00Z");
    static final Duration COOL_DOWN = Duration.ofSeconds(60);

    /** What a unit throws when it is told to fail. */
    static final class Commanded extends Exception {

        private static final long serialVersionUID = 1;

        Commanded(String message) {
            super(message);
        }
    }

    /** One registration of a name, from its add to its removal. */
    static final class Name {

        final RunnableHandle handle;
        final SimulatedPlan plan;
        final Set<Integer> kept = new LinkedHashSet<>();
        final List<SimulatedGeneration> generations = new ArrayList<>();
        /** What was asked for, in the order in which it was. */
        final List<Asked> asked = new ArrayList<>();
        /** How often it has failed since it started at somebody's wish, or oftener. */
        int failures;
        boolean startAsked;
        boolean gone;

        Name(RunnableHandle handle, SimulatedPlan plan) {
            this.handle = handle;
            this.plan = plan;
        }
    }

    /** An operation that was asked for. */
    static final class Asked {

        final SimulatedStep.Kind kind;
        final @Nullable Name name;
        final long at;
        /** By when it must have ended; null when the operation deadline decides. */
        final @Nullable Long bound;
        @Nullable
        Operation<?> operation;
        boolean seen;
        @Nullable
        LifecycleException error;
        @Nullable
        Object result;
        @Nullable
        Limits limits;
        @Nullable
        StopOptions options;
        /** For a cascade: the generations that it may stop. */
        final Map<String, Long> running = new TreeMap<>();

        Asked(SimulatedStep.Kind kind, @Nullable Name name, long at, @Nullable Long bound) {
            this.kind = kind;
            this.name = name;
            this.at = at;
            this.bound = bound;
        }
    }

    /** What the transitions say of a name. */
    private static final class Seen {

        UnitState state = UnitState.NEW;
        Reason reason = Reason.ADDED;
        long generation;
        /** Whether a generation is alive. */
        boolean active;
        /** Whether it was pending because of a start that goes on at once, and what it depends on was there then. */
        boolean beginning;
        boolean hadAll;
        /**
         * Whether it was started while a cascade was under way: what it depends on may have to stop in that, without having been
         * told so by then.
         */
        boolean intoCascade;
    }

    private static final Map<UnitState, Set<UnitState>> TABLE = table();

    private final SimulatedMachine machine;
    private final Manager manager;
    private final Map<String, SimulatedPlan> plans = new TreeMap<>();
    private final IdentityHashMap<UnitCell, Name> models = new IdentityHashMap<>();
    private final Map<String, List<Name>> byName = new TreeMap<>();
    private final Map<String, Seen> seen = new TreeMap<>();
    private final List<Asked> open = new ArrayList<>();
    private final List<Asked> cascades = new ArrayList<>();
    private final List<Asked> limits = new ArrayList<>();
    private final Map<String, SimulatedGeneration> working = new HashMap<>();
    private final List<SimulatedGeneration> generations = new ArrayList<>();
    private int keys;
    private int done;
    private int discarded;
    private int lost;
    private boolean misbehaved;
    /** Whether a cascade was asked for, in which the time of a stop is shared. */
    private boolean cascaded;
    private @Nullable String broken;
    private long trace = 0xCBF29CE484222325L;
    private @Nullable Operation<StopReport> end;
    private long endAsked;
    private long startedAt;
    private final Coverage coverage;
    private final @Nullable Consumer<String> log;

    /** @param log told of what happens, for people */
    SimulatedWorld(long seed, Coverage coverage, @Nullable Consumer<String> log) {
        this.coverage = coverage;
        this.log = log;
        Random random = new Random(seed);
        machine = new SimulatedMachine(random.nextLong(), this::look);
        SimulatedPlan.draw(random).forEach(plan -> plan.withInside().forEach(each -> plans.put(each.name(), each)));
        manager = Manager.builder().name("simulated").time(machine).scheduling(machine).random(
                new Random(random.nextLong())).operationDeadline(OPERATION_DEADLINE).build();
        manager.quotas().coolDown(COOL_DOWN);
        manager.subscribe(this::onEvent);
        machine.settle();
    }

    SimulatedMachine time() {
        return machine;
    }

    Manager manager() {
        return manager;
    }

    List<String> names() {
        return List.copyOf(plans.keySet());
    }

    SimulatedPlan plan(String name) {
        SimulatedPlan plan = plans.get(name);
        if (plan == null) {
            throw new IllegalArgumentException(name);
        }
        return plan;
    }

    long trace() {
        return trace;
    }

    @Nullable
    String broken() {
        return broken;
    }

    void breaks(String rule) {
        if (broken == null) {
            broken = "after " + Duration.between(START, machine.now()) + ": "
                    + rule;
        }
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private void require(boolean holds, String rule, @Nullable Object... arguments) {
        if (!holds) {
            breaks(rule.formatted(arguments));
        }
    }

    void log(Supplier<String> what) {
        Consumer<String> told = log;
        if (told != null) {
            told.accept("%8.3f  %s".formatted(Duration.between(START, machine.now()).toNanos() / 1e9, what.get()));
        }
    }

    private void note(Object what) {
        trace = (trace ^ what.hashCode()) * 0x100000001B3L;
    }

    // ---- what the history does

    /** The registration of a name that is there now. */
    @Nullable
    Name present(String name) {
        return manager.find(name).map(handle -> model(handle, plan(name))).orElse(null);
    }

    /** A registration of the name that is gone. */
    @Nullable
    Name removed(String name) {
        return byName.getOrDefault(name, List.of()).stream()
                .filter(model -> model.handle.state() == UnitState.REMOVED).findFirst().orElse(null);
    }

    Name model(RunnableHandle handle, SimulatedPlan plan) {
        return models.computeIfAbsent(handle.cell(), cell -> {
            Name created = new Name(handle, plan);
            byName.computeIfAbsent(plan.name(), any -> new ArrayList<>()).add(created);
            return created;
        });
    }

    void reached(SimulatedStep.Kind kind, UnitState state) {
        coverage.reached(kind, state);
        note(kind.ordinal() * 64 + state.ordinal());
    }

    Unit<RunnableHandle> unit(SimulatedPlan plan) {
        return Task.each(plan.spec(), () -> {
            SimulatedGeneration generation = new SimulatedGeneration(this, plan);
            generations.add(generation);
            return generation;
        });
    }

    void add(String name) {
        SimulatedPlan plan = plan(name);
        UnitState before = manager.find(name).map(RunnableHandle::state).orElse(UnitState.REMOVED);
        boolean stopping = manager.stopping();
        try {
            model(manager.add(unit(plan)), plan);
            require(before == UnitState.REMOVED || manager.find(name).isPresent(), "%s was added beside itself", name);
            require(!stopping, "%s was added while the manager was stopping", name);
        } catch (NameTakenException e) {
            require(before != UnitState.REMOVED, "the name %s was free and is said to be taken", name);
        } catch (StoppingException e) {
            require(manager.stopping(), "%s was refused as by a manager that stops", name);
        }
    }

    void addInside(RunnableContext context, SimulatedPlan child) {
        Name present = present(child.name());
        int askedBefore = present == null ? 0 : present.asked.size();
        try {
            Name model = model(context.add(unit(child)), child);
            if (model == present) {
                Asked declared = new Asked(SimulatedStep.Kind.START, model, machine.nanos(), null);
                declared.seen = true;
                if (model.asked.size() == askedBefore) {
                    model.asked.add(declared);
                } else {
                    model.asked.clear(); // nobody knows which of them came first
                }
                model.startAsked = true;
            }
        } catch (NameTakenException | StoppingException e) {
            note(e.getClass().getSimpleName());
        }
    }

    /** To be called right before the operation is asked for. */
    Asked ask(SimulatedStep.Kind kind, @Nullable Name name, @Nullable StopOptions options) {
        Long bound = null;
        if (options != null && kind != SimulatedStep.Kind.RESTART) {
            long budget = options.budget().toNanos();
            bound = machine.nanos() + budget + budget / 15 + 1_000;
        }
        Asked asked = new Asked(kind, name, machine.nanos(), bound);
        asked.options = options;
        if (options != null && options.cascade()) {
            cascaded = true;
            seen.forEach((other, there) -> asked.running.put(other, there.generation));
            cascades.add(asked);
        }
        if (name != null) {
            reached(kind, name.handle.state());
            if (kind.desires != null) {
                name.asked.add(asked);
            }
            if (kind == SimulatedStep.Kind.START) {
                name.startAsked = true;
            }
        }
        return asked;
    }

    void awaits(Asked asked, Operation<?> operation) {
        asked.operation = operation;
        open.add(asked);
    }

    void setLimits(Limits next) {
        Asked asked = ask(SimulatedStep.Kind.QUOTA, null, null);
        asked.limits = next;
        limits.add(asked);
        for (Seen each : seen.values()) {
            coverage.reached(SimulatedStep.Kind.QUOTA, each.state);
        }
        awaits(asked, manager.quotas().set(next));
    }

    void startManager() {
        startedAt = machine.nanos();
        manager.start();
    }

    /** The start of the manager starts everybody who is there, also who was added during it and has ended since. */
    private boolean isJustStarted() {
        return machine.nanos() == startedAt;
    }

    void stopManager(StopOptions options) {
        if (end == null) {
            endAsked = machine.nanos();
        }
        manager.units().forEach(unit -> reached(SimulatedStep.Kind.STOP_MANAGER, unit.state()));
        end = manager.stop(options);
    }

    /** The current code of a name that has been entered and not left. */
    @Nullable
    SimulatedGeneration code(String name, boolean oldest) {
        SimulatedGeneration found = null;
        for (SimulatedGeneration each : generations) {
            if (each.inCode && each.model != null && each.model.plan.name().equals(name)
                    && !(oldest && found != null)) {
                found = each;
            }
        }
        return found;
    }

    /** Code of the name that has been left, whose context is kept by somebody. */
    @Nullable
    SimulatedGeneration former(String name) {
        for (SimulatedGeneration each : generations) {
            if (each.context != null && each.model != null && each.model.plan.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    void give(SimulatedGeneration generation, int count) {
        RunnableContext context = generation.context();
        if (generation.inCode && !context.stopping().isSet()) {
            List<Integer> given = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                given.add(keys++);
            }
            generation.give(given);
        }
    }

    void misbehaves() {
        misbehaved = true;
    }

    // ---- what units tell

    void entered(SimulatedGeneration generation) {
        RunnableContext context = generation.context();
        Name model = model(context.handle(), generation.model == null ? plan(context.name()) : generation.model.plan);
        generation.model = model;
        for (SimulatedGeneration other : generations) {
            if (other != generation && other.live > 0 && other.model != null
                    && other.model.plan.name().equals(model.plan.name())) {
                require(manager.quarantined().stream().anyMatch(hung -> hung.unit().equals(model.plan.name())
                        && hung.generation() == other.number),
                        "%s#%d is in its code beside #%d, which is not quarantined", model.plan.name(),
                        generation.number, other.number);
            }
        }
        model.generations.add(generation);
        note(context.id());
    }

    void taken(SimulatedGeneration generation, List<Integer> taken) {
        Name model = name(generation);
        require(model.kept.size() == taken.size() && model.kept.containsAll(taken),
                "%s#%d finds the keys %s of its predecessor, which left %s", model.plan.name(), generation.number,
                taken,
                model.kept);
        model.kept.clear();
    }

    void leaves(SimulatedGeneration generation, List<Integer> left) {
        Name model = name(generation);
        if (model.handle.generation() == generation.number && model.handle.state() != UnitState.REMOVED) {
            require(model.kept.isEmpty(), "%s has kept %s beside", model.plan.name(), model.kept);
            model.kept.addAll(left);
        } else {
            lost += left.size(); // the engine logs it
        }
    }

    private static Name name(SimulatedGeneration generation) {
        if (generation.model == null) {
            throw new IllegalStateException("not entered");
        }
        return generation.model;
    }

    void begins(SimulatedGeneration generation, int key) {
        SimulatedGeneration other = working.put(name(generation).plan.name() + "/" + key, generation);
        require(other == null, "key %d of %s is worked on by two generations", key, name(generation).plan.name());
    }

    void ends(SimulatedGeneration generation, int key) {
        working.remove(name(generation).plan.name() + "/" + key);
    }

    void done(int key) {
        done++;
        note(key);
    }

    void rebound(SimulatedGeneration generation, RunnableHandle back) {
        require(name(generation).plan.spec().dependsOn().contains(back.name()),
                "%s is told of %s, which it does not need",
                name(generation).plan.name(), back.name());
    }

    void released(SimulatedGeneration generation, boolean again, boolean newerAreOpen) {
        require(!again, "%s#%d: a resource is released twice", name(generation).plan.name(), generation.number);
        require(!newerAreOpen, "%s#%d: a resource is released before a newer one", name(generation).plan.name(),
                generation.number);
        require(!generation.inCode || generation.misbehaved,
                "%s#%d: a resource is released while its code runs", name(generation).plan.name(), generation.number);
    }

    // ---- transitions

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

    private Seen seen(String name) {
        return seen.computeIfAbsent(name, any -> new Seen());
    }

    private void onEvent(UnitEvent event) {
        note(event.unit());
        note(event.to().ordinal() * 64 + event.reason().ordinal());
        note(event.time());
        note(event.generation());
        Seen unit = seen(event.unit());
        UnitState from = event.from();
        log(() -> "    %s#%d %s -> %s (%s %s) by %s".formatted(event.unit(), event.generation(), from, event.to(),
                event.reason(), event.message(), event.actor()));
        if (from == null) {
            breaks("events were lost");
            return;
        }
        Object what = new Object() {
            @Override
            public String toString() {
                return "%s#%d %s → %s (%s)".formatted(event.unit(), event.generation(), from, event.to(),
                        event.reason());
            }
        };
        require(from == unit.state, "%s: it was %s", what, unit.state);
        require(TABLE.getOrDefault(from, Set.of()).contains(event.to()), "%s is no transition", what);
        require(event.to() == UnitState.STARTING
                ? event.generation() > unit.generation
                : event.generation() >= unit.generation
                        && (event.generation() == unit.generation || from == UnitState.NEW),
                "%s after generation %d", what, unit.generation);
        require(!event.actor().startsWith(event.unit() + "#")
                || event.actor().equals(event.unit() + "#" + event.generation()), "%s by %s", what, event.actor());
        boolean ended = from == UnitState.STOPPING;
        switch (event.to()) {
            case PENDING -> {
                unit.beginning = event.reason() == Reason.START_REQUESTED;
                unit.hadAll = lacks(event.unit()) == null;
                require(from != UnitState.BACKOFF || !event.actor().equals("manager")
                        || event.inPreviousState().compareTo(Duration.ofMillis(800)) >= 0
                        || isJustStarted() || manager.stopping(), "%s: restarted after %s", what,
                        event.inPreviousState());
            }
            case STARTING -> onStarting(event, unit, what);
            case DRAINING, STOPPING -> {
                if (from != UnitState.DRAINING) {
                    Name model = live(event.unit());
                    if (model != null && (event.reason() == Reason.FAILED || event.reason() == Reason.CRASH_LOOP)) {
                        model.failures++;
                        model.startAsked = false; // nobody knows whether that came before it
                    }
                    onEnding(event, what);
                }
            }
            case FAILED -> {
                if (event.reason() == Reason.CRASH_LOOP) {
                    RestartPolicy policy = plan(event.unit()).spec().restart();
                    Name model = live(event.unit());
                    int failures = model == null ? 0 : model.failures;
                    require(model == null || (policy != null && failures >= policy.attempts()),
                            "%s after %d failures", what, failures);
                }
            }
            case QUARANTINED -> onQuarantined(event, what);
            case REMOVED -> onRemoved(event, what);
            default -> {
            }
        }
        if (ended && event.to() != UnitState.QUARANTINED) {
            onEnded(event, what);
        }
        unit.state = event.to();
        unit.reason = event.reason();
        unit.generation = event.generation();
        unit.active = event.to().isActive() && !(ended && event.to() == UnitState.BACKOFF)
                && from != UnitState.QUARANTINED;
        if (event.to() == UnitState.REMOVED) {
            unit.state = UnitState.NEW;
        }
    }

    /** The registration that the transitions are about; null while whoever adds it has not returned. */
    private @Nullable Name live(String name) {
        for (Name each : byName.getOrDefault(name, List.of())) {
            if (!each.gone) {
                return each;
            }
        }
        return null;
    }

    private @Nullable String lacks(String name) {
        for (String dependency : plan(name).spec().dependsOn()) {
            if (!isThere(seen(dependency).state)) {
                return dependency + " (" + seen(dependency).state + ")";
            }
        }
        return null;
    }

    private static boolean isThere(UnitState state) {
        return switch (state) {
            case READY, DEGRADED, PAUSED, COMPLETED -> true;
            default -> false;
        };
    }

    private void onStarting(UnitEvent event, Seen unit, Object what) {
        Name model = live(event.unit());
        if (model != null && model.startAsked) {
            model.startAsked = false;
            model.failures = 0;
        }
        unit.intoCascade = cascades.stream().anyMatch(this::goesOn);
        String lacks = lacks(event.unit());
        require(lacks == null || (unit.beginning && unit.hadAll), "%s without %s", what, lacks);
        String parent = plan(event.unit()).parent();
        require(parent == null || seen(parent).active || unit.beginning, "%s while %s is %s", what, parent,
                parent == null ? "" : seen(parent).state);
        long cost = watches(event.unit());
        if (cost > 0) {
            long used = cost;
            for (Map.Entry<String, Seen> other : seen.entrySet()) {
                used += other.getValue().active && !other.getKey().equals(event.unit()) ? watches(other.getKey()) : 0;
            }
            require(used <= mostWatches(), "%s: %d watches are in use then, of %d", what, used, mostWatches());
        }
    }

    /** Whether a cascade may still have to stop units: it goes on, unless the unit is wanted again, also when that has ended itself. */
    private boolean goesOn(Asked cascade) {
        Name model = cascade.name;
        return !cascade.seen || (model != null && !model.handle.status().desiredRunning()
                && cascade.running.entrySet().stream().anyMatch(each -> {
                    Seen there = seen(each.getKey());
                    return there.active && there.generation == each.getValue();
                }));
    }

    private long watches(String name) {
        return plan(name).spec().cost().in(CostDimension.WATCHES);
    }

    /** The limit that counts, or the highest of those of which one may count. */
    private long mostWatches() {
        long most = Long.MAX_VALUE;
        boolean any = false;
        for (Asked each : limits.reversed()) {
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

    private void onEnding(UnitEvent event, Object what) {
        switch (event.reason()) {
            case STOP_REQUESTED, REMOVED, MANAGER_STOPPING, DEPENDENCY_STOPPED, QUOTA_RECLAIMED -> {
                String scope = plan(event.unit()).parent();
                if (scope != null && seen(scope).state.isEnding()) {
                    return; // it goes with its scope, which may have ended by itself
                }
                for (Map.Entry<String, Seen> other : seen.entrySet()) {
                    boolean depends = plan(other.getKey()).spec().dependsOn().contains(event.unit());
                    require(!depends || !other.getValue().active || other.getValue().intoCascade,
                            "%s while %s, which depends on it, is %s", what,
                            other.getKey(), other.getValue().state);
                }
            }
            default -> {
            }
        }
        require(event.reason() != Reason.QUOTA_RECLAIMED
                || plan(event.unit()).spec().priority() != PriorityClass.SYSTEM, "%s: it is of class SYSTEM", what);
    }

    /** Nothing of the generation is left. */
    private void onEnded(UnitEvent event, Object what) {
        for (SimulatedGeneration each : generations) {
            if (isCode(each, event)) {
                require(each.live == 0, "%s: %d of its threads run", what, each.live);
                require(each.openResources() == 0, "%s: %d resources are open", what, each.openResources());
                require(each.holds().isEmpty(), "%s: it holds the keys %s", what, each.holds());
            }
        }
        for (SimulatedPlan child : plan(event.unit()).children()) {
            require(!seen(child.name()).active, "%s while %s is %s", what, child.name(), seen(child.name()).state);
        }
    }

    private void onQuarantined(UnitEvent event, Object what) {
        require(misbehaved, "%s: all units behave well", what);
        switch (seen(event.unit()).reason) {
            case STOP_REQUESTED, REMOVED, COMPLETED, FAILED, DEPENDENCY_RESTARTED -> {
                for (SimulatedGeneration each : generations) {
                    require(!each.onlySwallowed || !isCode(each, event) || misbehavedElsewhere(each)
                            || !hadTime(name(each)), "%s: it would have ended at the second interrupt", what);
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
    private boolean hadTime(Name model) {
        return !manager.stopping() && !cascaded && model.plan.children().isEmpty() && model.plan.parent() == null
                && model.plan.spec().stop().equals(StopOptions.defaults()) && !model.plan.spec().drains()
                && model.asked.stream().allMatch(
                        asked -> asked.options == null || asked.options.equals(StopOptions.defaults()));
    }

    private boolean misbehavedElsewhere(SimulatedGeneration generation) {
        return generations.stream().anyMatch(other -> other != generation && other.misbehaved);
    }

    private void onRemoved(UnitEvent event, Object what) {
        Name model = live(event.unit());
        if (model == null) {
            return; // it came too late, and went at once
        }
        model.gone = true;
        long reported = model.handle.lastStop().map(StopReport::discarded).orElse(0L);
        require(model.kept.isEmpty() || reported == model.kept.size(),
                "%s: the keys %s went with it, %d were reported", what, model.kept, reported);
        discarded += model.kept.size();
        model.kept.clear();
    }

    // ---- operations

    /** Nobody can go on without time passing: looks which operations have ended. */
    private void look() {
        for (Asked each : List.copyOf(open)) {
            Operation<?> operation = each.operation;
            if (operation != null && operation.isDone()) {
                open.remove(each);
                each.seen = true;
                ended(each, operation);
            } else {
                long late = machine.nanos()
                        - (each.bound == null ? each.at + OPERATION_DEADLINE.toNanos() + 1_000_000 : each.bound);
                require(late <= 0, "%s of %s has not ended in time", each.kind,
                        each.name == null ? "" : each.name.handle);
            }
        }
        Operation<StopReport> stop = end;
        if (stop != null && !stop.isDone()) {
            require(machine.nanos() - endAsked <= manager.worstCaseStop().toNanos(),
                    "the manager has not stopped within %s", manager.worstCaseStop());
        }
    }

    private void ended(Asked asked, Operation<?> operation) {
        String what = asked.name == null ? asked.kind.name() : asked.kind + " of " + asked.name.handle.name();
        try {
            asked.result = operation.await();
            log(() -> "    " + what + " -> " + asked.result);
            note(what);
        } catch (LifecycleException e) {
            asked.error = e;
            note(what + e.getClass().getSimpleName());
            log(() -> "    " + what + " failed: " + e);
            require(asked.name == null || !(e instanceof DeadlineException) || mayStillCome(asked.name),
                    "%s was not told that there is nothing to wait for: %s", what, e.getMessage());
            require(asked.bound == null || !(e instanceof DeadlineException), "%s: %s", what, e.getMessage());
            require(e.getClass() != LifecycleException.class, "%s: %s has no name", what, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (asked.result instanceof StopReport report) {
            boolean inside = asked.kind == SimulatedStep.Kind.REMOVE && asked.name != null && !asked.name.gone
                    && asked.name.handle.state() != UnitState.REMOVED;
            require(!inside, "%s: it is %s", what, asked.name == null ? "" : asked.name.handle.state());
            require(report.outcome() != StopOutcome.QUARANTINED || misbehaved, "%s: %s", what, report);
            require(report.outcome() == StopOutcome.QUARANTINED || report.leftovers().isEmpty(), "%s: %s", what,
                    report);
        }
    }

    /** Whether it may become ready without anybody doing something. */
    private static boolean mayStillCome(Name model) {
        UnitStatus status = model.handle.status();
        return !status.state().isTerminal() || status.reason() == Reason.DEPENDENCY_STOPPED;
    }

    // ---- at rest

    void letGo() {
        generations.forEach(SimulatedGeneration::letGo);
    }

    /** Everything has had the time to come to rest; nobody is held up and nothing is scarce. */
    void checkAtRest() {
        require(open.isEmpty(), "%s has not ended", open.isEmpty() ? "" : open.getFirst().kind);
        byName.values().forEach(models -> models.forEach(model -> {
            if (model.handle.state() != UnitState.REMOVED) {
                checkAtRest(model);
            }
        }));
        checkKeys();
        checkQuota();
    }

    private void checkQuota() {
        long used = 0;
        for (RunnableHandle unit : manager.units()) {
            require(unit.state() != UnitState.REMOVED, "%s is registered at rest", unit);
            used += seen(unit.name()).active ? watches(unit.name()) : 0;
        }
        for (QuotaStatus.ScopeUse scope : manager.quotas().status().scopes()) {
            if (scope.name().isEmpty()) {
                require(scope.used().in(CostDimension.WATCHES) == used, "at rest %d watches are counted, %d are in use",
                        scope.used().in(CostDimension.WATCHES), used);
            }
        }
    }

    private void checkAtRest(Name model) {
        UnitStatus status = model.handle.status();
        String what = "at rest %s is %s (%s, %s)".formatted(status.id(), status.state(), status.reason(),
                status.message());
        Boolean desired = desired(model);
        if (desired != null) {
            require(desired == status.desiredRunning(), "%s and is said to be wanted: %s", what,
                    status.desiredRunning());
        }
        boolean wanted = status.desiredRunning();
        boolean ends = manager.stopping();
        String lacks = lacks(model.plan.name());
        switch (status.state()) {
            case NEW, STARTING, DRAINING, STOPPING, QUARANTINED -> breaks(what);
            case PENDING -> {
                require(wanted && !ends, "%s", what);
                require(lacks != null || groupIsHeldBack(model), "%s, and nothing is missing", what);
            }
            case READY, DEGRADED, PAUSED -> {
                require(wanted && !ends, "%s and is not wanted", what);
                require(lacks == null || status.state() != UnitState.READY, "%s without %s", what, lacks);
                require(status.state() != UnitState.READY || !status.desiredPaused() || !model.plan.suspends(),
                        "%s and should be paused", what);
                require(status.state() != UnitState.DEGRADED || status.reason() != Reason.DEPENDENCY_LOST
                        || lacks != null, "%s, and nothing is missing", what);
            }
            case STOPPED -> require(!wanted || ends || mayStayStopped(model, status), "%s and should run", what);
            case COMPLETED -> require(!wanted || ends || model.plan.spec().restart() == null || model.plan.spec()
                    .restart().when() != RestartPolicy.When.ALWAYS || orphaned(model), "%s and should be restarted",
                    what);
            case FAILED -> require(!wanted || ends || status.reason() == Reason.CRASH_LOOP || model.plan.spec()
                    .restart() == null || model.plan.spec().restart().when() == RestartPolicy.When.NEVER
                    || orphaned(model), "%s and should be restarted", what);
            default -> {
            }
        }
        require(model.kept.size() == status.carriedOver(), "%s and keeps %d keys, not %s", what, status.carriedOver(),
                model.kept);
    }

    private boolean mayStayStopped(Name model, UnitStatus status) {
        return switch (status.reason()) {
            case DEPENDENCY_STOPPED -> !allBelowIsThere(model.plan.name(), new LinkedHashSet<>()) || orphaned(model)
                    || groupIsHeldBack(model);
            case SCOPE_STOPPING, MANAGER_STOPPING -> orphaned(model) || model.plan.parent() != null;
            case ENDED_LATE -> true;
            default -> orphaned(model);
        };
    }

    /** Whether it is inside of something that does not run, or that has not declared it again. */
    private boolean orphaned(Name model) {
        return model.plan.parent() != null;
    }

    private boolean allBelowIsThere(String name, Set<String> visited) {
        for (String dependency : plan(name).spec().dependsOn()) {
            Name other = present(dependency);
            String scope = plan(dependency).parent();
            if (other == null || (scope != null && !seen(scope).active) || !isThere(other.handle.state())
                    || !other.handle.status().desiredRunning()
                    || (visited.add(dependency) && !allBelowIsThere(dependency, visited))) {
                return false;
            }
        }
        return true;
    }

    private boolean groupIsHeldBack(Name model) {
        String name = model.plan.name();
        Group group = model.plan.parent() == null ? model.plan.spec().group() : Group.HTTP_SERVERS;
        return manager.units().stream().anyMatch(other -> !other.name().contains("/") && !other.name().equals(name)
                && plan(other.name()).spec().required() && plan(other.name()).spec().group().compareTo(group) < 0
                && !isThere(other.state()));
    }

    /** What was asked for last; null when that is not known. */
    private static @Nullable Boolean desired(Name model) {
        Boolean desired = null;
        for (Asked each : model.asked) {
            boolean counts = !(each.error instanceof RefusedException) && !(each.error instanceof UnknownUnitException);
            desired = counts ? each.kind.desires : desired;
        }
        return desired;
    }

    private void checkKeys() {
        int held = 0;
        for (List<Name> models : byName.values()) {
            for (Name model : models) {
                held += model.kept.size();
            }
        }
        for (SimulatedGeneration each : generations) {
            held += each.holds().size();
        }
        require(keys == done + discarded + lost + held, "of %d keys %d are done, %d discarded, %d lost, %d held", keys,
                done, discarded, lost, held);
    }

    /** The manager has stopped, and everybody was let go. */
    void checkEnd() {
        Operation<StopReport> stop = end;
        require(stop != null && stop.isDone(), "the manager has not stopped");
        for (SimulatedGeneration each : generations) {
            require(each.live == 0 && !each.inCode, "%s#%d runs after the end of the manager", each.model == null
                    ? "?"
                    : each.model.plan.name(), each.number);
            require(each.openResources() == 0, "%s#%d has %d resources open after the end of the manager",
                    each.model == null ? "?" : each.model.plan.name(), each.number, each.openResources());
        }
        for (RunnableHandle unit : manager.units()) {
            require(unit.state().isTerminal() && unit.state() != UnitState.QUARANTINED,
                    "%s after the end of the manager", unit);
            require(unit.claimedKeys().isEmpty(), "%s claims %s after the end of the manager", unit,
                    unit.claimedKeys());
            require(seen(unit.name()).state == unit.state(), "%s, and its last event said %s", unit,
                    seen(unit.name()).state);
        }
        require(manager.quarantined().isEmpty(), "%s is quarantined after its end", manager.quarantined());
        require(machine.open() == 0, "%d timers are armed after the end of the manager", machine.open());
        int meters = manager.metrics().scrape().size();
        require(meters == 0, "%d meters are left", meters);
        require(machine.defect() == null, "%s", machine.defect());
        checkKeys();
    }

    /** Which operation was asked for in which state. */
    static final class Coverage {

        private final long[][] counts = new long[SimulatedStep.Kind.values().length][UnitState.values().length];

        void reached(SimulatedStep.Kind kind, UnitState state) {
            counts[kind.ordinal()][state.ordinal()]++;
        }

        long count(SimulatedStep.Kind kind, UnitState state) {
            return counts[kind.ordinal()][state.ordinal()];
        }

        void addAll(Coverage other) {
            for (int i = 0; i < counts.length; i++) {
                for (int j = 0; j < counts[i].length; j++) {
                    counts[i][j] += other.counts[i][j];
                }
            }
        }
    }
}
