package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds back a unit that could work. Four things can: somebody paused it, somebody cordoned it, a quota took it to a low rung,
 * or it has said itself that it does nothing for now. The first two are desires, which outlive generations; a generation is
 * {@code PAUSED} from {@code READY} on while any of the four holds. Trouble that a paused unit tells of is kept until then, and a
 * unit in trouble shows that first:
 *
 * <pre>
 * READY ──any holds──► PAUSED ──none holds──► READY ──it was in trouble──► DEGRADED
 * DEGRADED ──it is over──► READY ──any holds──► PAUSED
 * </pre>
 *
 * Most units never have one. Touched by messages of its unit only, but for what is volatile.
 */
final class Standstill {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /** What can be asked for. */
    enum Kind {
        PAUSE(Reason.PAUSED, "pause", "resume", "paused"), CORDON(Reason.CORDONED, "cordon", "uncordon", "cordoned");

        final Reason reason;
        final String begin;
        final String end;
        final String done;

        Kind(Reason reason, String begin, String end, String done) {
            this.reason = reason;
            this.begin = begin;
            this.end = end;
            this.done = done;
        }
    }

    private record Waiter(boolean wanted, Promise<UnitStatus> promise) {
    }

    /** One kind: whether it is wanted, and whether the current generation is held back by it. */
    private static final class Held {

        volatile boolean wanted;
        @Nullable
        Suspender suspender;
        /** Of the generation that is beside the current one. */
        @Nullable
        Suspender beside;
        boolean applied;
        String actor = "";
        List<Waiter> waiters = new ArrayList<>(1);
    }

    private final UnitCell cell;
    private final Held pause = new Held();
    private final Held cordon = new Held();
    private @Nullable String rung;
    private @Nullable String said;
    private @Nullable String trouble;
    /** Whether its message says that it is not held back, though that is wanted. */
    private boolean lacksWay;

    Standstill(UnitCell cell) {
        this.cell = cell;
    }

    private Held of(Kind kind) {
        return kind == Kind.PAUSE ? pause : cordon;
    }

    /** Whether the unit was last asked to be held back so. For anybody to ask. */
    boolean wanted(Kind kind) {
        return of(kind).wanted;
    }

    // ---- what is asked for

    /** @param running the generation that is to be held back; null when none runs, or when it ends already */
    void onAsked(Kind kind, boolean wanted, String actor, @Nullable Incarnation running, Promise<UnitStatus> promise) {
        Held one = of(kind);
        Suspender suspender = one.suspender;
        if (wanted && running != null && suspender == null && hasBeenReady(cell.state())) {
            Kind other = kind == Kind.PAUSE ? Kind.CORDON : Kind.PAUSE;
            promise.fail(new RefusedException("%s cannot be %s: it has not said how; %s it instead"
                    .formatted(running.id(), kind.done, of(other).suspender == null ? "stop" : other.begin)));
            return;
        }
        one.wanted = wanted;
        one.actor = actor;
        failOthers(one, wanted, kind);
        settle(actor);
        if (running == null || suspender == null) {
            promise.complete(cell.statusNow()); // the next generation, or this one when it says how, begins with it
        } else {
            one.waiters.add(new Waiter(wanted, promise));
            running.fork(wanted ? kind.begin : kind.end, suspender::converge);
        }
    }

    private static boolean hasBeenReady(UnitState state) {
        return state == UnitState.READY || state == UnitState.DEGRADED || state == UnitState.PAUSED;
    }

    private void failOthers(Held one, boolean wanted, Kind kind) {
        List<Waiter> overtaken = one.waiters.stream().filter(waiter -> waiter.wanted != wanted).toList();
        one.waiters.removeAll(overtaken);
        overtaken.forEach(waiter -> waiter.promise.fail(new PreemptedException("the %s of %s was overtaken by a %s"
                .formatted(wanted ? kind.end : kind.begin, cell.name(), wanted ? kind.begin : kind.end))));
    }

    /**
     * A generation says how it is held back. When that is wanted already it is, before this returns. Called by a thread of the unit.
     */
    void register(Kind kind, Incarnation asker, Suspension how) {
        Suspender suspender = new Suspender(kind, asker, how);
        CompletableFuture<Boolean> wanted = new CompletableFuture<>();
        cell.post(() -> {
            boolean current = cell.isRunning(asker);
            boolean beside = !current && cell.isBeside(asker);
            if (current) {
                of(kind).suspender = suspender;
                of(kind).applied = false;
            } else if (beside) {
                of(kind).beside = suspender;
            }
            wanted.complete((current || beside) && of(kind).wanted);
        });
        if (wanted.join()) {
            suspender.converge();
        }
    }

    /** Brings one generation to what is wanted. Its monitor guards the fields; the code of the unit runs outside of it. */
    private final class Suspender {

        private final Kind kind;
        private final Incarnation incarnation;
        private final Suspension how;
        private boolean busy;
        private boolean again;
        /** Written by whoever is busy. */
        private volatile boolean applied;

        Suspender(Kind kind, Incarnation incarnation, Suspension how) {
            this.kind = kind;
            this.incarnation = incarnation;
            this.how = how;
        }

