package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Signal;
import dev.windlass.lifecycle.UnitState;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for the units inside one that was started: a cluster is ready when it is connected, and has caught up when what works
 * on it is ready too. One that is in trouble is not awaited: it says so itself.
 */
final class Settling {
    /** Who never comes back, for example because its owner does not bring it back, does not hold up the answer for longer. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Settling() {
    }

    static void await(Manager manager, RunnableHandle unit, Duration atMost, Signal stopping)
            throws InterruptedException {
        CountDownLatch settled = new CountDownLatch(1);
        Duration limit = atMost.compareTo(LIMIT) < 0 ? atMost : LIMIT;
        try (Registration _ = stopping.onSet(settled::countDown);
                Registration _ = manager.subscribe(event -> {
                    if (isSettled(unit)) {
                        settled.countDown();
                    }
                })) {
            if (!isSettled(unit)) {
                boolean _ = settled.await(limit.toNanos(), TimeUnit.NANOSECONDS);
            }
        }
    }

    private static boolean isSettled(RunnableHandle unit) {
        return unit.children().stream().noneMatch(child -> isComing(child.status().state(),
                child.status().desiredRunning()));
    }

    /** On its way, or about to be started again by whoever started it in the last generation. */
    private static boolean isComing(UnitState state, boolean wanted) {
        return switch (state) {
            case NEW, PENDING, STARTING -> true;
            case STOPPED -> wanted;
            default -> false;
        };
    }
}
