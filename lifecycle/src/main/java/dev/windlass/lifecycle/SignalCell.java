package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link Signal}. Its monitor guards the waiting threads and the actions, and is held for nothing
 * else. Nearly always one thread waits, so that this one has a field of its own.
 */
final class SignalCell implements Signal {

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Incarnation owner;
    private volatile boolean set;
    private @Nullable Thread waiter;
    private @Nullable List<Thread> moreWaiters;
    private @Nullable List<Runnable> actions;

    SignalCell(Incarnation owner) {
        this.owner = owner;
    }

    /** Sets it; returns false when it was set before. */
    boolean set() {
        Thread first;
        List<Thread> more;
        List<Runnable> toRun;
        synchronized (this) {
            if (set) {
                return false;
            }
            set = true;
            first = waiter;
            more = moreWaiters;
            toRun = actions;
            waiter = null;
            moreWaiters = null;
            actions = null;
        }
        if (first != null) {
            LockSupport.unpark(first);
        }
        if (more != null) {
            more.forEach(LockSupport::unpark);
        }
        if (toRun != null) {
            toRun.forEach(owner.threads()::startAction);
        }
        return true;
    }

    @Override
    public boolean isSet() {
        return set;
    }

    @Override
    public void await() throws InterruptedException {
        await(FOR_EVER);
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
            if (waiter == null) {
                waiter = self;
            } else {
                if (moreWaiters == null) {
                    moreWaiters = new ArrayList<>(2);
                }
                moreWaiters.add(self);
            }
        }
        try {
            return parkUntilSet(limit);
        } finally {
            forget(self);
        }
    }

    private boolean parkUntilSet(Duration limit) throws InterruptedException {
        TimeSource time = owner.time();
        boolean limited = !limit.equals(FOR_EVER);
        long deadline = limited ? time.nanos() + SystemTime.nanos(limit) : 0;
        Duration remaining = limit;
        while (!set) {
            if (limited) {
                long nanos = deadline - time.nanos();
                if (nanos <= 0) {
                    return false;
                }
                remaining = Duration.ofNanos(nanos);
            }
            // A signal that is set counts more than the interrupt that comes with it.
            if (Thread.interrupted() && !set) {
                throw new InterruptedException("interrupted while awaiting a signal");
            }
            if (!set) {
                time.park(this, remaining);
            }
        }
        return true;
    }

    private synchronized void forget(Thread self) {
        if (waiter == self) {
            waiter = null;
        } else if (moreWaiters != null) {
            moreWaiters.remove(self);
        }
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
        owner.threads().startAction(action);
        return () -> {
        };
    }

    private synchronized void withdraw(Runnable action) {
        if (actions != null) {
            actions.remove(action);
        }
    }
}
