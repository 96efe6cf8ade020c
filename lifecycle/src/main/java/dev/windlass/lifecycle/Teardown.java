package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * At the deadline a unit whose threads are alive goes to RELEASE all the same, which may free them. Release steps that have not
 * ended by then are left behind and the others run side by side. After a last grace of the length of the release share, what
 * is still alive is a leftover, and a unit with threads alive, or with a release step that hangs, is quarantined. So a stop
 * ends within its budget plus one release share.
 */
final class Teardown implements Watchdog.Watched {

    private enum Phase {
        CHILDREN, WORK, REQUESTS, RELEASE, DONE
    }

    private static final long INTERRUPT_EVERY = Duration.ofSeconds(5).toNanos();

    private final UnitCell cell;
    private final Incarnation incarnation;
    private final UnitCell.StopOrder order;
    private final UnitState target;
    private final TimeSource time;
    private final long began;
    private final List<String> errors = new ArrayList<>(0);
    private StopRequest request;
    private long release;
    private Phase phase = Phase.CHILDREN;
    private List<StopReport> childReports = List.of();
    private boolean cancelled;
    private boolean graceGiven;
    private @Nullable Releaser releaser;
    private volatile long nextCheck;

    Teardown(UnitCell cell, Incarnation incarnation, UnitCell.StopOrder order, UnitState target) {
        this.cell = cell;
        this.incarnation = incarnation;
        this.order = order;
        this.target = target;
        this.time = cell.manager().time();
        this.began = time.nanos();
        this.request = request(order);
        this.release = order.options().release().toNanos();
    }

    private StopRequest request(UnitCell.StopOrder from) {
        StopOptions options = from.options();
        boolean drains = cell.spec().drains() || !cell.childCells().isEmpty();
        long now = time.nanos();
        long drainDeadline = now + (drains && options.mode() == StopMode.DRAIN ? options.drain().toNanos() : 0);
        long inFlightDeadline = drainDeadline + options.inFlight().toNanos();
        return new StopRequest(options.mode(), from.reason(), drainDeadline, inFlightDeadline,
                inFlightDeadline + options.release().toNanos());
    }

    void begin() {
        List<UnitCell> inside = cell.childCells();
        boolean activeInside = inside.stream().anyMatch(child -> !child.state().isTerminal());
        boolean draining = activeInside || (cell.spec().drains() && request.mode() != StopMode.ABORT
                && target == UnitState.STOPPED);
        cell.move(draining ? UnitState.DRAINING : UnitState.STOPPING, order.reason(), "", order.actor());
        incarnation.requestStop(request);
        watch(request.inFlightDeadline());
        if (inside.isEmpty()) {
            onChildrenStopped(List.of());
        } else {
            boolean removes = order.remove();
            new LevelStopper(cell, inside, Reason.SCOPE_STOPPING, order.options(), removes, request.inFlightDeadline(),
                    this::onChildrenStopped).run();
        }
    }

    private void onChildrenStopped(List<StopReport> reports) {
        childReports = List.copyOf(reports);
        phase = Phase.WORK;
        if (!cell.spec().drains() || request.mode() == StopMode.ABORT || target != UnitState.STOPPED) {
            cancel();
        }
        onProgress();
    }

    /** Another stop arrived meanwhile: the earlier deadlines and the harder mode count. */
    void onAskedAgain(UnitCell.StopOrder again) {
        StopRequest other = request(again);
        StopMode mode = other.mode().compareTo(request.mode()) > 0 ? other.mode() : request.mode();
        request = new StopRequest(mode, request.reason(), Math.min(request.drainDeadline(), other.drainDeadline()),
                Math.min(request.inFlightDeadline(), other.inFlightDeadline()),
                Math.min(request.deadline(), other.deadline()));
        release = Math.min(release, again.options().release().toNanos());
        incarnation.replaceStopRequest(request);
        if (mode == StopMode.ABORT && phase == Phase.WORK) {
            cancel();
        }
        onTime();
    }

