package dev.windlass.controller;

import dev.windlass.kubernetes.Client;
import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.InlineBarrier;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Timer;
import dev.windlass.lifecycle.Workload;
import dev.windlass.workqueue.CarriedWork;
import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.QueueSizes;
import dev.windlass.workqueue.QueuedItem;
import dev.windlass.workqueue.WorkQueue;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a controller on one cluster.
 *
 * <pre>
 * begin      queue with carried-over work; informers acquired, handlers added with what was known
 * sync       until every handler has had the current state; DEGRADED after the sync timeout, and goes on
 * turn       one that takes the place of another waits until its controller, and then that one, lets it; takes the work over
 * work       N workers take from the queue; READY; DEGRADED while an informer is in trouble
 *            frozen and thawed meanwhile, when another one takes its place and does not stand the test
 * finish     handlers removed, no callback runs → queue drained or halted → reconciliations awaited, then cancelled
 *            → workers ended → what is left exported → informers released → meters dropped → carry-over stored
 * </pre>
 *
 * The main thread goes through these; nothing else changes the phase. Only workers touch items.
 */
final class EngagementRun<T extends HasMetadata> implements ManagedRunnable, Workload, MapContext {

    /** Trouble that is over before is none: a watch that broke off, a server that has forgotten a version. */
    private static final Duration TOLERATED = Duration.ofSeconds(1);

    private static final Duration PERMIT_HELD = Duration.ofSeconds(5);

    private final ControllerRun<T> owner;
    private final Controller<T> controller;
    private final ClusterConnection connection;
    private final Engagements engagements;
    private final Pair pair;
    /** Whether it is to take the place of one that works. */
    private final boolean succeeds;
    /** The one that works, whose place this one is to take; null when there is none, or when it has ended. */
    private volatile @Nullable EngagementRun<?> before;
    private final Trial trial;
    private final EngagementSources sources;
    /** Something that the main thread waits for may have happened. */
    private final Semaphore news = new Semaphore(0);
    private volatile @Nullable Live live;
    private volatile boolean warm;
    private volatile boolean tookOver;
    private volatile boolean over;
    /** What it has said last of what it lacks: its status may not have it yet. */
    private volatile String lacks = "";
    /** What it was handed over and does not select: it goes back when this one is taken back. */
    private volatile List<QueuedItem<ObjectKey>> aside = List.of();
    private volatile Map<WatchSpec<?>, CatchUp> caughtUp = Map.of();

    /** What there is once the run has begun. */
    private record Live(RunnableContext context, WorkQueue<ObjectKey> queue, FirstState first,
            EngagementGate gate, ControllerMeters.Engaged meters, long began) {
    }

    EngagementRun(ControllerRun<T> owner, ClusterConnection connection, Engagements engagements, Pair pair,
            @Nullable EngagementRun<?> before) {
        this.owner = owner;
        this.controller = owner.controller();
        this.connection = connection;
        this.engagements = engagements;
        this.pair = pair;
        this.succeeds = before != null;
        this.before = before;
        this.sources = new EngagementSources(controller, connection, this, news::release,
                extra -> engagements.each().told(controller.name(), extra));
        this.trial = new Trial(before != null || owner.succeeds(), this::onNews);
    }

    @Override
    public void run(RunnableContext context) throws Exception {
        EngagementCarryOver carried = EngagementCarryOver.in(context.carryOver());
        ClassLoader loader = owner.loader();
        if (loader != null) {
            context.contextClassLoader(loader);
        }
        try (ControllerMeters.Engaged meters = owner.meters().engaged(connection.name(), metersBefore())) {
            run(begin(context, meters, carried), carried);
        } finally {
            over = true;
        }
    }

    private ControllerMeters.@Nullable Engaged metersBefore() {
        EngagementRun<?> from = before;
        Live replaced = from == null ? null : from.live;
        return replaced == null ? null : replaced.meters;
    }

    private void run(Live now, EngagementCarryOver carried) throws InterruptedException {
        RunnableContext context = now.context;
        boolean asked = false;
        try {
            if (sync(now, carried) && awaitTurn(now)) {
                takeOver(now, carried);
                now.gate.start();
                caughtUp = sources.found();
                context.ready();
                context.carryOver(null); // taken: from here on it is in the queue
                watchSources(now);
            }
            asked = true;
        } catch (InterruptedException e) {
            if (!context.stopping().isSet()) {
                throw e;
            }
            asked = true;
        } finally {
            finish(now, carried, asked);
        }
    }

