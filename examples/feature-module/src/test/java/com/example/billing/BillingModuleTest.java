package com.example.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.modules.ModuleContext;
import org.junit.jupiter.api.Test;

/** The module's units, without a jar and a class loader: what most tests of a module need. */
class BillingModuleTest {

    @Test
    void itsUnitsGetReadyAndStop() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            for (var unit : new BillingModule().units(new ModuleContext(manager, "module/billing", "billing", "1"))) {
                RunnableHandle handle = manager.add(unit);
                handle.ready().await();
                handle.stop().await();
                assertEquals(UnitState.STOPPED, handle.state());
            }
        }
    }
}
