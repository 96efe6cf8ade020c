package dev.windlass.lifecycle;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A clock and a scheduler for virtual threads, both under one seed. One real thread, the one that made it, runs all of them in turns:
 * which of those that can run goes on is drawn, and goes on until it parks, ends, or gives the others a turn. Time passes only when
 * none can run, or when the driver says so, and then to the next moment at which something is due; what is due together comes in an
 * order that is drawn.
 *
 * <p>That virtual threads run on an executor of ours is not in the JDK's public interface, see {@code
 * docs/decisions/018-a-simulation-on-the-jdks-insides.md}. Not thread-safe, by design.
 */
final class SimulatedMachine implements TimeSource, Scheduling, Executor {

    private static final long FOR_EVER_SECONDS = Duration.ofDays(54_750).toSeconds();
    private static final int MOST_STEPS = 400_000;
    private static final Constructor<?> BUILDER = builder();

    /** A timer, or a parked thread. */
    private static final class Due implements Comparable<Due> {

        final long at;
        final int tie;
        final @Nullable Runnable action;
        final @Nullable Thread thread;
        boolean over;

        Due(long at, int tie, @Nullable Runnable action, @Nullable Thread thread) {
            this.at = at;
            this.tie = tie;
            this.action = action;
            this.thread = thread;
        }

        @Override
        public int compareTo(Due other) {
            return at == other.at ? Integer.compare(tie, other.tie) : Long.compare(at - other.at, 0);
        }
    }

    private final Thread carrier = Thread.currentThread();
    private final Instant start = Instant.parse("2000-01-01T00:00:00Z");
    private final long origin;
    private final List<Runnable> runnable = new ArrayList<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Runnable beforeTimePasses;
    private Random random;
    private long nanos;
    private int open;
    private int steps;
    private @Nullable String defect;

    /** @param beforeTimePasses called whenever nothing can run, before the clock moves */
    SimulatedMachine(long seed, Runnable beforeTimePasses) {
        this.random = new Random(seed);
        this.beforeTimePasses = beforeTimePasses;
        // The origin of nanoseconds is arbitrary: they may be negative, and may overflow during a history.
        this.origin = switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE - Duration.ofSeconds(random.nextInt(200)).toNanos();
            default -> random.nextLong();
        };
        this.nanos = origin;
    }

    private static Constructor<?> builder() {
        try {
            Constructor<?> found = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            found.setAccessible(true);
            return found;
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Draws from here on as this seed says, so that what comes before can be left out without changing all that follows. */
    void reseed(long seed) {
        random = new Random(seed);
    }

    // ---- threads

    @Override
    public Thread.Builder.OfVirtual virtual() {
        try {
            return (Thread.Builder.OfVirtual) BUILDER.newInstance(this);
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler is ours
    public void turn() {
        if (Thread.currentThread().isVirtual() && random.nextInt(4) == 0) {
            Thread.yield();
        }
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() != carrier && !Thread.currentThread().isVirtual()) {
            defect = Thread.currentThread()
                    + " let a thread run: something waits for a monitor, or for the JVM's clock";
        }
        runnable.add(task);
    }

    /** Starts a thread of nobody. */
    Thread start(String name, Runnable body) {
        return virtual().name(name).start(body);
    }

    /** Lets so many turns pass, or as many as there are. */
    void run(int most) {
        for (int i = 0; i < most && !runnable.isEmpty(); i++) {
            int at = runnable.size() == 1 ? 0 : random.nextInt(runnable.size());
            Runnable next = runnable.get(at);
            int last = runnable.size() - 1;
            runnable.set(at, runnable.get(last));
            runnable.remove(last);
            if (++steps > MOST_STEPS) {
                throw new IllegalStateException("the history does not come to rest");
            }
            next.run();
        }
    }

    /** Lets everybody go on until nobody can without time passing. */
    void settle() {
        run(Integer.MAX_VALUE);
        beforeTimePasses.run();
    }

    /** What went wrong in the machine itself, if anything. */
    @Nullable
    String defect() {
        return defect;
    }

    // ---- time

    @Override
    public Instant now() {
        return start.plusNanos(nanos - origin);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        Due entered = enter(delay, action, null);
        return () -> end(entered);
    }

    @Override
    public void park(Object blocker, Duration limit) {
        if (limit.toSeconds() >= FOR_EVER_SECONDS) {
            LockSupport.park(blocker);
            return;
        }
        Due entered = enter(limit, null, Thread.currentThread());
        try {
            LockSupport.park(blocker);
        } finally {
            end(entered);
        }
    }

    private Due enter(Duration delay, @Nullable Runnable action, @Nullable Thread thread) {
        Due entered = new Due(nanos + Math.max(0, delay.toNanos()), random.nextInt(), action, thread);
        due.add(entered);
        open++;
        return entered;
    }

    private boolean end(Due entered) {
        if (entered.over) {
            return false;
        }
        entered.over = true;
        open--;
        return true;
    }

    /** How many timers are armed and threads parked with a limit. */
    int open() {
        return open;
    }

    /** Lets time pass, stopping at each moment at which something is due until nobody can run. */
    void advance(Duration by) {
        long target = nanos + by.toNanos();
        settle();
        while (next(target)) {
            settle();
        }
        nanos = target;
    }

    /** Lets time pass until something has happened. */
    void advanceToNext(Duration most) {
        long target = nanos + most.toNanos();
        settle();
        if (next(target)) {
            settle();
        }
    }

    /** Goes to the next moment at which something is due, and begins that. */
    private boolean next(long target) {
        boolean any = false;
        for (Due first = due.peek(); first != null; first = due.peek()) {
            if (first.over) {
                due.remove();
            } else if (any ? first.at - nanos > 0 : first.at - target > 0) {
                break;
            } else {
                any = true;
                nanos = first.at - nanos > 0 ? first.at : nanos;
                due.remove();
                begin(first);
            }
        }
        return any;
    }

    private void begin(Due first) {
        if (first.action != null) {
            end(first);
            start("timer", first.action);
        } else if (first.thread != null) {
            LockSupport.unpark(first.thread);
        }
    }
}
