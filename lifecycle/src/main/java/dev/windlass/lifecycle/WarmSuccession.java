package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replace in which the next generation gets warm beside the one that runs:
 *
 * <pre>
 * ADMITTING ──a quota allows both──► WARMING; else it is cold
 * WARMING ──it is warm──► FREEZING ──work is the name's──► PROBATION ──it stood the test──► RETIRING ──► OVER
 *    │                        │                               │
 *    │                        │             failed, returned, degraded: the next one ends, the work is the name's
 *    │                        │                               ▼
 *    │                        │                         ROLLING_BACK ──► THAWING ──► OVER
 *    └──failed, too slow──► GIVING_UP: the next one ends, ◄── cannot hand over
 *                           what was frozen is thawed ──► OVER
 * from each ──something else ends the current generation──► ENDING: what is beside it ends too ──► OVER
 * </pre>
 *
 * The generation before is the current one until PROBATION begins, and again from THAWING on. While its code freezes or thaws, a stop
 * waits, for half of its budget at most. Code that takes too long for that is interrupted, and if that does not end it, the
 * generation is restarted; its work is the name's then.
 */
final class WarmSuccession extends Succession implements Watchdog.Watched {

    private enum Phase {
        ADMITTING, WARMING, FREEZING, PROBATION, RETIRING, ROLLING_BACK, THAWING, GIVING_UP, ENDING, OVER
    }

    private record HeldUp(StopOrder order, Consumer<StopOrder> message, long until) {
    }

    private final Standby beside;
    private final long to;
    private final Promise<ReplaceReport> promise;
    private @Nullable QuotaClaim asked;
    private volatile Phase phase = Phase.ADMITTING;
    private volatile long phaseBegan;
    private volatile String said = "";
    private volatile long deadline;
    private volatile long nextCheck;
    private boolean degraded;
    private @Nullable SignalCell turn;
    private long handedOver;
    private @Nullable StopReport retired;
    /** The call of the generation before that is under way: a freeze or a thaw. */
    private @Nullable Thread calling;
    private boolean interrupted;
    private @Nullable ReplaceOutcome outcome;
    private boolean begun;
    private boolean besideEnded;
    private boolean currentEnded;
    /** Whether the generation before has stopped working, or may have, and was not told to go on. */
    private boolean owesThaw;
    /** Whether the generation before has ended while the next one was taken back. */
    private boolean lostFallback;
    private final List<HeldUp> heldUp = new ArrayList<>(0);

    WarmSuccession(UnitCell cell, UnitEntry.Description next, ReplaceOptions options, String actor,
            Promise<ReplaceReport> promise) {
        super(cell, options, actor, promise);
        this.promise = promise;
        this.to = cell.nextGeneration();
        Incarnation incarnation = new Incarnation(cell, to, cell.manager().nextSerial(),
                cell.manager().leaders().termFor(cell), next.loader());
        UnitCell.Position position = UnitCell.Position.entered(UnitState.PENDING, Reason.REPLACED, "", time, to,
                incarnation.serial());
        incarnation.reserve();
        this.beside = new Standby(cell,
                new Standby.Place(next, incarnation, position, Bindings.of(cell, next.spec()), null));
    }

    void begin() {
        cell.succession(this);
        phaseBegan = time.nanos();
        Cost cost = beside.spec().cost();
        if (cost.isNone()) {
            warmUp();
        } else {
            asked = cell.manager().quota().besides(cell, to, cost, () -> cell.post(this::onGiveBack),
                    lack -> cell.post(() -> onAnswer(lack)));
        }
    }

    private void onAnswer(String lack) {
        QuotaClaim claim = asked;
        if (phase != Phase.ADMITTING || claim == null) {
            if (claim != null) {
                claim.end();
            }
        } else if (lack.isEmpty() && claim.take()) {
            beside.hold(claim);
            warmUp();
        } else {
            claim.end();
            phase = Phase.OVER;
            UnitEntry.Description next = beside.place().description();
            leave();
            cell.takeBackGeneration();
            ColdSuccession cold = new ColdSuccession(cell, next, options, actor, promise,
                    "a quota does not allow both: " + lack);
            cold.continues(this);
            cold.begin();
        }
    }

