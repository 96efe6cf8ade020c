package dev.windlass.lifecycle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a unit must wait for before it starts, and what it lacks while it runs: the groups of the manager, which open one after the
 * other, leadership, and the units that it depends on.
 *
 * <p>The groups are opened by messages of the manager's mailbox; all else is read by anybody.
 */
final class Admission {

    private static final int LAST_GROUP = Group.values().length - 1;

    private final Registry registry;
    private final Mailbox root;
    private final LeaderGroup leaders;
    private volatile boolean begun;
    private volatile int openGroups = -1;
    private volatile String heldBackBy = "the start of the manager";

    Admission(Registry registry, Mailbox root, LeaderGroup leaders) {
        this.registry = registry;
        this.root = root;
        this.leaders = leaders;
    }

    // ---- groups

    /** The manager has been started. */
    void begin() {
        begun = true;
        root.post(this::onAdvance);
    }

    /** A unit has become ready or ceased to be, or has gone. */
    void moved(UnitCell cell) {
        if (openGroups < LAST_GROUP && cell.parent() == null && cell.spec().required()) {
            advance();
        }
    }

    /** Looks again whether the next group may start. */
    void advance() {
        root.post(this::onAdvance);
    }

    /** Opens the groups one after the other, as far as the required units of those before are ready. */
    private void onAdvance() {
        while (begun && openGroups < LAST_GROUP) {
            List<UnitCell> missing = openGroups < 0 ? List.of() : requiredNotReady(Group.values()[openGroups]);
            heldBackBy = missing.stream().map(cell -> cell.name() + " (" + cell.state() + ")").sorted()
                    .collect(Collectors.joining(", "));
            if (missing.isEmpty()) {
                int opened = openGroups + 1;
                openGroups = opened;
                pokeGroupsFrom(opened, opened);
            } else {
                pokeGroupsFrom(openGroups + 1, LAST_GROUP); // so that they say what they wait for now
                return;
            }
        }
    }

    private List<UnitCell> requiredNotReady(Group group) {
        return registry.all().stream().filter(cell -> cell.parent() == null && cell.spec().required()
                && cell.spec().group() == group && !cell.state().satisfiesDependents()).toList();
    }

    private void pokeGroupsFrom(int first, int last) {
        for (UnitCell cell : registry.all()) {
            int group = opensWith(cell).ordinal();
            if (cell.parent() == null && group >= first && group <= last) {
                cell.poke();
            }
        }
    }

    /** The group that it starts with: the election with those it is for, so that nobody holds a lease who is not warm. */
    private Group opensWith(UnitCell cell) {
        return leaders.isElection(cell) ? Group.LEADER_ELECTED : cell.spec().group();
    }

    /** Whether a unit of a group that may start depends on this one, so that holding it back would hold back the other. */
    private boolean neededByOpenGroup(UnitCell cell) {
        return openGroups >= 0 && registry.allDependentsOf(cell).stream().anyMatch(dependent -> !dependent.state()
                .isTerminal() && top(dependent).spec().group().ordinal() <= openGroups);
    }

    /** The unit at the root that this one is, or is inside of. */
    private static UnitCell top(UnitCell cell) {
        UnitCell parent = cell.parent();
        return parent == null ? cell : top(parent);
    }

    // ---- starts

    /** Why nothing of a unit may run, however long it waits; null when it may. */
    static @Nullable String refusal(UnitCell cell) {
        UnitCell parent = cell.parent();
        if (parent == null) {
            return cell.manager().stopping() ? "the manager is stopping" : null;
        }
        if (!parent.isAlive() || parent.isClosedForChildren()) {
            return parent.name() + " is not running";
        }
        if (cell.manager().stopping() && needsOthersOutside(cell)) {
            return "the manager is stopping"; // in an order that did not count with it
        }
        return parent.generation() == cell.ownerGeneration()
                ? null
                : "%s#%d, which declared it, has ended; it starts when %s declares it again".formatted(parent.name(),
                        cell.ownerGeneration(), parent.name());
    }

    /** Whether it depends on units that the one at the root, which it is inside of, does not contain. */
    private static boolean needsOthersOutside(UnitCell cell) {
        String inside = top(cell).name() + "/";
        return cell.spec().dependsOn().stream().anyMatch(dependency -> !dependency.startsWith(inside));
    }

    /** Whether a unit that depends on this one may start, and run. */
    private static boolean satisfiesDependents(UnitCell cell) {
        boolean satisfies = cell.state().satisfiesDependents();
        for (UnitCell at = cell; at != null && satisfies; at = at.parent()) {
            satisfies = !at.isClosedForDependents();
        }
        return satisfies;
    }

    /** Why it does not satisfy its dependents: one that is about to stop still has the state of one that runs. */
    private static String inWords(UnitCell cell) {
        return cell.state().satisfiesDependents() ? "stopping" : cell.state().toString();
    }

    /** What a unit that wants to start must wait for; null when it may. */
    @Nullable
    String waitsFor(UnitCell cell) {
        Group group = opensWith(cell);
        if (cell.parent() == null && group.ordinal() > openGroups && !neededByOpenGroup(cell)) {
            return openGroups < 0 ? heldBackBy : "group %s, held back by %s".formatted(group, heldBackBy);
        }
        String leadership = leaders.waitsFor(cell);
        for (String dependency : cell.spec().dependsOn()) {
            UnitCell other = registry.find(dependency);
            if (other == null) {
                return leadership != null ? leadership : dependency + ", which does not exist";
            }
            if (!satisfiesDependents(other)) {
                if (other.state() == UnitState.PENDING && opensWith(other).ordinal() > openGroups) {
                    root.post(other::poke); // it may start before its group: this one needs it; by turns, not nested
                }
                return leadership != null
                        ? leadership
                        : dependency + ", which is " + inWords(other);
            }
        }
        return leadership;
    }

    /**
     * Whether all that this unit depends on, directly or not, is there and to stay: in a cascade those that have not been told
     * yet look as if they could be depended on, and so does what completed while it was asked to stop.
     */
    boolean dependsOnlyOnWhatRuns(UnitCell cell) {
        return registry.allDependenciesOf(cell)
                .allMatch(other -> other != null && satisfiesDependents(other) && isWanted(other));
    }

    /** With all scopes around it. */
    private static boolean isWanted(UnitCell cell) {
        for (UnitCell at = cell; at != null; at = at.parent()) {
            if (!at.desiredRunning()) {
                return false;
            }
        }
        return true;
    }

    // ---- what a running unit works with

    /** What a running unit depends on and does not have any more, in words; null when all is there. */
    @Nullable
    String lostDependency(RunnableSpec spec) {
        for (String dependency : spec.dependsOn()) {
            UnitCell other = registry.find(dependency);
            if (other == null || !satisfiesDependents(other)) {
                return "depends on " + dependency + ", which "
                        + (other == null ? "does not exist" : "is " + inWords(other));
            }
        }
        return null;
    }

    /** Which generations of its dependencies there are now. */
    Map<String, Long> dependencies(RunnableSpec spec) {
        Map<String, Long> generations = new HashMap<>();
        for (String dependency : spec.dependsOn()) {
            UnitCell other = registry.find(dependency);
            generations.put(dependency, other == null ? 0 : other.generation());
        }
        return generations;
    }
}
