package dev.windlass.controller;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Unit;
import dev.windlass.lifecycle.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a controller. It does no work itself: it holds the meters, keeps the engagements engaged while it runs,
 * and tells their sum.
 *
 * <pre>
 * WARMING  one that is to take the place of another: its engagements sync beside those that work
 * OPEN     has taken over, or had nobody to take over from: engagements that are warm are let go on, the others follow
 * OVER     is leaving: its engagements stop with it, unless another one has them
 * </pre>
 */
final class ControllerRun<T extends HasMetadata> implements ManagedRunnable, Workload {

    private final Controller<T> described;
    private volatile Controller<T> controller;
    private volatile Map<String, String> labels = Map.of();
    private volatile @Nullable Begun begun;
    private volatile LeavingCode leaving = LeavingCode.of(null, null);
    private volatile boolean paused;
    private volatile boolean succeeds;
    private volatile boolean open;
    private volatile boolean frozen;
    private volatile boolean over;
    private volatile @Nullable ControllerSuccession succession;
    // Guarded by this.
    private boolean everReady;
    private String told = "";

    private record Begun(RunnableContext context, Engagements engagements, ControllerMeters meters,
            @Nullable ClassLoader loader) {
    }

    ControllerRun(Controller<T> controller) {
        this.described = controller;
        this.controller = controller;
    }

    Controller<T> controller() {
        return controller;
    }

    /** Free labels of the controller, which its engagements have too. */
    Map<String, String> labels() {
        return labels;
    }

    /** Does as the controller is described by now: what can be another one needs no new generation. */
    private void follow(Engagements engagements, RunnableSpec spec, Unit<?> unit) {
        controller = ControllerHandle.described(unit, spec);
        labels = spec.labels();
        engagements.each().onReconfigured(this);
    }

    ControllerMeters meters() {
        return begun().meters;
    }

    /** The watches that were added to the controller while it runs, but for those that go with the one before. */
    List<WatchHandle> extras() {
        Amendments added = amendments();
        return added == null ? List.of() : added.all().stream().filter(this::takes).toList();
    }

    RunnableContext context() {
        return begun().context;
    }

    /** The context class loader of the reconciler's code: on the clusters it is that of the engagements too. */
    @Nullable
    ClassLoader loader() {
        return begun().loader;
    }

    private Begun begun() {
        Begun now = begun;
        if (now == null) {
            throw new IllegalStateException(controller + " has not begun");
        }
        return now;
    }

    @Override
    public void run(RunnableContext context) throws Exception {
        Engagements engagements = Engagements.of(context.manager());
        begin(context, engagements);
        try {
            if (!succeeds || warmUp(context, engagements)) {
                context.takeOver();
                open = true;
                engagements.join(this);
                context.awaitStop();
            }
        } catch (InterruptedException e) {
            if (!context.stopping().isSet()) {
                throw e;
            }
        } finally {
            over = true;
            engagements.leave(this);
        }
    }

    /** A method of its own: the one that is there now is not to be held, by the stack of this thread, for as long as this one runs. */
    private void begin(RunnableContext context, Engagements engagements) {
        ControllerRun<?> before = engagements.current(controller.name());
        succeeds = before != null;
        ControllerMeters meters = engagements.metrics().open(controller.name(),
                before == null ? null : before.meters());
        context.own("meters", controller.name(), meters);
        context.own("meters", "workqueue " + controller.name(), engagements.queueMetrics().hold(controller.name()));
        begun = new Begun(context, engagements, meters, Thread.currentThread().getContextClassLoader());
        context.onReconfigure((spec, unit) -> follow(engagements, spec, unit)); // before the look at what it is now
        if (context.handle() instanceof ControllerHandle<?> handle) {
            handle.amendments().bind(engagements);
            leaving = handle.amendments().ranBefore(loader());
            if (before == null) { // it has ended, and nobody tells whether this one stays
                codeLeft();
            }
            // Nothing is reconfigured while it is replaced: what this one was made by has not changed.
            Unit<?> unit = before == null ? handle.unit() : described;
            controller = ControllerHandle.described(unit, context.spec());
            labels = context.spec().labels();
        }
        context.workload(this);
        controller.watches().forEach(watch -> context.detail(watch.id(), () -> watch.spec().resource().apiVersion()));
        context.detail("engagements", () -> engagements.describe(controller.name()));
        context.detail(Engagements.CAUGHT_UP, () -> engagements.caughtUp(this));
        context.pausable(new Suspension() {

            @Override
            public void begin() {
                pause(engagements, true);
            }

            @Override
            public void end() {
                pause(engagements, false);
            }
        });
        context.handsOver(new Handover() {

            @Override
            public @Nullable CarryOver freeze() {
                hold(engagements, true);
                engagements.takeovers().handOver(ControllerRun.this);
                return null; // its engagements have handed over, each for itself
            }

            @Override
            public void thaw(@Nullable CarryOver back) {
                hold(engagements, false);
                engagements.takeovers().takeBack(ControllerRun.this);
            }
        });
    }

