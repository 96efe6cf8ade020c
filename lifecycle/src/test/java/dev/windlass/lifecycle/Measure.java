package dev.windlass.lifecycle;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Prints what an idle unit costs: to add and start, to keep, and to stop with its manager. Not a test: run its {@code main}
 * by hand, with the number of units and of rounds as arguments. The first rounds warm up.
 */
final class Measure {

    private Measure() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        int units = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        for (int round = 1; round <= rounds; round++) {
            measure(units, round);
        }
    }

    private static void measure(int units, int round) throws InterruptedException {
        List<String> names = new ArrayList<>(units);
        for (int i = 0; i < units; i++) {
            names.add("unit-" + i);
        }
        long before = usedBytes();
        Manager manager = Manager.create();
        manager.start();
        CountDownLatch entered = new CountDownLatch(units);
        ManagedRunnable idle = context -> {
            entered.countDown();
            context.awaitStop();
        };
        long cpuBegun = cpuNanos();
        long begun = System.nanoTime();
        names.forEach(name -> manager.add(name, idle));
        long added = System.nanoTime();
        entered.await();
        long running = System.nanoTime();
        long cpuAdd = cpuNanos() - cpuBegun;
        long bytes = (usedBytes() - before) / units;
        long stopping = System.nanoTime();
        long cpuBefore = cpuNanos();
        manager.close();
        long stopped = System.nanoTime();
        System.out.printf("round %d: add %.2f µs, add and start %.2f µs (%.2f µs of CPU), %d bytes each,"
                + " stop of all %.0f ms (%.0f ms of CPU)%n", round, (added - begun) / 1e3 / units,
                (running - begun) / 1e3 / units, cpuAdd / 1e3 / units, bytes, (stopped - stopping) / 1e6,
                (cpuNanos() - cpuBefore) / 1e6);
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static long usedBytes() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
