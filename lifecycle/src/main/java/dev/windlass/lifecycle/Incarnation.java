package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation of a unit: its signals, its {@link UnitThreads}, its ledger. State changes are messages to the mailbox of the {@link
 * UnitCell}, which ignores those of another generation.
 *
 * <p>The monitor guards the fields that are neither final nor volatile. The ledger's monitor may be taken under it, nothing
 * else is done under it.
 */
final class Incarnation implements RunnableContext {

    private static final ScopedValue<Incarnation> CURRENT = ScopedValue.newInstance();
    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.unit");

    private final UnitCell cell;
    private final long generation;
    private final long serial;
    /** The name of its thread too, so that it costs nothing to keep. */
    private final String id;
    private final SignalCell stopping = new SignalCell(this);
    private final UnitThreads threads = new UnitThreads(this);
    /** For whoever asks for it, which most units do not. */
    private @Nullable SignalCell cancelledSignal;
    private volatile boolean cancelled;
    /** The time of leading in which it runs; null when it runs whoever leads. */
    private final @Nullable Term term;
    private volatile @Nullable StopRequest stopRequest;
    /** Of the threads that are started from now on, and of what is declared inside. */
    private volatile @Nullable ClassLoader contextClassLoader;
    private @Nullable Ledger ledger;
    private volatile boolean ledgerClosed;
    private @Nullable Set<RevocableFace> faces;
    private volatile boolean claims;
    private @Nullable Map<String, Supplier<String>> details;
    private volatile @Nullable Consumer<? super RunnableHandle> rebinding;
    private volatile @Nullable Handover handover;
    private volatile @Nullable Reconfiguration reconfiguration;
    /** What it is taking on. Touched by messages of the unit only. */
    private @Nullable Reconfiguring takingOn;
    private volatile @Nullable Exclusives exclusives;
    /** Whether it has handed its work over. Guarded by the monitor of the unit. */
    private boolean frozen;
    private @Nullable Left leftWhileFrozen;
    private volatile @Nullable Workload workload;
    private volatile @Nullable WorkAccount account;
    /** Written and read by messages of the unit only. */
    private @Nullable Teardown teardown;

    Incarnation(UnitCell cell, long generation, long serial, @Nullable Term term,
            @Nullable ClassLoader contextClassLoader) {
        this.cell = cell;
        this.contextClassLoader = contextClassLoader;
        this.term = term;
        this.generation = generation;
        this.serial = serial;
        this.id = cell.name() + "#" + generation;
    }

    @Nullable
    Term term() {
        return term;
    }

    /** Whether it was started under a leadership that has ended since. */
    boolean hasLostLeadership() {
        return term != null && term.over() != null;
    }

    long serial() {
        return serial;
    }

    /** The unit that the current thread works for, or null. */
    static @Nullable UnitCell currentCell() {
        return CURRENT.isBound() ? CURRENT.get().cell : null;
    }

    /** The generation that the current thread works for, or null. */
    static @Nullable Incarnation current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    static String currentActor() {
        return CURRENT.isBound() ? CURRENT.get().id() : "user";
    }

    /**
     * A thread of a generation that did not end in time asks for something by name: it must not reach its successor, or whoever has
     * that name now.
     *
     * @throws RevokedException when that is so
     */
    static void requireNotSucceeded(UnitCell asked, String what) {
        Incarnation asker = CURRENT.isBound() ? CURRENT.get() : null;
        if (asker != null && asker.ledgerClosed && asker.name().equals(asked.name()) && !asked.isOf(asker)) {
            throw asker.revoked(what + " " + asked.name());
        }
    }

