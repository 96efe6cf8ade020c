package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The order in which units of one scope stop: groups in reverse, within a group dependents before what they depend on. A
 * dependency counts more than a group: what a unit of an earlier group depends on stops after that unit.
 */
final class StopLevels {

    private final Map<String, UnitCell> byName = new HashMap<>();
    private final Map<UnitCell, List<UnitCell>> dependents = new HashMap<>();
    private final Map<UnitCell, Integer> group = new HashMap<>();
    private final Map<UnitCell, Integer> depth = new HashMap<>();

    private StopLevels() {
    }

    static List<List<UnitCell>> of(Collection<UnitCell> cells) {
        if (cells.isEmpty()) {
            return List.of();
        }
        return new StopLevels().levels(cells);
    }

    private List<List<UnitCell>> levels(Collection<UnitCell> cells) {
        boolean plain = cells.stream().allMatch(cell -> cell.spec().dependsOn().isEmpty());
        if (!plain) {
            cells.forEach(cell -> byName.put(cell.name(), cell));
            for (UnitCell cell : cells) {
                for (String dependency : cell.spec().dependsOn()) {
                    UnitCell other = byName.get(dependency);
                    if (other != null) {
                        dependents.computeIfAbsent(other, key -> new ArrayList<>()).add(cell);
                    }
                }
            }
        }
        TreeMap<Long, List<UnitCell>> ordered = new TreeMap<>();
        for (UnitCell cell : cells) {
            int effective = effectiveGroup(cell);
            long key = ((long) (Group.values().length - effective) << 32) + depth(cell);
            ordered.computeIfAbsent(key, any -> new ArrayList<>()).add(cell);
        }
        return List.copyOf(ordered.values());
    }

    /** The earliest-started group among the unit's own and those of its dependents. */
    private int effectiveGroup(UnitCell cell) {
        Integer known = group.get(cell);
        if (known != null) {
            return known;
        }
        int effective = cell.spec().group().ordinal();
        List<UnitCell> above = dependents.getOrDefault(cell, List.of());
        for (UnitCell dependent : above) {
            effective = Math.min(effective, effectiveGroup(dependent));
        }
        if (!above.isEmpty()) {
            group.put(cell, effective);
        }
        return effective;
    }

    /** How many dependents, one above the other, stop before the unit within its effective group. */
    private int depth(UnitCell cell) {
        List<UnitCell> above = dependents.getOrDefault(cell, List.of());
        if (above.isEmpty()) {
            return 0;
        }
        Integer known = depth.get(cell);
        if (known != null) {
            return known;
        }
        int deepest = 0;
        for (UnitCell dependent : above) {
            if (effectiveGroup(dependent) == effectiveGroup(cell)) {
                deepest = Math.max(deepest, depth(dependent) + 1);
            }
        }
        depth.put(cell, deepest);
        return deepest;
    }
}
