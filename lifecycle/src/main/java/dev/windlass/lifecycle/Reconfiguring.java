package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * One change of what describes a unit, while it runs or not. It counts at once; when the running generation refuses it, it is taken
 * back, unless something else has changed the description by then. By messages of the unit, but for the code of the unit.
 */
final class Reconfiguring {

    private final UnitCell cell;
    private final UnitEntry.Description base;
    private final UnitEntry.Description next;
    private final Promise<UnitStatus> promise;
    /** What the generation takes on next. */
    private @Nullable Reconfiguring after;

    private Reconfiguring(UnitCell cell, UnitEntry.Description base, UnitEntry.Description next,
            Promise<UnitStatus> promise) {
        this.cell = cell;
        this.base = base;
        this.next = next;
        this.promise = promise;
    }

    static void begin(UnitCell cell, UnitEntry.Description next, UnitEntry.Description base,
            Promise<UnitStatus> promise) {
        Succession replacing = cell.succession();
        if (replacing != null) {
            promise.fail(
                    new RefusedException("%s cannot be reconfigured while it is replaced: %s".formatted(cell.name(),
                            replacing.describe())));
        } else if (cell.spec() != base.spec()) { // each description has a specification of its own
            promise.fail(new PreemptedException(
                    "%s was changed by somebody else meanwhile: look, and reconfigure it again"
                            .formatted(cell.name())));
        } else {
            new Reconfiguring(cell, base, next, promise).begin();
        }
    }

    private void begin() {
        describe(next);
        Incarnation current = cell.incarnation();
        if (current == null || !cell.isRunning(current) || current.reconfiguration() == null) {
            promise.complete(cell.statusNow());
            return;
        }
        Reconfiguring last = current.takingOn();
        if (last == null) {
            apply(current);
        } else {
            last.append(this);
        }
    }

    private void append(Reconfiguring last) {
        Reconfiguring at = this;
        while (at.after != null) {
            at = at.after;
        }
        at.after = last;
    }

    private void apply(Incarnation by) {
        by.takingOn(this);
        Reconfiguration how = by.reconfiguration();
        Unit<?> unit = next.unit();
        if (how == null || unit == null) { // it has ended meanwhile
            onApplied(by, null);
            return;
        }
        try {
            by.fork("reconfigure", () -> {
                String error = null;
                try {
                    how.apply(next.spec(), unit);
                } catch (Throwable e) {
                    Succession.LOG.atWarn().addKeyValue("unit", by.id()).setCause(e).log("a reconfiguration failed");
                    error = Incarnation.describe(e);
                } finally {
                    String why = error;
                    cell.post(() -> onApplied(by, why));
                }
            });
        } catch (RevokedException e) {
            onApplied(by, null); // it ends, and the next generation is made by it
        }
    }

    private void onApplied(Incarnation by, @Nullable String error) {
        Reconfiguring following = after;
        by.takingOn(following);
        if (error == null) {
            promise.complete(cell.statusNow());
        } else {
            if (cell.spec() == next.spec() && cell.succession() == null) {
                describe(base);
            }
            promise.fail(new RefusedException("%s cannot be reconfigured: %s".formatted(by.id(), error)));
        }
        if (following != null) {
            following.apply(by);
        }
    }

    private void describe(UnitEntry.Description wanted) {
        boolean reclassed = wanted.spec().priority() != cell.spec().priority();
        cell.describe(wanted);
        if (reclassed) {
            cell.countAsCurrent();
        }
        if (next.spec().required() != base.spec().required()) {
            cell.manager().admission().advance();
        }
    }
}
