package com.example.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.modules.Module;
import dev.windlass.modules.ModuleHandle;
import dev.windlass.modules.Modules;
import dev.windlass.modules.ReloadReport;
import dev.windlass.modules.UnloadState;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The module as it is shipped: loaded, reloaded while it works, and unloaded until nothing of it is left. */
class BillingJarIT {

    private static final Path JAR = Path.of(System.getProperty("module.jar"));

    @Test
    void itIsLoadedReloadedAndUnloaded() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            ModuleHandle billing = manager.add(Module.fromJar(JAR));
            billing.ready().await();
            ReloadReport reloaded = billing.reload(JAR, ReplaceOptions.defaults().withProbation(Duration.ofMillis(500)))
                    .await();
            assertEquals(ReplaceOutcome.REPLACED, reloaded.outcome(), reloaded.toString());
            billing.unload().await();
            assertTrue(areGone(Modules.of(manager)), () -> Modules.of(manager).unloads().toString());
        }
    }

    /** A collection finds out. In production one comes by itself; a test asks for it. */
    private static boolean areGone(Modules modules) {
        for (int i = 0; i < 100; i++) {
            if (modules.unloads().stream().allMatch(report -> report.state() == UnloadState.PROVED)) {
                return true;
            }
            System.gc();
        }
        return false;
    }
}
