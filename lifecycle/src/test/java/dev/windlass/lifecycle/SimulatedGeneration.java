package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
    SimulatedWorld.@Nullable Name model;
    long number;
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

    // ---- what the history does to it

    /** Whether there is a thread that a command could reach. */
    boolean obeys() {
        return inCode && !hangs && main != null;
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
        if (main != null && !hangs) {
            main.interrupt();
        }
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
        take(given);
        for (SimulatedPlan child : plan.children()) {
            world.addInside(given, child);
        }
        if (plan.spec().signalsReadiness()) {
            if (!passes(given, plan.startsFor())) {
                return;
            }
            given.ready();
        }
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

    private void take(RunnableContext given) {
        Optional<CarryOver> left = given.carryOver();
        List<Integer> keys = left.isPresent() && left.get() instanceof Keys some ? some.keys() : List.of();
        world.taken(this, keys);
        queue.addAll(keys);
        given.carryOver(null);
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
        Integer key = paused ? null : queue.poll();
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
        world.begins(this, key);
        try (Registration _ = claim.get();
                InFlight _ = given.inFlight("request", "key " + key, false)) {
            if (passesUnlessCancelled(given, plan.worksFor())) {
                inHand = null;
                world.done(key);
            }
        } finally {
            world.ends(this, key);
            if (inHand != null) {
                queue.addFirst(key);
                inHand = null;
            }
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
            while (!letGo) {
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

    private void leave(RunnableContext given) {
        List<Integer> left = holds();
        queue.clear();
        deferred.clear();
        inHand = null;
        if (!left.isEmpty()) {
            world.leaves(this, left);
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
                    misbehaved = true;
                    onlySwallowed = false;
                    stuck.add(Thread.currentThread());
                    while (!letGo) {
                        world.time().park(this, FOR_EVER);
                        Thread.interrupted();
                    }
                    stuck.remove(Thread.currentThread());
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