        /** After each change of what is wanted; who finds another one at it leaves it to that one. */
        void converge() {
            synchronized (this) {
                again = true;
                if (busy) {
                    return;
                }
                busy = true;
            }
            while (goesOn()) {
                boolean target = of(kind).wanted;
                String error = target == applied || incarnation.stopping().isSet() ? null : apply(target);
                boolean now = applied;
                cell.post(() -> onApplied(this, now, target, error));
            }
        }

        private synchronized boolean goesOn() {
            busy = again;
            again = false;
            return busy;
        }

        private @Nullable String apply(boolean target) {
            try {
                if (target) {
                    how.begin();
                } else {
                    how.end();
                }
                applied = target;
                return null;
            } catch (Throwable e) {
                LOG.atWarn().addKeyValue("unit", incarnation.id()).setCause(e).log("{} failed",
                        target ? kind.begin : kind.end);
                return Incarnation.describe(e);
            }
        }
    }

    private void onApplied(Suspender by, boolean applied, boolean target, @Nullable String error) {
        Held one = of(by.kind);
        if (one.suspender != by) {
            return;
        }
        one.applied = applied;
        settle(one.actor);
        if (error != null && target && one.wanted) {
            one.wanted = false; // nobody should believe that it is held back, or will be
        }
        List<Waiter> over = one.waiters.stream().filter(waiter -> waiter.wanted == target).toList();
        one.waiters.removeAll(over);
        UnitStatus status = cell.statusNow();
        for (Waiter waiter : over) {
            if (error == null) {
                waiter.promise.complete(status);
            } else {
                waiter.promise.fail(new RefusedException("%s cannot %s: %s".formatted(by.incarnation.id(),
                        target ? "be " + by.kind.done : by.kind.end, error)));
            }
        }
    }

    // ---- what else holds it back

    /** What the running generation has said last: that it is ready, in trouble, or does nothing for now. */
    void onSaid(UnitState state, String message) {
        said = state == UnitState.PAUSED ? message : null;
        trouble = state == UnitState.DEGRADED ? message : null;
    }

    /** @param message what the quota has done; null when the unit may work as far as that is concerned */
    void onRung(@Nullable String message) {
        rung = message;
    }

    /** The generation ends: whoever waits for it to be held back has what he asked for, in the next one too. */
    void onEnding() {
        rung = null;
        said = null;
        trouble = null;
        lacksWay = false;
        for (Held one : List.of(pause, cordon)) {
            one.suspender = null;
            one.applied = false;
            List<Waiter> over = one.waiters;
            one.waiters = new ArrayList<>(1);
            over.forEach(waiter -> waiter.promise.complete(cell.statusNow()));
        }
    }

    /** The generation beside is the current one now, and is brought to what is wanted; whoever waits, waits for that. */
    void onPlacesChanged(Incarnation current) {
        rung = null;
        said = null;
        trouble = null;
        lacksWay = false;
        for (Held one : List.of(pause, cordon)) {
            Suspender next = one.beside;
            one.beside = one.suspender;
            one.suspender = next;
            one.applied = false;
            if (next == null) {
                List<Waiter> over = one.waiters;
                one.waiters = new ArrayList<>(1);
                over.forEach(waiter -> waiter.promise.complete(cell.statusNow()));
            } else if (one.wanted || !one.waiters.isEmpty() || next.applied) {
                current.fork(one.wanted ? next.kind.begin : next.kind.end, next::converge);
            }
        }
    }

    /** Nothing is beside the current generation any more. */
    void onBesideEnded() {
        pause.beside = null;
        cordon.beside = null;
    }

    // ---- what follows

    private @Nullable Reason reason() {
        for (Kind kind : Kind.values()) {
            if (of(kind).applied) {
                return kind.reason;
            }
        }
        return rung != null ? Reason.QUOTA_RECLAIMED : said != null ? Reason.BECAME_PAUSED : null;
    }

    /** What is wanted from before it was ready is not refused: it is said instead, until the generation says how after all. */
    private void tellThatItLacksAWay(String actor) {
        List<String> ways = new ArrayList<>(2);
        for (Kind kind : Kind.values()) {
            if (of(kind).wanted && of(kind).suspender == null) {
                ways.add(kind.done);
            }
        }
        if (lacksWay || !ways.isEmpty()) {
            lacksWay = !ways.isEmpty();
            cell.move(UnitState.READY, cell.position().reason(), ways.isEmpty()
                    ? ""
                    : "is to be %s, and has not said how".formatted(String.join(" and ", ways)), actor);
        }
    }

    private String message() {
        List<String> parts = new ArrayList<>(3);
        for (String part : new String[]{rung, said, trouble}) {
            if (part != null) {
                parts.add(part);
            }
        }
        return String.join("; ", parts);
    }

    /** Brings the state of a generation that has been ready in line with this. */
    void settle(String actor) {
        UnitState state = cell.state();
        Reason reason = reason();
        if (reason == null && state == UnitState.READY) {
            tellThatItLacksAWay(actor);
        }
        if (reason != null && (state == UnitState.READY || state == UnitState.PAUSED)) {
            cell.move(UnitState.PAUSED, reason, message(), actor);
        } else if (reason == null && state == UnitState.PAUSED) {
            cell.move(UnitState.READY, switch (cell.position().reason()) {
                case QUOTA_RECLAIMED -> Reason.QUOTA_RESTORED;
                case BECAME_PAUSED -> Reason.BECAME_READY;
                default -> Reason.RESUMED;
            }, "", actor);
            cell.tellWhatItLacks(trouble, actor);
        }
    }
}
