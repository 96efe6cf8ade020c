package dev.windlass.lifecycle;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name in the tree: its state machine and what outlives a generation. It is its own mailbox, and only messages of that change it.
 * Here is each transition, and how one generation follows another. All else is in objects that are there while there is something for
 * them to do, and belong to messages of the unit unless they say otherwise:
 *
 * <pre>
 * {@link UnitOperations}     what can be asked of it: posts the messages
 * {@link GenerationNotices}  what its generations tell it: posts the messages
 * {@link UnitView}           what there is to see of it: reads what is volatile
 * {@link UnitStart}          from the wish that it runs, through the admission, until it is ready
 * {@link UnitStop}           from an order, or the end of a generation by itself, until that is told; in it a {@link Teardown}
 * {@link Restarts}           what went wrong, and the restarts that follow from that
 * {@link Standstill}         what holds it back while it runs
 * {@link Succession}         a replace; the other generation is a {@link Standby}
 * {@link Bindings}           the generations of what it depends on
 * {@link CarriedWork}        work that waits for the next generation
 * {@link Troubles}           what the log is told of its trouble
 * </pre>
 *
 * <p>Only messages write the fields, except {@code givesWay}, {@code carried} and {@code standstill}. Fields that others read are
 * volatile. What a generation tells is ignored when that is not the current one any more.
 *
 * <p>The monitor guards what {@link UnitEntry} and {@link CarriedWork} say; {@code carried} and {@code standstill} are made under it. It
 * makes a change of {@code position} and its event one step; the monitors of listeners are taken under it.
 */
final class UnitCell extends UnitEntry implements Teardown.Owner {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    /**
     * State with its reason and generation, so that readers see them together.
     *
     * @param sinceNanos when the state was entered, to measure by
     * @param sinceMillis the same on the wall clock, as it read then, so that whoever asks twice is told the same
     * @param serial of the generation, from which its identity follows; 0 before the first start
     */
    record Position(UnitState state, Reason reason, String message, long sinceNanos, long sinceMillis, long generation,
            long serial) {

        static Position entered(UnitState state, Reason reason, String message, TimeSource time, long generation,
                long serial) {
            return new Position(state, reason, message, time.nanos(), time.now().toEpochMilli(), generation, serial);
        }

        /** Where a unit is that enters a state, or that is in it already and says why anew. */
        Position next(UnitState next, Reason why, String words, TimeSource time) {
            return state == next
                    ? new Position(state, why, words, sinceNanos, sinceMillis, generation, serial)
                    : entered(next, why, words, time, generation, serial);
        }
    }

    private volatile Position position;
    private volatile @Nullable Incarnation incarnation;
    private volatile @Nullable CarriedWork carried;
    private volatile @Nullable StopReport lastStop;
    private volatile @Nullable Restarts restarts;
    private volatile @Nullable QuotaClaim claim;
    private volatile @Nullable Standstill standstill;
    private volatile @Nullable Succession succession;
    /** How often the name has been started; more than the current generation after a replace that was taken back. */
    private long generations;
    private volatile boolean desiredRunning = true;
    private volatile boolean closedForChildren;
    private volatile boolean closedForDependents;
    /** From when a quota has decided to stop it: it is ordered to when its dependents have stopped, which must not come back first. */
    private volatile boolean givesWay;
    /** Of the current generation; null when it depends on nothing. */
    private @Nullable Bindings bound;
    private volatile @Nullable UnitStart start;
    private @Nullable UnitStop stop;
    private @Nullable Troubles troubles;

    /** @param owner the generation of the parent that declares it; null at the root */
    UnitCell(Manager manager, String name, @Nullable UnitCell parent, @Nullable Incarnation owner, Unit<?> unit,
            RunnableSpec spec) {
        super(manager, name, parent, owner, unit, spec);
        this.position = Position.entered(UnitState.NEW, Reason.ADDED, "", manager.time(), 0, 0);
        handle(new RunnableHandle(this));
    }

    /** Continues the count of an earlier unit of the same name. Before it is started. */
    void continueFrom(long generation) {
        if (generation == position.generation()) {
            return;
        }
        generations = generation;
        position = new Position(UnitState.NEW, Reason.ADDED, "", position.sinceNanos(), position.sinceMillis(),
                generation, 0);
    }

