package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The one implementation of {@link Signal}. Its monitor guards the two lists and is held for nothing else. */
final class SignalCell implements Signal {

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final TimeSource time;
    private volatile boolean set;
    private @Nullable List<Thread> waiters;
    private @Nullable List<Runnable> actions;

    SignalCell(TimeSource time) {
        this.time = time;
    }

    /** Sets it; returns false when it was set before. */
    boolean set() {
        List<Thread> toWake;
        List<Runnable> toRun;
        synchronized (this) {
            if (set) {
                return false;
            }
            set = true;
            toWake = waiters;
            toRun = actions;
            waiters = null;
            actions = null;
        }
        if (toWake != null) {
            toWake.forEach(LockSupport::unpark);
        }
        if (toRun != null) {
            toRun.forEach(SignalCell::start);
        }
        return true;
    }

    @Override
    public boolean isSet() {
        return set;
    }

    @Override
    public void await() throws InterruptedException {
        boolean reached;
        do {
            reached = await(FOR_EVER);
        } while (!reached);
    }

    @Override
    public boolean await(Duration limit) throws InterruptedException {
        if (set) {
            return true;
        }
        Thread self = Thread.currentThread();
        synchronized (this) {
            if (set) {
                return true;
            }
            if (waiters == null) {
                waiters = new ArrayList<>(1);
            }
            waiters.add(self);
        }
        try {
            return parkUntilSet(limit);
        } finally {
            synchronized (this) {
                if (waiters != null) {
                    waiters.remove(self);
                }
            }
        }
    }

    private boolean parkUntilSet(Duration limit) throws InterruptedException {
        long deadline = time.nanos() + limit.toNanos();
        while (!set) {
            long remaining = deadline - time.nanos();
            if (remaining <= 0) {
                return false;
            }
            // A signal that is set counts more than the interrupt that comes with it.
            if (Thread.interrupted() && !set) {
                throw new InterruptedException("interrupted while awaiting a signal");
            }
            time.park(this, Duration.ofNanos(remaining));
        }
        return true;
    }

    @Override
    public Registration onSet(Runnable action) {
        synchronized (this) {
            if (!set) {
                if (actions == null) {
                    actions = new ArrayList<>(1);
                }
                actions.add(action);
                return () -> withdraw(action);
            }
        }
        start(action);
        return () -> {
        };
    }

    private synchronized void withdraw(Runnable action) {
        if (actions != null) {
            actions.remove(action);
        }
    }

    private static void start(Runnable action) {
        Thread.ofVirtual().name("signal").start(action);
    }
}
