package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * The work that the name of a unit has while no generation has it, and which generation may leave it there. Most units never leave
 * any.
 *
 * <p>The monitor of the unit, under which its generation changes too, guards all this, so that a generation that is succeeded meanwhile
 * does not touch what its successor has. For threads of the unit and for its messages; what is kept is readable by anybody.
 */
final class CarriedWork {

    private final UnitCell cell;
    private volatile @Nullable KeptWork kept;
    private boolean closed;

    CarriedWork(UnitCell cell) {
        this.cell = cell;
    }

    @Nullable
    KeptWork kept() {
        return kept;
    }

    /**
     * A generation leaves work, or that there is none. Returns false when that is lost, since it comes too late. What one leaves that
     * has handed over its work, and was succeeded, is not: its successor has that work, and sees what has come in since.
     */
    boolean leave(Incarnation asker, @Nullable KeptWork work) {
        synchronized (cell) {
            if (!cell.isOf(asker) || closed) {
                return asker.frozen();
            }
            if (asker.frozen() && (KeptWork.isWork(kept) || !KeptWork.isWork(work))) {
                asker.leftWhileFrozen(work); // what it has handed over is the name's, unless it turns out that it has taken that back
            } else {
                kept = work; // also of one that ended while it was asked to hand over, so that only one of the two got the work
            }
            return true;
        }
    }

    /** A generation has handed its work over, which is the name's from now on. Returns false when it is too late for that. */
    boolean freeze(Incarnation asker, @Nullable KeptWork work) {
        synchronized (cell) {
            boolean current = cell.isOf(asker) && !closed;
            if (current) {
                asker.frozen(true);
            }
            if (current && work != null && (KeptWork.isWork(work) || !KeptWork.isWork(kept))) {
                kept = work;
            }
            return current;
        }
    }

    Incarnation.@Nullable Left leftWhileFrozen(Incarnation asker) {
        synchronized (cell) {
            return asker.leftWhileFrozen();
        }
    }

    /**
     * The current generation has taken back the work that the name had, and works again. On its own thread, as soon as it has: when
     * it ends meanwhile, what it leaves contains that work.
     *
     * @param before what it had left before: one that had ended by then has taken nothing back
     */
    @SuppressWarnings("ReferenceEquality") // the same work, not other work that equals it
    void thaw(Incarnation asker, @Nullable KeptWork back, Incarnation.@Nullable Left before) {
        synchronized (cell) {
            if (!cell.isOf(asker)) {
                return;
            }
            Incarnation.Left left = asker.leftWhileFrozen();
            asker.frozen(false);
            if (left != before && left != null) {
                kept = left.work();
            } else if (left == null && kept == back) {
                kept = null;
            }
        }
    }

    /** What is given up with the name; nothing can be left here after it. */
    @Nullable
    KeptWork takeForGood() {
        synchronized (cell) {
            KeptWork last = kept;
            kept = null;
            closed = true;
            return last;
        }
    }
}
