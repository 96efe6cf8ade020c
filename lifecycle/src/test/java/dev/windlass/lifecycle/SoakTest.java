package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.Counter;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Adding, starting, stopping and removing leaves nothing. The witnesses know nothing of the ledger: the class histogram of the JVM, its
 * own dump of threads, virtual ones too, the open files and sockets of the process, the registry of meters.
 */
@Timeout(300)
class SoakTest {

    private static final int CYCLES = 10_000;

    @Test
    void cyclesWithTheSameNameLeaveNothing() throws Exception {
        soak("unit", "");
    }

    @Test
    void cyclesWithDistinctNamesLeaveNothing() throws Exception {
        soak("unit-", "numbered");
    }

    private static void soak(String prefix, String numbered) throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            manager.add("bystander", RunnableContext::awaitStop).ready().await();
            for (int i = 0; i < 200; i++) {
                cycle(manager, prefix + (numbered.isEmpty() ? "" : "warm-up-" + i));
            }
            settle();
            Map<String, Long> instances = instances();
            Map<String, Long> threads = threads();
            long descriptors = descriptors();
            for (int i = 0; i < CYCLES; i++) {
                cycle(manager, prefix + (numbered.isEmpty() ? "" : String.valueOf(i)));
            }
            settle();
            Awaitility.await().atMost(Trial.HANG).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
                assertThat(instances()).allSatisfy((type, count) -> assertThat(count).as(type)
                        .isLessThanOrEqualTo(instances.getOrDefault(type, 0L) + tolerance(type)));
                assertThat(threads()).allSatisfy((name, count) -> assertThat(count).as(name)
                        .isLessThanOrEqualTo(threads.getOrDefault(name, 0L)));
                assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
            });
            assertThat(manager.units()).hasSize(1);
            assertThat(manager.metrics().scrape("soak_things"::equals).stream()).isEmpty();
            assertThat(manager.health().checks(HealthKind.LIVENESS)).isEmpty();
        }
    }

    private static void cycle(Manager manager, String name) throws InterruptedException {
        RunnableHandle unit = manager
                .add(Task.of(RunnableSpec.builder(name).signalsReadiness(true).build(), context -> {
                    context.own("thing", "a", () -> {
                    });
                    context.detail("key", () -> "value");
                    context.meter(Counter.builder().name("soak_things").help("Things").build()).inc();
                    context.health("soak", HealthKind.LIVENESS, () -> {
                    });
                    context.own("socket", "a", new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                    context.schedule(Duration.ofHours(1), () -> {
                    });
                    context.fork("fork", () -> new CountDownLatch(1).await());
                    var _ = context.claim("key").orElseThrow();
                    context.inFlight("request", "GET things", false).close();
                    context.add("child", RunnableContext::awaitStop).ready().await();
                    context.ready();
                    context.awaitStop();
                }));
        unit.ready().await();
        unit.stop().await();
        unit.remove().await();
    }

    private static void settle() {
        Trial.until(() -> Trial.threadsNamed("unit").isEmpty());
    }

    /** How many threads there are by name, without numbers; but for those of the JVM and of the waiting here, which come and go. */
    private static Map<String, Long> threads() {
        return Trial.threadsNamed("").stream().map(line -> line.replaceAll("^#\\d+ \"([^\"]*)\".*", "$1"))
                .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("awaitility")
                        && !name.startsWith("VirtualThread-unparker") && !name.contains("Cleaner"))
                .collect(Collectors.groupingBy(name -> name.replaceAll("\\d+", "N"), Collectors.counting()));
    }

    /** Open files and sockets of the process; none where the system does not tell. */
    private static long descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    /** By how many instances a class may grow: none of those that make up a unit, and of any other less than one in two cycles. */
    private static long tolerance(String type) {
        boolean ours = type.startsWith("dev.windlass.lifecycle.") || type.startsWith("io.prometheus.")
                || type.equals("java.lang.VirtualThread") || type.equals("sun.nio.ch.NioSocketImpl")
                || type.startsWith("java.util.concurrent.ScheduledThreadPoolExecutor$");
        return ours && !type.contains("Test") && !type.contains("$$Lambda") ? 0 : CYCLES / 2;
    }

    /** Live instances by class. */
    private static Map<String, Long> instances() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[]{new String[0]}, new String[]{String[].class.getName()});
        Map<String, Long> instances = new TreeMap<>();
        for (String line : histogram.lines().toList()) {
            String[] columns = line.trim().split("\\s+", -1);
            if (columns.length >= 4 && columns[0].endsWith(":")) {
                instances.merge(columns[3].replaceAll("/0x.*", ""), Long.parseLong(columns[1]), Long::sum);
            }
        }
        return instances;
    }
}
