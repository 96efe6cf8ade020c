package dev.windlass.lifecycle;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * All units of a manager by name, and who depends on whom.
 *
 * <p>Generations of a name must rise even across its removal, without remembering every name that ever was: the highest
 * generation of removed names is kept per hash bucket. So a new name may, rarely, start above 1.
 *
 * <p>The monitor guards {@code dependents}, and makes a check for cycles and the registration one step.
 */
final class Registry {

    private static final int BUCKETS = 1024;

    private final ConcurrentHashMap<String, UnitCell> cells = new ConcurrentHashMap<>();
    private final Map<String, Set<UnitCell>> dependents = new HashMap<>();
    private final AtomicLongArray highestRemoved = new AtomicLongArray(BUCKETS);

    @Nullable
    UnitCell find(String name) {
        return cells.get(name);
    }

    Collection<UnitCell> all() {
        return cells.values();
    }

    long lastGeneration(String name) {
        return highestRemoved.get(bucket(name));
    }

    private static int bucket(String name) {
        int hash = name.hashCode() * 0x9E3779B9;
        return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
    }

    /**
     * Enters a unit.
     *
     * @throws NameTakenException when the name is registered
     * @throws RefusedException when its dependencies would close a cycle
     */
    void add(UnitCell cell) {
        Set<String> dependencies = cell.spec().dependsOn();
        if (dependencies.isEmpty()) {
            enter(cell);
            return;
        }
        synchronized (this) {
            refuseCycle(cell);
            enter(cell);
            register(cell);
        }
    }

    private void enter(UnitCell cell) {
        UnitCell present = cells.putIfAbsent(cell.name(), cell);
        if (present != null) {
            throw taken(present);
        }
    }

    static NameTakenException taken(UnitCell present) {
        return new NameTakenException("a unit named \"%s\" exists (%s, %s): choose another name, or remove it first"
                .formatted(present.name(), present.spec().kind(), present.state()));
    }

    /** Replaces the dependencies of a unit that is declared anew. */
    synchronized void redeclare(UnitCell cell, RunnableSpec next) {
        unregister(cell);
        for (String dependency : next.dependsOn()) {
            dependents.computeIfAbsent(dependency, key -> new HashSet<>()).add(cell);
        }
    }

    /** Frees the name, if it is still this unit's. */
    void remove(UnitCell cell) {
        highestRemoved.accumulateAndGet(bucket(cell.name()), cell.generation(), Math::max);
        if (!cell.spec().dependsOn().isEmpty()) {
            synchronized (this) {
                unregister(cell);
            }
        }
        cells.remove(cell.name(), cell);
    }

    private void register(UnitCell cell) {
        for (String dependency : cell.spec().dependsOn()) {
            dependents.computeIfAbsent(dependency, key -> new HashSet<>()).add(cell);
        }
    }

    private void unregister(UnitCell cell) {
        for (String dependency : cell.spec().dependsOn()) {
            Set<UnitCell> of = dependents.get(dependency);
            if (of != null && of.remove(cell) && of.isEmpty()) {
                dependents.remove(dependency);
            }
        }
    }

    /** The units that name this one as a dependency. */
    synchronized List<UnitCell> dependentsOf(String name) {
        if (dependents.isEmpty()) {
            return List.of();
        }
        Set<UnitCell> found = dependents.get(name);
        return found == null ? List.of() : List.copyOf(found);
    }

    private void refuseCycle(UnitCell added) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> open = new ArrayDeque<>();
        for (String dependency : added.spec().dependsOn()) {
            if (dependency.startsWith(added.name() + "/")) {
                throw new RefusedException("%s depends on %s, which is inside it and can only start after it: drop that"
                        .formatted(added.name(), dependency) + " dependency");
            }
            cameFrom.put(dependency, added.name());
            open.add(dependency);
        }
        while (!open.isEmpty()) {
            String at = open.remove();
            if (at.equals(added.name())) {
                throw new RefusedException("the dependencies of %s close a cycle: %s; drop one of them"
                        .formatted(added.name(), path(added.name(), cameFrom)));
            }
            UnitCell cell = cells.get(at);
            if (cell != null) {
                for (String dependency : cell.spec().dependsOn()) {
                    if (cameFrom.putIfAbsent(dependency, at) == null) {
                        open.add(dependency);
                    }
                }
            }
        }
    }

    private static String path(String name, Map<String, String> cameFrom) {
        Set<String> backwards = new LinkedHashSet<>();
        String at = name;
        do {
            backwards.add(at);
            at = cameFrom.getOrDefault(at, name);
        } while (!at.equals(name));
        StringBuilder path = new StringBuilder(name);
        List.copyOf(backwards).reversed().forEach(step -> path.append(" → ").append(step));
        return path.toString();
    }
}
