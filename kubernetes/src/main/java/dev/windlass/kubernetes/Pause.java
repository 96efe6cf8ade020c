package dev.windlass.kubernetes;

import dev.windlass.lifecycle.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A sleep that others can end early. A wake that comes before the sleep counts. One thread sleeps. */
final class Pause {

    private final TimeSource time;
    private volatile boolean woken;
    private volatile @Nullable Thread sleeper;

    Pause(TimeSource time) {
        this.time = time;
    }

    void sleep(Duration duration) throws InterruptedException {
        if (!duration.isPositive()) {
            return;
        }
        sleeper = Thread.currentThread();
        long deadline = time.nanos() + duration.toNanos();
        while (!woken) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long remaining = deadline - time.nanos();
            if (remaining <= 0) {
                break;
            }
            time.park(this, Duration.ofNanos(remaining));
        }
        woken = false;
    }

    /** A wake that came before counts no more. */
    void forget() {
        woken = false;
    }

    void wake() {
        woken = true;
        Thread sleeping = sleeper;
        if (sleeping != null) {
            LockSupport.unpark(sleeping);
        }
    }
}
