package dev.windlass.lifecycle;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A generation beside the current one of its unit: one that gets warm to take its place, or one that has left it and could come back.
 * All by messages of the unit, but for what is volatile. It has nothing inside, and nobody depends on it.
 */
final class Standby implements Teardown.Owner {

    /** What there is of a generation, current or not. */
    record Place(UnitEntry.Description description, Incarnation incarnation, UnitCell.Position position,
            @Nullable Bindings bound, @Nullable QuotaClaim claim) {

        Place at(UnitCell.Position now) {
            return new Place(description, incarnation, now, bound, claim);
        }

        Place with(QuotaClaim newClaim) {
            return new Place(description, incarnation, position, bound, newClaim);
        }
    }

    private final UnitCell cell;
    private final TimeSource time;
    private volatile Place place;
    private @Nullable Consumer<StopReport> waiters;
    private @Nullable StopReport end;

    Standby(UnitCell cell, Place place) {
        this.cell = cell;
        this.time = cell.manager().time();
        this.place = place;
    }

    /** Where it stands. Readable by anybody. */
    Place place() {
        return place;
    }

    /** Another one is beside the current one from now on. Under the monitor of the unit. */
    void take(Place other) {
        place = other;
    }

    Incarnation incarnation() {
        return place.incarnation();
    }

    String id() {
        return place.incarnation().id();
    }

    /** It has what it costs. */
    void hold(QuotaClaim granted) {
        place = place.with(granted);
    }

    void start() {
        place.incarnation().startMain();
    }

    // ---- its end

    /** Ends it, or makes its end harder; tells of that at once when it has ended. */
    void end(StopOrder order, UnitState target, Consumer<StopReport> whenEnded) {
        StopReport over = end;
        if (over != null) {
            whenEnded.accept(over);
            return;
        }
        Consumer<StopReport> earlier = waiters;
        waiters = earlier == null ? whenEnded : earlier.andThen(whenEnded);
        Teardown ongoing = incarnation().teardown();
        if (ongoing == null) {
            Teardown begun = new Teardown(this, incarnation(), order, target);
            incarnation().teardown(begun);
            begun.begin();
        } else {
            ongoing.onAskedAgain(order);
        }
    }

    /** It has ended as the current one, before it was put beside. */
    void ended(StopReport report, UnitState result) {
        QuotaClaim held = place.claim();
        if (held != null) {
            held.staysIn(result, incarnation());
        }
        if (result != UnitState.QUARANTINED) {
            cell.retire(incarnation());
        }
        end = report;
        cell.besideEnded();
        Consumer<StopReport> told = waiters;
        waiters = null;
        if (told != null) {
            told.accept(report);
        }
    }

    /** The replace is over: what made its generation is not needed any more. */
    void forgetCode() {
        Place last = place;
        place = new Place(last.description().withoutCode(new RunnableHandle(cell)), last.incarnation(), last.position(),
                last.bound(), last.claim());
    }

    @Override
    public RunnableSpec spec() {
        return place.description().spec();
    }

    @Override
    public UnitState state() {
        return place.position().state();
    }

    @Override
    public List<UnitCell> childCells() {
        return List.of();
    }

    @Override
    public void move(UnitState next, Reason reason, String message, String actor) {
        UnitCell.Position before = place.position();
        boolean same = before.state() == next;
        UnitCell.Position now = before.next(next, reason, message, time);
        if (same) {
            place = place.at(now);
            return;
        }
        if (!before.state().canBecome(next)) {
            throw new IllegalStateException(id() + " cannot go from " + before.state() + " to " + next);
        }
        synchronized (cell) {
            place = place.at(now);
            cell.manager().events().emit(cell, before, now, actor);
        }
    }

    @Override
    public void torndown(StopOrder order, StopReport report, UnitState result) {
        move(result, result == UnitState.QUARANTINED ? Reason.DEADLINE_EXCEEDED : order.reason(), "", order.actor());
        ended(report, result);
    }
}