    private void cancel() {
        if (!cancelled) {
            cancelled = true;
            if (cell.state() == UnitState.DRAINING) {
                cell.move(UnitState.STOPPING, order.reason(), "", order.actor());
            }
            incarnation.cancel();
        }
    }

    void onThreadEnded(@Nullable Throwable thrown) {
        if (thrown != null && !(thrown instanceof InterruptedException) && phase != Phase.DONE) {
            errors.add(thrown.toString());
        }
        onProgress();
    }

    /** Threads or requests have ended, or a phase has: goes on as far as possible. */
    void onProgress() {
        if (phase == Phase.WORK && incarnation.closeThreadsIfNone()) {
            phase = Phase.REQUESTS;
        }
        if (phase == Phase.REQUESTS
                && (!incarnation.hasRequests() || time.nanos() >= request.inFlightDeadline())) {
            startRelease();
        }
        if (phase == Phase.RELEASE && releaserIsDone() && !incarnation.hasThreads()) {
            finish();
        }
    }

    private boolean releaserIsDone() {
        return releaser == null || releaser.isDone();
    }

    private void startRelease() {
        phase = Phase.RELEASE;
        cancel();
        if (cell.state() == UnitState.DRAINING) {
            cell.move(UnitState.STOPPING, order.reason(), "", order.actor());
        }
        incarnation.closeThreads();
        List<Ledger.Entry> entries = incarnation.closeLedger();
        if (!entries.isEmpty()) {
            releaser = new Releaser(incarnation.id(), entries, () -> cell.post(this::onProgress));
            releaser.start();
        }
    }

    // ---- time

    private void watch(long at) {
        nextCheck = at;
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
        if (phase == Phase.DONE) {
            return;
        }
        long now = time.nanos();
        if (now >= request.inFlightDeadline()) {
            if (!cancelled) {
                cancel();
            } else if (incarnation.hasThreads()) {
                incarnation.interruptThreads();
            }
            onProgress();
        }
        if (now >= request.deadline() && phase != Phase.DONE && phase != Phase.CHILDREN) {
            onDeadline(now);
        }
        if (phase != Phase.DONE) {
            long next = now < request.inFlightDeadline()
                    ? request.inFlightDeadline()
                    : now < request.deadline()
                            ? Math.min(request.deadline(), now + INTERRUPT_EVERY)
                            : Math.max(request.deadline() + release, now + release);
            watch(next);
        }
    }

    private void onDeadline(long now) {
        if (!graceGiven) {
            graceGiven = true;
            if (phase != Phase.RELEASE) {
                startRelease();
            }
            if (releaser != null) {
                releaser.abandonStuckStep();
            }
            onProgress();
        } else if (now >= request.deadline() + release) {
            finish();
        }
    }

    // ---- end

    private void finish() {
        phase = Phase.DONE;
        cell.manager().watchdog().forget(this);
        List<Leftover> leftovers = new ArrayList<>(incarnation.leftThreadsAndRequests());
        if (releaser != null) {
            leftovers.addAll(releaser.left());
            errors.addAll(releaser.errors());
        }
        boolean hung = incarnation.hasThreads() || !releaserIsDone();
        StopOutcome outcome = hung ? StopOutcome.QUARANTINED : switch (target) {
            case COMPLETED -> StopOutcome.COMPLETED;
            case FAILED -> StopOutcome.FAILED;
            default -> StopOutcome.STOPPED;
        };
        WorkAccount account = incarnation.currentAccount();
        CarryOver kept = cell.carryOver();
        StopReport report = new StopReport(cell.name(), incarnation.generation(), outcome, order.reason(),
                Duration.ofNanos(time.nanos() - began), account == null ? 0 : account.drained(),
                account == null ? 0 : account.handedOver(), kept == null ? 0 : kept.count(),
                account == null ? 0 : account.discarded(), account == null ? List.of() : account.sample(),
                incarnation.unknownOutcomes(), leftovers, errors, childReports);
        cell.torndown(order, report, hung ? UnitState.QUARANTINED : target);
    }
}
