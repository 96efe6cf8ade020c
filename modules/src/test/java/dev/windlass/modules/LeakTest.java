package dev.windlass.modules;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.UnitState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A module that leaves something behind is reported, with what holds it; one that does so too often is not loaded again. */
@Timeout(240)
public class LeakTest extends Loading {

    /** What a host keeps that a module has given it. */
    public static final Map<String, Object> HOST = new ConcurrentHashMap<>();

    private static final String LEAK = "Task.of(\"leaks\", c -> { LeakTest.HOST.put(c.incarnation().toString(), new Object() { }); c.awaitStop(); })";

    @AfterEach
    void clear() {
        HOST.clear();
    }

    private void loadAndUnload(Path jar) throws InterruptedException {
        ModuleHandle billing = manager.add(Module.fromJar(jar));
        billing.ready().await();
        Awaitility.await().atMost(HANG).until(() -> billing.children().stream().map(RunnableHandle::state).toList(),
                List.of(UnitState.READY)::equals);
        billing.unload().await();
    }

    @Test
    void aLeakIsNamedWithWhatHoldsItAndIsOverWhenThatLetsGo() throws Exception {
        Path jar = Jars.module(folder, "1", LEAK).build("leaks.jar");
        loadAndUnload(jar);
        Awaitility.await().atMost(HANG).until(() -> !HOST.isEmpty());
        assertThat(Modules.of(manager).prove().await()).singleElement().satisfies(report -> {
            assertThat(report.state()).isEqualTo(UnloadState.LEAKED);
            assertThat(report.cause()).isEqualTo("HOST_OBJECT");
            assertThat(String.join("\n", report.chain())).contains("LeakTest", "HOST");
            assertThat(report.remedy()).isNotEmpty();
        });
        HOST.clear();
        assertThat(Modules.of(manager).prove().await()).singleElement()
                .returns(UnloadState.PROVED, UnloadReport::state).returns("", UnloadReport::cause);
    }

    @Test
    void afterThreeLeaksTheModuleIsNotLoadedAgainAndOthersAre() throws Exception {
        Path jar = Jars.module(folder, "1", LEAK).build("leaks.jar");
        for (int i = 1; i <= 3; i++) {
            loadAndUnload(jar);
            int leaked = i;
            Awaitility.await().atMost(HANG).until(() -> HOST.size() == leaked);
        }
        Awaitility.await().atMost(HANG).until(() -> {
            System.gc();
            return Modules.of(manager).unloads().stream().allMatch(report -> report.state() == UnloadState.LEAKED);
        });
        ModuleHandle unproved = manager.add(Module.fromJar(jar));
        Awaitility.await().atMost(HANG).until(() -> unproved.state() == UnitState.FAILED);
        assertThat(unproved.status().lastError()).contains("3 loads of it have leaked", "soft references",
                "windlass modules prove");
        unproved.remove().await();
        Modules.of(manager).prove().await();
        ModuleHandle refused = manager.add(Module.fromJar(jar));
        Awaitility.await().atMost(HANG).until(() -> refused.state() == UnitState.FAILED);
        assertThat(refused.status().lastError()).contains("billing is not loaded again: 3 loads of it have leaked",
                "HOST_OBJECT", "mend that, and restart this process");
        HOST.clear();
        Modules.of(manager).prove().await();
        refused.start().await();
        assertThat(refused.state()).isEqualTo(UnitState.READY);
    }

    @Test
    void whatCanBeTakenAwayIsAndIsNamed() throws Exception {
        Path jar = Jars.module(folder, "1",
                "Task.of(RunnableSpec.builder(\"hook\").signalsReadiness(true).build(), c -> { Thread.setDefaultUncaughtExceptionHandler(new Hook()); c.ready(); c.awaitStop(); })")
                .source("shop.Hook", """
                        package shop;
                        public final class Hook implements Thread.UncaughtExceptionHandler {
                            @Override public void uncaughtException(Thread thread, Throwable thrown) { }
                        }
                        """).build("hook.jar");
        ModuleHandle billing = manager.add(Module.fromJar(jar));
        billing.ready().await();
        UnloadReport report = billing.unload().await();
        assertThat(report.remains()).singleElement().asString().contains("UNCAUGHT_EXCEPTION_HANDLER", "cleared");
        assertThat(Modules.of(manager).prove().await()).singleElement()
                .satisfies(proof -> assertThat(proof.state()).as("%s %s", proof, proof.chain())
                        .isEqualTo(UnloadState.PROVED));
    }

    @Test
    void whatWasStoppedBeforeItIsUnloadedIsNotProvedByThat() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(Jars.module(folder, "1", LEAK).build("leaks.jar")));
        billing.ready().await(HANG);
        Awaitility.await().atMost(HANG).until(() -> !HOST.isEmpty());
        billing.stop().await(HANG);
        assertThat(billing.unload().await(HANG)).returns(1L, UnloadReport::load).returns("1", UnloadReport::version)
                .satisfies(report -> assertThat(report.state()).isNotEqualTo(UnloadState.PROVED));
    }

    @Test
    void whatFailedToSayWhatItConsistsOfWasLoadedAllTheSame() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(failing("LeakTest.HOST.put(\"left\", new Object() { });")));
        Awaitility.await().atMost(HANG).until(() -> billing.state() == UnitState.FAILED);
        assertThat(billing.unload().await(HANG).state()).isNotEqualTo(UnloadState.PROVED);
        assertThat(Modules.of(manager).prove().await()).singleElement()
                .returns(UnloadState.LEAKED, UnloadReport::state).returns("HOST_OBJECT", UnloadReport::cause);
        HOST.clear();
        proved("1");
    }

    @Test
    void whatDoesNotComeBackFromSayingWhatItConsistsOfIsNotProvedToBeGone() throws Exception {
        CountDownLatch mercy = new CountDownLatch(1);
        HOST.put("mercy", mercy);
        ModuleHandle billing = manager.add(Module.fromJar(failing("""
                CountDownLatch mercy = (CountDownLatch) LeakTest.HOST.get("mercy");
                while (mercy.getCount() > 0) {
                    try {
                        mercy.await();
                    } catch (InterruptedException e) {
                        LeakTest.HOST.put("deaf", "to interrupts");
                    }
                }
                """)).with(spec -> spec.stop(StopOptions.drain(Duration.ofMillis(300)))));
        Awaitility.await().atMost(HANG).until(() -> billing.state() == UnitState.STARTING);
        assertThat(billing.unload().await(HANG).state()).isEqualTo(UnloadState.PENDING);
        assertThat(HOST).containsKey("deaf");
        mercy.countDown();
        proved("1");
    }

    @Test
    void whatWasNeverLoadedIsNotThere() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(Jars.module(folder, "1", TICKER).build("idle.jar"))
                .with(spec -> spec.dependsOn("nobody")));
        assertThat(billing.unload().await(HANG)).returns(0L, UnloadReport::load).returns(UnloadState.PROVED,
                UnloadReport::state);
    }

    /** One that does something when it is asked for its units, and fails. */
    private Path failing(String statements) throws IOException {
        return Jars.in(folder).declares("shop.Failing").source("shop.Failing", """
                package shop;
                import dev.windlass.lifecycle.*;
                import dev.windlass.modules.*;
                import java.util.*;
                import java.util.concurrent.CountDownLatch;
                @Feature(name = "billing", version = "1", api = 1)
                public final class Failing implements FeatureModule {
                    @Override public List<Unit<?>> units(ModuleContext context) {
                        %s
                        throw new IllegalStateException("no units");
                    }
                }
                """.formatted(statements)).build("failing.jar");
    }
}
