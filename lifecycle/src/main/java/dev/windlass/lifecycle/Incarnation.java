package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;

/**
 * One generation of a unit: its signals, threads and ledger. State changes are messages to the mailbox of the {@link
 * UnitCell}, which ignores those of another generation.
 *
 * <p>The monitor guards {@code threads}, {@code ledger} and {@code extras}, and is held for nothing else. {@code main} is
 * written before it starts.
 */
final class Incarnation implements RunnableContext {

    private static final ScopedValue<Incarnation> CURRENT = ScopedValue.newInstance();
    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.unit");
    private static final boolean HAS_MDC = !(MDC.getMDCAdapter() instanceof NOPMDCAdapter);

    private final UnitCell cell;
    private final long generation;
    private final long serial;
    private final SignalCell stopping;
    private final SignalCell cancelled;
    private volatile @Nullable StopRequest stopRequest;
    private final Set<Thread> threads = new LinkedHashSet<>(2);
    private boolean threadsClosed;
    private @Nullable Ledger ledger;
    private @Nullable Map<String, Supplier<String>> details;
    private volatile @Nullable Workload workload;
    private volatile @Nullable WorkAccount account;

    Incarnation(UnitCell cell, long generation, long serial) {
        this.cell = cell;
        this.generation = generation;
        this.serial = serial;
        this.stopping = new SignalCell(cell.manager().time());
        this.cancelled = new SignalCell(cell.manager().time());
    }

    /** The unit that the current thread works for, or null. */
    static @Nullable UnitCell currentCell() {
        return CURRENT.isBound() ? CURRENT.get().cell : null;
    }

    static String currentActor() {
        return CURRENT.isBound() ? CURRENT.get().id() : "user";
    }

    // ---- what the engine does with it

    void startMain() {
        launch(Thread.ofVirtual().name(id()), true, () -> {
            if (cell.enter(this)) {
                cell.unit().newInstance().run(this);
            }
        });
    }

    private Thread launch(Thread.Builder builder, boolean main, Forked body) {
        Thread thread = builder.unstarted(() -> ScopedValue.where(CURRENT, this).run(() -> runThread(main, body)));
        synchronized (this) {
            if (threadsClosed) {
                throw revoked("start thread " + thread.getName());
            }
            threads.add(thread);
        }
        thread.start();
        return thread;
    }

    private void runThread(boolean main, Forked body) {
        if (HAS_MDC) {
            MDC.put("unit", id());
        }
        Throwable thrown = null;
        try {
            body.run();
        } catch (Throwable t) {
            thrown = t;
        } finally {
            if (HAS_MDC) {
                MDC.remove("unit");
            }
        }
        synchronized (this) {
            threads.remove(Thread.currentThread());
        }
        cell.threadEnded(this, main, thrown);
    }

    boolean requestStop(StopRequest request) {
        stopRequest = request;
        return stopping.set();
    }

    void replaceStopRequest(StopRequest request) {
        stopRequest = request;
    }

    void cancel() {
        cancelled.set();
        interruptThreads();
    }

    void interruptThreads() {
        List<Thread> alive;
        synchronized (this) {
            alive = List.copyOf(threads);
        }
        alive.forEach(Thread::interrupt);
    }

    synchronized boolean hasThreads() {
        return !threads.isEmpty();
    }

    /** Refuses further threads. */
    synchronized void closeThreads() {
        threadsClosed = true;
    }

    /** Refuses further threads if there are none; returns whether that is so. */
    synchronized boolean closeThreadsIfNone() {
        if (threads.isEmpty()) {
            threadsClosed = true;
        }
        return threadsClosed && threads.isEmpty();
    }

    synchronized boolean hasRequests() {
        return ledger != null && ledger.hasRequests();
    }

    /** Refuses all further acquisitions and takes out what is there, newest first. */
    List<Ledger.Entry> closeLedger() {
        Ledger present;
        synchronized (this) {
            if (ledger == null) {
                ledger = new Ledger(() -> {
                });
            }
            present = ledger;
        }
        return present.close();
    }

    synchronized List<String> unknownOutcomes() {
        return ledger == null ? List.of() : ledger.unknownOutcomes();
    }

    List<Leftover> leftThreadsAndRequests() {
        List<Leftover> left = new ArrayList<>(0);
        List<Thread> alive;
        synchronized (this) {
            alive = List.copyOf(threads);
            if (ledger != null) {
                left.addAll(ledger.openReads());
            }
        }
        for (Thread thread : alive) {
            List<String> frames = new ArrayList<>();
            for (StackTraceElement frame : thread.getStackTrace()) {
                frames.add("at " + frame);
            }
            left.add(new Leftover("thread", thread.getName(), String.join("\n", frames)));
        }
        return left;
    }

    @Nullable
    Workload currentWorkload() {
        return workload;
    }

    @Nullable
    WorkAccount currentAccount() {
        return account;
    }

    Map<String, Supplier<String>> currentDetails() {
        synchronized (this) {
            return details == null ? Map.of() : new LinkedHashMap<>(details);
        }
    }

    // ---- what the unit sees