    /** A quota needs what the generation beside has. */
    private void onGiveBack() {
        if (phase == Phase.WARMING || phase == Phase.FREEZING) {
            giveUp("a quota needs what " + next() + " has", UnitState.STOPPED);
        } else if (phase == Phase.PROBATION) {
            note("the probation was cut short: a quota needs what #" + from + " has");
            retire();
        }
    }

    private void warmUp() {
        enter(Phase.WARMING, options.warmUp());
        begun = true;
        beside.move(UnitState.STARTING, Reason.REPLACED, "warms up beside #" + from, actor);
        beside.start();
        if (verdict != null) {
            settle(verdict);
        }
    }

    @Override
    void settle(Verdict decided) {
        if (phase == Phase.PROBATION && decided.stays()) {
            retire();
        } else if (phase == Phase.PROBATION) {
            rollBack(decided.why(), UnitState.STOPPED);
        } else if ((phase == Phase.WARMING || phase == Phase.FREEZING) && !decided.stays()) {
            giveUp(decided.why(), UnitState.STOPPED);
        } else {
            verdict = decided; // of no interest when it is over
        }
    }

    private void enter(Phase next, Duration limit) {
        phase = next;
        phaseBegan = time.nanos();
        deadline = phaseBegan + SystemTime.nanos(limit);
        watch();
    }

    private String next() {
        return cell.name() + "#" + to;
    }

    private String before() {
        return cell.name() + "#" + from;
    }

    // ---- warm-up

    @Override
    void onSaid(Incarnation asker, UnitState state, String what) {
        if (phase == Phase.WARMING && asker == beside.incarnation()) {
            said = what;
            degraded = state == UnitState.DEGRADED;
        }
    }

    @Override
    boolean onWarm(Incarnation asker, SignalCell asked) {
        if (asker != beside.incarnation()) {
            return false;
        }
        if (phase == Phase.WARMING) {
            turn = asked;
            if (degraded) {
                giveUp(next() + " is not fit to take over: " + said, UnitState.STOPPED);
            } else {
                freeze();
            }
        }
        return true; // and waits for its end, if it is not to come
    }

    // ---- hand-over

    private Duration callLimit() {
        StopOptions stop = cell.spec().stop();
        return stop.inFlight().plus(stop.release());
    }

    /** Lets the current generation call its code for a hand-over; what comes of it is a message. */
    private void call(String what, CallBody body, Consumer<@Nullable String> over) {
        Incarnation current = cell.incarnation();
        Handover how = current == null ? null : current.handover();
        if (current == null || how == null) {
            over.accept(before() + " has ended");
            return;
        }
        interrupted = false;
        try {
            calling = current.fork(what, () -> {
                String error = null;
                try {
                    body.run(current, how);
                } catch (Throwable e) {
                    LOG.atWarn().addKeyValue("unit", current.id()).setCause(e).log("{} failed", what);
                    error = Incarnation.describe(e);
                } finally {
                    String why = error;
                    cell.post(() -> {
                        calling = null;
                        over.accept(why);
                    });
                }
            });
        } catch (RevokedException e) {
            over.accept(before() + " has ended");
        }
    }

    private interface CallBody {

        void run(Incarnation current, Handover how) throws Exception;
    }

    private void freeze() {
        enter(Phase.FREEZING, callLimit());
        owesThaw = true;
        call("freeze", (current, how) -> {
            CarryOver work = how.freeze();
            KeptWork kept = work == null ? null : KeptWork.of(work);
            if (!cell.carried().freeze(current, kept)) {
                KeptWork.warnOfLoss(kept, current, "the work was handed over too late, and is lost");
            }
            current.exclusives().takeDown();
        }, this::onFrozen);
    }

    private void onFrozen(@Nullable String error) {
        if (phase == Phase.FREEZING && error == null && heldUp.isEmpty()) {
            takeOver();
        } else if (phase == Phase.FREEZING) {
            if (!heldUp.isEmpty()) {
                preempted(heldUp.getFirst().order());
            }
            giveUp(error == null ? "it is to be stopped" : before() + " cannot hand over: " + error, UnitState.STOPPED);
            thaw();
        } else if (phase == Phase.GIVING_UP) {
            thaw();
        }
    }

