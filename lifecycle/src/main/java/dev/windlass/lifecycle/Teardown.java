package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of one generation, step by step, as messages of its unit's mailbox:
 *
 * <pre>
 * CHILDREN   stopping is set; the units inside stop, level by level
 * WORK       drains until its threads end; cancelled at the in-flight deadline, or at once when there is nothing to drain
 * REQUESTS   threads have ended; requests in flight are awaited until the in-flight deadline
 * RELEASE    the ledger is closed in reverse, on a thread of its own
 * DONE
 * </pre>
 *
 * From cancellation on, threads that are alive are interrupted every 5 s. A release step that takes longer than the release
 * share is overtaken by those after it. At the deadline a unit whose threads are alive goes to RELEASE all the same, which may
 * free them, and gets a last grace: the release share, or a fifteenth of the budget if that is less. At half of the grace the
 * release steps that still wait for their turn are begun side by side. At its end, what is still alive is a leftover, and a
 * unit with threads alive, or with a release step that hangs, is quarantined. So a stop ends within its budget and a fifteenth
 * of it. What ends after that is told to the unit once, when the last of it has ended.
 */
final class Teardown implements Watchdog.Watched {

    /** Whose generation ends: the unit, whose current one it is, or what is beside that. */
    interface Owner {

        RunnableSpec spec();

        UnitState state();

        /** The units inside that end with it. */
        List<UnitCell> childCells();

        void move(UnitState next, Reason reason, String message, String actor);

        /** It is over. */
        void torndown(StopOrder order, StopReport report, UnitState result);
    }

    private enum Phase {
        CHILDREN, WORK, REQUESTS, RELEASE, DONE
    }

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final long INTERRUPT_EVERY = Duration.ofSeconds(5).toNanos();
    private static final long SHORTEST_STEP = Duration.ofMillis(10).toNanos();
    private static final long NEVER = Long.MAX_VALUE / 2;

    private final UnitCell cell;
    private final Owner owner;
    private final Incarnation incarnation;
    private final StopOrder order;
    private final UnitState target;
    private final TimeSource time;
    private List<String> errors = List.of();
    private StopRequest request;
    private long releaseShare;
    private long grace;
    private Phase phase = Phase.CHILDREN;
    private @Nullable LevelStopper children;
    private List<StopReport> childReports = List.of();
    private boolean cancelled;
    private long nextInterrupt;
    private boolean graceGiven;
    private long graceEnd;
    private boolean releasedAllNow;
    /** When half of the budget has passed; what still runs is logged then, once. */
    private final long half;
    private boolean halfLogged;
    private @Nullable Releaser releaser;
    private volatile long nextCheck;

    Teardown(Owner owner, Incarnation incarnation, StopOrder order, UnitState target) {
        this.cell = incarnation.cell();
        this.owner = owner;
        this.incarnation = incarnation;
        this.order = order;
        this.target = target;
        this.time = cell.manager().time();
        this.request = request(order, owner.spec().drains() || activeInside());
        this.releaseShare = SystemTime.nanos(order.options().release());
        this.grace = grace(order.options());
        long now = time.nanos();
        this.half = now + (request.deadline() - now) / 2;
    }

    private boolean activeInside() {
        for (UnitCell child : owner.childCells()) {
            if (!child.state().isTerminal()) {
                return true;
            }
        }
        return false;
    }

    private StopRequest request(StopOrder from, boolean drains) {
        StopOptions options = from.options();
        long now = time.nanos();
        long drainDeadline = now
                + (drains && options.mode() == StopMode.DRAIN ? SystemTime.nanos(options.drain()) : 0);
        long inFlightDeadline = drainDeadline + SystemTime.nanos(options.inFlight());
        return new StopRequest(options.mode(), from.reason(), drainDeadline, inFlightDeadline,
                inFlightDeadline + SystemTime.nanos(options.release()));
    }

    private static long grace(StopOptions options) {
        return Math.min(SystemTime.nanos(options.release()), SystemTime.nanos(options.budget()) / 15);
    }

    void begin() {
        boolean draining = activeInside() || drainsItself();
        owner.move(draining ? UnitState.DRAINING : UnitState.STOPPING, order.reason(), "", order.actor());
        incarnation.requestStop(request);
        List<UnitCell> inside = owner.childCells();
        if (inside.isEmpty()) {
            onChildrenStopped(List.of());
        } else {
            children = new LevelStopper(cell, time, inside,
                    new LevelStopper.Order(Reason.SCOPE_STOPPING, request.mode(), order.actor(), order.began(),
                            order.remove()),
                    request.inFlightDeadline(), 0, this::onChildrenStopped);
            children.run();
            watch();
        }
    }

