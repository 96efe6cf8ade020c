package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The code of a simulated unit, of one generation: works on keys until it is told otherwise, by the engine or by the history. Blocks
 * in calls of its context, and where it is to hang. Tells the {@link SimulatedWorld} what it does.
 */
final class SimulatedGeneration implements ManagedRunnable {

    /** What the history has in store for it. */
    enum Command {
        FAIL, RETURN, HANG, SWALLOW_AN_INTERRUPT
    }

    /** Keys that one generation leaves to the next. */
    record Keys(List<Integer> keys) implements CarryOver {

        @Override
        public long count() {
            return keys.size();
        }

        @Override
        public List<String> sample(int max) {
            return keys.stream().limit(max).map(String::valueOf).toList();
        }
    }

    private static final class Returned extends Exception {

        private static final long serialVersionUID = 1;
    }

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final SimulatedWorld world;
    private final SimulatedPlan plan;
    @Nullable
    RunnableContext context;
    @Nullable
    SimulatedName model;
    long number;
    /** Under which leadership its code began; 0 when it needs none. */
    long term;
    /** Which reconfigurations it was told of. */
    final Set<String> told = new HashSet<>();
    final Deque<Integer> queue = new ArrayDeque<>();
    /** Keys that another generation works on. */
    private final List<Integer> deferred = new ArrayList<>();
    private @Nullable Integer inHand;
    private @Nullable Thread main;
    private @Nullable Command command;
    /** How many of its threads, and of the steps of its release, are under way. */
    int live;
    boolean inCode;
    boolean hangs;
    boolean misbehaved;
    boolean onlySwallowed;
    boolean blocksRelease;
    private boolean letGo;
    private final List<Thread> stuck = new ArrayList<>();
    private final List<Resource> resources = new ArrayList<>();
    private boolean paused;
    /** Whether it has been given its turn, and has taken what there was to do. */
    private boolean working;
    /** Whether it waits for its turn. */
    private boolean waits;
    /** Whether its work is with somebody else. */
    private boolean frozen;
    private boolean unhealthy;
    private @Nullable Thread freezing;

    SimulatedGeneration(SimulatedWorld world, SimulatedPlan plan) {
        this.world = world;
        this.plan = plan;
    }

    RunnableContext context() {
        RunnableContext present = context;
        if (present == null) {
            throw new IllegalStateException("not entered");
        }
        return present;
    }

    SimulatedName name() {
        SimulatedName present = model;
        if (present == null) {
            throw new IllegalStateException("not entered");
        }
        return present;
    }

    // ---- what the history does to it

    /** Whether there is a thread that a command could reach. */
    boolean obeys() {
        return inCode && !hangs && !waits && main != null;
    }

    void obey(Command next) {
        command = next;
        wake();
    }

    void give(List<Integer> keys) {
        queue.addAll(keys);
        wake();
    }

    private void wake() {
        if (main != null && !hangs && !waits) {
            main.interrupt();
        }
    }

    /** Whether it takes in what there is to do. */
    boolean takesWork() {
        return inCode && working && !frozen && !context().stopping().isSet();
    }

    /** Whether it is asked to take on each reconfiguration from now on. */
    boolean takesOn() {
        return inCode && working && plan.suspends() && !context().stopping().isSet();
    }

    /** Nothing holds it any more. */
    void letGo() {
        letGo = true;
        blocksRelease = false;
        stuck.forEach(LockSupport::unpark);
    }

    int openResources() {
        return (int) resources.stream().filter(resource -> !resource.closed).count();
    }

    List<Integer> holds() {
        List<Integer> all = new ArrayList<>(queue);
        all.addAll(deferred);
        if (inHand != null) {
            all.add(inHand);
        }
        return all;
    }

    // ---- its code

    @Override
    public void run(RunnableContext given) throws Exception {
        context = given;
        main = Thread.currentThread();
        number = given.generation();
        live++;
        inCode = true;
        try {
            world.entered(this);
            work(given);
        } catch (Returned e) {
            given.logger().trace("returns as told");
        } finally {
            leave(given);
            inCode = false;
            live--;
        }
    }

    private void work(RunnableContext given) throws Exception {
        for (int i = 0; i < plan.resources(); i++) {
            Resource resource = new Resource(i);
            resources.add(resource);
            given.own("resource", plan.name() + i, resource);
        }
        if (plan.helper()) {
            given.fork("helper", () -> {
                live++;
                try {
                    given.cancelled().await();
                } finally {
                    live--;
                }
            });
        }
        if (plan.suspends()) {
            given.pausable(suspension(true));
            given.cordonable(suspension(false));
        }
        if (plan.rebinds()) {
            given.onRebind(back -> world.rebound(this, back));
        }
        if (plan.suspends()) {
            given.onReconfigure((spec, _) -> takeOn(spec));
        }
        if (!warmUp(given)) {
            return;
        }
        take(given);
        for (SimulatedPlan child : plan.children()) {
            world.addInside(given, child);
        }
        if (plan.spec().signalsReadiness()) {
            if (!plan.handsOver() && !passes(given, plan.startsFor())) {
                return;
            }
            given.ready();
        }
        goWrongLater(given);
        while (!given.stopping().isSet()) {
            obeyCommand(given);
            if (!process(given)) {
                try {
                    given.awaitStop();
                } catch (InterruptedException e) {
                    rethrowIfCancelled(given, e);
                    queue.addAll(deferred);
                    deferred.clear();
                }
            }
        }
        drain(given);
    }