    // ---- begin

    private Live begin(RunnableContext context, ControllerMeters.Engaged meters, EngagementCarryOver carried) {
        WorkQueue<ObjectKey> queue = WorkQueue.<ObjectKey>builder(controller.name())
                .owner(context)
                .rateLimiter(owner.controller().rateLimiter())
                .metrics(engagements.queueMetrics())
                .build();
        boolean selects = Selection.same(controller.primary().spec(), carried.selection());
        if (selects) { // otherwise it must see first what is its own
            queue.restore(carried.work().items());
        }
        Client client = connection.client(context);
        EngagementGate gate = new EngagementGate(context, queue, owner, sources::count, meters,
                () -> work(context, queue, client, meters));
        Live now = new Live(context, queue, new FirstState(queue, succeeds || !selects), gate, meters,
                context.time().nanos());
        live = now;
        context.workload(this);
        context.detail("controller", () -> controller.spec().name());
        context.detail("workers", () -> Integer.toString(owner.controller().workers()));
        context.detail("carried over", () -> carried.count() + " keys, "
                + carried.known().values().stream().mapToLong(KnownObjects::count).sum() + " known objects");
        context.detail(Engagements.CAUGHT_UP, () -> CatchUp.describe(List.of(caughtUp)));
        controller.watches()
                .forEach(watch -> context.detail("watch " + watch.id(), () -> sources.describe(watch.id())));
        context.stopping().onSet(news::release);
        context.pausable(new Suspension() {

            @Override
            public void begin() {
                gate.pause(true);
            }

            @Override
            public void end() {
                gate.pause(false);
            }
        });
        context.handsOver(new Handover() {

            @Override
            public CarryOver freeze() throws InterruptedException {
                return EngagementRun.this.freeze(now);
            }

            @Override
            public void thaw(@Nullable CarryOver back) {
                EngagementRun.this.thaw(now, back);
            }
        });
        gate.limit();
        context.measure(() -> controller.cost(sources.count(), queue.sizes().processing()));
        return now;
    }

    // ---- sync

    /** Opens the sources and awaits them, holding a permit for the first seconds, and while there is no trouble. */
    private boolean sync(Live now, EngagementCarryOver carried) throws InterruptedException {
        try (SyncPermits.Ticket permit = engagements.syncPermits(connection.context().name()).ask(news::release)) {
            if (!permit.granted()) {
                now.context.waiting("its turn to sync");
            }
            while (!permit.granted()) {
                if (now.context.stopping().isSet()) {
                    return false;
                }
                requireWanted();
                awaitNews(now, Long.MAX_VALUE);
            }
            sources.open(now.context, now.queue, now.first, owner::extras, carried);
            awaitSync(now, now.context.time().nanos() + PERMIT_HELD.toNanos(), true);
        }
        return awaitSync(now, Long.MAX_VALUE, false);
    }

    /**
     * Returns whether every handler has had the current state; false when a stop was asked for before, at the end, or when it is
     * hindered and that is not to be awaited.
     *
     * @param end as the clock counts nanoseconds; {@link Long#MAX_VALUE} for none
     */
    private boolean awaitSync(Live now, long end, boolean giveUpWhenHindered) throws InterruptedException {
        RunnableContext context = now.context;
        long deadline = now.began + controller.syncTimeout().toNanos();
        String told = "";
        boolean held = false;
        while (!sources.synced()) {
            long time = context.time().nanos();
            boolean wasHeld = held;
            held = sources.heldBack();
            if (held || wasHeld) { // a cordon is nobody's failure: the time begins when it ends
                deadline = time + controller.syncTimeout().toNanos();
            }
            if (context.stopping().isSet() || (end != Long.MAX_VALUE && time - end >= 0)) {
                return false;
            }
            requireWanted();
            if (giveUpWhenHindered && sources.hindered()) {
                return false;
            }
            String trouble = held
                    ? connection.context().name() + ", which is cordoned: nothing comes in until it is uncordoned"
                    : sources.trouble();
            boolean late = time - deadline >= 0;
            String message = late ? "not synced within " + controller.syncTimeout() + ": " + trouble : trouble;
            if (!message.equals(told)) {
                told = message;
                lacks = late ? message : "waits for " + message;
                if (late) {
                    context.degraded(message);
                } else if (!held && sources.hindered()) {
                    context.hindered(message);
                } else {
                    context.waiting(message);
                }
                owner.onNews(); // it may wait for this one
                engagements.evaluate(controller.name());
            }
            awaitNews(now, Math.min(end == Long.MAX_VALUE ? end : end - time,
                    late || held ? Long.MAX_VALUE : deadline - time));
        }
        lacks = "";
        return !context.stopping().isSet();
    }

