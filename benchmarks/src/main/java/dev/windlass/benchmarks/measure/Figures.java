package dev.windlass.benchmarks.measure;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Measures this JVM and prints figures, one line of JSON each, as the Go programs do. Compiled into Windlass's program and
 * into each Java peer's, so that all are measured by the same code.
 */
public final class Figures {

    private static final long SETTLED = 20_000;

    private Figures() {
    }

    /** Prints one figure. A name may be printed many times: its median counts. */
    public static void report(String name, double value, String unit) {
        System.out.println("{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\"}".formatted(name,
                String.format(Locale.ROOT, "%.4f", value), unit));
    }

    /** Prints the median and the 99th percentile of durations in nanoseconds, as microseconds. */
    public static void reportQuantiles(String name, long[] nanos) {
        report(name + ".p50", quantile(nanos, 0.5) / 1e3, "µs");
        report(name + ".p99", quantile(nanos, 0.99) / 1e3, "µs");
    }

    /** Bytes in use after collection. */
    public static long heap() {
        return settled(() -> {
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        });
    }

    /**
     * Bytes of all live objects, counted one by one: differences of some hundred bytes show, where {@link #heap()} also tells how
     * well the collector has packed them.
     */
    public static long liveBytes() {
        return settled(Figures::histogramTotal);
    }

    /** Bytes that classes take outside of the heap. */
    public static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(pool -> pool.getUsage().getUsed()).sum();
    }

    /** Reads until two readings in a row agree: each collects, and what is let go of by one is gone in the next. */
    private static long settled(LongSupplier reading) {
        long last = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long now = reading.getAsLong();
            if (Math.abs(last - now) < SETTLED) {
                return now;
            }
            last = now;
        }
        return last;
    }

    private static long histogramTotal() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                    new Object[]{new String[0]}, new String[]{String[].class.getName()});
            String total = histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
            return Long.parseLong(total.strip().split("\\s+", -1)[2]);
        } catch (JMException e) {
            throw new IllegalStateException("this JVM gives no class histogram: run the benchmarks on HotSpot", e);
        }
    }

    /** Milliseconds since a reading of {@link System#nanoTime()}. */
    public static double millisSince(long began) {
        return (System.nanoTime() - began) / 1e6;
    }

    /** Processor time of this process since its launch, in seconds. */
    public static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    /** Resident memory of this process in megabytes (10⁶ bytes). */
    public static double residentMegabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0) * 1024 / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException("resident memory cannot be read: /proc is needed", e);
        }
    }

    /** Threads of the operating system that run Java code; virtual threads do not count, their carriers do. */
    public static int platformThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** Virtual threads that are alive, parked ones included: those that the JVM itself finds, not those we know of. */
    public static int virtualThreads() {
        try {
            Path file = Files.createTempDirectory("windlass-benchmark-").resolve("threads.json");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(file.toString(),
                    HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
            int found = Files.readString(file).split("\"virtual\"\\s*:\\s*true", -1).length - 1;
            Files.delete(file);
            Files.delete(file.getParent());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("the threads of this JVM cannot be listed", e);
        }
    }

    /** The value below which this share of the samples lies. */
    public static double quantile(long[] samples, double share) {
        long[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
    }
}