    private void takeOver() {
        UnitCell.Position current = cell.position();
        RunnableSpec spec = beside.spec();
        if (!spec.dependsOn().equals(cell.spec().dependsOn())) {
            try {
                cell.manager().redeclare(cell, spec);
            } catch (RefusedException e) {
                giveUp(String.valueOf(e.getMessage()), UnitState.STOPPED);
                thaw();
                return;
            }
        }
        KeptWork kept = cell.keptWork();
        handedOver = kept == null ? 0 : kept.count();
        UnitCell.Position left = current.state() == UnitState.READY
                ? UnitCell.Position.entered(UnitState.PAUSED, Reason.REPLACED, "handed over to #" + to, time, from,
                        current.serial())
                : current;
        enter(Phase.PROBATION, options.probation());
        owesThaw = false;
        cell.changePlaces(beside, left,
                UnitCell.Position.entered(UnitState.READY, Reason.REPLACED, "took over from #" + from,
                        time, to, beside.incarnation().serial()),
                actor);
        cell.countAsCurrent();
        QuotaClaim former = beside.place().claim();
        if (former != null) {
            cell.manager().quota().besides(former, () -> cell.post(this::onGiveBack));
        }
        if (turn != null) {
            turn.set();
        }
        cell.poke(); // what it depends on may have gone meanwhile
        if (verdict != null) {
            settle(verdict);
        } else if (options.probation().isZero()) {
            retire();
        } else {
            probationBegins();
            examine(() -> phase == Phase.PROBATION, why -> rollBack(why, UnitState.STOPPED));
        }
    }

    private void thaw() {
        enter(phase == Phase.ROLLING_BACK ? Phase.THAWING : phase, callLimit());
        KeptWork kept = cell.keptWork();
        call("thaw", (current, how) -> {
            Incarnation.Left before = cell.carried().leftWhileFrozen(current);
            how.thaw(kept == null ? null : kept.work());
            cell.carried().thaw(current, kept, before);
            current.exclusives().putUp();
        }, this::onThawed);
    }

    private void onThawed(@Nullable String error) {
        if (phase != Phase.THAWING && phase != Phase.GIVING_UP) {
            return;
        }
        if (error != null) {
            restart(before() + " cannot go on: " + error);
            return;
        }
        owesThaw = false;
        letGo();
        if (cell.state() == UnitState.PAUSED && cell.position().reason() == Reason.REPLACED) {
            cell.move(UnitState.READY, Reason.ROLLED_BACK, "", actor);
        }
        cell.poke(); // what it depends on may have changed meanwhile
        finishIfAlone();
    }

    /** The generation before cannot go on by itself. What it has handed over is the name's, and the next one finds it there. */
    private void restart(String why) {
        note(why + ", so it is restarted");
        Phase was = phase;
        owesThaw = false;
        phase = Phase.ENDING;
        outcome = was == Phase.THAWING ? ReplaceOutcome.ROLLED_BACK : ReplaceOutcome.FAILED;
        cell.restartInPlace(cell.order(Reason.ROLLED_BACK, cell.spec().stop().atLeastHandoff(), actor, false));
        letGo();
        finishIfAlone();
    }

    // ---- decisions

    /** The next generation ends before it has taken over. */
    private void giveUp(String why, UnitState target) {
        note(why);
        enter(Phase.GIVING_UP, owesThaw ? callLimit() : options.warmUp());
        outcome = ReplaceOutcome.FAILED;
        end(cell.order(target == UnitState.FAILED ? Reason.FAILED : Reason.ROLLED_BACK,
                beside.spec().stop().withMode(StopMode.ABORT), actor, false), target);
    }

    private void end(StopOrder order, UnitState target) {
        beside.end(order, target, report -> {
            besideEnded = true;
            retired = report;
            finishIfAlone();
        });
    }

    /** What it says that it has given to a successor itself, and what it gave with its freeze. */
    private static long givenBy(@Nullable StopReport retired, long withFreeze) {
        return withFreeze + (retired == null ? 0 : retired.handedOver());
    }

    private void retire() {
        enter(Phase.RETIRING, options.warmUp());
        outcome = ReplaceOutcome.REPLACED;
        end(cell.order(Reason.REPLACED, options.stopOf(beside.spec()), actor, false), UnitState.STOPPED);
    }