    // ---- read by anybody

    /** What made a generation, current or beside that. */
    Description descriptionOf(Incarnation asker) {
        Succession replacing = succession;
        Description other = replacing == null ? null : replacing.descriptionOf(asker);
        return other == null ? description() : other;
    }

    Position position() {
        return position;
    }

    @Override
    public UnitState state() {
        return position.state();
    }

    long generation() {
        return position.generation();
    }

    /** How often the name has been started. */
    long lastGeneration() {
        return generations;
    }

    long nextGeneration() {
        generations++;
        return generations;
    }

    /** The last number was given to nobody after all. */
    void takeBackGeneration() {
        generations--;
    }

    boolean desiredRunning() {
        return desiredRunning;
    }

    /** Somebody wants it to run, or not to. */
    void wanted(boolean running) {
        desiredRunning = running;
    }

    /** Whether there is a generation that a stop would have to end. */
    boolean isAlive() {
        return incarnation != null && state().isActive();
    }

    /** Whether it is alive or just about to be, or what is beside its generation has not ended. */
    boolean isActiveOrAdmitting() {
        UnitStart starting = start;
        Succession replacing = succession;
        return (starting != null && starting.isAdmitting()) || isAlive() // in this order: a start sets the state, then ends the admission
                || (replacing != null && replacing.beside() != null);
    }

    /** Whether it takes no units inside any more. */
    boolean isClosedForChildren() {
        return closedForChildren;
    }

    /** Whether it stops, or is about to, so that no unit that depends on it may start. */
    boolean isClosedForDependents() {
        return closedForDependents || givesWay;
    }

    @Nullable
    StopReport lastStop() {
        return lastStop;
    }

    void lastStop(StopReport report) {
        lastStop = report;
    }

    /** What went wrong last, in words. */
    @Nullable
    String lastError() {
        Restarts present = restarts;
        return present == null ? null : present.lastError();
    }

    UnitView view() {
        return new UnitView(this);
    }

    UnitStatus statusNow() {
        return view().statusNow();
    }

    /** What the current generation has of the quota, or the next one waits for. */
    @Nullable
    QuotaClaim claim() {
        return claim;
    }

    void hold(@Nullable QuotaClaim asked) {
        claim = asked;
    }

    /** What a generation has of the quota, or nothing. */
    @Nullable
    QuotaClaim claimOf(Incarnation asker) {
        QuotaClaim present = claim;
        Succession replacing = succession;
        return present != null && present.generation == asker.generation()
                ? present
                : replacing == null ? null : replacing.claimOf(asker);
    }

    /** Whether children may be added: the generation that adds them is alive and was not asked to stop. */
    boolean acceptsChildren(Incarnation asker) {
        return incarnation == asker && !closedForChildren && !asker.stopping().isSet();
    }

    // ---- orders

    StopOrder order(Reason reason, StopOptions options, String actor, boolean remove) {
        long now = manager().time().nanos();
        return new StopOrder(reason, options, actor, now, now, remove);
    }

    /** While work is between two generations, a stop waits until it has arrived, at its own expense. */
    void postStop(StopOrder order, Consumer<StopOrder> message) {
        post(() -> {
            Succession replacing = succession;
            if (replacing == null || !replacing.holdsUp(order, message)) {
                message.accept(order);
            }
        });
    }

    /** Stops because the manager, the scope or a dependency does; never refused. */
    void stopAlong(StopOrder order, Consumer<StopReport> whenDone) {
        postStop(order, left -> UnitStop.along(this, left, whenDone));
    }

    /** Takes back an add that was too late: it goes without having run. */
    void withdraw(String actor) {
        stopAlong(order(Reason.SCOPE_STOPPING, spec().stop(), actor, true), report -> {
        });
    }

    // ---- start

    /** Starts it as part of an add or of the manager's start, unless it was stopped before. */
    void startByDesire(String actor) {
        post(() -> {
            if (desiredRunning) {
                UnitStart.ask(this, actor, null);
            }
        });
    }

    /** Something that a start may wait for has changed. */
    void poke() {
        post(this::onPoke);
    }

