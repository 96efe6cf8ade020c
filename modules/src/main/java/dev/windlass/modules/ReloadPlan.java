package dev.windlass.modules;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which units of two versions of a module can change places one by one, and which cannot. All by their names within the module; in each
 * list units come before those that they depend on, which is the order to stop them in.
 *
 * @param waiting of both versions, running, and dependent on one that is not there for a while: stopped first, started last
 * @param leaving of the old version only
 * @param coming of the new version only
 */
record ReloadPlan(List<String> waiting, List<String> leaving, List<String> coming) {

    /**
     * @param module the full name of the module's unit
     * @param present the units that run
     * @param next those of the new version
     */
    static ReloadPlan of(String module, Map<String, RunnableHandle> present, Map<String, Unit<?>> next) {
        Dependencies dependencies = new Dependencies(module + "/", present, next);
        List<String> ordered = dependencies.ordered();
        Set<String> gaps = new HashSet<>();
        List<String> waiting = new ArrayList<>();
        for (String unit : ordered) {
            boolean dependent = dependencies.of(unit).stream().anyMatch(gaps::contains);
            RunnableHandle now = present.get(unit);
            Unit<?> then = next.get(unit);
            if (dependent || now == null || then == null || isCold(now.spec(), then.spec())) {
                gaps.add(unit);
            }
            if (dependent && now != null && then != null && !now.state().isTerminal()) {
                waiting.addFirst(unit);
            }
        }
        List<String> stops = ordered.reversed();
        return new ReloadPlan(List.copyOf(waiting), stops.stream().filter(unit -> !next.containsKey(unit)).toList(),
                stops.stream().filter(unit -> !present.containsKey(unit)).toList());
    }

    /** Whether the one stops before the other starts. */
    private static boolean isCold(RunnableSpec now, RunnableSpec then) {
        return !now.warmsUp() || !then.warmsUp() || now.leadership() != then.leadership();
    }

    /** What units depend on within the module, in either version. */
    private record Dependencies(String prefix, Map<String, RunnableHandle> present, Map<String, Unit<?>> next) {

        /** All units, each after what it depends on. Those of the two versions together may go in a circle, which begins anywhere. */
        List<String> ordered() {
            Set<String> seen = new HashSet<>();
            List<String> ordered = new ArrayList<>();
            present.keySet().forEach(unit -> visit(unit, seen, ordered));
            next.keySet().forEach(unit -> visit(unit, seen, ordered));
            return ordered;
        }

        private void visit(String unit, Set<String> seen, List<String> ordered) {
            if (seen.add(unit)) {
                of(unit).forEach(dependency -> visit(dependency, seen, ordered));
                ordered.add(unit);
            }
        }

        Set<String> of(String unit) {
            Set<String> all = new LinkedHashSet<>();
            RunnableHandle now = present.get(unit);
            if (now != null) {
                all.addAll(now.spec().dependsOn());
            }
            Unit<?> then = next.get(unit);
            if (then != null) {
                all.addAll(then.spec().dependsOn());
            }
            return all.stream().filter(name -> name.startsWith(prefix)).map(name -> name.substring(prefix.length()))
                    .filter(inner -> present.containsKey(inner) || next.containsKey(inner))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }
    }
}
