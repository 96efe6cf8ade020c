package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A manager with simulated units, and what a history does to them. What must be true of it is said beside it: of each transition in
 * {@link SimulatedTransitions}, of each operation in {@link SimulatedOperations}, of the keys in {@link SimulatedWork}, of leading in
 * {@link SimulatedLeadership}, and when everything has come to rest in {@link SimulatedRest}.
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

    private final SimulatedMachine machine;
    private final Manager manager;
    private final Map<String, SimulatedPlan> plans = new TreeMap<>();
    private final IdentityHashMap<UnitCell, SimulatedName> models = new IdentityHashMap<>();
    private final Map<String, List<SimulatedName>> byName = new TreeMap<>();
    private final List<SimulatedGeneration> generations = new ArrayList<>();
    private final SimulatedTransitions transitions = new SimulatedTransitions(this);
    private final SimulatedOperations operations = new SimulatedOperations(this);
    private final SimulatedWork work = new SimulatedWork(this);
    private final SimulatedLeadership leadership;
    private final SimulatedCoverage coverage;
    private final @Nullable Consumer<String> log;
    private boolean misbehaved;
    private boolean letGo;
    private @Nullable String broken;
    private long trace = 0xCBF29CE484222325L;
    private long startedAt;
    private int versions;

    /** @param log told of what happens, for people */
    SimulatedWorld(long seed, SimulatedCoverage coverage, @Nullable Consumer<String> log) {
        this.coverage = coverage;
        this.log = log;
        Random random = new Random(seed);
        machine = new SimulatedMachine(random.nextLong(), this::look);
        SimulatedPlan.draw(random).forEach(plan -> plan.withInside().forEach(each -> plans.put(each.name(), each)));
        leadership = new SimulatedLeadership(this, plans.values().stream().anyMatch(SimulatedPlan::leader));
        Manager.Builder builder = Manager.builder().name("simulated").time(machine).scheduling(machine).random(
                new Random(random.nextLong())).operationDeadline(OPERATION_DEADLINE);
        leadership.enter(builder, OnLeadershipLost.values()[random.nextInt(8) == 0 ? 0 : 1]);
        manager = builder.build();
        if (leadership.elects()) {
            plans.put(LeaderGroup.UNIT, SimulatedPlan.election());
            model(manager.find(LeaderGroup.UNIT).orElseThrow(), plan(LeaderGroup.UNIT));
        }
        manager.quotas().coolDown(COOL_DOWN);
        manager.subscribe(this::onEvent);
        machine.settle();
    }

    private void look() {
        operations.look();
        transitions.look();
    }

    private void onEvent(UnitEvent event) {
        if (event.from() != null || event.to() != UnitState.NEW) { // else it was there before anybody was told
            transitions.onEvent(event);
        }
    }

    SimulatedMachine time() {
        return machine;
    }

    Manager manager() {
        return manager;
    }

    SimulatedTransitions transitions() {
        return transitions;
    }

    SimulatedOperations operations() {
        return operations;
    }

    SimulatedWork work() {
        return work;
    }

    SimulatedLeadership leadership() {
        return leadership;
    }

    SimulatedPlan plan(String name) {
        SimulatedPlan plan = plans.get(name);
        if (plan == null) {
            throw new IllegalArgumentException(name);
        }
        return plan;
    }

    long watches(String name) {
        return plan(name).spec().cost().in(CostDimension.WATCHES);
    }

    /** Whether it may run only where the manager leads. */
    boolean leaderOnly(String name) {
        SimulatedPlan plan = plan(name);
        String parent = plan.parent();
        return plan.leader() || (parent != null && leaderOnly(parent));
    }

    // ---- what is told of it

    long trace() {
        return trace;
    }

    void note(Object what) {
        trace = (trace ^ what.hashCode()) * 0x100000001B3L;
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
    void require(boolean holds, String rule, @Nullable Object... arguments) {
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

    void reached(SimulatedStep.Kind kind, UnitState state) {
        coverage.reached(kind, state);
        note(kind.ordinal() * 64 + state.ordinal());
    }

    // ---- who is there

    /** The registration of a name that is there now. */
    @Nullable
    SimulatedName present(String name) {
        return manager.find(name).map(handle -> model(handle, plan(name))).orElse(null);
    }

    /** A registration of the name that is gone. */
    @Nullable
    SimulatedName removed(String name) {
        return registrations(name).stream().filter(model -> model.handle.state() == UnitState.REMOVED).findFirst()
                .orElse(null);
    }

    List<SimulatedName> registrations(String name) {
        return byName.getOrDefault(name, List.of());
    }

    List<SimulatedName> registrations() {
        return byName.values().stream().flatMap(List::stream).toList();
    }

    List<SimulatedGeneration> generations() {
        return generations;
    }

    SimulatedName model(RunnableHandle handle, SimulatedPlan plan) {
        return models.computeIfAbsent(handle.cell(), cell -> {
            SimulatedName created = new SimulatedName(handle, plan);
            byName.computeIfAbsent(plan.name(), any -> new ArrayList<>()).add(created);
            return created;
        });
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

    boolean isQuarantined(SimulatedGeneration generation) {
        return manager.quarantined().stream().anyMatch(hung -> hung.unit().equals(generation.name().plan.name())
                && hung.generation() == generation.number);
    }

    // ---- what the history does

    private Unit<RunnableHandle> unit(SimulatedPlan plan) {
        AtomicBoolean first = new AtomicBoolean(true);
        return Task.each(plan.spec(), () -> {
            SimulatedGeneration generation = new SimulatedGeneration(this,
                    first.compareAndSet(true, false) ? plan : plan.later());
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
        SimulatedName present = present(child.name());
        int askedBefore = present == null ? 0 : present.asked.size();
        try {
            SimulatedName model = model(context.add(unit(child)), child);
            if (model == present) {
                SimulatedName.Asked declared = new SimulatedName.Asked(SimulatedStep.Kind.START, model,
                        machine.nanos(), null);
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

    /** Replaces it by another version of itself, with which something may be wrong. */
    void replace(SimulatedName name, SimulatedPlan.Fault fault, ReplaceOptions options) {
        SimulatedName.Asked asked = operations.ask(SimulatedStep.Kind.REPLACE, name, options.retire());
        versions++;
        asked.brings = String.valueOf(versions);
        operations.awaits(asked, name.handle.replace(unit(name.plan.version(versions, fault)), options));
    }

    /** @param refused whether a generation that is told of it refuses it */
    void reconfigure(SimulatedName name, PriorityClass priority, boolean refused) {
        SimulatedName.Asked asked = operations.ask(SimulatedStep.Kind.RECONFIGURE, name, null);
        versions++;
        asked.brings = versions + (refused ? " refused" : "");
        for (SimulatedGeneration each : name.generations) {
            if (each.takesOn() && each.number == name.handle.generation()) {
                asked.by = each;
            }
        }
        operations.awaits(asked, name.handle.reconfigure(spec -> spec.label("reconfigured", asked.brings).priority(
                name.plan.spec().priority() == PriorityClass.SYSTEM ? PriorityClass.SYSTEM : priority)));
    }

    void disturbLeadership(Random random) {
        if (leadership.elects()) {
            plans.keySet().stream().filter(this::leaderOnly).flatMap(name -> manager.find(name).stream())
                    .forEach(unit -> reached(SimulatedStep.Kind.LEADERSHIP, unit.state()));
            leadership.happens(random);
        }
    }

    void startManager() {
        startedAt = machine.nanos();
        manager.start();
    }

    /** The start of the manager starts everybody who is there, also who was added during it and has ended since. */
    boolean isJustStarted() {
        return machine.nanos() == startedAt;
    }

    void misbehaves() {
        misbehaved = true;
    }

    /** Whether there may be code that does not end when it is told to. */
    boolean misbehaved() {
        return misbehaved;
    }

    /** Nothing holds anybody any more, from now on. */
    void letGo() {
        letGo = true;
        generations.forEach(SimulatedGeneration::letGo);
        leadership.letGo();
    }

    /** Whether nobody may hang any more. */
    boolean letsGo() {
        return letGo;
    }

    // ---- what units tell

    void entered(SimulatedGeneration generation) {
        RunnableContext context = generation.context();
        SimulatedName model = model(context.handle(), plan(context.name()));
        generation.model = model;
        generation.term = leaderOnly(context.name()) ? leadership.term() : 0;
        boolean standby = false;
        for (SimulatedGeneration other : generations) {
            if (other != generation && other.live > 0 && other.model != null
                    && other.model.plan.name().equals(model.plan.name()) && !isQuarantined(other)) {
                require(!standby && model.isBeingReplaced(),
                        "%s#%d is in its code beside #%d, which is not quarantined", model.plan.name(),
                        generation.number, other.number);
                standby = true;
            }
        }
        model.generations.add(generation);
        note(context.id());
    }

    void writes(SimulatedGeneration generation, int key) {
        leadership.requireLeads(generation, "a write");
        note(key);
    }

    void rebound(SimulatedGeneration generation, RunnableHandle back) {
        require(generation.name().plan.spec().dependsOn().contains(back.name()),
                "%s is told of %s, which it does not need", generation.name().plan.name(), back.name());
    }

    void released(SimulatedGeneration generation, boolean again, boolean newerAreOpen) {
        String name = generation.name().plan.name();
        require(!again, "%s#%d: a resource is released twice", name, generation.number);
        require(!newerAreOpen || generation.name().wasReplaced(), // what is beside may have no time left: then all at once
                "%s#%d: a resource is released before a newer one", name, generation.number);
        require(!generation.inCode || generation.misbehaved, "%s#%d: a resource is released while its code runs", name,
                generation.number);
    }
}
