package dev.windlass.lifecycle;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Adding, starting, stopping and removing leaves nothing: no instance of the engine's classes and no thread. */
@Timeout(120)
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
            Map<String, Long> before = instances();
            for (int i = 0; i < CYCLES; i++) {
                cycle(manager, prefix + (numbered.isEmpty() ? "" : String.valueOf(i)));
            }
            settle();
            // Fewer is right too: what an earlier test of this process has left may go now.
            assertThat(instances()).allSatisfy(
                    (type, count) -> assertThat(count).as(type).isLessThanOrEqualTo(before.getOrDefault(type, 0L)));
            assertThat(manager.units()).hasSize(1);
        }
    }

    private static void cycle(Manager manager, String name) throws InterruptedException {
        RunnableHandle unit = manager.add(name, context -> {
            context.own("thing", "a", () -> {
            });
            context.detail("key", () -> "value");
            context.awaitStop();
        });
        unit.ready().await();
        unit.stop().await();
        unit.remove().await();
    }

    private static void settle() {
        Trial.until(() -> Trial.threadsNamed("unit").isEmpty());
    }

    /** Live instances of the engine's classes. */
    private static Map<String, Long> instances() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[]{new String[0]}, new String[]{String[].class.getName()});
        Map<String, Long> instances = new TreeMap<>();
        for (String line : histogram.lines().toList()) {
            String[] columns = line.trim().split("\\s+", -1);
            if (columns.length >= 4 && columns[3].startsWith("dev.windlass.lifecycle.")
                    && !columns[3].contains("Test") && !columns[3].contains("$$Lambda")) {
                instances.merge(columns[3], Long.parseLong(columns[1]), Long::sum);
            }
        }
        return instances;
    }
}