    private void rollBack(String why, UnitState target) {
        note(why);
        enter(Phase.ROLLING_BACK, options.warmUp());
        StopOptions stop = cell.spec().stop();
        UnitStop taken = cell.ongoingStop();
        taken.letStartFollow(); // if the generation before cannot go on, the next one does
        taken.beginTeardown(cell.order(target == UnitState.FAILED ? Reason.FAILED : Reason.ROLLED_BACK,
                stop.withMode(StopMode.HANDOFF), actor, false), target);
    }

    private void finishIfAlone() {
        if (phase == Phase.OVER || !besideEnded || (phase == Phase.GIVING_UP && owesThaw)
                || phase == Phase.ROLLING_BACK || (phase == Phase.ENDING && !currentEnded)) {
            return;
        }
        phase = Phase.OVER;
        cell.manager().watchdog().forget(this);
        ReplaceOutcome result = outcome;
        if (result == null) {
            leave(); // whoever came first has been told
        } else {
            long given = givenBy(retired, handedOver);
            complete(to, ReplaceMethod.WARM, "", result, given,
                    retired != null && result == ReplaceOutcome.REPLACED ? retired.withHandedOver(given) : retired);
        }
        letGo();
    }

    // ---- disturbances

    @Override
    boolean takesEnd(Incarnation asker, UnitThreads.@Nullable Ending ending) {
        UnitState target = ending == null ? UnitState.COMPLETED : UnitState.FAILED;
        boolean isBeside = asker == beside.incarnation();
        boolean warmsUp = isBeside && (phase == Phase.WARMING || phase == Phase.FREEZING);
        if (warmsUp && asker.hasLostLeadership()) { // so has the one before, which is about to be told
            endBecauseOf(cell.order(Reason.LEADERSHIP_LOST, beside.spec().stop(), asker.id(), false));
        } else if (warmsUp) {
            giveUp(ending(asker.id(), ending) + " before it took over", target);
        } else if (isBeside && phase == Phase.PROBATION) {
            note(ending(asker.id(), ending) + " during the probation of #" + to);
            outcome = ReplaceOutcome.REPLACED;
            phase = Phase.RETIRING;
            end(cell.order(Reason.REPLACED, beside.spec().stop(), actor, false), target);
        } else if (isBeside && phase == Phase.ROLLING_BACK) {
            note(ending(asker.id(), ending) + " too");
            lostFallback = true;
            end(cell.order(Reason.FAILED, beside.spec().stop(), actor, false), target);
        } else if (!isBeside && phase == Phase.PROBATION) {
            rollBack(ending(asker.id(), ending), target);
        } else {
            return isBeside;
        }
        return true;
    }

    @Override
    void onStopAsked(StopOrder order) {
        if (phase == Phase.ADMITTING || phase == Phase.WARMING || phase == Phase.FREEZING || phase == Phase.PROBATION) {
            endBecauseOf(order);
        } else if (phase == Phase.ROLLING_BACK) {
            preempted(order);
        }
    }

    @Override
    void onEndsSooner(StopOrder order) {
        if (phase == Phase.ROLLING_BACK) {
            preempted(order);
        }
    }

    @Override
    void onCurrentEnds(StopOrder order, UnitState target) {
        switch (phase) {
            case ADMITTING, WARMING, FREEZING, PROBATION -> {
                if (target == UnitState.STOPPED) {
                    endBecauseOf(order);
                } else {
                    note("#" + from + (target == UnitState.FAILED ? " failed" : " returned") + " meanwhile");
                    outcome = ReplaceOutcome.FAILED;
                    endWith(order);
                }
            }
            case THAWING, GIVING_UP -> {
                owesThaw = false;
                note("#" + from + " ended meanwhile");
                if (phase == Phase.THAWING) {
                    outcome = ReplaceOutcome.ROLLED_BACK;
                }
                phase = Phase.ENDING;
                finishIfAlone();
            }
            default -> {
                // what is beside it is ending, or has ended
            }
        }
    }

    private void endBecauseOf(StopOrder order) {
        preempted(order);
        outcome = null;
        endWith(order);
    }