    /** Waits until something may have happened, for so many nanoseconds at most; {@link Long#MAX_VALUE} for ever. */
    private void awaitNews(Live now, long limit) throws InterruptedException {
        Timer timer = limit == Long.MAX_VALUE ? null : now.context.time().after(Duration.ofNanos(limit), news::release);
        try {
            news.acquire();
        } finally {
            if (timer != null) {
                timer.cancel();
            }
        }
        news.drainPermits(); // whoever waits looks at everything after this
    }

    private String troubleAtWork() {
        String watches = sources.trouble();
        String reconciler = trial.trouble();
        return watches + (watches.isEmpty() || reconciler.isEmpty() ? "" : "; ") + reconciler;
    }

    /**
     * Until a stop: says so when a source is in trouble that lasts, and when none is any more, and likewise when the controller
     * is paused.
     */
    private void watchSources(Live now) throws InterruptedException {
        RunnableContext context = now.context;
        String told = "";
        long since = 0;
        boolean troubled = false;
        boolean toldPaused = false;
        while (!context.stopping().isSet()) {
            String trouble = troubleAtWork();
            long time = context.time().nanos();
            if (!troubled || trouble.isEmpty()) {
                troubled = !trouble.isEmpty();
                since = time;
            }
            long tolerated = troubled && told.isEmpty() ? since + TOLERATED.toNanos() - time : 0;
            if (tolerated <= 0 && !trouble.equals(told)) {
                told = trouble;
                lacks = trouble;
                toldPaused = false;
                if (trouble.isEmpty()) {
                    context.ready();
                } else {
                    context.degraded(trouble);
                    engagements.evaluate(controller.name());
                }
            }
            if (told.isEmpty() && owner.paused() != toldPaused) {
                toldPaused = owner.paused();
                if (toldPaused) {
                    context.paused(controller.spec().name() + " is paused");
                } else {
                    context.ready();
                }
            }
            awaitNews(now, tolerated > 0 ? tolerated : Long.MAX_VALUE);
        }
    }

    // ---- turn

    /** When its controller is to take the place of another one, it does so on all clusters at once. Returns false at a stop. */
    private boolean awaitTurn(Live now) throws InterruptedException {
        if (owner.isOpen()) {
            return !now.context.stopping().isSet();
        }
        warm = true;
        owner.onNews();
        now.context.waiting(controller.spec().name() + " to take over");
        while (!owner.isOpen() && !now.context.stopping().isSet()) {
            requireWanted();
            awaitNews(now, Long.MAX_VALUE);
        }
        return !now.context.stopping().isSet();
    }

    /** One that gets warm for a controller that does not take over after all has nothing more to do. */
    private void requireWanted() {
        if (owner.over() && !owner.isOpen()) {
            throw new IllegalStateException("its controller, " + owner.context().id() + ", has not taken over");
        }
    }

    /** Waits for its own turn, and takes what was handed over, or what it has begun with. */
    private void takeOver(Live now, EngagementCarryOver carried) throws InterruptedException {
        EngagementCarryOver handed = EngagementCarryOver.in(now.context.takeOver());
        EngagementRun<?> from = before;
        Selection taken = from == null
                ? selected(carried, carried.saw())
                : selected(handed, from.sources::sees);
        aside = from == null ? List.of() : taken.others();
        if (!taken.others().isEmpty()) {
            now.context.logger().atInfo().addKeyValue("count", taken.others().size())
                    .log("it is not asked for keys that were queued and that it does not select");
        }
        now.first.release(taken.mine());
        tookOver = true;
        pair.tookOver(this);
        owner.onNews();
    }

    private Selection selected(EngagementCarryOver work, Predicate<ObjectKey> theySaw) {
        return Selection.of(work.work().items(), controller.primary().spec(), sources::sees, work.selection(), theySaw);
    }

    /**
     * Ends the dispatch, and gives what is queued. What was on its way to its handlers when the successor began is queued before: that
     * one has not been told of it. What comes later both are told.
     */
    private EngagementCarryOver freeze(Live now) throws InterruptedException {
        now.queue.freeze();
        sources.awaitDelivered();
        now.queue.awaitIdle();
        return new EngagementCarryOver(now.queue.handOver(), Map.of(), controller.primary().spec().withoutClass(),
                List.of());
    }

