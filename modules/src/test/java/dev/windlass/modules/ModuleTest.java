package dev.windlass.modules;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A module is loaded, its units run inside of it, and when it is unloaded its classes are gone. */
@Timeout(120)
class ModuleTest extends Loading {

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
        assertThat(proved("2.1")).singleElement().returns("2.1", UnloadReport::version).returns(1L, UnloadReport::load);
        assertThat(billing.state()).isEqualTo(UnitState.REMOVED);
    }

    @Test
    void oneThatIsStoppedIsUnloadedTooAndComesBackWithAStart() throws Exception {
        ModuleHandle billing = manager.add(Module.fromJar(Jars.module(folder, "2.1", TICKER).build("billing.jar")));
        billing.ready().await();
        billing.stop().await();
        assertThat(billing.state()).isEqualTo(UnitState.STOPPED);
        assertThat(billing.children()).isEmpty();
        proved("2.1");
        billing.start().await();
        assertThat(billing.children()).extracting(RunnableHandle::state).containsExactly(UnitState.READY);
        billing.unload().await();
        assertThat(proved("2.1").get(1).load()).isEqualTo(2);
    }
}
