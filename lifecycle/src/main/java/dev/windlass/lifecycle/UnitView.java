package dev.windlass.lifecycle;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is to see of a unit. For anybody to call, but not from messages where code of the unit is asked: {@link #status()} and
 * {@link #details()}.
 */
final class UnitView {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    private final UnitCell cell;

    UnitView(UnitCell cell) {
        this.cell = cell;
    }

    /** With the counts of its work, which code of the unit is asked for. */
    UnitStatus status() {
        Incarnation current = cell.incarnation();
        return status(current == null || !cell.isAlive() ? null : current.currentWorkload());
    }

    /** For messages: without the counts of its work. */
    UnitStatus statusNow() {
        return status(null);
    }

    private UnitStatus status(@Nullable Workload work) {
        UnitCell.Position now = cell.position();
        RunnableSpec spec = cell.spec();
        UnitCell parent = cell.parent();
        KeptWork kept = cell.keptWork();
        Restarts again = cell.restarts();
        Succession replacing = cell.succession();
        Manager manager = cell.manager();
        return new UnitStatus(cell.name(), spec.kind(), now.state(), now.reason(), message(now), now.generation(),
                now.serial() == 0 ? null : manager.incarnationId(now.serial()),
                Instant.ofEpochMilli(now.sinceMillis()), again == null ? 0 : again.count(),
                now.state() == UnitState.BACKOFF && again != null ? again.dueAt() : null, cell.desiredRunning(),
                cell.wants(Standstill.Kind.PAUSE), cell.wants(Standstill.Kind.CORDON), spec.revision(),
                parent == null ? null : parent.name(), spec.group(), spec.labels(), spec.dependsOn(),
                work == null ? null : count(work::queued), work == null ? null : count(work::inFlight),
                kept == null ? 0 : kept.count(), cell.lastError(), replacing == null ? null : replacing.describe());
    }

    /** What keeps a unit from its quota changes while it waits, so that it is put into words when somebody asks. */
    private String message(UnitCell.Position at) {
        QuotaClaim waits = at.reason() == Reason.QUOTA_EXCEEDED ? cell.claim() : null;
        return waits == null ? at.message() : waits.describe();
    }

    private @Nullable Long count(LongSupplier source) {
        try {
            return source.getAsLong();
        } catch (Throwable e) {
            LOG.atDebug().addKeyValue("unit", cell.name()).setCause(e).log("a unit cannot count its work");
            return null;
        }
    }

    /** The state, what it waits for, and how far a replace is, in words. */
    String inWords() {
        String message = message(cell.position());
        Succession replacing = cell.succession();
        return cell.name() + " is " + cell.state() + (message.isEmpty() ? "" : ": " + message)
                + (replacing == null ? "" : "; " + replacing.describe());
    }

    Map<String, String> details() {
        Incarnation current = cell.incarnation();
        if (current == null || !cell.isAlive()) {
            return Map.of();
        }
        Map<String, String> values = new LinkedHashMap<>();
        current.currentDetails().forEach((key, value) -> {
            try {
                values.put(key, value.get());
            } catch (Throwable e) {
                values.put(key, "not available: " + e);
            }
        });
        return values;
    }

    /** Where the threads of the current generation stand, also of a quarantined one, and of what is beside it. */
    List<ThreadPosition> threads() {
        Incarnation current = cell.incarnation();
        Succession replacing = cell.succession();
        List<ThreadPosition> positions = new ArrayList<>();
        for (Incarnation each : new Incarnation[]{current, replacing == null ? null : replacing.beside()}) {
            if (each != null) {
                positions.addAll(each.threads().positions());
            }
        }
        return positions;
    }

    List<RunnableHandle> children() {
        return Manager.handlesOf(cell.childCells());
    }
}
