package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it. {@link #advance(Duration)} goes from one due moment to the next: at each it
 * runs the timers that are due, in the order in which they were armed, and wakes the threads whose parking ends there, one after
 * the other, going on when the woken one parks, blocks or ends. So code that sleeps in a loop runs through as many rounds as fit
 * into the time that passes, without a race against the test.
 *
 * <p>Threads park at their own pace: before a test moves the time, it makes sure with {@link #awaitParked(int)} or {@link
 * #awaitTimers(int)} that there is something to wake. Waits for other threads are bounded in real time and fail with an {@link
 * IllegalStateException}. Thread-safe.
 */
public final class VirtualTime implements TimeSource {

    private static final Duration HANG = Duration.ofSeconds(20);
    private static final long FOR_EVER_SECONDS = Duration.ofDays(54_750).toSeconds();

    /** A timer, or a parked thread. */
    private static final class Due implements Comparable<Due> {

        final long at;
        final long number;
        final @Nullable Runnable action;
        final @Nullable Thread thread;
        volatile boolean left;

        Due(long at, long number, @Nullable Runnable action, @Nullable Thread thread) {
            this.at = at;
            this.number = number;
            this.action = action;
            this.thread = thread;
        }

        @Override
        public int compareTo(Due other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at - other.at, 0);
        }
    }

    private final Instant start;
    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private Duration ahead = Duration.ZERO;
    private long nanos;
    private long numbers;

    /** A clock that shows the first moment of the year 2000. */
    public VirtualTime() {
        this(Instant.parse("2000-01-01T00:00:00Z"));
    }

    /** A clock that shows this moment. */
    public VirtualTime(Instant start) {
        this.start = start;
    }

    @Override
    public synchronized Instant now() {
        return start.plusNanos(nanos).plus(ahead);
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        Due due = enter(delay, action, null);
        return () -> withdraw(due);
    }

    @Override
    public void park(Object blocker, Duration limit) {
        if (limit.toSeconds() >= FOR_EVER_SECONDS) {
            LockSupport.park(blocker);
            return;
        }
        Due due = enter(limit, null, Thread.currentThread());
        try {
            LockSupport.park(blocker);
        } finally {
            withdraw(due);
            due.left = true;
        }
    }

    private synchronized Due enter(Duration delay, @Nullable Runnable action, @Nullable Thread thread) {
        Due due = new Due(nanos + Math.max(0, delay.toNanos()), numbers++, action, thread);
        queue.add(due);
        return due;
    }

    private synchronized boolean withdraw(Due due) {
        return queue.remove(due);
    }

    /** Lets time pass. One thread at a time. */
    public void advance(Duration by) {
        long target = nanos() + by.toNanos();
        for (Due due = next(target); due != null; due = next(target)) {
            if (due.action != null) {
                due.action.run();
            } else if (due.thread != null) {
                wake(due, due.thread);
            }
        }
    }

    /** Lets time pass in which nothing runs: what falls due is found late, as after a suspension of the process. */
    public synchronized void suspend(Duration by) {
        nanos += by.toNanos();
    }

    /** Sets the wall clock forward, or back, against the monotonic one. */
    public synchronized void setForward(Duration by) {
        ahead = ahead.plus(by);
    }

    /** What is due next until then; when there is nothing more, the time is set to the target. */
    private synchronized @Nullable Due next(long target) {
        Due due = queue.peek();
        if (due == null || due.at - target > 0) {
            nanos = target;
            return null;
        }
        nanos = due.at - nanos > 0 ? due.at : nanos;
        return queue.poll();
    }

    private static void wake(Due due, Thread thread) {
        LockSupport.unpark(thread);
        await("end of the parking of " + thread, () -> due.left);
        await("end of the round of " + thread, () -> isAtRest(thread));
    }

    private static boolean isAtRest(Thread thread) {
        return switch (thread.getState()) {
            case NEW, RUNNABLE -> false;
            case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> true;
        };
    }

    /** How many threads are parked with a limit. */
    public synchronized int parked() {
        return (int) queue.stream().filter(due -> due.thread != null).count();
    }

    /** How many timers are armed. */
    public synchronized int timers() {
        return (int) queue.stream().filter(due -> due.action != null).count();
    }

    /** Waits, in real time, until at least this many threads are parked with a limit. */
    public void awaitParked(int threads) {
        await(threads + " parked threads", () -> parked() >= threads);
    }

    /** Waits, in real time, until at least this many timers are armed. */
    public void awaitTimers(int timers) {
        await(timers + " timers", () -> timers() >= timers);
    }

    private static void await(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + HANG.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no " + what + " within " + HANG);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
