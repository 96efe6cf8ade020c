package dev.windlass.tests.e2e;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.tests.e2e.World.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

/** Bounds that do not depend on how fast the machine is. */
class BoundsTest {

    private static final int UNITS = 1_000;
    private static final int EXTRA_THREADS = 64;

    @Test
    @Timeout(120)
    void aThousandUnitsStopWithFewPlatformThreads() throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        AtomicInteger closed = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(2 * UNITS);
        try (Manager manager = Manager.create()) {
            manager.start();
            for (int i = 0; i < UNITS; i++) {
                manager.add("unit-" + i, context -> {
                    context.own("resource", "one", closed::incrementAndGet);
                    context.fork("helper", () -> {
                        running.countDown();
                        context.awaitStop();
                    });
                    running.countDown();
                    context.awaitStop();
                });
            }
            running.await();
            assertThat(manager.units()).hasSize(UNITS).allMatch(unit -> unit.state() == UnitState.READY);
            threads.resetPeakThreadCount();
            int before = threads.getThreadCount();
            StopReport report = manager.stop().await(LIMIT);
            assertThat(threads.getPeakThreadCount() - before).isLessThanOrEqualTo(EXTRA_THREADS);
            assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
            assertThat(report.clean()).isTrue();
            assertThat(closed).hasValue(UNITS);
        }
    }

    @Test
    @Timeout(120)
    void oneStuckUnitKeepsNoOtherFromStopping() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        try (Manager manager = Manager.builder().shutdownBudget(java.time.Duration.ofSeconds(2)).build()) {
            manager.start();
            RunnableHandle deaf = manager.add(Task.of("deaf", context -> {
                stuck.countDown();
                while (hold.getCount() > 0) {
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        stuck.countDown(); // it will not end
                    }
                }
            }));
            for (int i = 0; i < 100; i++) {
                manager.add("unit-" + i, context -> {
                    try {
                        context.awaitStop();
                    } finally {
                        ended.incrementAndGet();
                    }
                }).ready().await(LIMIT);
            }
            stuck.await();
            StopReport report = manager.stop().await(LIMIT);
            assertThat(ended).hasValue(100);
            assertThat(deaf.state()).isEqualTo(UnitState.QUARANTINED);
            assertThat(report.allLeftovers()).singleElement()
                    .satisfies(left -> assertThat(left.detail()).contains("BoundsTest"));
            hold.countDown();
        }
    }
}