    /** A stopped child, which has been reserved, is declared again by a generation of its scope. */
    void adopt(Incarnation owner, Description next) {
        post(() -> {
            declared(owner, next);
            UnitStart.ask(this, owner.id(), null);
        });
    }

    UnitStart ongoingStart() {
        UnitStart present = start;
        if (present == null) {
            present = new UnitStart(this);
            start = present;
        }
        return present;
    }

    /** Whether somebody is to be told when it is ready, or will not be. */
    boolean startIsAwaited() {
        return start != null;
    }

    /** It will not be ready: whoever waits for that is told. */
    void giveUpStart(LifecycleException error) {
        UnitStart given = start;
        start = null;
        if (given != null) {
            given.fail(error);
        }
    }

    /** A promise was not kept in time. */
    void onOverdue(Promise<?> promise) {
        if (start != null) {
            start.forget(promise);
        }
    }

    private void onPoke() {
        if (state() == UnitState.PENDING || UnitStart.canComeBack(this)) {
            ongoingStart().admit("manager");
        } else if (state() == UnitState.COMPLETED) {
            manager().pokeDependents(this); // it does not mind; those above may
        } else if (bound != null && isAlive() && teardown() == null && !cascades()) {
            bound.onMoved();
        }
        if (succession != null) {
            succession.onDependenciesMoved();
        }
    }

    void beginGeneration() {
        closedForChildren = false;
        closedForDependents = false;
        Incarnation next = new Incarnation(this, nextGeneration(), manager().nextSerial(),
                manager().leaders().termFor(this), description().loader());
        bound = Bindings.of(this, spec());
        synchronized (this) {
            incarnation = next;
        }
        move(Position.entered(UnitState.STARTING, Reason.ADMITTED, "", manager().time(), next.generation(),
                next.serial()), "manager");
        next.startMain();
    }

    // ---- what holds it back, what it leaves, what goes wrong

    /** What holds it back, or can. For messages and for threads of the unit. */
    synchronized Standstill standstill() {
        Standstill present = standstill;
        if (present == null) {
            present = new Standstill(this);
            standstill = present;
        }
        return present;
    }

    boolean hasStandstill() {
        return standstill != null;
    }

    /** Whether it was last asked to be held back so. */
    boolean wants(Standstill.Kind kind) {
        Standstill present = standstill;
        return present != null && present.wanted(kind);
    }

    /** Its generation ends, and what held that back with it. */
    void heldNoMore() {
        Standstill present = standstill;
        if (present != null) {
            present.onEnding();
        }
    }

    /** Brings its state in line with what holds it back. */
    void settle(String actor) {
        Standstill present = standstill;
        if (present != null) {
            present.settle(actor);
        }
    }

    /** It is not held back any more, and may not have all that it needs. */
    void tellWhatItLacks(@Nullable String trouble, String actor) {
        if (bound != null) {
            bound.onMoved();
        }
        if (trouble != null && state() == UnitState.READY) {
            move(UnitState.DEGRADED, Reason.BECAME_DEGRADED, trouble, actor);
        }
    }

    /** For messages and for threads of the unit. */
    synchronized CarriedWork carried() {
        CarriedWork present = carried;
        if (present == null) {
            present = new CarriedWork(this);
            carried = present;
        }
        return present;
    }

    /** The work that waits for the next generation. */
    @Nullable
    KeptWork keptWork() {
        CarriedWork present = carried;
        return present == null ? null : present.kept();
    }

    @Nullable
    Restarts restarts() {
        return restarts;
    }

    Restarts neededRestarts() {
        Restarts present = restarts;
        if (present == null) {
            present = new Restarts(this);
            restarts = present;
        }
        return present;
    }

    boolean restartIsPlanned() {
        return restarts != null && restarts.isPlanned();
    }

    /** Nothing of it runs any more; lets the restart that was planned follow, if it still can. Returns whether that is so. */
    boolean backsOff(String actor) {
        Restarts present = restarts;
        if (present == null || !present.isPlanned() || !desiredRunning || isGoing()
                || Admission.refusal(this) != null) {
            return false;
        }
        present.backOff(actor);
        return true;
    }

