package dev.windlass.tests.e2e;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.Module;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.ReloadReport;
import dev.windlass.modules.UnloadReport;
import dev.windlass.modules.UnloadState;
import dev.windlass.tests.sites.SitesModule;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import static dev.windlass.tests.e2e.Outside.NAMESPACE;
import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** A module with a controller is reloaded under load: no key is lost or run twice at once, and the old classes go. */
class ModuleReloadTest {

    private static final String SITES = "sites";
    private static final int KEYS = 1_000;
    private static final int DELAYED = 50;
    private static final int FAILING = 20;

    @TempDir
    private Path folder;

    private final Set<String> byNext = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> callsOfNext = new ConcurrentHashMap<>();

    @AfterEach
    void forgetTheHost() {
        System.getProperties().remove(SitesModule.HOST);
    }

    @Scenario
    void aReloadLosesNothingRunsNoKeyTwiceAtOnceAndKeepsTimesAndFailures(World world) throws Exception {
        host(world);
        Outside outside = world.outside(SOUTH);
        outside.each(names("later", DELAYED), name -> outside.publish(name, 1, "0"));
        outside.each(names("failing", FAILING), name -> outside.publish(name, 1, "0"));
        world.connect(SOUTH);
        ModuleHandle module = world.manager.add(Module.fromJar(jar("1")));
        module.ready().await(LIMIT);
        eventually(() -> assertThat(names("failing", FAILING)).allMatch(name -> count(calls, name) > 25));
        eventually(
                () -> assertThat(names("later", DELAYED)).allMatch(name -> world.seen(SITES, SOUTH, name).equals("0")));
        int watches = world.server(SOUTH).watches();
        world.journal.hold(SOUTH);
        outside.each(names("site", KEYS), name -> outside.publish(name, 1, "0"));
        eventually(() -> assertThat(status(world).inFlight()).isEqualTo(4));
        eventually(() -> assertThat(status(world).queued()).isGreaterThanOrEqualTo(KEYS + DELAYED));

        Operation<ReloadReport> reload = module.reload(jar("2"),
                ReplaceOptions.defaults().withProbation(Duration.ofSeconds(1)));
        List<String> changed = names("site", 100);
        List<String> gone = names("site", KEYS).subList(500, 550);
        outside.each(changed.subList(0, 90), name -> outside.rewrite(name, "1"));
        outside.each(gone.subList(0, 45), outside::unpublish);
        // It awaits what is in flight, and that waits for the gate. If it did not, the next one would begin all keys, also those.
        eventually(() -> assertThat(world.handsOver(SOUTH, SITES) || !world.journal.overlaps().isEmpty()).isTrue());
        outside.each(changed.subList(90, 100), name -> outside.rewrite(name, "1"));
        outside.each(gone.subList(45, 50), outside::unpublish);
        world.journal.release(SOUTH);
        ReloadReport report = reload.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.replaced()).singleElement().returns(ReplaceMethod.WARM, ReplaceReport::method);

        eventually(() -> {
            for (String name : names("site", KEYS)) {
                String expected = changed.contains(name) ? "1" : gone.contains(name) ? Journal.GONE : "0";
                assertThat(world.seen(SITES, SOUTH, name)).as(name).isEqualTo(expected);
            }
        });
        // Each has failed more than 25 times: the next failure asks for more than nine hours.
        eventually(() -> assertThat(names("failing", FAILING)).allMatch(name -> count(callsOfNext, name) == 1));
        eventually(() -> assertThat(world.engagement(SOUTH, SITES).status().queued()).isEqualTo(DELAYED + FAILING));
        assertThat(names("failing", FAILING)).allMatch(name -> count(callsOfNext, name) == 1);
        assertThat(world.journal.overlaps()).isEmpty();
        assertThat(names("later", DELAYED)).as("nobody comes before its time").noneMatch(byNext::contains);
        eventually(() -> assertThat(world.server(SOUTH).watches()).isEqualTo(watches));
        assertThat(module.state()).isEqualTo(UnitState.READY);
        proved(world, "1");
        module.unload().await(LIMIT);
        proved(world, "2");
    }

    /** What the module's calls are done by. */
    private void host(World world) {
        BiConsumer<List<String>, Supplier<String>> host = (call, read) -> {
            boolean next = call.getFirst().equals("2");
            String name = call.getLast();
            if (next) {
                byNext.add(name);
            }
            try {
                world.journal.note(new Journal.Entry(SITES, SOUTH, 1, ObjectKey.of(NAMESPACE, name)), read::get);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted at the gate", e);
            } catch (Exception e) {
                throw new IllegalStateException(name + " could not be read", e);
            }
            (next ? callsOfNext : calls).computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
        };
        System.getProperties().put(SitesModule.HOST, host);
    }

    private static int count(Map<String, AtomicInteger> calls, String name) {
        return calls.getOrDefault(name, new AtomicInteger()).get();
    }

    private static UnitStatus status(World world) {
        return world.engagement(SOUTH, SITES).status();
    }

    /** Nothing of a version is left in the process. */
    private static void proved(World world, String version) {
        eventually(() -> {
            System.gc();
            assertThat(Modules.of(world.manager).unloads()).filteredOn(unload -> unload.version().equals(version))
                    .singleElement().returns(UnloadState.PROVED, UnloadReport::state);
        });
    }

    /** The module's classes as a build would put them together. */
    private Path jar(String version) throws IOException, URISyntaxException {
        Path root = Path.of(SitesModule.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path jar = folder.resolve("sites-" + version + ".jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        Set<Path> classes = new HashSet<>();
        try (Stream<Path> files = Files.list(root.resolve(SitesModule.class.getPackageName().replace('.', '/')))) {
            files.forEach(classes::add);
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.putNextEntry(new JarEntry("META-INF/services/" + FeatureModule.class.getName()));
            entries.write(SitesModule.class.getName().getBytes(StandardCharsets.UTF_8));
            for (Path file : classes) {
                entries.putNextEntry(new JarEntry(root.relativize(file).toString()));
                entries.write(Files.readAllBytes(file));
            }
        }
        return jar;
    }
}