    private boolean drainsItself() {
        return owner.spec().drains() && request.mode() != StopMode.ABORT && target == UnitState.STOPPED;
    }

    private void onChildrenStopped(List<StopReport> reports) {
        childReports = List.copyOf(reports);
        phase = Phase.WORK;
        if (!drainsItself()) {
            cancel();
        }
        onTime();
    }

    /** Another stop arrived meanwhile: the earlier deadlines and the harder mode count, here and inside. */
    void onAskedAgain(StopOrder again) {
        StopRequest other = request(again, owner.spec().drains() || phase == Phase.CHILDREN);
        StopMode mode = other.mode().compareTo(request.mode()) > 0 ? other.mode() : request.mode();
        request = new StopRequest(mode, request.reason(), earlier(request.drainDeadline(), other.drainDeadline()),
                earlier(request.inFlightDeadline(), other.inFlightDeadline()),
                earlier(request.deadline(), other.deadline()));
        releaseShare = Math.min(releaseShare, SystemTime.nanos(again.options().release()));
        grace = Math.min(grace, grace(again.options()));
        if (graceGiven) {
            graceEnd = earlier(graceEnd, other.deadline() + grace);
        }
        incarnation.replaceStopRequest(request);
        if (phase == Phase.CHILDREN && children != null) {
            children.again(mode, request.inFlightDeadline());
        }
        if (phase == Phase.WORK && !drainsItself()) {
            cancel();
        }
        onTime();
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private void cancel() {
        if (!cancelled) {
            cancelled = true;
            nextInterrupt = time.nanos() + INTERRUPT_EVERY;
            if (owner.state() == UnitState.DRAINING && phase != Phase.CHILDREN) {
                owner.move(UnitState.STOPPING, order.reason(), "", order.actor());
            }
            incarnation.cancel();
        }
    }

    void onThreadEnded(UnitThreads.@Nullable Ending ending) {
        if (ending != null && !ending.cancellation() && phase != Phase.DONE) {
            errors = with(errors, List.of(ending.description()));
        }
        onProgress();
    }

    /** Threads, requests or release steps have ended, or a phase has: goes on as far as possible. */
    void onProgress() {
        if (phase == Phase.WORK && incarnation.threads().closeIfNone()) {
            phase = Phase.REQUESTS;
        }
        if (phase == Phase.REQUESTS && (!incarnation.hasRequests() || isPast(request.inFlightDeadline()))) {
            startRelease();
        }
        if (phase == Phase.RELEASE && hasEnded()) {
            finish();
        } else if (phase == Phase.DONE && hasEnded()) {
            cell.endedLate(incarnation);
        }
    }

    private boolean hasEnded() {
        return (releaser == null || releaser.isDone()) && incarnation.threads().endIfNone();
    }

    private void startRelease() {
        phase = Phase.RELEASE;
        cancel();
        if (owner.state() == UnitState.DRAINING) {
            owner.move(UnitState.STOPPING, order.reason(), "", order.actor());
        }
        incarnation.threads().close();
        List<Ledger.Entry> entries = incarnation.closeLedger();
        if (!entries.isEmpty()) {
            releaser = new Releaser(incarnation.id(), entries, incarnation.threads()::startReleasing, time,
                    () -> cell.post(this::onProgress));
            watch();
            releaser.start();
        }
    }

    // ---- time

    @Override
    public long nextCheck() {
        return nextCheck;
    }

    @Override
    public void check() {
        cell.post(this::onTime);
    }

    private boolean isPast(long moment) {
        return time.nanos() - moment >= 0;
    }

    /** Does what is due, and asks to be checked when the next thing is. */
    private void onTime() {
        if (phase == Phase.DONE) {
            return;
        }
        long now = time.nanos();
        if (!cancelled && now - request.inFlightDeadline() >= 0) {
            cancel();
        }
        if (cancelled && now - nextInterrupt >= 0) {
            nextInterrupt = now + INTERRUPT_EVERY;
            incarnation.threads().interrupt();
        }
        onProgress();
        if (phase != Phase.DONE && !halfLogged && isPast(half)) {
            halfLogged = true;
            logPositions();
        }
        if (phase == Phase.RELEASE && releaser != null) {
            releaser.overtakeStuckStep(stepLimit());
        }
        if (phase != Phase.CHILDREN && phase != Phase.DONE && now - request.deadline() >= 0) {
            onDeadline();
        }
        if (phase != Phase.DONE) {
            watch();
        }
    }

    private void logPositions() {
        List<String> open = new ArrayList<>();
        incarnation.threads().positions()
                .forEach(thread -> open.add("thread " + thread.name() + " " + thread.state() + "\n"
                        + thread.stack()));
        incarnation.openReads().forEach(request -> open.add(request.toString()));
        incarnation.unknownOutcomes().forEach(write -> open.add("request " + write));
        if (releaser != null) {
            releaser.left().forEach(left -> open.add(left + "\n" + left.detail()));
        }
        LOG.atWarn().addKeyValue("unit", incarnation.id()).addKeyValue("phase", phase)
                .log("a stop has taken half of its budget; what is open: {}",
                        open.isEmpty() ? "units inside" : String.join("\n", open));
    }

    private long stepLimit() {
        return Math.max(releaseShare, SHORTEST_STEP);
    }

    private void onDeadline() {
        if (!graceGiven) {
            graceGiven = true;
            graceEnd = time.nanos() + grace;
            if (phase != Phase.RELEASE) {
                startRelease();
                onProgress();
            }
        }
        if (phase != Phase.DONE && isPast(graceEnd - grace / 2) && !releasedAllNow) {
            releasedAllNow = true;
            if (releaser != null) {
                releaser.releaseAllNow();
            }
        }
        if (phase != Phase.DONE && isPast(graceEnd)) {
            finish();
        }
    }

    private void watch() {
        long now = time.nanos();
        long wait = NEVER;
        if (!cancelled || phase == Phase.REQUESTS) {
            wait = Math.min(wait, request.inFlightDeadline() - now);
        }
        if (cancelled) {
            wait = Math.min(wait, nextInterrupt - now);
        }
        if (!halfLogged) {
            wait = Math.min(wait, half - now);
        }
        if (phase == Phase.RELEASE && releaser != null && releaser.hasWaiting()) {
            wait = Math.min(wait, stepLimit());
        }
        if (graceGiven) {
            wait = Math.min(wait, (releasedAllNow ? graceEnd : graceEnd - grace / 2) - now);
        } else if (phase != Phase.CHILDREN) {
            wait = Math.min(wait, request.deadline() - now);
        }
        nextCheck = now + Math.max(0, wait);
        cell.manager().watchdog().watch(this);
    }

    @Override
    public int hashCode() {
        return cell.hashCode(); // decides in which order those that are due together are checked
    }

    // ---- end

    private static List<String> with(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private void finish() {
        phase = Phase.DONE;
        cell.manager().watchdog().forget(this);
        boolean hung = !hasEnded();
        List<Leftover> leftovers = leftovers(hung);
        if (hung) {
            cell.manager().quarantine().enter(incarnation, owner.spec().onHang(), () -> leftovers(true));
        }
        if (releaser != null) {
            errors = with(errors, releaser.errors());
        }
        StopOutcome outcome = hung ? StopOutcome.QUARANTINED : switch (target) {
            case COMPLETED -> StopOutcome.COMPLETED;
            case FAILED -> StopOutcome.FAILED;
            default -> StopOutcome.STOPPED;
        };
        WorkAccount account = incarnation.currentAccount();
        StopReport report = new StopReport(cell.name(), incarnation.generation(), outcome, order.reason(),
                Duration.ofNanos(time.nanos() - order.asked()), account == null ? 0 : account.drained(),
                account == null ? 0 : account.handedOver(), 0, account == null ? 0 : account.discarded(),
                account == null ? List.of() : account.sample(), incarnation.unknownOutcomes(), leftovers, errors,
                childReports).with(account == null ? List.of() : account.onBehalf());
        owner.torndown(order, report, hung ? UnitState.QUARANTINED : target);
    }

    /** What is left now, with the keys that one in quarantine keeps from others. Once it is done, for anybody to ask. */
    private List<Leftover> leftovers(boolean hung) {
        List<Leftover> leftovers = new ArrayList<>(incarnation.threads().leftovers());
        leftovers.addAll(incarnation.openReads());
        if (hung) {
            leftovers.addAll(incarnation.claimedKeys());
        }
        if (releaser != null) {
            leftovers.addAll(releaser.left());
        }
        return leftovers;
    }
}
