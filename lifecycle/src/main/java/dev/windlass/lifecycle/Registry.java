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
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All units of a manager by name, and who depends on whom.
 *
 * <p>Generations of a name must rise even across its removal, without remembering every name that ever was: the highest
 * generation of removed names is kept per hash bucket. So after many removals a new name may start above 1.
 *
 * <p>Lock order: the monitor, then a bin of {@code cells}, then the monitor of a unit. The monitor guards {@code dependents} and the dependencies under which a unit is entered there, and makes a check for cycles
 * and the registration one step.
 */
final class Registry {

    private static final int BUCKETS = 1024;

    private final ConcurrentHashMap<String, UnitCell> cells = new ConcurrentHashMap<>();
    private final Map<String, Set<UnitCell>> dependents = new HashMap<>();
    private final Map<UnitCell, Set<String>> dependencies = new HashMap<>();
    private final AtomicLongArray highestRemoved = new AtomicLongArray(BUCKETS);
    private volatile boolean anyDependencies;

    @Nullable
    UnitCell find(String name) {
        return cells.get(name);
    }

    Collection<UnitCell> all() {
        return cells.values();
    }

    /** Whether any unit has ever depended on another: most registries are spared the search. */
    boolean anyDependencies() {
        return anyDependencies;
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
        Set<String> names = cell.spec().dependsOn();
        if (names.isEmpty()) {
            enter(cell);
            return;
        }
        synchronized (this) {
            refuseCycle(cell, names);
            enter(cell);
            register(cell, names);
        }
    }

    /** A unit is complete, its generation included, before anybody can find it. */
    private void enter(UnitCell cell) {
        AtomicReference<@Nullable UnitCell> replaced = new AtomicReference<>();
        cells.compute(cell.name(), (name, present) -> {
            if (present != null) {
                if (present.state() != UnitState.REMOVED) {
                    throw new NameTakenException(
                            "a unit named \"%s\" exists (%s, %s): choose another name, or remove it first"
                                    .formatted(name, present.spec().kind(), present.state()));
                }
                // Its removal is under way: whoever knows of it may use the name. Listeners are told that it went first.
                present.awaitEvent();
                remember(present);
                replaced.set(present);
            }
            cell.continueFrom(highestRemoved.get(bucket(name)));
            return cell;
        });
        UnitCell gone = replaced.get();
        if (gone != null) {
            remove(gone);
        }
    }

    private void remember(UnitCell removed) {
        highestRemoved.accumulateAndGet(bucket(removed.name()), removed.lastGeneration(), Math::max);
    }

    /**
     * Replaces the dependencies of a unit that is declared anew.
     *
     * @throws RefusedException when they would close a cycle
     */
    synchronized void redeclare(UnitCell cell, RunnableSpec next) {
        refuseCycle(cell, next.dependsOn());
        unregister(cell);
        if (!next.dependsOn().isEmpty() && cells.get(cell.name()) == cell) {
            register(cell, next.dependsOn());
        }
    }

    /** @throws RefusedException when a unit with other dependencies would close a cycle */
    synchronized void refuseCycleOf(UnitCell cell, RunnableSpec next) {
        refuseCycle(cell, next.dependsOn());
    }

    /** Frees the name, if it is still this unit's. */
    synchronized void remove(UnitCell cell) {
        remember(cell);
        unregister(cell);
        cells.remove(cell.name(), cell);
    }

    private void register(UnitCell cell, Set<String> names) {
        anyDependencies = true;
        dependencies.put(cell, names);
        for (String name : names) {
            dependents.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(cell);
        }
    }

    private void unregister(UnitCell cell) {
        Set<String> names = dependencies.remove(cell);
        for (String name : names == null ? Set.<String>of() : names) {
            Set<UnitCell> of = dependents.get(name);
            if (of != null && of.remove(cell) && of.isEmpty()) {
                dependents.remove(name);
            }
        }
    }

    /** The units that name this one as a dependency. */
    List<UnitCell> dependentsOf(String name) {
        if (!anyDependencies) {
            return List.of();
        }
        synchronized (this) {
            Set<UnitCell> found = dependents.get(name);
            return found == null ? List.of() : List.copyOf(found);
        }
    }

    /** What this one depends on, directly or not; null for a name that is not registered. */
    Stream<@Nullable UnitCell> allDependenciesOf(UnitCell cell) {
        Set<String> names = new LinkedHashSet<>();
        Deque<UnitCell> open = new ArrayDeque<>();
        open.add(cell);
        while (!open.isEmpty()) {
            for (String name : open.remove().spec().dependsOn()) {
                UnitCell other = cells.get(name);
                if (names.add(name) && other != null) {
                    open.add(other);
                }
            }
        }
        return names.stream().map(cells::get);
    }

    /** The units outside of this one that depend on it, on something inside it, or on others that do. */
    Collection<UnitCell> allDependentsOf(UnitCell cell) {
        if (!anyDependencies) {
            return List.of();
        }
        Set<UnitCell> found = new LinkedHashSet<>();
        Set<UnitCell> seen = new HashSet<>();
        Deque<UnitCell> open = new ArrayDeque<>();
        open.add(cell);
        while (!open.isEmpty()) {
            UnitCell at = open.remove();
            if (!seen.add(at)) {
                continue;
            }
            for (UnitCell dependent : dependentsOf(at.name())) {
                if (!cell.isAncestorOrSelfOf(dependent)) {
                    found.add(dependent);
                    open.add(dependent);
                }
            }
            open.addAll(at.childCells());
        }
        return found;
    }

    /**
     * Looks along dependencies, and from what is inside a scope to the scope, without which it cannot start. A name that does
     * not exist yet counts as inside of the unit whose name it continues.
     */
    private void refuseCycle(UnitCell added, Set<String> names) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> open = new ArrayDeque<>();
        for (String name : names) {
            cameFrom.put(name, added.name());
            open.add(name);
        }
        while (!open.isEmpty()) {
            String at = open.remove();
            if (at.equals(added.name())) {
                throw new RefusedException("the dependencies of %s close a cycle: %s; drop one of them"
                        .formatted(added.name(), path(added.name(), cameFrom)));
            }
            for (String next : needs(at, added)) {
                if (cameFrom.putIfAbsent(next, at) == null) {
                    open.add(next);
                }
            }
        }
    }

    private Collection<String> needs(String name, UnitCell added) {
        UnitCell cell = cells.get(name);
        Set<String> needed = new LinkedHashSet<>();
        if (cell == null) {
            String scope = scopeOf(name, added);
            if (scope != null) {
                needed.add(scope);
            }
            return needed;
        }
        needed.addAll(dependencies.getOrDefault(cell, Set.of()));
        UnitCell parent = cell.parent();
        if (parent != null) {
            needed.add(parent.name());
        }
        return needed;
    }

    /** The scope that a unit which does not exist yet will be in, if its name tells. */
    private @Nullable String scopeOf(String name, UnitCell added) {
        for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
            String scope = name.substring(0, slash);
            if (scope.equals(added.name()) || cells.containsKey(scope)) {
                return scope;
            }
        }
        return null;
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