    private void takeOn(RunnableSpec spec) throws Exception {
        live++;
        try {
            String label = spec.labels().getOrDefault("reconfigured", "");
            if (label.endsWith("refused")) {
                throw new SimulatedWorld.Commanded("does not take it on");
            }
            told.add(label);
        } finally {
            live--;
        }
    }

    /** Returns false when it is to return. */
    private boolean warmUp(RunnableContext given) throws Exception {
        if (plan.handsOver()) {
            given.handsOver(handover(given));
            given.health("fit of " + plan.name(), HealthKind.READINESS, () -> {
                if (unhealthy) {
                    throw new SimulatedWorld.Commanded("not fit");
                }
            });
        }
        switch (plan.fault()) {
            case FAILS_WARMING -> throw new SimulatedWorld.Commanded("cannot begin");
            case RETURNS_WARMING -> throw new Returned();
            case DEGRADED_WARMING -> given.degraded("has been wrong from the start");
            case HANGS_WARMING -> {
                world.misbehaves();
                hang(given, false);
            }
            default -> {
                // comes later, if at all
            }
        }
        Duration time = plan.fault() == SimulatedPlan.Fault.SLOW
                ? Duration.ofSeconds(40)
                : plan.handsOver() ? plan.startsFor() : Duration.ZERO;
        return time.isZero() || passes(given, time);
    }

    /** What is wrong with it shows only when it works. */
    private void goWrongLater(RunnableContext given) {
        SimulatedPlan.Fault fault = plan.fault();
        if (fault.compareTo(SimulatedPlan.Fault.FAILS) < 0 || fault.compareTo(SimulatedPlan.Fault.UNHEALTHY) > 0) {
            return;
        }
        given.fork("fault", () -> {
            live++;
            try {
                if (given.sleep(plan.worksFor().multipliedBy(3))) {
                    goWrong(given, fault);
                }
            } finally {
                live--;
            }
        });
    }

    private void goWrong(RunnableContext given, SimulatedPlan.Fault fault) throws Exception {
        switch (fault) {
            case FAILS -> throw new SimulatedWorld.Commanded("wrong after a while");
            case RETURNS -> obey(Command.RETURN);
            case DEGRADED -> given.degraded("wrong after a while");
            default -> unhealthy = true;
        }
    }

    private void take(RunnableContext given) throws InterruptedException {
        Optional<CarryOver> left;
        if (!given.cancelled().isSet()) {
            Thread.interrupted(); // by the history; what that wants is done later
        }
        waits = true;
        try {
            left = plan.handsOver() ? given.takeOver() : given.carryOver();
        } finally {
            waits = false;
        }
        List<Integer> keys = left.isPresent() && left.get() instanceof Keys some ? some.keys() : List.of();
        world.work().taken(this, keys);
        queue.addAll(keys);
        given.carryOver(null);
        working = true;
    }

    private void drain(RunnableContext given) throws Exception {
        StopRequest request = given.stopRequest().orElseThrow();
        if (!plan.spec().drains() || request.mode() != StopMode.DRAIN || paused) {
            obeyCommand(given);
            return;
        }
        long finished = 0;
        while (!given.cancelled().isSet() && world.time().nanos() - request.drainDeadline() < 0) {
            obeyCommand(given);
            if (!process(given)) {
                break;
            }
            finished++;
        }
        given.account().drained(finished);
    }

    /** Works on a key, if there is one; returns whether there was. */
    private boolean process(RunnableContext given) throws Exception {
        Integer key = paused || frozen ? null : queue.poll();
        if (key == null) {
            return false;
        }
        inHand = key;
        Optional<Registration> claim = given.claim(String.valueOf(key));
        if (claim.isEmpty()) {
            inHand = null;
            deferred.add(key);
            return true;
        }
        world.work().begins(this, key);
        try (Registration _ = claim.get();
                InFlight _ = given.inFlight("request", "key " + key, false)) {
            if (passesUnlessCancelled(given, plan.worksFor())) {
                try (InFlight write = given.inFlight("request", "write of " + key, true)) {
                    write.sending();
                    world.writes(this, key);
                }
                inHand = null;
                world.work().done(key);
            }
        } finally {
            world.work().ends(this, key);
            if (inHand != null) {
                queue.addFirst(key);
                inHand = null;
            }
            LockSupport.unpark(freezing);
        }
        return true;
    }

    /** Returns false when a stop was asked for before. */
    private boolean passes(RunnableContext given, Duration time) throws Exception {
        long until = world.time().nanos() + time.toNanos();
        while (true) {
            obeyCommand(given);
            try {
                return given.sleep(Duration.ofNanos(Math.max(0, until - world.time().nanos())));
            } catch (InterruptedException e) {
                rethrowIfCancelled(given, e);
            }
        }
    }