    /** Has its engagements sync beside those that work. Returns false when it is stopped before they have. */
    private boolean warmUp(RunnableContext context, Engagements engagements) throws InterruptedException {
        ControllerSuccession begun = new ControllerSuccession(engagements, this);
        succession = begun;
        try (Registration _ = context.stopping().onSet(begun::onNews)) { // not longer: it knows the one before
            engagements.takeovers().prepare(begun);
            return begun.awaitWarm(context);
        }
    }

    /** Something that one that takes the place of another waits for may have happened. */
    void onNews() {
        ControllerSuccession present = succession;
        if (present != null) {
            present.onNews();
        }
    }

    /** How it takes, or took, the place of another; null when there was none, and when that is long over. */
    @Nullable
    ControllerSuccession succession() {
        return succession;
    }

    /** It has taken the place of the one before, which has ended and is not known here any more. */
    void succeeded() {
        succession = null;
        codeLeft();
    }

    private void codeLeft() {
        Amendments added = amendments();
        if (added != null) {
            added.removeThoseOf(leaving);
            added.runsBy(loader());
        }
    }

    /** Whether a watch that was added is for this one too, and does not go with the one before. */
    boolean takes(WatchHandle extra) {
        return !leaving.has(extra.watch());
    }

    /** Its engagements may work from now on. */
    void open() {
        open = true;
    }

    /** Whether it has taken the place of another one, or is to. */
    boolean succeeds() {
        return succeeds;
    }

    /** Whether its engagements may work. */
    boolean isOpen() {
        return open;
    }

    /** Whether another one has its engagements, or is about to. */
    boolean frozen() {
        return frozen;
    }

    /** Whether it is leaving, or has left. */
    boolean over() {
        return over;
    }

    /** What was added to the controller: one of the same name that came after its removal has something else. */
    @Nullable
    Amendments amendments() {
        return context().handle() instanceof ControllerHandle<?> handle ? handle.amendments() : null;
    }

    /** An engagement that begins at this moment either is told or sees it. */
    private void pause(Engagements engagements, boolean on) {
        paused = on;
        engagements.each().onHeld(this);
    }

    /** What is due waits for the successor, also where that comes later: two reconcilers never work for one controller. */
    private void hold(Engagements engagements, boolean on) {
        frozen = on;
        engagements.each().onHeld(this);
    }

    /** Whether the engagements are to dispatch nothing. */
    boolean paused() {
        return paused;
    }

    /**
     * Says what the engagements amount to: nothing when all is well, else what is wrong and whether it will pass. What passes is not
     * held against one that is on probation.
     */
    synchronized void tell(Outlook outlook) {
        RunnableContext context = begun().context;
        String message = outlook.missing();
        ControllerSuccession trial = succession;
        boolean provisional = trial != null && !trial.settled();
        if (message.isEmpty()) {
            if (!everReady || !told.isEmpty()) {
                everReady = true;
                context.ready();
            }
        } else if (outlook.trouble()) {
            context.degraded(message);
        } else if (everReady && !provisional) {
            context.lacking(message);
        } else if (!message.equals(told)) {
            context.waiting(message);
        }
        told = message;
    }

    @Override
    public long queued() {
        return begun().engagements.sum(controller.name(), EngagementRun::queued);
    }

    @Override
    public long inFlight() {
        return begun().engagements.sum(controller.name(), EngagementRun::inFlight);
    }
}
