package dev.windlass.lifecycle;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which generations of what its unit depends on a generation works with. When one of those is back as another generation, it goes on
 * with that if it has said that it can. By messages of the unit.
 */
final class Bindings {

    private final UnitCell cell;
    private final Admission admission;
    private Map<String, Long> generations;

    private Bindings(UnitCell cell, Map<String, Long> generations) {
        this.cell = cell;
        this.admission = cell.manager().admission();
        this.generations = generations;
    }

    /** To what is there now; null when a generation that is described so depends on nothing. */
    static @Nullable Bindings of(UnitCell cell, RunnableSpec spec) {
        return spec.dependsOn().isEmpty()
                ? null
                : new Bindings(cell, cell.manager().admission().dependencies(spec));
    }

    /**
     * Lets the generation go on with what is there now; to be called when all of it is there.
     *
     * @return the names of what has changed, when the generation cannot go on with that; otherwise none
     */
    List<String> follow(Incarnation generation, RunnableSpec spec) {
        Map<String, Long> now = admission.dependencies(spec);
        List<String> changed = now.entrySet().stream()
                .filter(each -> !each.getValue().equals(generations.get(each.getKey()))).map(Map.Entry::getKey)
                .sorted().toList();
        if (!changed.isEmpty()) {
            if (!generation.rebind(cell.manager().handles(changed))) {
                return changed;
            }
            generations = now;
        }
        return List.of();
    }

    /**
     * Something has moved that the current generation depends on, whose bindings these are. It claims to be ready only with all of that;
     * it is restarted when it cannot go on with what is there now.
     */
    void onMoved() {
        RunnableSpec spec = cell.spec();
        String lost = admission.lostDependency(spec);
        Incarnation current = cell.incarnation();
        if (lost != null) {
            if (cell.state() == UnitState.READY || isLacking()) {
                cell.move(UnitState.DEGRADED, Reason.DEPENDENCY_LOST, lost, "manager");
            }
        } else if (current != null && !follow(current, spec).isEmpty()) {
            cell.restartInPlace(cell.order(Reason.DEPENDENCY_RESTARTED, spec.stop(), "manager", false));
        } else if (isLacking()) {
            cell.move(UnitState.READY, Reason.BECAME_READY, "", "manager");
            cell.settle("manager");
        } else if (cell.state() == UnitState.DEGRADED) {
            cell.manager().pokeDependents(cell); // it says itself that it is degraded; those above may have waited for this all the same
        }
    }

    private boolean isLacking() {
        return cell.state() == UnitState.DEGRADED && cell.position().reason() == Reason.DEPENDENCY_LOST;
    }
}
