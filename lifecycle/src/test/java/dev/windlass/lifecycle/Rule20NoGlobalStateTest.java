package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.io.File;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Two managers in one JVM do not see each other, and meters go with what they count. */
@Timeout(60)
class Rule20NoGlobalStateTest {

    static Map<String, Double> units(PrometheusRegistry registry) {
        Map<String, Double> counts = new TreeMap<>();
        registry.scrape(name -> name.equals("windlass_units")).forEach(metric -> {
            for (GaugeDataPointSnapshot point : ((GaugeSnapshot) metric).getDataPoints()) {
                counts.put(point.getLabels().get("kind") + " " + point.getLabels().get("state"), point.getValue());
            }
        });
        return counts;
    }

    @Test
    void twoManagersDoNotSeeEachOther() throws Exception {
        List<UnitEvent> events = new ArrayList<>();
        try (Manager one = Manager.create(); Manager other = Manager.create()) {
            one.start();
            other.start();
            other.subscribe(events::add);
            RunnableHandle unit = one.add("unit", context -> {
                context.health("check", HealthKind.LIVENESS, () -> {
                });
                context.awaitStop();
            });
            unit.ready().await();
            assertThat(other.find("unit")).isEmpty();
            assertThat(other.health().checks(HealthKind.LIVENESS)).isEmpty();
            assertThat(other.add("unit", RunnableContext::awaitStop).ready().await().generation()).isEqualTo(1);
            other.stop().await();
            assertThat(unit.state()).isEqualTo(UnitState.READY);
            assertThat(one.stopping()).isFalse();
            assertThat(one.extension(StringBuilder.class, manager -> new StringBuilder("one"))).hasToString("one");
        }
        assertThat(events).allMatch(event -> event.generation() <= 1);
    }

    @Test
    void unitsAreCountedByKindAndStateAndVanishWithThem() throws Exception {
        PrometheusRegistry registry = new PrometheusRegistry();
        Manager manager = Manager.builder().metrics(registry).build();
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        manager.add(Task.of(RunnableSpec.builder("other").kind("Thing").build(), RunnableContext::awaitStop)).ready()
                .await();
        unit.ready().await();
        assertThat(units(registry)).containsOnly(Map.entry("Task ready", 1.0), Map.entry("Thing ready", 1.0));
        unit.stop().await();
        assertThat(units(registry)).containsOnly(Map.entry("Task stopped", 1.0), Map.entry("Thing ready", 1.0));
        unit.remove().await();
        assertThat(units(registry)).containsOnly(Map.entry("Thing ready", 1.0));
        manager.close();
        assertThat(units(registry)).isEmpty();
        Manager.builder().metrics(registry).build().close(); // the name of the meter is free again
    }

    @Test
    void extensionsAreMadeOnceAndClosedAfterAllUnitsNewestFirst() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        record First(List<String> log) implements AutoCloseable {
            @Override
            public void close() {
                log.add("first closed");
            }
        }
        record Second(List<String> log) implements AutoCloseable {
            @Override
            public void close() {
                log.add("second closed");
                throw new IllegalStateException("not like this");
            }
        }
        Manager manager = Manager.create();
        manager.start();
        First first = manager.extension(First.class, any -> new First(log));
        manager.extension(Second.class, any -> new Second(log));
        assertThat(manager.extension(First.class, any -> new First(log))).isSameAs(first);
        assertThatThrownBy(() -> manager.extension(Integer.class, any -> manager.extension(Integer.class, again -> 1)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("by the factory that makes it");
        manager.add("unit", context -> {
            context.awaitStop();
            log.add("unit ended");
        }).ready().await();
        StopReport report = manager.stop().await();
        assertThat(log).containsExactly("unit ended", "second closed", "first closed");
        assertThat(report.errors()).containsExactly(
                "release of extension Second: java.lang.IllegalStateException: not like this");
    }

    /** Loggers, thread-bound values, handles to fields and constants: nothing that one manager could leave for another. */
    @Test
    void noClassOfTheEngineHasStateOfItsOwn() throws Exception {
        Path classes = Path.of(Manager.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> suspects = new ArrayList<>();
        int seen = 0;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '.')
                        .replaceAll("\\.class$", "");
                if (name.endsWith("package-info") || name.endsWith("module-info")) {
                    continue;
                }
                seen++;
                for (Field field : Class.forName(name).getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !isConstant(field)) {
                        suspects.add(field.toString());
                    }
                }
            }
        }
        assertThat(seen).isGreaterThan(60);
        assertThat(suspects).isEmpty();
    }

    private static boolean isConstant(Field field) {
        Class<?> type = field.getType();
        return Modifier.isFinal(field.getModifiers()) && (type.isPrimitive() || type.isEnum() || type.isRecord()
                || Stream.of(String.class, Logger.class, ScopedValue.class, VarHandle.class, Duration.class,
                        Pattern.class, Comparator.class).anyMatch(type::isAssignableFrom)
                || (type.isArray() && type.componentType().isEnum()) || isValue(type)
                || field.getName().equals("BUSY")); // the mark of a mailbox that runs
    }

    private static boolean isValue(Class<?> type) {
        return type.getPackage() == Manager.class.getPackage() && type.getSuperclass() == Object.class
                && Stream.of(type.getDeclaredFields()).allMatch(field -> Modifier.isFinal(field.getModifiers())
                        && !Iterable.class.isAssignableFrom(field.getType()));
    }
}
