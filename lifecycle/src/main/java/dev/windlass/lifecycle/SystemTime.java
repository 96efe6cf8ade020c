package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system's clocks, and one daemon thread for timers, which ends when it has been idle for some seconds. After {@link
 * #close()} timers are accepted and never run.
 */
final class SystemTime implements TimeSource, AutoCloseable {

    /** As good as for ever: nobody waits for 146 years, and it can be added to any {@link #nanos()}. */
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");

    private final ScheduledThreadPoolExecutor timers;

    /** An action that throws is a defect of whoever scheduled it, and would otherwise never be heard of. */
    private static final class Timers extends ScheduledThreadPoolExecutor {

        /** The thread outlives whoever happens to need it first, and inherits nothing of it, not even the context class loader. */
        Timers() {
            super(1, Thread.ofPlatform().daemon().name("windlass-timer").inheritInheritableThreadLocals(false)
                    .factory());
        }

        @Override
        protected void afterExecute(Runnable action, @Nullable Throwable thrown) {
            if (action instanceof Future<?> done && done.state() == Future.State.FAILED) {
                LOG.atError().setCause(done.exceptionNow()).log("the action of a timer failed");
            }
        }
    }

    SystemTime() {
        timers = new Timers();
        timers.setRemoveOnCancelPolicy(true);
        timers.setKeepAliveTime(5, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        try {
            ScheduledFuture<?> scheduled = timers.schedule(action, nanos(delay), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> false;
        }
    }

    @Override
    public void park(Object blocker, Duration limit) {
        long nanos = nanos(limit);
        if (nanos == FOR_EVER) {
            LockSupport.park(blocker); // a timed park of a virtual thread costs a timer
        } else {
            LockSupport.parkNanos(blocker, nanos);
        }
    }

    @Override
    public void close() {
        timers.shutdownNow();
    }

    /** Any duration in nanoseconds, however long. */
    static long nanos(Duration duration) {
        return duration.toSeconds() >= FOR_EVER / 1_000_000_000 ? FOR_EVER : duration.toNanos();
    }
}
