package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.Collector;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Breaks the engine in many ways, each a change of one line, and requires that the simulation notices each of them. So its rules
 * are known to have teeth. A change that does not fit the source any more fails too: it is to be written anew.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SimulationMutantsTest {

    private static final int HISTORIES = 6_000;
    private static final String PACKAGE = "dev.windlass.lifecycle.";

    @TempDir
    Path classes;

    /** One change of a source. */
    record Mutant(String what, String source, String from, String to) {

        @Override
        public String toString() {
            return what;
        }
    }

    static List<Mutant> mutants() {
        return List.of(
                new Mutant("an earlier generation is heard", "GenerationNotices",
                        "if (!cell.isOf(from) || from.teardown() != null) {", "if (cell.isOf(null)) {"),
                new Mutant("levels stop in the order of their start", "LevelStopper",
                        "this.levels = StopLevels.of(cells);", "this.levels = StopLevels.of(cells).reversed();"),
                new Mutant("a stop does not look who depends on the unit", "Manager",
                        ".filter(UnitCell::isActiveOrAdmitting)", ".filter(dependent -> false)"),
                new Mutant("a removal forgets what was carried over", "UnitStop",
                        "removes ? cell.carried().takeForGood() : cell.keptWork()", "removes ? null : cell.keptWork()"),
                new Mutant("what is carried over is not kept", "CarriedWork", "kept = work; // also of one",
                        "kept = null; // also of one"),
                new Mutant("each level of a stop gets all of the budget", "LevelStopper",
                        "levels.size() - level + 1 + further", "1"),
                new Mutant("a claim on the quota is not given back", "QuotaClaim",
                        "            end();\n            return false;", "            return false;"),
                new Mutant("a start does not forgive failures", "UnitStart", "            restarts.reset();", ""),
                new Mutant("an interrupt is not repeated", "Teardown", "            incarnation.threads().interrupt();",
                        ""),
                new Mutant("who waits for readiness is not told of the end", "UnitStart",
                        "waiters.forEach(waiter -> waiter.fail(error));", ""),
                new Mutant("resources are released oldest first", "Ledger",
                        "new ArrayList<>(entries).reversed()", "new ArrayList<>(entries)"),
                new Mutant("resources are released while code runs", "Teardown",
                        "phase == Phase.WORK && incarnation.threads().closeIfNone()", "phase == Phase.WORK"),
                new Mutant("a start that a cascade overtakes is forgotten", "UnitStop",
                        "if (comesBack && result", "if (false && result"),
                new Mutant("a cascade does not become shorter", "UnitStop",
                        "            cascade.deadline = earlier(cascade.deadline, deadline(order));\n", ""),
                new Mutant("nobody is told that a dependency has moved", "Manager",
                        "        pokeDependents(cell);\n        if (to.satisfiesDependents()",
                        "        if (to.satisfiesDependents()"),
                new Mutant("what ended late stays in quarantine", "UnitCell",
                        "        manager().quarantine().leave(asker);\n", ""),
                new Mutant("a removed name stays registered", "Registry", "cells.remove(cell.name(), cell);", ""),
                new Mutant("a restart does not wait", "Restarts",
                        "due = time.nanos() + (long) (policy.delay(Math.max(1, failures)) * factor);",
                        "due = time.nanos() + (long) (0 * factor);"),
                new Mutant("the next generation does not begin paused", "Standstill",
                        "wanted.complete((current || beside) && of(kind).wanted);", "wanted.complete(false);"),
                new Mutant("generations begin anew after a removal", "Registry",
                        "highestRemoved.accumulateAndGet(bucket(removed.name()), removed.lastGeneration(), Math::max);",
                        ""),
                new Mutant("a lost dependency is not noticed", "Admission",
                        "if (other == null || !satisfiesDependents(other)) {\n                return \"depends on",
                        "if (other == null) {\n                return \"depends on"),
                new Mutant("a generation takes over before the one before has frozen", "WarmSuccession",
                        "CarryOver work = how.freeze();", "CarryOver work = null;"),
                new Mutant("keys are not handed back when a replace is taken back", "WarmSuccession",
                        "how.thaw(kept == null ? null : kept.work());", "how.thaw(null);"),
                new Mutant("who fails on probation is not taken back", "WarmSuccession",
                        "} else if (!isBeside && phase == Phase.PROBATION) {", "} else if (false) {"),
                new Mutant("the description of a replace that was taken back stays", "ColdSuccession",
                        "        describe(old);\n", ""),
                new Mutant("a reconfiguration that is refused stays", "Reconfiguring",
                        "                describe(base);\n", ""),
                new Mutant("the fence is not asked", "Term", "        passed.add(passage);\n        passage.check();\n",
                        "        passed.add(passage);\n"),
                new Mutant("who needs leadership does not wait for it", "LeaderGroup",
                        "if (now != null && now.isOpen()) {\n            return null;",
                        "if (true) {\n            return null;"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        compile(mutant);
        try (Loader loader = new Loader(List.of(classes, home(Manager.class), home(Simulation.class)))) {
            Method run = loader.loadClass(PACKAGE + "Simulation").getDeclaredMethod("firstBroken", long.class,
                    int.class);
            run.setAccessible(true);
            Object found = run.invoke(null, 1L, HISTORIES);
            assertThat(found).as("%s: no history of %d breaks a rule", mutant, HISTORIES).isNotNull();
            System.out.println(mutant + " → " + found);
        }
    }

    private void compile(Mutant mutant) throws Exception {
        Path sources = Objects.requireNonNull(home(Manager.class).getParent()).resolveSibling("src/main/java");
        Path source = sources.resolve(PACKAGE.replace('.', '/') + mutant.source() + ".java");
        String text = Files.readString(source);
        assertThat(text.split(java.util.regex.Pattern.quote(mutant.from()), -1)).as(
                "%s: what is to be changed must be there once", mutant).hasSize(2);
        Path changed = classes.resolve(mutant.source() + ".java");
        Files.writeString(changed, text.replace(mutant.from(), mutant.to()));
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "no compiler");
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            String path = Stream
                    .of(Manager.class, Logger.class, Nullable.class, GaugeWithCallback.class, Collector.class)
                    .map(type -> home(type).toString()).collect(Collectors.joining(File.pathSeparator));
            boolean compiled = compiler.getTask(messages, files, null,
                    List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", path), null,
                    files.getJavaFileObjects(changed)).call();
            assertThat(compiled).as("%s: %s", mutant, messages).isTrue();
        }
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Defines the engine and the simulation anew, from the first place that has a class; the log is everybody's. */
    private static final class Loader extends ClassLoader implements AutoCloseable {

        private final List<Path> places;

        Loader(List<Path> places) {
            super(SimulationMutantsTest.class.getClassLoader());
            this.places = places;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE) || name.startsWith(PACKAGE + "RecordedLog")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            List<String> missed = new ArrayList<>();
            for (Path place : places) {
                Path file = place.resolve(name.replace('.', '/') + ".class");
                if (Files.exists(file)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        byte[] code = in.readAllBytes();
                        return defineClass(name, code, 0, code.length);
                    } catch (IOException e) {
                        throw new ClassNotFoundException(name, e);
                    }
                }
                missed.add(file.toString());
            }
            throw new ClassNotFoundException(name + " in " + missed);
        }

        @Override
        public void close() {
            // It goes with its classes.
        }
    }
}