    /** All of a quarantined generation has ended after all. */
    void endedLate(Incarnation asker) {
        boolean current = incarnation == asker && state() == UnitState.QUARANTINED;
        manager().quarantine().leave(asker);
        retire(asker);
        if (current && !backsOff(asker.id())) {
            move(UnitState.STOPPED, Reason.ENDED_LATE, "the last of it ended after all", asker.id());
        }
    }

    /** Lets go of a generation that has ended. */
    void retire(Incarnation ended) {
        if (incarnation == ended) {
            incarnation = null;
        }
        ended.forget();
        manager().quota().ended(ended);
    }

    // ---- stop

    /** A quota has decided to stop it, or has done with that, be it stopped or refused. */
    void givesWay(boolean now) {
        givesWay = now;
        if (!now) {
            manager().pokeDependents(this);
        }
    }

    /**
     * Ends its generation, to give back what that has of the quota; the next one starts when there is room again. Runs on when
     * others depend on it.
     */
    void reclaim(StopOptions options, Runnable whenOver) {
        StopOrder order = order(Reason.QUOTA_RECLAIMED, options, "quota", false);
        post(() -> UnitStop.reclaim(this, order, whenOver));
    }

    /** Lets no dependent start from now on, and returns those that run: if there are any, it stays open unless they stop too. */
    List<UnitCell> closeForDependents(boolean cascade) {
        closedForDependents = true;
        List<UnitCell> dependents = manager().activeDependents(this);
        if (!dependents.isEmpty() && !cascade) {
            closedForDependents = false;
            manager().pokeDependents(this);
        }
        return dependents;
    }

    void openForDependents() {
        closedForDependents = false;
    }

    /** Nobody inside or above may begin any more with the generation that ends. */
    void closeForAll() {
        closedForChildren = true;
        closedForDependents = true;
    }

    @Nullable
    UnitStop stop() {
        return stop;
    }

    UnitStop ongoingStop() {
        UnitStop present = stop;
        if (present == null) {
            present = new UnitStop(this);
            stop = present;
        }
        return present;
    }

    /** Whether it waits for its dependents to stop. */
    boolean cascades() {
        return stop != null && stop.cascades();
    }

    void stopIsOver() {
        stop = null;
    }

    /** Whether its name goes when it has stopped. */
    boolean isGoing() {
        return stop != null && stop.removes();
    }

    /** Whether its name is free, or will be when it has stopped. */
    boolean isGone() {
        return state() == UnitState.REMOVED || isGoing();
    }

    boolean startFollows() {
        return stop != null && stop.startFollows();
    }

    private @Nullable Teardown teardown() {
        Incarnation current = incarnation;
        return current == null ? null : current.teardown();
    }

    /** The teardown that is under way. */
    @Nullable
    Teardown ongoingTeardown() {
        return state().isEnding() ? teardown() : null;
    }

    /** A teardown has ended. */
    @Override
    public void torndown(StopOrder order, StopReport report, UnitState result) {
        Incarnation ended = incarnation;
        if (succession != null && succession.takesOver(report, result)) {
            return;
        }
        if (ended != null && result != UnitState.QUARANTINED) {
            retire(ended);
        }
        ongoingStop().ended(order, report, result);
    }

    /** Ends what is beside the current generation; tells of that at once when there is nothing. */
    void endBeside(StopOrder order, Consumer<List<StopReport>> whenEnded) {
        Succession replacing = succession;
        if (replacing == null) {
            whenEnded.accept(List.of());
        } else {
            replacing.endBeside(order, whenEnded);
        }
    }

    // ---- transitions

    /** Enters a state; also the same state with a new message, which is no transition. */
    @Override
    public void move(UnitState next, Reason reason, String message, String actor) {
        move(position.next(next, reason, message, manager().time()), actor);
    }

    /** Returns when the event of the state that is seen has been entered in the backlogs of the listeners. */
    synchronized void awaitEvent() {
        // A transition and its event are one step under the monitor.
    }