    /** A throwable in words; its own words are user code, which may throw. */
    static String describe(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable e) {
            return thrown.getClass().getName() + ", whose message cannot be read: " + e.getClass().getName();
        }
    }

    // ---- what the engine does with it

    UnitCell cell() {
        return cell;
    }

    /** Tells the unit what has become of this generation. */
    GenerationNotices tell() {
        return new GenerationNotices(this);
    }

    UnitThreads threads() {
        return threads;
    }

    /** Its end, once that has begun. */
    @Nullable
    Teardown teardown() {
        return teardown;
    }

    void teardown(Teardown begun) {
        teardown = begun;
    }

    /** Code of the unit knows whom it works for. */
    void runAs(Runnable body) {
        ScopedValue.where(CURRENT, this).run(body);
    }

    void startMain() {
        try {
            threads.startMain();
        } catch (Throwable e) {
            tell().threadEnded(Thread.currentThread(), true, new UnitThreads.Ending(e, describe(e), false));
        }
    }

    /** What runs next. A cast would tell the compiler which classes there are here. */
    private static final class Made {

        ManagedRunnable instance = context -> {
        };
    }

    /** The steps of a start. Each looks first whether a stop was asked for. */
    void runMain() throws Exception {
        if (stopping.isSet()) {
            return;
        }
        UnitEntry.Description description = cell.descriptionOf(this);
        Unit<?> unit = description.unit();
        if (unit == null) {
            return; // removed, and this thread comes so late that it was given up
        }
        Made made = new Made();
        InlineBarrier.run(() -> made.instance = unit.newInstance());
        if (stopping.isSet()) {
            return;
        }
        if (!description.spec().signalsReadiness()) {
            ready();
        }
        InlineBarrier.runUnit(made.instance, this);
    }

    void requestStop(StopRequest request) {
        stopRequest = request;
        stopping.set();
    }

    void replaceStopRequest(StopRequest request) {
        stopRequest = request;
    }

    /** Sets {@code cancelled} and interrupts, except what the signal itself has started. */
    void cancel() {
        List<Thread> alive = threads.alive();
        SignalCell signal;
        synchronized (this) {
            cancelled = true;
            signal = cancelledSignal;
        }
        if (signal != null) {
            signal.set();
        }
        alive.forEach(Thread::interrupt);
    }

    boolean isCancelled() {
        return cancelled;
    }

    synchronized boolean hasRequests() {
        return ledger != null && ledger.hasRequests();
    }

    /** Refuses all further acquisitions and takes out what is there, newest first. */
    synchronized List<Ledger.Entry> closeLedger() {
        ledgerClosed = true;
        if (faces != null) {
            faces.forEach(RevocableFace::revoke);
            faces = null;
        }
        return ledger == null ? List.of() : ledger.close();
    }

    synchronized List<String> unknownOutcomes() {
        return ledger == null ? List.of() : ledger.unknownOutcomes();
    }

    synchronized List<Leftover> openReads() {
        return ledger == null ? List.of() : ledger.openReads();
    }

    /** The keys that it keeps from others. */
    List<Leftover> claimedKeys() {
        return claims
                ? cell.manager().claims().heldBy(this).stream()
                        .map(key -> new Leftover("key", key, "claimed until the last of " + id + " has ended")).toList()
                : List.of();
    }

    /** Lets go of the keys that it worked on, and of what it handed in for its status: nothing of an ended unit is kept. */
    synchronized void forget() {
        if (claims) {
            cell.manager().claims().releaseAll(this);
        }
        details = null;
        rebinding = null;
        handover = null;
        reconfiguration = null;
        workload = null;
        account = null;
        contextClassLoader = null;
    }

    @Nullable
    ClassLoader contextClassLoader() {
        return contextClassLoader;
    }

    @Nullable
    Reconfiguration reconfiguration() {
        return reconfiguration;
    }

    @Nullable
    Reconfiguring takingOn() {
        return takingOn;
    }

    void takingOn(@Nullable Reconfiguring next) {
        takingOn = next;
    }

    @Nullable
    Handover handover() {
        return handover;
    }

    /** Its health checks and meters. */
    Exclusives exclusives() {
        Exclusives present = exclusives;
        if (present == null) {
            synchronized (this) {
                present = exclusives;
                if (present == null) {
                    present = new Exclusives(false);
                    exclusives = present;
                }
            }
        }
        return present;
    }

    /** It is beside the current one: what there can be once only waits until it takes over. Before it runs. */
    void reserve() {
        exclusives = new Exclusives(true);
    }

    boolean frozen() {
        return frozen;
    }

    void frozen(boolean now) {
        frozen = now;
    }

    /** It has left this while it was frozen. Under the monitor of the unit, like what follows. */
    void leftWhileFrozen(@Nullable KeptWork work) {
        leftWhileFrozen = new Left(work);
    }

    /** What it has left since it was frozen, perhaps nothing; null when it has not left anything, not even nothing. */
    @Nullable
    Left leftWhileFrozen() {
        return leftWhileFrozen;
    }

    /** What was left, which may be that there is nothing. */
    record Left(@Nullable KeptWork work) {
    }

    @Nullable
    Workload currentWorkload() {
        return workload;
    }

    @Nullable
    WorkAccount currentAccount() {
        return account;
    }

    synchronized Map<String, Supplier<String>> currentDetails() {
        return details == null ? Map.of() : new LinkedHashMap<>(details);
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
        return id;
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
    public synchronized Signal cancelled() {
        SignalCell signal = cancelledSignal;
        if (signal == null) {
            signal = new SignalCell(this);
            cancelledSignal = signal;
            if (cancelled) {
                signal.set();
            }
        }
        return signal;
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
        tell().said(UnitState.READY, Reason.BECAME_READY, "");
    }

    @Override
    public void degraded(String reason) {
        tell().said(UnitState.DEGRADED, Reason.BECAME_DEGRADED, reason);
    }

    @Override
    public void lacking(String what) {
        tell().said(UnitState.DEGRADED, Reason.WAITING, what);
    }

    @Override
    public void paused(String why) {
        tell().said(UnitState.PAUSED, Reason.BECAME_PAUSED, why);
    }

    @Override
    public void pausable(Suspension how) {
        cell.standstill().register(Standstill.Kind.PAUSE, this, how);
    }

    @Override
    public void cordonable(Suspension how) {
        cell.standstill().register(Standstill.Kind.CORDON, this, how);
    }

    @Override
    public void backoff(String reason, Duration retryIn) {
        tell().backoff(reason, time().now().plus(retryIn).truncatedTo(ChronoUnit.MILLIS), SystemTime.nanos(retryIn));
    }

    @Override
    public void waiting(String what) {
        tell().waiting(what, false);
    }

    @Override
    public void hindered(String what) {
        tell().waiting(what, true);
    }

    @Override
    public void contextClassLoader(ClassLoader loader) {
        ClassLoader before;
        synchronized (this) {
            if (ledgerClosed) {
                throw revoked("set its context class loader");
            }
            before = contextClassLoader;
            contextClassLoader = loader;
        }
        for (Thread thread : threads.alive()) { // one that waits would keep what it was started with
            if (Objects.equals(thread.getContextClassLoader(), before)) {
                thread.setContextClassLoader(loader);
            }
        }
        if (CURRENT.isBound() && CURRENT.get() == this) {
            Thread.currentThread().setContextClassLoader(loader);
        }
    }

    @Override
    public Thread fork(String name, Forked body) {
        return fork(manager().scheduling().virtual(), name, body);
    }

    @Override
    public Thread forkPlatform(String name, Forked body) {
        return fork(Thread.ofPlatform().daemon(), name, body);
    }

    private Thread fork(Thread.Builder builder, String name, Forked body) {
        if (cancelled) {
            throw revoked("fork thread " + name);
        }
        Thread thread = threads.start(builder, id() + "/" + name, body);
        if (cancelled) {
            thread.interrupt();
        }
        return thread;
    }

    @Override
    public Timer schedule(Duration delay, Forked action) {
        ScheduledAction scheduled = new ScheduledAction(this, action);
        Ledger open = openLedger();
        if (open == null || !open.add("timer", id(), scheduled)) {
            throw revoked("schedule an action");
        }
        scheduled.arm(time().after(delay, scheduled::fire));
        return scheduled;
    }

    @Override
    public <T extends AutoCloseable> T own(String kind, String name, T resource) {
        Ledger open = openLedger();
        if (open == null || !open.add(kind, name, resource)) {
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
        Ledger open = openLedger();
        if (open != null && open.take(resource)) {
            resource.close();
        }
    }

    @Override
    public InFlight inFlight(String kind, String description, boolean write) {
        Ledger open = openLedger();
        InFlight request = open == null ? null : open.request(kind, description, write);
        if (request == null) {
            throw revoked("send " + description);
        }
        return term == null || !write ? request : fenced(term, request, description);
    }

    private InFlight fenced(Term of, InFlight request, String description) {
        Term.Passage passage;
        try {
            passage = of.pass(id + " " + description, true);
        } catch (FencedException e) {
            request.close(); // never sent
            throw e;
        }
        return new InFlight() {
            @Override
            public void sending() {
                passage.check();
            }

            @Override
            public void close() {
                passage.ended();
                request.close();
            }

            @Override
            public void unanswered() {
                passage.ended();
                request.unanswered();
            }
        };
    }

    /** The ledger; null once it has been closed. */
    synchronized @Nullable Ledger openLedger() {
        if (ledgerClosed) {
            return null;
        }
        if (ledger == null) {
            ledger = new Ledger(() -> tell().requestsEnded());
        }
        return ledger;
    }

    RevokedException revoked(String what) {
        return new RevokedException(refusal(what));
    }

    private String refusal(String what) {
        return "%s cannot %s: this generation has ended".formatted(id, what);
    }

    @Override
    public Optional<Registration> claim(String key) {
        if (!ledgerClosed) {
            if (!claims) {
                claims = true;
            }
            Registration claim = cell.manager().claims().claim(this, key);
            if (!ledgerClosed) {
                return claim == null || term == null
                        ? Optional.ofNullable(claim)
                        : Optional.of(fenced(term, claim, key));
            }
            if (claim != null) {
                claim.close(); // whoever ended the generation may have looked before it was there
            }
        }
        throw revoked("claim " + key);
    }

    private Registration fenced(Term of, Registration claim, String key) {
        try {
            Term.Passage passage = of.pass(id + " " + key, false);
            return () -> {
                passage.ended();
                claim.close();
            };
        } catch (FencedException e) {
            claim.close();
            throw e;
        }
    }

    @Override
    public <T> T revocable(Class<T> type, T target) {
        String refusal = refusal("use its " + type.getSimpleName()); // only words: who has the face may have it for long
        return RevocableFace.of(type, target, () -> new RevokedException(refusal), this::revokeLater);
    }

    private synchronized void revokeLater(RevocableFace face) {
        if (ledgerClosed) {
            face.revoke();
            return;
        }
        if (faces == null) {
            faces = Collections.newSetFromMap(new WeakHashMap<>()); // a unit may hand out any number, each for a moment
        }
        faces.add(face);
    }

    @Override
    public <H extends RunnableHandle> H add(Unit<H> child) {
        return cell.manager().addChild(cell, this, child);
    }

    @Override
    public Replacement replace(RunnableHandle child, Unit<?> next, ReplaceOptions options) {
        if (child.cell().parent() != cell) {
            throw new IllegalArgumentException("%s is not a unit inside %s: it is replaced through its handle"
                    .formatted(child.name(), cell.name()));
        }
        UnitOperations operations = new UnitOperations(child.cell());
        return operations.replaceTogether(operations.successor(next), options);
    }

    @Override
    public void onRebind(Consumer<? super RunnableHandle> action) {
        rebinding = action;
    }

    /** Tells the unit what came back; returns false when it has not said that it can go on with it. */
    boolean rebind(List<RunnableHandle> returned) {
        Consumer<? super RunnableHandle> action = rebinding;
        if (action == null || cancelled) {
            return false;
        }
        fork("rebind", () -> returned.forEach(action));
        return true;
    }

    @Override
    public void health(String checkName, HealthKind kind, HealthCheck check) {
        HealthCheck wrapped = kind == HealthKind.READINESS ? () -> {
            if (stopping.isSet()) {
                throw new IllegalStateException(id() + " is stopping");
            }
            check.check();
        } : check;
        own("health check", checkName, exclusives().add(() -> manager().health().add(checkName, kind, wrapped),
                kind == HealthKind.READINESS ? check : null));
    }

    @Override
    public <T extends Collector> T meter(T meter) {
        PrometheusRegistry registry = manager().metrics();
        MetricFamilyDescriptor descriptor = meter.getMetricFamilyDescriptor();
        String name = descriptor == null ? meter.getClass().getSimpleName() : descriptor.getPrometheusName();
        own("meter", name, exclusives().add(() -> {
            try {
                registry.register(meter);
            } catch (IllegalArgumentException e) {
                throw new NameTakenException("%s cannot register the meter %s: %s; give it a name of its own"
                        .formatted(id(), name, e.getMessage()));
            }
            return () -> registry.unregister(meter);
        }, null));
        return meter;
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
    public void measure(Supplier<Cost> cost) {
        QuotaClaim mine = cell.claimOf(this);
        if (mine != null) {
            mine.measure = cost;
        }
    }

    @Override
    public void rungs(Map<Rung, Cost> costs, RungChange change) {
        Map<Rung, Cost> rungs = Map.copyOf(costs);
        if (rungs.containsKey(Rung.FULL) || rungs.containsKey(Rung.STOPPED)) {
            throw new IllegalArgumentException(
                    "%s offers the rungs %s: FULL and STOPPED are there anyway, leave them out".formatted(id(),
                            rungs.keySet().stream().sorted().toList()));
        }
        QuotaClaim mine = cell.claimOf(this);
        if (mine != null) {
            manager().quota().offer(mine, this, rungs, change);
        }
    }

    @Override
    public Registration keepIdle(String what, Cost cost, Runnable giveBack) {
        IdleResource idle = new IdleResource(this);
        Ledger open = openLedger();
        if (open == null || !open.add("idle", what, idle)) {
            throw revoked("keep " + what);
        }
        QuotaClaim claim = manager().quota().idle(this, what, cost, () -> {
            try {
                fork("give back", giveBack::run);
            } catch (RevokedException e) {
                LOG.atTrace().addKeyValue("unit", id()).log("ends, and gives back everything");
            }
        });
        idle.hold(claim);
        return idle;
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
        KeptWork kept = cell.incarnation() == this ? cell.keptWork() : null; // else it is that of another one
        return Optional.ofNullable(kept).map(KeptWork::work);
    }

    @Override
    public void carryOver(@Nullable CarryOver work) {
        tell().carryOver(work);
    }

    @Override
    public RunnableSpec spec() {
        return cell.descriptionOf(this).spec();
    }

    @Override
    public void onReconfigure(Reconfiguration how) {
        reconfiguration = how;
    }

    @Override
    public void handsOver(Handover how) {
        handover = how;
    }

    @Override
    public Optional<CarryOver> takeOver() throws InterruptedException {
        SignalCell turn = new SignalCell(this);
        if (!cancelled) {
            tell().warm(turn);
            turn.await();
        }
        if (cancelled) { // it may have swallowed the interrupts that said so, and what there is to do is not its any more
            throw new InterruptedException(id() + " has been cancelled, and takes nothing over");
        }
        Exclusives waiting = exclusives;
        if (waiting != null) {
            waiting.putUp();
        }
        return carryOver();
    }

    @Override
    public String toString() {
        return id();
    }
}