    @Override
    public String name() {
        return cell.name();
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public UUID incarnation() {
        return cell.manager().incarnationId(serial);
    }

    @Override
    public String id() {
        return cell.name() + "#" + generation;
    }

    @Override
    public Manager manager() {
        return cell.manager();
    }

    @Override
    public RunnableHandle handle() {
        return cell.handle();
    }

    @Override
    public TimeSource time() {
        return cell.manager().time();
    }

    @Override
    public Logger logger() {
        return LOG;
    }

    @Override
    public Signal stopping() {
        return stopping;
    }

    @Override
    public Signal cancelled() {
        return cancelled;
    }

    @Override
    public boolean sleep(Duration duration) throws InterruptedException {
        return !stopping.await(duration);
    }

    @Override
    public Optional<StopRequest> stopRequest() {
        return Optional.ofNullable(stopRequest);
    }

    @Override
    public void ready() {
        cell.said(this, UnitState.READY, Reason.BECAME_READY, "");
    }

    @Override
    public void degraded(String reason) {
        cell.said(this, UnitState.DEGRADED, Reason.BECAME_DEGRADED, reason);
    }

    @Override
    public void backoff(String reason, Duration retryIn) {
        cell.said(this, UnitState.BACKOFF, Reason.RETRY_LATER,
                reason + "; tries again at "
                        + time().now().plus(retryIn).truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
    }

    @Override
    public void waiting(String what) {
        cell.waiting(this, what);
    }

    @Override
    public Thread fork(String name, Forked body) {
        return fork(Thread.ofVirtual(), name, body);
    }

    @Override
    public Thread forkPlatform(String name, Forked body) {
        return fork(Thread.ofPlatform().daemon(), name, body);
    }

    private Thread fork(Thread.Builder builder, String name, Forked body) {
        if (cancelled.isSet()) {
            throw revoked("fork thread " + name);
        }
        Thread thread = launch(builder.name(id() + "/" + name), false, body);
        if (cancelled.isSet()) {
            thread.interrupt();
        }
        return thread;
    }

    @Override
    public Timer schedule(Duration delay, Forked action) {
        ScheduledAction scheduled = new ScheduledAction(action);
        if (!ledger().add("timer", id(), scheduled)) {
            throw revoked("schedule an action");
        }
        scheduled.arm(time().after(delay, scheduled::fire));
        return scheduled;
    }

    private final class ScheduledAction implements Timer, AutoCloseable {

        private final Forked action;
        private @Nullable Timer timer;
        private boolean over;

        ScheduledAction(Forked action) {
            this.action = action;
        }

        synchronized void arm(Timer armed) {
            timer = armed;
            if (over) {
                armed.cancel();
            }
        }

        void fire() {
            if (end()) {
                synchronized (Incarnation.this) {
                    if (ledger != null) {
                        ledger.take(this);
                    }
                }
                if (!cancelled.isSet()) {
                    fork("timer", action);
                }
            }
        }

        @Override
        public boolean cancel() {
            boolean first = end();
            synchronized (Incarnation.this) {
                if (ledger != null) {
                    ledger.take(this);
                }
            }
            return first;
        }

        @Override
        public void close() {
            end();
        }

        private synchronized boolean end() {
            if (over) {
                return false;
            }
            over = true;
            if (timer != null) {
                timer.cancel();
            }
            return true;
        }
    }

    @Override
    public <T extends AutoCloseable> T own(String kind, String name, T resource) {
        if (!ledger().add(kind, name, resource)) {
            RevokedException refusal = revoked("acquire " + kind + " " + name);
            try {
                resource.close();
            } catch (Exception e) {
                refusal.addSuppressed(e);
            }
            throw refusal;
        }
        return resource;
    }

    @Override
    public void release(AutoCloseable resource) throws Exception {
        Ledger present;
        synchronized (this) {
            present = ledger;
        }
        if (present != null && present.take(resource)) {
            resource.close();
        }
    }

    @Override
    public InFlight inFlight(String kind, String description, boolean write) {
        InFlight request = ledger().request(kind, description, write);
        if (request == null) {
            throw revoked("send " + description);
        }
        return request;
    }

    private synchronized Ledger ledger() {
        Ledger present = ledger;
        if (present == null) {
            present = new Ledger(() -> cell.requestsEnded(this));
            ledger = present;
        }
        return present;
    }

    private RevokedException revoked(String what) {
        return new RevokedException("%s cannot %s: this generation has ended".formatted(id(), what));
    }

    @Override
    public <H extends RunnableHandle> H add(Unit<H> child) {
        return cell.manager().addChild(cell, this, child);
    }

    @Override
    public void health(String checkName, HealthKind kind, HealthCheck check) {
        HealthCheck wrapped = kind == HealthKind.READINESS ? () -> {
            if (stopping.isSet()) {
                throw new IllegalStateException(id() + " is stopping");
            }
            check.check();
        } : check;
        own("health check", checkName, manager().health().add(checkName, kind, wrapped));
    }

    @Override
    public void workload(Workload newWorkload) {
        workload = newWorkload;
    }

    @Override
    public synchronized void detail(String key, Supplier<String> value) {
        if (details == null) {
            details = Collections.synchronizedMap(new LinkedHashMap<>());
        }
        details.put(key, value);
    }

    @Override
    public WorkAccount account() {
        WorkAccount present = account;
        if (present == null) {
            synchronized (this) {
                present = account;
                if (present == null) {
                    present = new WorkAccount();
                    account = present;
                }
            }
        }
        return present;
    }

    @Override
    public Optional<CarryOver> carryOver() {
        return Optional.ofNullable(cell.carryOver());
    }

    @Override
    public void carryOver(@Nullable CarryOver work) {
        cell.carryOver(this, work);
    }

    @Override
    public String toString() {
        return id();
    }
}
