package dev.windlass.cli;

import com.example.till.TillModule;
import dev.windlass.cli.operator.ModuleActions;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.UnloadState;
import dev.windlass.server.AdminServer;
import dev.windlass.server.BindAddress;
import dev.windlass.server.HealthServer;
import dev.windlass.server.ServerHandle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code windlass modules} against a manager that may load modules, and against one that may not. */
@Timeout(240)
class ModulesCommandTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path runtime;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Manager manager = Manager.builder().name("mill").build();

    @BeforeEach
    void start() {
        manager.start();
    }

    @AfterEach
    void stop() {
        manager.close();
    }

    private void serve(boolean withModules) throws InterruptedException {
        AdminServer server = AdminServer.at(BindAddress.loopback(0), runtime.resolve("windlass"));
        manager.add(withModules ? server.with(new ModuleActions(folder).all()) : server).ready().await(BOUND);
    }

    private CommandProcess run(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "modules";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return CommandProcess.run(runtime, all);
    }

    private Path jar(String version) throws IOException {
        Path jar = folder.resolve("till-" + version + ".jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        String file = TillModule.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest);
                InputStream type = Objects.requireNonNull(TillModule.class.getResourceAsStream("/" + file))) {
            entries.putNextEntry(new JarEntry("META-INF/services/" + FeatureModule.class.getName()));
            entries.write(TillModule.class.getName().getBytes(StandardCharsets.UTF_8));
            entries.putNextEntry(new JarEntry(file));
            type.transferTo(entries);
        }
        return jar;
    }

    private static void assertSays(CommandProcess process, String line) {
        assertThat(process.code()).as(process.err()).isZero();
        assertThat(process.out().strip()).isEqualTo(line);
    }

    @Test
    void theHealthChecksOfAModuleAreServedWhileItIsLoaded() throws Exception {
        ServerHandle health = manager.add(HealthServer.at(BindAddress.loopback(0)));
        health.ready().await(BOUND);
        serve(true);
        run("load", jar("1").toString());
        assertThat(readyz(health)).contains("[+]drawer ok");
        run("unload", "till");
        assertThat(readyz(health)).doesNotContain("drawer").contains("readyz check passed");
    }

    private static String readyz(ServerHandle health) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(health.address().orElseThrow().resolve("/readyz?verbose"))
                    .timeout(BOUND).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void aModuleIsLoadedShownReloadedAndUnloaded() throws Exception {
        serve(true);
        jar("2");
        assertSays(run("load", jar("1").toString()), "till 1 is loaded: module/till is READY");
        assertThat(run("list").lines()).anyMatch(line -> line.matches("NAME +VERSION +STATE +UNITS +FILE"))
                .anyMatch(line -> line.matches("till +1 +READY +1 +.*till-1.jar"));
        assertThat(run("describe", "till").lines()).contains("unit:     module/till", "version:  1",
                "  module/till/drawer");
        assertSays(run("reload", "till", "till-2.jar", "--probation", "0s", "--cascade"),
                "till 1 → 2 replaced: 1 unit replaced");
        assertSays(run("unload", "till"), "till 2 (load 2): PENDING");
        run("load", "till-1.jar");
        CommandProcess proved = run("unload", "till", "--prove");
        assertThat(proved.code()).as(proved.out() + proved.err()).isZero();
        assertThat(proved.lines()).contains("till 1 (load 3): PROVED");
        assertThat(run().lines()).anyMatch(line -> line.matches("UNLOADED +VERSION +LOAD +CLASSES +HELD BY"))
                .anyMatch(line -> line.matches("till +2 +2 +PROVED"));
        assertThat(run("list", "-o", "json").out()).contains("\"unloads\"");
    }

    private List<String> get(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "get";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandProcess process = CommandProcess.run(runtime, all);
        assertThat(process.code()).as(process.err()).isZero();
        return process.lines();
    }

    private void collectUntil(UnloadState state) {
        await().atMost(BOUND).until(() -> {
            System.gc();
            return Modules.of(manager).unloads().stream().allMatch(unload -> unload.state() == state);
        });
    }

    @Test
    void getShowsWhatBecomesOfAModuleThatWasUnloaded() throws Exception {
        serve(true);
        run("load", jar("1").toString());
        assertThat(get()).noneMatch(line -> line.contains("is unloaded"));
        run("unload", "till");
        assertThat(get()).anyMatch(line -> line.startsWith("module/till 1 (load 1) is unloaded")
                && line.contains("PENDING") && line.contains("windlass modules prove"));
        assertThat(get("module/till", "-o", "json")).anyMatch(line -> line.contains("PENDING"));
        collectUntil(UnloadState.PROVED);
        assertThat(get()).contains("module/till 1 (load 1) is unloaded, its classes are gone: PROVED");
        run("load", "till-1.jar");
        assertThat(get()).as("it is there again").noneMatch(line -> line.contains("is unloaded"));
    }

    @Test
    void getShowsWhatHoldsAModuleThatWasUnloaded() throws Exception {
        serve(true);
        run("load", jar("1").toString());
        Unit<?> held = manager.find("module/till/drawer").orElseThrow().unit();
        run("unload", "till");
        collectUntil(UnloadState.LEAKED);
        assertThat(get()).anyMatch(line -> line.startsWith("module/till 1 (load 1) is unloaded")
                && line.contains("LEAKED") && line.contains("windlass modules prove"));
        run("prove");
        assertThat(get()).anyMatch(line -> line.contains("LEAKED: HOST_OBJECT"));
        assertThat(held).isNotNull();
    }

    @Test
    void aFolderIsWatched() throws Exception {
        serve(true);
        jar("1");
        assertThat(run("watch").out()).contains("is watched by the unit module-directory");
        await().atMost(BOUND).until(() -> Modules.of(manager).find("till").map(ModuleHandle::version),
                version -> version.equals(Optional.of("1")));
        assertThat(run("list").lines()).anyMatch(line -> line.matches("WATCHED +UNIT +STATE +PROBLEMS"))
                .anyMatch(line -> line.matches(folder + " +module-directory +READY"));
    }

    @Test
    void aFolderWithinIsWatchedUntilItsUnitIsRemoved() throws Exception {
        serve(true);
        Path inbox = Files.createDirectories(folder.resolve("in box"));
        assertSays(run("watch", "in box"), inbox + " is watched by the unit module-directory/in-box");
        Path jar = inbox.resolve("till.jar");
        Files.move(jar("1"), jar);
        await().atMost(BOUND).until(() -> Modules.of(manager).find("till").map(ModuleHandle::version),
                version -> version.equals(Optional.of("1")));
        Files.move(jar("2"), jar, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(BOUND).until(() -> Modules.of(manager).find("till").map(ModuleHandle::version),
                version -> version.equals(Optional.of("2")));
        CommandProcess again = run("watch", inbox.toString());
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("is watched already by the unit module-directory/in-box, which is READY");
        manager.find("module-directory/in-box").orElseThrow().remove().await(BOUND);
        assertThat(run("list").out()).contains("till").doesNotContain("WATCHED");
    }

    @Test
    void whatCannotBeWatchedIsRefusedWithTheReason() throws Exception {
        serve(true);
        assertRefused(run("watch", runtime.toString()), "modules are loaded from " + folder + " only");
        assertRefused(run("watch", "../elsewhere"), "\"../elsewhere\" is not in it");
        assertRefused(run("watch", "inbox"), "there is no folder " + folder.resolve("inbox"));
        assertRefused(run("watch", jar("1").toString()), "is no folder: name the folder");
        assertThat(run("list").out()).doesNotContain("WATCHED");
    }

    private static void assertRefused(CommandProcess process, String why) {
        assertThat(process.code()).isEqualTo(1);
        assertThat(process.err()).contains(why);
    }

    @Test
    void onlyTheFolderThatTheManagerWasStartedWithIsLoadedFrom() throws Exception {
        serve(true);
        Path outside = Files.copy(jar("1"), runtime.resolve("till.jar"));
        CommandProcess refused = run("load", outside.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("modules are loaded from " + folder + " only");
        CommandProcess missing = run("load", "none.jar");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("none.jar cannot be loaded: there is no such file");
        CommandProcess unknown = run("unload", "till");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no module \"till\"").doesNotContain("[");
    }

    @Test
    void aManagerThatMayLoadNothingSaysHowItCould() throws Exception {
        serve(false);
        CommandProcess refused = run("list");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("was not started with --modules DIR");
    }
}
