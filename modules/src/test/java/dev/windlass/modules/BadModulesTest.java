package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.NameTakenException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is no module, or one that misbehaves, is one clear error or one clear state, and nothing else is disturbed. */
@Timeout(120)
class BadModulesTest {

    private static final Duration HANG = Duration.ofSeconds(60);
    private static final String TICKER = "Task.of(\"ticker\", RunnableContext::awaitStop)";

    @TempDir
    private Path folder;

    private final Manager manager = Manager.create();
    private RunnableHandle bystander = manager.add("bystander", RunnableContext::awaitStop);

    @BeforeEach
    void start() throws InterruptedException {
        manager.start();
        bystander.ready().await();
    }

    @AfterEach
    void theBystanderWasNotDisturbed() {
        assertThat(bystander.status().id()).isEqualTo("bystander#1");
        assertThat(bystander.state()).isEqualTo(UnitState.READY);
        manager.close();
    }

    private static void refused(Path file, String... why) {
        assertThatThrownBy(() -> Module.fromJar(file)).isInstanceOf(InvalidModuleException.class)
                .hasMessageStartingWith(file.toString()).hasMessageContainingAll(why);
    }

    /** Loads it, and returns its handle when it has failed. */
    private ModuleHandle failed(Path file) {
        ModuleHandle handle = manager.add(Module.fromJar(file));
        Awaitility.await().atMost(HANG).until(() -> handle.state() == UnitState.FAILED);
        return handle;
    }

    @Test
    void aFileThatIsNotThere() {
        refused(folder.resolve("none.jar"), "there is no such file");
    }

    @Test
    void aFileThatIsNoJar() throws IOException {
        refused(Files.writeString(folder.resolve("text.jar"), "no jar at all"), "it is no whole jar",
                "wait until it is written, or build it again");
    }

    @Test
    void aJarThatIsNotWhole() throws IOException {
        byte[] whole = Files.readAllBytes(Jars.module(folder, "1", TICKER).build("whole.jar"));
        refused(Files.write(folder.resolve("half.jar"), Arrays.copyOf(whole, whole.length / 2)), "it is no whole jar");
    }

    @Test
    void aJarThatIsDamagedInside() throws IOException {
        byte[] bytes = Files.readAllBytes(Jars.module(folder, "1", TICKER).build("whole.jar"));
        for (int i = bytes.length / 4; i < bytes.length / 4 + 64; i++) {
            bytes[i] ^= 0x55;
        }
        refused(Files.write(folder.resolve("damaged.jar"), bytes), "cannot be loaded");
    }

    @Test
    void aJarThatIsNoModule() throws IOException {
        refused(Jars.in(folder).source("shop.Plain", "package shop; public class Plain {}").build("plain.jar"),
                "it is not a module", "META-INF/services/dev.windlass.modules.FeatureModule");
    }

    @Test
    void aJarThatDeclaresTwo() throws IOException {
        refused(Jars.in(folder).file(ModuleJar.SERVICE, "a.A\n# and\nb.B # too\n".getBytes(StandardCharsets.UTF_8))
                .build("two.jar"), "declares 2 modules, a.A, b.B", "a jar is one module");
    }

    @Test
    void aJarWithoutTheClassThatItDeclares() throws IOException {
        refused(Jars.in(folder).declares("shop.Missing").build("missing.jar"), "declares the class shop.Missing",
                "does not contain it");
    }

    @Test
    void aModuleThatSaysNothingOfItself() throws IOException {
        refused(Jars.in(folder).declares("shop.Plain").source("shop.Plain", "package shop; public class Plain {}")
                .build("plain.jar"), "annotate shop.Plain with @Feature");
    }

    @Test
    void aModuleThatNeedsANewerHost() throws IOException {
        refused(Jars.in(folder).declares("shop.Plain").source("shop.Plain", """
                package shop;
                @dev.windlass.modules.Feature(name = "plain", version = "1", api = 99)
                public class Plain {}
                """).build("newer.jar"), "needs version 99 of the module API, and this is version 1",
                "use a newer host");
    }

    @Test
    void aModuleWithoutAVersion() throws IOException {
        refused(Jars.module(folder, "", TICKER).build("plain.jar"), "says no version", "Implementation-Version");
        assertThat(
                Module.fromJar(Jars.module(folder, "", TICKER).manifest("Implementation-Version", "7").build("m.jar"))
                        .version())
                .isEqualTo("7");
    }

    @Test
    void aModuleWithAnIllegalName() throws IOException {
        refused(Jars.in(folder).declares("shop.Plain").source("shop.Plain", """
                package shop;
                @dev.windlass.modules.Feature(name = "../x", version = "1", api = 1)
                public class Plain {}
                """).build("name.jar"), "its name is not legal");
    }

    @Test
    void aJarThatUnpacksToTooMuch() throws IOException {
        Jars bomb = Jars.module(folder, "1", TICKER);
        byte[] zeros = new byte[256 << 20];
        for (int i = 0; i < 5; i++) {
            bomb.file("zeros" + i, zeros);
        }
        Path jar = bomb.build("bomb.jar");
        assertThat(Files.size(jar)).isLessThan(4 << 20);
        refused(jar, "unpacks to more than 1024 MiB");
    }

