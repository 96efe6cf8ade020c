package dev.windlass.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The order in which units stop: groups in reverse, within a group dependents before what they depend on. A dependency counts
 * more than a group: what a unit of an earlier group depends on stops after that unit. What a unit inside a scope depends on
 * stops after the scope.
 */
final class StopLevels {

    /** A unit, who depends on it, and how many of those have not been placed yet. */
    private static final class Node {

        final UnitCell cell;
        final Set<Node> dependencies = new LinkedHashSet<>();
        int openDependents;
        int group;
        int depth;
        boolean placed;

        Node(UnitCell cell) {
            this.cell = cell;
            this.group = cell.spec().group().ordinal();
        }
    }

    private final Map<String, Node> byName = new HashMap<>();
    private final TreeMap<Long, List<UnitCell>> levels = new TreeMap<>();

    private StopLevels() {
    }

    /** The levels, first to stop first. */
    static List<List<UnitCell>> of(Collection<UnitCell> cells) {
        if (cells.isEmpty() || !cells.iterator().next().manager().anyDependencies()) {
            return byGroup(cells);
        }
        StopLevels order = new StopLevels();
        order.placeAll(cells);
        return List.copyOf(order.levels.values());
    }

    private static List<List<UnitCell>> byGroup(Collection<UnitCell> cells) {
        EnumMap<Group, List<UnitCell>> groups = new EnumMap<>(Group.class);
        for (UnitCell cell : cells) {
            groups.computeIfAbsent(cell.spec().group(), group -> new ArrayList<>()).add(cell);
        }
        return new ArrayList<>(groups.values()).reversed();
    }

    private void placeAll(Collection<UnitCell> cells) {
        List<Node> nodes = cells.stream().map(Node::new).toList();
        nodes.forEach(node -> byName.put(node.cell.name(), node));
        nodes.forEach(node -> connect(node, node.cell));
        Deque<Node> free = new ArrayDeque<>();
        nodes.stream().filter(node -> node.openDependents == 0).forEach(free::add);
        placeFree(free);
        // Scopes whose insides depend on each other have no order: they stop together with what is free by then.
        for (Node node : nodes) {
            if (!node.placed) {
                free.add(node);
                placeFree(free);
            }
        }
    }

    private void connect(Node node, UnitCell inside) {
        for (String dependency : inside.spec().dependsOn()) {
            Node other = nodeOf(dependency);
            if (other != null && other != node && node.dependencies.add(other)) {
                other.openDependents++;
            }
        }
        inside.childCells().forEach(child -> connect(node, child));
    }

    /** The unit of that name, or the scope that contains it. */
    private @Nullable Node nodeOf(String name) {
        String at = name;
        while (true) {
            Node found = byName.get(at);
            int slash = at.lastIndexOf('/');
            if (found != null || slash < 0) {
                return found;
            }
            at = at.substring(0, slash);
        }
    }

    private void placeFree(Deque<Node> free) {
        while (!free.isEmpty()) {
            Node node = free.remove();
            if (node.placed) {
                continue;
            }
            node.placed = true;
            place(node.cell, node.group, node.depth);
            for (Node dependency : node.dependencies) {
                if (dependency.placed) {
                    continue;
                }
                if (node.group < dependency.group) {
                    dependency.group = node.group;
                    dependency.depth = node.depth + 1;
                } else if (node.group == dependency.group) {
                    dependency.depth = Math.max(dependency.depth, node.depth + 1);
                }
                if (--dependency.openDependents == 0) {
                    free.add(dependency);
                }
            }
        }
    }

    private void place(UnitCell cell, int group, int depth) {
        long key = ((long) (Group.values().length - group) << 32) + depth;
        levels.computeIfAbsent(key, any -> new ArrayList<>()).add(cell);
    }
}
