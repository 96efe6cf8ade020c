package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.ModuleRounds;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.Feature;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleContext;
import java.util.List;

/** A module with one unit that waits for its stop. */
@Feature(name = ModuleRounds.PLACEHOLDER, version = "1", api = FeatureModule.API_VERSION)
public final class IdleModule implements FeatureModule {

    @Override
    public List<Unit<?>> units(ModuleContext context) {
        return List.of(Task.of("idle", RunnableContext::awaitStop));
    }
}