    @Test
    void aJarWithAPathThatLeadsOutOfIt() throws IOException {
        refused(Jars.module(folder, "1", TICKER).file("../../outside", new byte[1]).build("out.jar"),
                "has an entry \"../../outside\"");
        refused(Jars.module(folder, "1", TICKER).manifest("Class-Path", "../other.jar").build("beside.jar"),
                "names ../other.jar in its Class-Path", "outside of");
        refused(Jars.module(folder, "1", TICKER).manifest("Class-Path", "lib/other.jar").build("without.jar"),
                "names lib/other.jar in its Class-Path", "there is no such file");
    }

    @Test
    void aSecondModuleOfTheSameName() throws Exception {
        Path jar = Jars.module(folder, "1", TICKER).build("billing.jar");
        manager.add(Module.fromJar(jar)).ready().await();
        assertThatThrownBy(() -> manager.add(Module.fromJar(jar))).isInstanceOf(NameTakenException.class)
                .hasMessageContaining("module/billing");
    }

    @Test
    void aModuleThatFailsToSayWhatItConsistsOf() throws IOException {
        ModuleHandle handle = failed(Jars.module(folder, "1", "null").build("fails.jar"));
        assertThat(handle.status().lastError()).contains("billing 1 cannot be loaded: its code failed",
                "NullPointerException");
    }

    @Test
    void aModuleThatMissesAClass() throws IOException {
        ModuleHandle handle = failed(Jars.in(folder).declares("shop.Needy").source("shop.Needy", """
                package shop;
                import dev.windlass.lifecycle.*;
                import dev.windlass.modules.*;
                import java.util.*;
                @Feature(name = "billing", version = "1", api = 1)
                public final class Needy implements FeatureModule {
                    @Override public List<Unit<?>> units(ModuleContext context) {
                        org.awaitility.Awaitility.await();
                        return List.of();
                    }
                }
                """).build("needy.jar"));
        assertThat(handle.status().lastError()).contains("org/awaitility/Awaitility", "META-INF/lib");
    }

    @Test
    void aModuleWhoseUnitDoesNotGetReady() throws IOException {
        ModuleHandle handle = failed(Jars.module(folder, "1",
                "Task.of(RunnableSpec.builder(\"never\").signalsReadiness(true).restart(RestartPolicy.never()).build(), _ -> { throw new IllegalStateException(\"no money\"); })")
                .build("never.jar"));
        assertThat(handle.status().lastError()).contains("module/billing/never is not ready", "no money");
        assertThat(handle.children()).isEmpty();
    }

    @Test
    void aModuleThatAsksForTheEndOfTheJvm() throws Exception {
        for (String exit : new String[]{"System.exit(3)", "Runtime.getRuntime().exit(3)",
                "Runtime.getRuntime().halt(3)"}) {
            ModuleHandle handle = failed(Jars.module(folder, "1",
                    "Task.of(RunnableSpec.builder(\"exits\").signalsReadiness(true).restart(RestartPolicy.never()).build(), _ -> "
                            + exit
                            + ")")
                    .build("exits.jar"));
            assertThat(handle.status().lastError()).contains("exit(3) was refused");
            handle.unload().await();
        }
    }

    @Test
    void aModuleWhoseStartHangs() throws Exception {
        ModuleHandle handle = manager.add(Module.fromJar(Jars.module(folder, "1",
                "Task.of(RunnableSpec.builder(\"hangs\").signalsReadiness(true).build(), RunnableContext::awaitStop)")
                .build("hangs.jar")));
        Awaitility.await().atMost(HANG).until(() -> handle.status().message(),
                message -> message.contains("waits for module/billing/hangs"));
        assertThat(handle.state()).isEqualTo(UnitState.STARTING);
        handle.unload().await();
        assertThat(manager.find("module/billing")).isEmpty();
    }

    @Test
    void aModuleThatSwallowsItsInterrupts() throws Exception {
        ModuleHandle handle = manager.add(Module.fromJar(Jars.module(folder, "1", "new Deaf()")
                .source("shop.Deaf",
                        """
                                package shop;
                                import dev.windlass.lifecycle.*;
                                import java.util.concurrent.CountDownLatch;
                                final class Deaf implements Unit<RunnableHandle> {
                                    public RunnableSpec spec() {
                                        return RunnableSpec.builder("deaf").stop(StopOptions.drain(java.time.Duration.ofMillis(300))).build();
                                    }
                                    public RunnableHandle handle(RunnableHandle base) { return base; }
                                    public ManagedRunnable newInstance() {
                                        CountDownLatch mercy = new CountDownLatch(1);
                                        System.getProperties().put("mercy", (Runnable) mercy::countDown);
                                        return _ -> {
                                            while (mercy.getCount() > 0) {
                                                try {
                                                    mercy.await();
                                                } catch (InterruptedException e) {
                                                    continue;
                                                }
                                            }
                                        };
                                    }
                                }
                                """)
                .build("deaf.jar")));
        handle.ready().await();
        UnloadReport report = handle.unload().await();
        assertThat(report.state()).isNotEqualTo(UnloadState.PROVED);
        assertThat(manager.quarantined()).singleElement()
                .satisfies(hung -> assertThat(hung.toString()).contains("module/billing/deaf"));
        ((Runnable) Objects.requireNonNull(System.getProperties().remove("mercy"))).run();
        Awaitility.await().atMost(HANG).until(() -> {
            System.gc();
            return Modules.of(manager).unloads().getFirst().state();
        }, UnloadState.PROVED::equals);
    }
}