    private void endWith(StopOrder order) {
        if (!begun) {
            besideEnded = true;
            phase = Phase.ENDING;
            return;
        }
        StopMode mode = phase == Phase.PROBATION && order.options().mode() != StopMode.ABORT
                ? StopMode.HANDOFF
                : StopMode.ABORT;
        phase = Phase.ENDING;
        owesThaw = false; // what is frozen ends, and leaves its work to the name
        letGo();
        StopOrder own = new StopOrder(order.reason(), order.options().withMode(mode), order.actor(),
                order.asked(), order.began(), false);
        end(own, UnitState.STOPPED);
    }

    @Override
    void endBeside(StopOrder order, Consumer<List<StopReport>> whenEnded) {
        currentEnded = true;
        if (!begun) {
            finishIfAlone();
            whenEnded.accept(List.of());
            return;
        }
        StopOrder own = new StopOrder(order.reason(), order.options().withMode(StopMode.ABORT),
                order.actor(), order.asked(), order.began(), false);
        beside.end(own, UnitState.STOPPED, report -> {
            finishIfAlone();
            whenEnded.accept(List.of(report));
        });
    }

    @Override
    boolean takesOver(StopReport report, UnitState result) {
        if (phase != Phase.ROLLING_BACK) {
            return false;
        }
        retired = report;
        if (cell.ongoingStop().isAskedFor() || cell.manager().stopping()) {
            phase = Phase.PROBATION; // as if the stop had come before
            StopOrder order = cell.order(Reason.STOP_REQUESTED, beside.spec().stop(), actor, false);
            UnitEntry.Description old = beside.place().description();
            redeclareOld(old.spec());
            cell.describe(old);
            endBecauseOf(order);
            return false;
        }
        if (lostFallback) {
            outcome = ReplaceOutcome.ROLLED_BACK;
            redeclareOld(beside.spec());
            cell.describe(beside.place().description());
            phase = Phase.ENDING;
            finishIfAlone();
            return false;
        }
        Standby.Place place = beside.place();
        UnitCell.Position stood = cell.position();
        UnitCell.Position over = UnitCell.Position.entered(result,
                result == UnitState.QUARANTINED ? Reason.DEADLINE_EXCEEDED : Reason.ROLLED_BACK, "", time, to,
                stood.serial());
        redeclareOld(beside.spec());
        cell.changePlaces(beside, over, place.position(), actor);
        cell.countAsCurrent();
        beside.ended(report, result);
        besideEnded = true;
        outcome = ReplaceOutcome.ROLLED_BACK;
        thaw();
        return true;
    }

    private void redeclareOld(RunnableSpec old) {
        if (old.dependsOn().equals(cell.spec().dependsOn())) {
            return;
        }
        try {
            cell.manager().redeclare(cell, old);
        } catch (RefusedException e) {
            note("its old dependencies are not watched: " + e.getMessage());
        }
    }

    @Override
    void onMoved(UnitCell.Position now) {
        if (phase == Phase.PROBATION && now.state() == UnitState.DEGRADED && now.reason() == Reason.BECAME_DEGRADED) {
            cell.post(() -> {
                if (phase == Phase.PROBATION && cell.state() == UnitState.DEGRADED) {
                    rollBack(next() + " is degraded: " + now.message(), UnitState.STOPPED);
                }
            });
        }
    }

    /** The generation beside goes on with what came back, if it has said that it can. */
    @Override
    void onDependenciesMoved() {
        Bindings bound = beside.place().bound();
        if (bound == null || beside.incarnation().teardown() != null || phase == Phase.ADMITTING
                || cell.manager().admission().lostDependency(beside.spec()) != null) {
            return;
        }
        List<String> changed = bound.follow(beside.incarnation(), beside.spec());
        if (changed.isEmpty()) {
            return;
        }
        if (phase == Phase.WARMING || phase == Phase.FREEZING) {
            giveUp(String.join(", ", changed) + ", which #" + to + " depends on, is there as another generation",
                    UnitState.STOPPED);
        } else if (phase == Phase.PROBATION) {
            note("the probation was cut short: " + String.join(", ", changed) + ", which #" + from
                    + " depends on, is there as another generation");
            retire();
        }
    }

    // ---- stops that wait