    private void move(Position next, String actor) {
        Position before = position;
        if (before.state() == next.state()) {
            position = next;
            tellLog(next);
            return;
        }
        if (!before.state().canBecome(next.state())) {
            throw new IllegalStateException(name() + " cannot go from " + before.state() + " to " + next.state());
        }
        synchronized (this) {
            position = next;
            manager().events().emit(this, before, next, actor);
        }
        if (LOG.isDebugEnabled()) {
            LOG.atDebug().addKeyValue("unit", name()).addKeyValue("generation", next.generation())
                    .addKeyValue("from", before.state()).addKeyValue("to", next.state())
                    .addKeyValue("reason", next.reason()).addKeyValue("message", next.message()).log("transition");
        }
        tellLog(next);
        entered(before, next);
    }

    private void tellLog(Position now) {
        if (now.state() == UnitState.DEGRADED) {
            inTrouble(now.message());
        } else if (troubles != null && now.state() == UnitState.READY) {
            troubles.over();
        } else if (troubles != null && now.state().isTerminal()) {
            troubles.forget();
        }
    }

    /** Tells the log of the trouble that its message speaks of, see {@link Troubles#tell}. */
    void inTrouble(String what) {
        Troubles present = troubles;
        if (present == null) {
            present = new Troubles(this);
            troubles = present;
        }
        present.tell(what);
    }

    /** The state has been entered, and listeners have been told. */
    private void entered(Position before, Position next) {
        if (restarts != null && before.state() == UnitState.BACKOFF) {
            restarts.unschedule();
        } else if (restarts != null && before.state() == UnitState.READY && !next.state().isEnding()) {
            restarts.wasReady(next.sinceNanos() - before.sinceNanos());
        }
        UnitStart started = start;
        if (next.state() == UnitState.READY && started != null) {
            start = null;
            started.ready();
        }
        QuotaClaim held = claim;
        if (held != null && !held.staysIn(next.state(), incarnation)) {
            claim = null;
        }
        manager().moved(this, before.state(), next.state());
        if (succession != null) {
            succession.onMoved(next);
        }
    }

    // ---- generations

    @Nullable
    Succession succession() {
        return succession;
    }

    void succession(@Nullable Succession begun) {
        succession = begun;
    }

    @Nullable
    Incarnation incarnation() {
        return incarnation;
    }

    /** Whether that generation is the current one, or the last. */
    boolean isOf(Incarnation asker) {
        return incarnation == asker;
    }

    /** Whether that generation is the current one, and does not end. */
    boolean isRunning(Incarnation asker) {
        return incarnation == asker && isAlive() && asker.teardown() == null;
    }

    /**
     * The generation beside becomes the current one, which is beside from then on. Each enters a state with it.
     *
     * @param left where the generation stands that was the current one
     * @param now where the one stands that is
     */
    void changePlaces(Standby beside, Position left, Position now, String actor) {
        Incarnation current = incarnation;
        if (current == null) {
            throw new IllegalStateException(name() + " has no generation whose place another one could take");
        }
        Standby.Place mine = new Standby.Place(description(), current, position, bound, claim);
        Standby.Place other = beside.place();
        synchronized (this) {
            if (left.state() != mine.position().state()) {
                manager().events().emit(this, mine.position(), left, actor);
            }
            if (now.state() != other.position().state()) {
                manager().events().emit(this, other.position(), now, actor);
            }
            incarnation = other.incarnation();
            position = now;
            beside.take(mine.at(left));
        }
        describe(other.description());
        bound = other.bound();
        claim = other.claim();
        closedForDependents = false;
        closedForChildren = false;
        stop = null;
        entered(mine.position(), now);
        if (standstill != null) {
            standstill.onPlacesChanged(other.incarnation());
        }
    }

    /** What the current generation has of the quota is counted as that of the unit. */
    void countAsCurrent() {
        QuotaClaim held = claim;
        if (held != null) {
            manager().quota().current(held, spec().priority());
        }
    }

    /** Whether that generation is beside the current one, and does not end. */
    boolean isBeside(Incarnation asker) {
        return succession != null && succession.beside() == asker && asker.teardown() == null;
    }

    /** Nothing is beside the current generation any more. */
    void besideEnded() {
        if (standstill != null) {
            standstill.onBesideEnded();
        }
    }

    /** The generation cannot go on: another one follows it, with the work that the name has. */
    void restartInPlace(StopOrder order) {
        ongoingStop().letStartFollow();
        ongoingStop().beginTeardown(order, UnitState.STOPPED);
    }
}