    private void thaw(Live now, @Nullable CarryOver back) {
        pair.tookOver(this);
        EngagementCarryOver returned = EngagementCarryOver.in(Optional.ofNullable(back));
        List<QueuedItem<ObjectKey>> items = new ArrayList<>(selected(returned, returned.saw()).mine());
        items.addAll(returned.aside());
        if (now.queue.thaw(items) < items.size()) {
            throw new IllegalStateException(now.context.id() + " ends, and takes nothing back");
        }
        now.gate.limit(); // whoever held or let go meanwhile told the one that was taken back
        news.release();
    }

    /** What it waits for before it is warm and only its controller is to take over; empty when it is. */
    String notWarm() {
        String trouble = warm ? "" : sources.trouble();
        return warm ? "" : trouble.isEmpty() ? "it begins" : trouble;
    }

    /** Whether it has the work, or has had it. */
    boolean atWork() {
        return tookOver;
    }

    /** A replace is over: one that has ended is not to be held, and its code with it, for as long as this one runs. */
    void forgetEnded() {
        EngagementRun<?> from = before;
        if (from != null && from.over()) {
            before = null;
        }
    }

    /** Whether it has ended. */
    boolean over() {
        return over;
    }

    /** What keeps it from working, as it has said last; empty when nothing does. */
    String lacks() {
        return lacks;
    }

    /** Something that it waits for, outside of what it watches, may have happened. */
    void onNews() {
        news.release();
    }

    // ---- work

    private void work(RunnableContext context, WorkQueue<ObjectKey> queue, Client client,
            ControllerMeters.Engaged meters) throws InterruptedException {
        Dispatch<T> dispatch = new Dispatch<>(controller, connection, context, client, sources, queue, meters, trial);
        for (Item<ObjectKey> item = queue.take(); item != null; item = queue.take()) {
            Item<ObjectKey> taken = item;
            InlineBarrier.run(() -> dispatch.run(taken));
        }
    }

    /** The description of the controller has changed in something that needs no new generation. */
    void onReconfigured() {
        Live now = live;
        if (now != null) { // otherwise it looks when it begins
            now.gate.follow();
        }
    }

    /** Whether the controller lets it dispatch has changed. */
    void onOwnerHeld() {
        Live now = live;
        if (now != null) { // otherwise it looks when it begins
            now.gate.limit();
            news.release();
        }
    }

    // ---- finish

    private void finish(Live now, EngagementCarryOver carried, boolean asked) {
        EngagementEnd end = new EngagementEnd(now.context, now.queue, now.gate);
        List<Source<?>> last = sources.end();
        Map<String, KnownObjects> known = end.known(last, carried);
        CarriedWork<ObjectKey> work = end.work(asked);
        last.forEach(source -> source.lease().close());
        now.queue.close();
        // Otherwise the work is another one's, which has been told of what came since, or it was not looked through yet.
        boolean held = succeeds || !Selection.same(controller.primary().spec(), carried.selection());
        if ((tookOver || !held) && pair.engagement == this) {
            EngagementRun<?> from = before;
            boolean mayGoBack = from != null && !from.over();
            now.context.carryOver(new EngagementCarryOver(work, known, controller.primary().spec().withoutClass(),
                    mayGoBack ? aside : List.of()));
        }
        end.close();
    }

    // ---- what others ask

    boolean isOf(ControllerRun<?> run) {
        return owner == run;
    }

    boolean isOn(ClusterConnection one) {
        return connection.equals(one);
    }

    /** What it found of each kind when it had synced; empty before that. */
    Map<WatchSpec<?>, CatchUp> caughtUp() {
        return caughtUp;
    }

    @Override
    public long queued() {
        return sizes().queued();
    }

    @Override
    public long inFlight() {
        return sizes().processing();
    }

    private QueueSizes sizes() {
        Live now = live;
        return now == null ? new QueueSizes(0, 0, 0, 0, 0) : now.queue.sizes();
    }

    @Override
    public String controller() {
        return controller.name();
    }

    @Override
    public String cluster() {
        return connection.name();
    }

    @Override
    public CacheReader cache() {
        return sources;
    }

    /** Whether a watch that was added to the controller is for this one too. */
    boolean takes(WatchHandle added) {
        return owner.takes(added);
    }

    EngagementSources sources() {
        return sources;
    }
}
