package dev.windlass.cli.demo;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waiting for what only shows from outside, where nobody calls back. */
final class Await {
    /** Far more than anything here takes, so that a loaded machine fails nothing. */
    static final Duration BOUND = Duration.ofMinutes(2);
    private static final long EVERY_MILLIS = 20;

    private Await() {
    }

    /** @throws IllegalStateException when it has not become true within {@link #BOUND}; says what was waited for */
    static void until(String what, Callable<Boolean> condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + BOUND.toNanos();
        Exception last;
        do {
            last = null;
            try {
                if (condition.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                // An object that is not there yet looks like this; what it was comes with the failure.
                last = e;
            }
        } while (!never.await(EVERY_MILLIS, TimeUnit.MILLISECONDS) && System.nanoTime() < deadline);
        throw timedOut(what, last);
    }

    private static IllegalStateException timedOut(String what, @Nullable Exception last) {
        return new IllegalStateException("waited %d s in vain for %s%s".formatted(BOUND.toSeconds(), what,
                last == null ? "" : " (" + last + ")"), last);
    }
}
