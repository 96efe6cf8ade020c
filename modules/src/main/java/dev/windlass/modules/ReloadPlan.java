package dev.windlass.modules;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        Order order = new Order(module + "/", present, next);
        present.keySet().forEach(order::visit);
        next.keySet().forEach(order::visit);
        Set<String> gaps = new LinkedHashSet<>();
        List<String> waiting = new ArrayList<>();
        for (String unit : order.visited) { // what a unit depends on comes before it
            boolean dependent = order.dependencies(unit).stream().anyMatch(gaps::contains);
            RunnableHandle now = present.get(unit);
            Unit<?> then = next.get(unit);
            if (dependent || now == null || then == null || isCold(now.spec(), then.spec())) {
                gaps.add(unit);
            }
            if (dependent && now != null && then != null && !now.state().isTerminal()) {
                waiting.addFirst(unit);
            }
        }
        List<String> stops = List.copyOf(order.visited).reversed();
        return new ReloadPlan(List.copyOf(waiting), stops.stream().filter(unit -> !next.containsKey(unit)).toList(),
                stops.stream().filter(unit -> !present.containsKey(unit)).toList());
    }

    /** Whether the one stops before the other starts. */
    private static boolean isCold(RunnableSpec now, RunnableSpec then) {
        return !now.warmsUp() || !then.warmsUp() || now.leadership() != then.leadership();
    }

    private record Order(String prefix, Map<String, RunnableHandle> present, Map<String, Unit<?>> next,
            Set<String> visited) {

        Order(String prefix, Map<String, RunnableHandle> present, Map<String, Unit<?>> next) {
            this(prefix, present, next, new LinkedHashSet<>());
        }

        /** Dependencies first. Those of the two versions together may go in a circle, which is as good a place to begin as any. */
        void visit(String unit) {
            visit(unit, new LinkedHashSet<>());
        }

        private void visit(String unit, Set<String> above) {
            if (!visited.contains(unit) && above.add(unit)) {
                dependencies(unit).forEach(dependency -> visit(dependency, above));
                visited.add(unit);
            }
        }

        /** Those within the module, of either version. */
        Set<String> dependencies(String unit) {
            Set<String> all = new LinkedHashSet<>();
            RunnableHandle now = present.get(unit);
            if (now != null) {
                all.addAll(now.spec().dependsOn());
            }
            Unit<?> then = next.get(unit);
            if (then != null) {
                all.addAll(then.spec().dependsOn());
            }
            Set<String> within = new LinkedHashSet<>();
            for (String name : all) {
                String inner = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
                if (present.containsKey(inner) || next.containsKey(inner)) {
                    within.add(inner);
                }
            }
            return within;
        }
    }
}