    private boolean passesUnlessCancelled(RunnableContext given, Duration time) throws Exception {
        long until = world.time().nanos() + time.toNanos();
        while (true) {
            obeyCommand(given);
            try {
                return !given.cancelled().await(Duration.ofNanos(Math.max(0, until - world.time().nanos())));
            } catch (InterruptedException e) {
                rethrowIfCancelled(given, e);
            }
        }
    }

    private static void rethrowIfCancelled(RunnableContext given, InterruptedException e) throws InterruptedException {
        if (given.cancelled().isSet()) {
            throw e;
        }
    }

    private void obeyCommand(RunnableContext given) throws Exception {
        Command next = command;
        command = null;
        if (next != null) {
            switch (next) {
                case FAIL -> throw new SimulatedWorld.Commanded("as told");
                case RETURN -> throw new Returned();
                case HANG -> hang(given, false);
                case SWALLOW_AN_INTERRUPT -> hang(given, true);
            }
        }
    }

    /** @param once whether the second interrupt after the cancellation ends it */
    private void hang(RunnableContext given, boolean once) throws InterruptedException {
        hangs = true;
        onlySwallowed = once && !misbehaved;
        misbehaved = true;
        stuck.add(Thread.currentThread());
        int interrupts = 0;
        try {
            while (!letGo && !world.letsGo()) {
                world.time().park(this, FOR_EVER);
                if (Thread.interrupted() && given.cancelled().isSet()) {
                    interrupts++;
                    if (once && interrupts == 2) {
                        throw new InterruptedException("swallowed one");
                    }
                }
            }
        } finally {
            stuck.remove(Thread.currentThread());
            hangs = false;
        }
    }

    // ---- its successor

    private Handover handover(RunnableContext given) {
        return new Handover() {

            @Override
            public @Nullable CarryOver freeze() throws Exception {
                live++;
                try {
                    return handOver();
                } finally {
                    live--;
                }
            }

            @Override
            public void thaw(@Nullable CarryOver back) throws Exception {
                live++;
                try {
                    takeBack(given, back instanceof Keys some ? some.keys() : List.of());
                } finally {
                    live--;
                }
            }
        };
    }

    private @Nullable Keys handOver() throws Exception {
        if (plan.fault() == SimulatedPlan.Fault.FREEZE_THROWS) {
            throw new SimulatedWorld.Commanded("does not hand over");
        }
        frozen = true;
        if (plan.fault() == SimulatedPlan.Fault.FREEZE_HANGS) {
            hangBeside();
        }
        freezing = Thread.currentThread();
        while (inHand != null) {
            world.time().park(this, FOR_EVER);
            if (Thread.interrupted()) {
                throw new InterruptedException("while it awaits what is in flight");
            }
        }
        List<Integer> left = holds();
        queue.clear();
        deferred.clear();
        world.work().leaves(this, left);
        return left.isEmpty() ? null : new Keys(left);
    }

    private void takeBack(RunnableContext given, List<Integer> back) throws Exception {
        if (plan.fault() == SimulatedPlan.Fault.THAW_THROWS) {
            throw new SimulatedWorld.Commanded("does not go on");
        }
        if (plan.fault() == SimulatedPlan.Fault.THAW_HANGS) {
            hangBeside();
        }
        if (!inCode || given.cancelled().isSet()) {
            throw new IllegalStateException("has ended, and takes nothing back");
        }
        world.work().taken(this, back);
        queue.addAll(back);
        frozen = false;
        wake();
    }

    /** Hangs in a thread beside the main one, until it is let go. */
    private void hangBeside() {
        world.misbehaves();
        misbehaved = true;
        onlySwallowed = false;
        stuck.add(Thread.currentThread());
        while (!letGo && !world.letsGo()) {
            world.time().park(this, FOR_EVER);
            Thread.interrupted();
        }
        stuck.remove(Thread.currentThread());
    }

    private void leave(RunnableContext given) {
        List<Integer> left = holds();
        queue.clear();
        deferred.clear();
        inHand = null;
        if (!left.isEmpty()) {
            world.work().leaves(this, left);
            given.carryOver(new Keys(left));
        }
    }

    /** @param pause whether it holds its work back, or only what comes in, of which there is nothing */
    private Suspension suspension(boolean pause) {
        return new Suspension() {

            @Override
            public void begin() {
                set(true);
            }

            @Override
            public void end() {
                set(false);
            }

            private void set(boolean on) {
                paused = pause ? on : paused;
                wake();
            }
        };
    }

    /** Is released in the reverse order, once, when no thread of the generation runs. */
    private final class Resource implements AutoCloseable {

        private final int index;
        private boolean closed;

        Resource(int index) {
            this.index = index;
        }

        @Override
        public void close() {
            live++;
            try {
                if (blocksRelease) {
                    hangBeside();
                }
                world.released(SimulatedGeneration.this, closed, !misbehaved
                        && resources.stream().anyMatch(later -> later.index > index && !later.closed));
                closed = true;
            } finally {
                live--;
            }
        }
    }
}