    @Override
    boolean holdsUp(StopOrder order, Consumer<StopOrder> message) {
        boolean busy = owesThaw || phase == Phase.THAWING;
        long until = order.asked() + SystemTime.nanos(order.options().budget()) / 2;
        if (!busy || time.nanos() - until >= 0) {
            return false;
        }
        heldUp.add(new HeldUp(order, message, until));
        if (phase == Phase.FREEZING && calling != null) {
            calling.interrupt(); // what it waits for is not worth the wait any more
        }
        watch();
        return true;
    }

    /** Lets the stops go on that have waited. */
    private void letGo() {
        List<HeldUp> all = List.copyOf(heldUp);
        heldUp.clear();
        all.forEach(one -> cell.post(() -> one.message().accept(one.order().at(time.nanos()))));
    }

    // ---- time

    private void watch() {
        long next = deadline;
        for (HeldUp one : heldUp) {
            next = one.until() - next < 0 ? one.until() : next;
        }
        nextCheck = next;
        cell.manager().watchdog().watch(this);
    }

    @Override
    public long nextCheck() {
        return nextCheck;
    }

    @Override
    public void check() {
        cell.post(this::onTime);
    }

    private void onTime() {
        long now = time.nanos();
        if (phase == Phase.OVER) {
            return;
        }
        if (heldUp.stream().anyMatch(one -> now - one.until() >= 0)) {
            letGo();
        }
        if (now - deadline >= 0) {
            onDeadline();
        }
        if (phase != Phase.OVER) {
            watch();
        }
    }

    private void onDeadline() {
        switch (phase) {
            case WARMING -> giveUp("%s was not warm within %s%s".formatted(next(), options.warmUp(),
                    said.isEmpty() ? "" : ": " + said), UnitState.STOPPED);
            case PROBATION -> retire();
            case FREEZING, GIVING_UP, THAWING -> onCallOverdue();
            default -> deadline = time.nanos() + SystemTime.nanos(options.warmUp()); // ends within its own budget
        }
    }

    private void onCallOverdue() {
        Thread overdue = calling;
        if (overdue == null) {
            deadline = time.nanos() + SystemTime.nanos(options.warmUp());
        } else if (!interrupted) {
            interrupted = true;
            deadline = time.nanos() + SystemTime.nanos(cell.spec().stop().release());
            overdue.interrupt();
        } else {
            if (phase == Phase.FREEZING) {
                giveUp(before() + " did not hand over in time", UnitState.STOPPED);
            }
            restart(before() + " hangs in its hand-over");
        }
    }

    @Override
    public int hashCode() {
        return cell.hashCode(); // decides in which order those that are due together are checked
    }

    // ---- what it looks like

    @Override
    void forgetCode() {
        beside.forgetCode();
    }

    @Override
    UnitEntry.@Nullable Description descriptionOf(Incarnation asker) {
        Standby.Place place = beside.place();
        return place.incarnation() == asker ? place.description() : null;
    }

    @Override
    @Nullable
    QuotaClaim claimOf(Incarnation asker) {
        Standby.Place place = beside.place();
        return place.incarnation() == asker ? place.claim() : null;
    }

    @Override
    @Nullable
    Incarnation beside() {
        return phase == Phase.ADMITTING || phase == Phase.OVER ? null : beside.incarnation();
    }

    @Override
    String describe() {
        String at = since(phaseBegan);
        return switch (phase) {
            case ADMITTING -> "#%d asks for quota %s".formatted(to, at);
            case WARMING -> "#%d warms up beside #%d %s%s".formatted(to, from, at, said.isEmpty() ? "" : ": " + said);
            case FREEZING -> "#%d hands over to #%d %s".formatted(from, to, at);
            case PROBATION -> "#%d took over from #%d and is on probation %s, %s".formatted(to, from, at, limit());
            case RETIRING -> "#%d took over, #%d ends %s".formatted(to, from, at);
            case ROLLING_BACK -> "#%d is taken back and ends %s".formatted(to, at);
            case THAWING -> "#%d takes back the work of #%d %s".formatted(from, to, at);
            case GIVING_UP -> "#%d is given up %s".formatted(to, at);
            case ENDING, OVER -> "#%d and #%d end %s".formatted(from, to, at);
        };
    }
}
