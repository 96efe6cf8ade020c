package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A module that uses all that a unit can acquire is loaded and unloaded again and again, and nothing adds up. */
@Timeout(600)
class ModuleCyclesTest {

    private static final int CYCLES = 500;
    private static final int BEFORE = 20;
    /** A unit with a resource of each sort that its context has. */
    private static final String CLERK = """
            package shop;
            import dev.windlass.lifecycle.*;
            import io.prometheus.metrics.core.metrics.Gauge;
            import java.time.Duration;
            final class Clerk implements ManagedRunnable {
                private final ThreadLocal<Clerk> own = new ThreadLocal<>();
                @Override public void run(RunnableContext context) throws Exception {
                    own.set(this);
                    context.health("clerk", HealthKind.READINESS, () -> own.get());
                    context.meter(Gauge.builder().name("shop_letters").build()).set(1);
                    context.detail("desk", () -> "desk of " + this);
                    context.fork("letters", () -> { own.set(this); context.awaitStop(); });
                    context.schedule(Duration.ofHours(1), () -> own.remove());
                    context.own("desk", "first", () -> own.remove());
                    context.add("inside", RunnableContext::awaitStop);
                    Thread pinned = context.forkPlatform("platform", context::awaitStop);
                    context.logger().info("works on {}", pinned);
                    context.ready();
                    context.awaitStop();
                }
            }
            """;

    @TempDir
    private Path folder;

    private record Footprint(long classes, long threads, long metaspace) {

        static Footprint now() {
            long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getName().equals("Metaspace")).map(MemoryPoolMXBean::getUsage)
                    .mapToLong(usage -> usage.getUsed()).sum();
            return new Footprint(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                    ManagementFactory.getThreadMXBean().getThreadCount(), metaspace);
        }
    }

    @Test
    void nothingAddsUp() throws Exception {
        Path jar = Jars.module(folder, "1",
                "Task.each(RunnableSpec.builder(\"clerk\").signalsReadiness(true).build(), Clerk::new)")
                .source("shop.Clerk", CLERK).build("billing.jar");
        try (Manager manager = Manager.create()) {
            manager.start();
            cycle(manager, jar, BEFORE);
            settle(manager);
            Footprint before = Footprint.now();
            cycle(manager, jar, CYCLES);
            settle(manager);
            Footprint after = Footprint.now();
            assertThat(manager.units()).isEmpty();
            // One generation's classes are ten; what the JVM makes for itself on the way is no multiple of the cycles.
            assertThat(after.classes() - before.classes()).as("%s → %s", before, after).isLessThan(CYCLES / 5);
            assertThat(after.threads() - before.threads()).as("%s → %s", before, after).isLessThan(8);
            assertThat(after.metaspace() - before.metaspace()).as("%s → %s", before, after)
                    .isLessThan(CYCLES * 4096L);
        }
    }

    private static void cycle(Manager manager, Path jar, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            ModuleHandle billing = manager.add(Module.fromJar(jar));
            billing.ready().await();
            // The library of meters starts its thread with the first one that is made, which is the module's.
            assertThat(billing.unload().await().remains()).allMatch(remain -> remain.endsWith("cleared"));
        }
    }

    private static void settle(Manager manager) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            System.gc();
            return Modules.of(manager).unloads();
        }, (List<UnloadReport> reports) -> reports.stream().allMatch(report -> report.state() == UnloadState.PROVED));
    }
}
