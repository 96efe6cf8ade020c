package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A module is loaded, its units run inside of it, and when it is unloaded its classes are gone. */
@Timeout(120)
class ModuleTest {

    static final Duration HANG = Duration.ofSeconds(60);
    private static final String TICKER = "Task.of(\"ticker\", RunnableContext::awaitStop)";

    @TempDir
    private Path folder;

    private final Manager manager = Manager.create();

    @BeforeEach
    void start() {
        manager.start();
    }

    @AfterEach
    void end() {
        manager.close();
    }

    private UnloadReport provedOf(int index) {
        return Awaitility.await().atMost(HANG).until(() -> {
            System.gc();
            List<UnloadReport> unloads = Modules.of(manager).unloads();
            return unloads.size() > index ? unloads.get(index) : null;
        }, report -> report != null && report.state() == UnloadState.PROVED);
    }

    @Test
    void itsUnitsRunInsideOfItAndItsClassesGoWithIt() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(Jars.module(folder, "2.1", TICKER).build("billing.jar")));
        billing.ready().await();
        assertThat(billing.name()).isEqualTo("module/billing");
        assertThat(billing.kind()).isEqualTo("Module");
        assertThat(billing.version()).isEqualTo("2.1");
        assertThat(billing.children()).extracting(RunnableHandle::name).containsExactly("module/billing/ticker");
        assertThat(billing.details()).containsEntry("version", "2.1");
        assertThat(Modules.of(manager).all()).containsExactly(billing);
        UnloadReport gone = billing.unload().await();
        assertThat(gone.module()).isEqualTo("billing");
        assertThat(manager.units()).isEmpty();
        assertThat(provedOf(0)).returns("2.1", UnloadReport::version).returns(1L, UnloadReport::load);
        assertThat(billing.state()).isEqualTo(UnitState.REMOVED);
    }

    @Test
    void oneThatIsStoppedIsUnloadedTooAndComesBackWithAStart() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(Jars.module(folder, "2.1", TICKER).build("billing.jar")));
        billing.ready().await();
        billing.stop().await();
        assertThat(billing.state()).isEqualTo(UnitState.STOPPED);
        assertThat(billing.children()).isEmpty();
        provedOf(0);
        billing.start().await();
        assertThat(billing.children()).extracting(RunnableHandle::state).containsExactly(UnitState.READY);
        billing.unload().await();
        assertThat(provedOf(1).load()).isEqualTo(2);
    }
}
