package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The keys of a simulated world: each is with one generation, or with a name, until it is done; one generation of a name works. */
final class SimulatedWork {

    private final SimulatedWorld world;
    private final Map<String, SimulatedGeneration> working = new HashMap<>();
    private int keys;
    private int done;
    private int discarded;
    private int lost;

    SimulatedWork(SimulatedWorld world) {
        this.world = world;
    }

    void give(SimulatedGeneration generation, int count) {
        if (generation.takesWork()) {
            List<Integer> given = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                given.add(keys++);
            }
            generation.give(given);
        }
    }

    /** A generation begins with what its predecessor left, or goes on with what its successor did. */
    void taken(SimulatedGeneration generation, List<Integer> taken) {
        SimulatedName name = generation.name();
        if (name.handle.generation() != generation.number) {
            world.require(taken.isEmpty(), "%s#%d finds the keys %s, which are not its any more", name.plan.name(),
                    generation.number, taken);
            return;
        }
        world.require(name.kept.size() == taken.size() && name.kept.containsAll(taken),
                "%s#%d finds the keys %s, and those that were left are %s", name.plan.name(), generation.number, taken,
                name.kept);
        for (SimulatedGeneration each : world.generations()) {
            world.require(each == generation || each.model != name || !each.takesWork(),
                    "%s#%d takes over, and #%d has not let go", name.plan.name(), generation.number, each.number);
        }
        name.kept.clear();
        name.found.put(generation.number, taken.size());
    }

    /** It leaves them to the name, at its end or to a successor that is there. */
    void leaves(SimulatedGeneration generation, List<Integer> left) {
        SimulatedName name = generation.name();
        if (name.handle.generation() == generation.number && name.handle.state() != UnitState.REMOVED) {
            world.require(name.kept.isEmpty() || left.isEmpty(), "%s has kept %s beside", name.plan.name(), name.kept);
            name.kept.addAll(left);
        } else {
            lost += left.size(); // the engine logs it
        }
    }

    void begins(SimulatedGeneration generation, int key) {
        SimulatedName name = generation.name();
        SimulatedGeneration other = working.put(name.plan.name() + "/" + key, generation);
        world.require(other == null, "key %d of %s is worked on by two generations", key, name.plan.name());
        for (SimulatedGeneration each : working.values()) {
            world.require(each == generation || !each.name().plan.name().equals(name.plan.name())
                    || world.isQuarantined(each), "%s#%d works while #%d does", name.plan.name(), generation.number,
                    each.number);
        }
        world.leadership().requireLeads(generation, "a key");
    }

    void ends(SimulatedGeneration generation, int key) {
        working.remove(generation.name().plan.name() + "/" + key);
    }

    void done(int key) {
        done++;
        world.note(key);
    }

    /** They go with a name that is removed. */
    void discard(SimulatedName name) {
        discarded += name.kept.size();
        name.kept.clear();
    }

    void check() {
        int held = world.registrations().stream().mapToInt(each -> each.kept.size()).sum()
                + world.generations().stream().mapToInt(each -> each.holds().size()).sum();
        world.require(keys == done + discarded + lost + held, "of %d keys %d are done, %d discarded, %d lost, %d held",
                keys, done, discarded, lost, held);
    }
}
